# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""How names of people are compared: an issuer writes DURAND Béatrice for whom the inventory calls Béatrice Durand. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum


class NameCheck(str, Enum):
    """How a name is compared where the number matches: its words in this order, the set of its words, or not at all."""

    STRICT = "strict"
    WORDS = "words"
    OFF = "off"


BIRTH_NAME = frozenset({"nee", "ne"})
"""What stands in French between the name in use and the name at birth, without its accent."""

LETTERS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
        "\u02bb": "'",
        "\u02bc": "'",
    }
)
"""Letters that Unicode does not take apart, and apostrophes that it counts as letters."""

_WORD = re.compile(r"[^\W_]+")


def has_words(text: str, words: str) -> bool:
    """Whether words stand in a text, each whole. Nothing is not found anywhere: a variable that came out empty means nobody."""
    return (
        bool(words)
        and re.search(rf"(?<!\w){re.escape(normalized_text(words))}(?!\w)", normalized_text(text)) is not None
    )


def normalized_text(text: str) -> str:
    """A text as names and numbers are compared: without regard to case, and however its accents are composed."""
    return unicodedata.normalize("NFC", text).casefold()


def has_name(texts: Iterable[str], name: str) -> bool:
    """Whether all words of a name are among the words of the texts, in any order. A name without words is nobody's.

    Of ``Claire Le Goff née Martin`` the name in use is enough, and so is the name at birth with one word of the other.
    """
    found = {word for text in texts for word in name_words(text)}
    words = name_words(name)
    places = [place for place, word in enumerate(words) if word in BIRTH_NAME and 0 < place < len(words) - 1]
    if not places:
        return bool(words) and found.issuperset(words)
    used, at_birth = words[: places[0]], words[places[0] + 1 :]
    return found.issuperset(used) or (found.issuperset(at_birth) and not found.isdisjoint(used))


def name_words(text: str) -> list[str]:
    """The words without case and accents. Hyphens and apostrophes of every kind part them as spaces do."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return _WORD.findall("".join(each for each in letters if unicodedata.category(each) not in {"Mn", "Cf"}))
