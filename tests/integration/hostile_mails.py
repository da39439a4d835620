# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails that somebody made to have a certificate withdrawn elsewhere, or to break what reads them; and what is said of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lab import mail_forms
from lab.mails import MAIL_SERVER, SENDER, delivery_mail, passed, stamped
from lab.people import JEANNE, PAUL

HOST = "retrait.issuer.example"
URL = f"https://{HOST}/w?id="
CODE = "AB12-CD34"
WHEN = datetime.now(UTC) - timedelta(days=2)
ROW, PROBLEM, NOTHING = "row", "problem", "nothing"


@dataclass(frozen=True)
class Hostile:
    """``place``: where it is told. ``code``: as what; None for a mail that is nothing to tell of, or that is harmless."""

    name: str
    make: Callable[[], bytes]
    place: str
    code: str | None


def genuine(url: str = f"{URL}1", code: str = CODE, form: str = "plain", *results: str) -> bytes:
    """A mail of the issuer, with what differs."""
    return delivery_mail(JEANNE, url, code, WHEN, form, results or None).data


def saying(text: str, subtype: str = "plain") -> bytes:
    """A mail with the header of a genuine one, and this text."""
    head = genuine().partition(b"\r\n\r\n")[0].replace(b"text/plain", b"text/" + subtype.encode())
    return head + b"\r\n\r\n" + text.encode()


def replaced(old: str, new: str, form: str = "plain") -> bytes:
    """A genuine mail with another text in one place."""
    mail = genuine(form=form)
    assert old.encode() in mail
    return mail.replace(old.encode(), new.encode())


def html(link: str) -> bytes:
    """An HTML mail with this link."""
    number = f"autorisation n° {JEANNE.authorisation}"
    return saying(f"<p>{number}</p><p>Adresse : {link}</p><p>Code de retrait : {CODE}</p>", "html")


def attached_by(forwarder: str, original: bytes, *results: str) -> bytes:
    """A mail to which somebody attached this one."""
    return stamped(mail_forms.attached(original, WHEN, forwarder), *results)


def from_outside() -> bytes:
    """A mail that the issuer never sent, attached, with the result that the hospital's server would have written."""
    return attached_by("x@evil.example", genuine(), passed("evil.example"))


def many_levels() -> bytes:
    mail = genuine()
    for _level in range(40):
        mail = attached_by(mail_forms.FORWARDER, mail, passed("chu.example"))
    return mail


def many_parts() -> bytes:
    """Parts in parts, deeper than any program goes."""
    head = genuine().partition(b"Content-Type")[0]
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (each, each) for each in range(400)
    )
    return head + opened + b"Content-Type: text/plain\r\n\r\nx\r\n"


def broken_base64() -> bytes:
    head = genuine(form="base64").partition(b"\r\n\r\n")[0]
    return head + b"\r\n\r\n!!!! bm90IGJhc2U2NA= \xff\xfe ====\r\n"


def without_end() -> bytes:
    """A boundary that never comes, and a charset that there is none."""
    head = (
        genuine()
        .replace(b"text/plain; charset=", b'multipart/mixed; boundary="nowhere"; charset=')
        .partition(b"\r\n\r\n")[0]
    )
    return head + b'\r\n\r\n--somewhere\r\nContent-Type: text/plain; charset="\xff"\r\n\r\nx'


