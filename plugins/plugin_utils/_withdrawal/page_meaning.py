# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a page of the registration authority says instead of going on, and how much of its text may be shown. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from .._crypto.passphrases import SHORTEST_MASKED, is_masked
from .._errors import Outside, Problem
from .._io.urls import host_of
from .._policy.subject import check_pattern
from .html_page import Page

NOT_FOUND = (404, 410)
UNAVAILABLE = (503, 429)
"""The second is for too many requests."""
SERVER_ERROR = 500

SHOWN = 120
"""Characters of a page that an error shows."""
SHORTEST_TOKEN = 16
"""Characters of a part of a URL that is no word, although it has only letters of one case."""
LONGEST_WORD = 40
"""Characters. What is longer is no word of a language: it may be a token, or the bundle as base64."""

USED = (
    r"\b(lien|url|adresse|certificat|code)\b.{0,80}\b(deja (ete )?|ne .{0,20}plus |n'est plus |a )"
    r"(utilisee?|retiree?|telechargee?|valide|valable|disponible|expiree?)\b"
    r"|\balready (been )?(used|downloaded|collected|withdrawn)\b"
    r"|\b(link|url)\b.{0,40}\b(has expired|is no longer)\b"
)
WRONG_CODE = (
    r"\bcode\b.{0,60}\b(incorrect|invalide|erronee?|faux|inconnu|refuse|non reconnu|pas reconnu|pas valide)\b"
    r"|\bmauvais code\b|\b(incorrect|invalid|wrong|unknown)\b.{0,40}\bcode\b|\bcode\b.{0,40}\b(is not valid|invalid|wrong)\b"
)
MAINTENANCE = (
    r"\b(en|pour|under|for) (cours de )?maintenance\b|\bmaintenance (en cours|in progress)\b"
    r"|\btemporairement (indisponible|interrompu|suspendu)|\btemporarily unavailable\b"
    r"|\bservice (est |is )?(indisponible|unavailable)\b"
)
CAPTCHA = r"captcha|turnstile|recopie[rz] les caracteres|pas un robot|not a robot"


@dataclass(frozen=True, slots=True)
class Meanings:
    """Regular expressions of Python, compared with a text as it is and without accents, in any case."""

    used: str = USED
    wrong_code: str = WRONG_CODE
    maintenance: str = MAINTENANCE

    def __post_init__(self) -> None:
        """Raises ``Pkcs12Error``: ``bad_pattern``."""
        for name in ("used", "wrong_code", "maintenance"):
            check_pattern(f"{name}_pattern", getattr(self, name))


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page, where it came from, and with which HTTP status. ``body``: its bytes."""

    url: str
    status: int
    page: Page
    body: bytes = field(default=b"", repr=False)

    @property
    def host(self) -> str:
        """The host, for a message."""
        return host_of(self.url)

    @property
    def of_status(self) -> dict[str, str | int]:
        """Host and status, for a message."""
        return {"host": self.host, "status": self.status}

    @property
    def has_captcha(self) -> bool:
        """Whether it wants a proof that a person is there."""
        return says(" ".join((self.page.text, *self.page.names)), CAPTCHA)

    def shown(self, text: str, secrets: Sequence[str]) -> Problem:
        """A text of the page for a message."""
        if not text.strip():
            return Problem("page.empty")
        shown = excerpt(text, [*secrets, self.url])
        return Problem("page.hidden") if shown is None else Problem("page.text", {"text": Outside(shown)})


def explain(page: FetchedPage, meanings: Meanings, secrets: Sequence[str]) -> Problem | None:
    """What the text or the status of a page stands for; None when nothing fits."""
    text, host = page.page.text, {"host": page.host}
    of_status = page.of_status
    shown = (page.shown(text, secrets),)
    if page.has_captcha:
        return Problem("captcha", host)
    if says(text, meanings.used):
        return Problem("link_used.page", host, causes=shown)
    if says(text, meanings.wrong_code):
        return Problem("code_wrong.page", host, causes=shown)
    if says(text, meanings.maintenance) or page.status in UNAVAILABLE:
        return Problem("maintenance", of_status, causes=shown)
    if page.status in NOT_FOUND:
        return Problem("link_used.not_known", of_status, causes=shown)
    return Problem("server_error", of_status, causes=shown) if page.status >= SERVER_ERROR else None


def nothing_fits(page: FetchedPage, secrets: Sequence[str]) -> Problem:
    """A page that nobody expected."""
    return Problem("unexpected_page.not_known", page.of_status, causes=(page.shown(page.page.text, secrets),))


def says(text: str, pattern: str) -> bool:
    """Whether a text has what the pattern describes."""
    return any(re.search(pattern, each, re.IGNORECASE) for each in (text, without_accents(text)))


def without_accents(text: str) -> str:
    """A text in lower case with plain letters, straight apostrophes and single spaces."""
    letters = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def excerpt(text: str, secrets: Iterable[str]) -> str | None:
    """The first characters of a page's text without the secrets; None when it has a secret of a few letters.

    ``secrets``: texts and URLs. A server's error page often repeats the path of its URL, or a code as the form has sent it.
    """
    shown = " ".join(text.split())
    forms = {form for secret in secrets for form in _forms(secret)}
    for secret in sorted(forms, key=len, reverse=True):
        found = re.compile(r"\s*".join(map(re.escape, secret.replace(" ", ""))), re.IGNORECASE)
        if not is_masked(secret) and found.search(shown):
            return None
        shown = found.sub("********", shown)
    shown = re.sub(rf"\S{{{LONGEST_WORD + 1},}}", "********", shown)
    printable = "".join(each if each.isprintable() else " " for each in shown)
    return printable if len(printable) <= SHOWN else f"{printable[:SHOWN]}\u2026"


def _forms(secret: str) -> Iterator[str]:
    """How a page may repeat a secret: as it is, as a URL has it, and the parts of a URL."""
    if "://" in secret:
        yield from _parts(secret)
    if secret:
        yield from (secret, quote(secret, safe=""), quote_plus(secret))


def _parts(url: str) -> Iterator[str]:
    """What tells one link of a host from another. A word of the path such as ``retrait`` is no secret, and pages need it."""
    try:
        found = urlsplit(url)
    except ValueError:
        return
    for path in (found.path, unquote(found.path)):
        yield from filter(_is_token, path.split("/"))
    yield from (value for _name, value in parse_qsl(found.query) if _is_token(value))


def _is_token(text: str) -> bool:
    is_word = text.replace("-", "").isalpha() and text in (text.lower(), text.capitalize(), text.upper())
    return len(text) >= SHORTEST_MASKED and not (is_word and len(text) < SHORTEST_TOKEN)
