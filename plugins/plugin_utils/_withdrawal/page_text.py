# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the texts of the registration authority's pages mean, and how much of a text may be shown. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from .._crypto.passphrases import SHORTEST_MASKED, is_masked
from .._policy.subject import check_pattern

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


def says(text: str, pattern: str) -> bool:
    """Whether a text has what the pattern describes."""
    return any(re.search(pattern, each, re.IGNORECASE) for each in (text, without_accents(text)))


def without_accents(text: str) -> str:
    """A text in lower case with plain letters, straight apostrophes and single spaces."""
    letters = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def excerpt(text: str, secrets: Iterable[str]) -> str:
    """The first characters of a page's text without the secrets; a note in its place when it has a secret of a few letters.

    ``secrets``: texts and URLs. A server's error page often repeats the path of its URL, or a code as the form has sent it.
    """
    shown = " ".join(text.split())
    forms = {form for secret in secrets for form in _forms(secret)}
    for secret in sorted(forms, key=len, reverse=True):
        found = re.compile(r"\s*".join(map(re.escape, secret.replace(" ", ""))), re.IGNORECASE)
        if not is_masked(secret) and found.search(shown):
            return "(its text is not shown, because it may hold a secret)"
        shown = found.sub("********", shown)
    shown = re.sub(rf"\S{{{LONGEST_WORD + 1},}}", "********", shown)
    printable = "".join(each if each.isprintable() else " " for each in shown)
    return printable if len(printable) <= SHOWN else f"{printable[:SHOWN]}..."


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