def writing_to_the_terminal() -> bytes:
    """A stranger's mail that clears the screen where its subject, name, address or number is shown."""
    mail = genuine(URL).replace(b"Message-ID: <", b"Message-ID: <\x1b[2J\x07")
    head, _end, body = mail.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"subject:", b"from:"))]
    lines += [
        b"Subject: =?utf-8?q?D=C3=A9livrance_du_certificat_SISERI=1B[2J=07=C2=9B?=",
        b"From: x\x1b[2J@evil.example",
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body.replace(b"Madame ", b"Madame \x1b[2J")


def named_with_control_characters() -> bytes:
    """A mail with the issuer's address: no server has checked it, and the row says whose it says to be."""
    return replaced("Madame ", "Madame \x1b[2J\x07").replace(b"Authentication-Results", b"X-Results")


HOSTILE = [
    Hostile("control characters in the text", named_with_control_characters, ROW, "authentication_missing"),
    Hostile("control characters", writing_to_the_terminal, PROBLEM, "sender_differs"),
    Hostile("phishing host", lambda: genuine("https://retrait.evil.example/w?id=2"), ROW, "url_host_not_allowed"),
    Hostile("look-alike letter", lambda: genuine("https://r\u0435trait.issuer.example/w"), ROW, "url_host_not_allowed"),
    Hostile(
        "allowed host as a subdomain", lambda: genuine(f"https://{HOST}.evil.example/"), ROW, "url_host_not_allowed"
    ),
    Hostile("user info with a backslash", lambda: genuine(f"https://evil.example\\@{HOST}/w"), ROW, "url_invalid"),
    Hostile("two URLs", lambda: genuine(f"{URL}5 ou {URL}6"), ROW, "several_withdrawal_urls"),
    Hostile(
        "link text of another host",
        lambda: html(f'<a href="https://evil.example/">{URL}8</a>'),
        ROW,
        "link_text_differs",
    ),
    Hostile("link of a script", lambda: html('<a href="javascript:alert(1)">ici</a>'), ROW, "no_withdrawal_url"),
    Hostile("two codes", lambda: genuine(code=f"{CODE}\nCode de retrait 2 : ZZ99"), ROW, "several_withdrawal_codes"),
    Hostile("number of another holder", lambda: delivery_mail(PAUL, f"{URL}10", CODE, WHEN).data, NOTHING, None),
    Hostile(
        "display name",
        lambda: replaced(f"SISERI <{SENDER}>", f'"{SENDER}" <x@evil.example>'),
        PROBLEM,
        "sender_differs",
    ),
    Hostile("two headers From", lambda: replaced("To: ", "From: x@evil.example\r\nTo: "), PROBLEM, "sender_differs"),
    Hostile("no result", lambda: replaced("Authentication-Results", "X-Results"), ROW, "authentication_missing"),
    Hostile(
        "result of another server",
        lambda: genuine(f"{URL}11", CODE, "plain", passed(server="mx.evil.example")),
        ROW,
        "authentication_missing",
    ),
    Hostile(
        "result hidden in a comment",
        lambda: genuine(f"{URL}12", CODE, "plain", f"mx.evil.example ({MAIL_SERVER}; dmarc=pass header.from=irsn.fr)"),
        ROW,
        "authentication_missing",
    ),
    Hostile(
        "own result below a fail",
        lambda: genuine(f"{URL}13", CODE, "plain", f"{MAIL_SERVER}; dmarc=fail header.from=irsn.fr", passed()),
        ROW,
        "authentication_failed",
    ),
    Hostile(
        "pass for a domain that ends alike",
        lambda: genuine(f"{URL}15", CODE, "plain", f"{MAIL_SERVER}; dkim=pass header.d=evil-irsn.fr"),
        ROW,
        "authentication_failed",
    ),
    Hostile(
        "SPF alone",
        lambda: genuine(f"{URL}16", CODE, "plain", f"{MAIL_SERVER}; spf=pass smtp.mailfrom=siseri@irsn.fr"),
        ROW,
        "authentication_failed",
    ),
    Hostile(
        "pass inside of a quoted string",
        lambda: genuine(
            f"{URL}17",
            CODE,
            "plain",
            f'{MAIL_SERVER}; spf=pass smtp.mailfrom="a;dmarc=pass header.from=irsn.fr"@evil.example',
        ),
        ROW,
        "authentication_failed",
    ),
    Hostile(
        "attached by a stranger, then by a colleague",
        lambda: attached_by(mail_forms.FORWARDER, from_outside(), passed("chu.example")),
        ROW,
        "forwarder_not_trusted",
    ),
    Hostile(
        "attached by somebody who says to be a colleague",
        lambda: attached_by(mail_forms.FORWARDER, genuine(), f"{MAIL_SERVER}; dmarc=fail header.from=chu.example"),
        ROW,
        "authentication_failed",
    ),
    Hostile("attached in forty levels", many_levels, PROBLEM, "mail_unreadable"),
    Hostile("parts in four hundred levels", many_parts, PROBLEM, "mail_unreadable"),
    Hostile("broken base64", broken_base64, ROW, "no_number"),
    Hostile("a boundary that never comes", without_end, ROW, "no_number"),
    Hostile("no mail at all", lambda: bytes(range(256)) * 40, NOTHING, None),
    Hostile("thirty megabytes", lambda: genuine() + b"x" * 30_000_000, PROBLEM, "mail_too_large"),
    Hostile(
        "a date in the future",
        lambda: delivery_mail(JEANNE, f"{URL}18", CODE, WHEN + timedelta(days=900)).data,
        ROW,
        "mail_date",
    ),
    Hostile("a charset that lies", lambda: replaced('charset="utf-8"', 'charset="utf-16"'), ROW, None),
]
