# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the registration authority in the lab, as issuers write them: French labels, tables, and forms of several kinds."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from io import BufferedIOBase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.registration_authority import Variant

PIECES = 20
"""A slow answer comes in so many pieces."""


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    body: bytes = field(repr=False)
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_header(self, name: str, value: str) -> Reply:
        """The same with one more header."""
        return replace(self, headers={**self.headers, name: value})


def page(body: str, status: int = 200, charset: str = "utf-8") -> Reply:
    """A page with the heading of the registration authority."""
    text = f"""<!DOCTYPE html>
<html lang="fr"><head><title>Bureau d'enregistrement</title><style>body {{ font-family: sans-serif }}</style></head>
<body><h1>Bureau d'enregistrement</h1>
{body}
<p>Ce lien ne peut être utilisé qu'une seule fois. Conservez le fichier et le code.</p></body></html>"""
    return Reply(status, text.encode(charset), f"text/html; charset={charset}")


def form(variant: Variant, token: str, session: str) -> Reply:
    """The first page."""
    action = "" if variant.get_form else f"../code/{token}" if variant.relative_action else f"/code/{token}"
    method = "get" if variant.get_form else "post"
    kind = ' enctype="multipart/form-data"' if variant.multipart else ""
    hidden = f'<input type="hidden" name="jeton" value="{session}"><input type=hidden name=action value=retrait>'
    cancel = '<button name="annuler" value="1">Annuler</button>' if variant.cancel_button else ""
    body = f"""<p>Saisissez le code reçu par courriel.
<form action="{action}" method="{method}"{kind}>{hidden if variant.hidden_fields else ""}
<table><tr><td>{variant.label}&nbsp;:</td><td><input type="text" name="code_retrait" autocomplete="off"></td></tr></table>
<input type="submit" value="Envoyer">{cancel}</form>"""
    return page(body, charset=variant.charset)


def download(variant: Variant, token: str) -> Reply:
    """The second page."""
    if variant.download_button:
        body = f'<form action="/fichier/{token}" method="post"><button>{variant.download_label}</button></form>'
    else:
        body = f'<p><a href="/fichier/{token}"><b>{variant.download_label}</b></a></p>'
    return page(f"<p>Votre certificat est prêt.</p>{body}", charset=variant.charset)


def used() -> Reply:
    """What a used link shows."""
    return page('<p class="erreur">Ce lien a déjà été utilisé.</p>')


def cancelled() -> Reply:
    """What follows when somebody presses the other button of the form."""
    return page("<p>Le retrait est annulé.</p>")


def wrong_code() -> Reply:
    """What a wrong code gets: a sentence, and the form again."""
    return page(
        '<p class="erreur">Le code de retrait saisi est incorrect.</p>'
        '<form method="post"><label>Code de retrait 1 <input name="code_retrait"></label><button>Envoyer</button></form>'
    )


def maintenance(status: int = 200) -> Reply:
    """The page of a site that is closed."""
    return page("<p>Le site est en maintenance. Merci de revenir plus tard.</p>", status)


def captcha() -> Reply:
    """The form with a picture that only a person can read."""
    return page(
        '<form method="post"><label>Code de retrait 1 <input name="code_retrait"></label>'
        '<div class="g-recaptcha" data-sitekey="x"></div><button>Envoyer</button></form>'
    )


def error(status: int, text: str) -> Reply:
    """The page of an error."""
    return page(f"<p>{text}</p>", status)


def redirect(target: str) -> Reply:
    """A redirect."""
    return Reply(302, b"", "text/html", {"Location": target})


def parts(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a body of the type multipart/form-data."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
        found[str(name)] = part.get_payload(decode=True).decode()  # type: ignore[union-attr]
    return found


def escaped(text: str) -> str:
    """A text in HTML."""
    return html.escape(text)


def send(stream: BufferedIOBase, body: bytes, seconds: float) -> None:
    """Writes a body, all at once or over a time."""
    if not seconds:
        stream.write(body)
        return
    size = len(body) // PIECES + 1
    for start in range(0, len(body), size):
        stream.write(body[start : start + size])
        stream.flush()
        time.sleep(seconds / PIECES)
