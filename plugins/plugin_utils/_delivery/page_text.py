# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the texts of the registration authority's pages mean, and how much of a text may be shown. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from .._policy.subject import check_pattern

SHOWN = 120
"""Characters of a page that an error shows."""
SHORTEST_MASKED = 6
"""A shorter secret is part of ordinary words, and the gaps would show it."""

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
        """Raises ``CollectionError``: ``bad_pattern``."""
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
    """The first characters of a page's text without the secrets; a note in its place when it has a secret of a few letters."""
    shown = " ".join(text.split())
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        found = re.compile(r"\s*".join(map(re.escape, secret.replace(" ", ""))), re.IGNORECASE)
        if len(secret) < SHORTEST_MASKED and found.search(shown):
            return "(its text is not shown, because it may hold a secret)"
        shown = found.sub("********", shown)
    printable = "".join(each if each.isprintable() else " " for each in shown)
    return printable if len(printable) <= SHOWN else f"{printable[:SHOWN]}..."
