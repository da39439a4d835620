# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Compares names of people: the inventory has Béatrice Durand where an issuer writes DURAND Béatrice. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum


class NameCheck(str, Enum):
    """How a name is compared if the number matches: its words in this order, its words in any order, or not at all."""

    STRICT = "strict"
    WORDS = "words"
    OFF = "off"


BIRTH_NAME = frozenset({"nee", "ne"})
"""The French words between the name in use and the name at birth, without accents."""

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
"""Letters that Unicode does not decompose, and apostrophes that it counts as letters."""

_WORD = re.compile(r"[^\W_]+")


def has_words(text: str, words: str) -> bool:
    """Whether a text contains these words, each whole. It contains no empty text, because an empty variable means nobody."""
    wanted, found = (tidy(normalized_text(each)) for each in (words, text))
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", found) is not None


def has_number(text: str, number: str) -> bool:
    """Whether a text contains this authorisation number, whole: ``number_key`` of both decides. It contains no empty number."""
    signs = number_key(number)
    if not signs or signs not in number_key(text):
        return False
    spaced = r"\s*".join(map(re.escape, signs))
    return re.search(rf"(?<!\w){spaced}(?!\w)", normalized_text(text)) is not None


def normalized_text(text: str) -> str:
    """A text in the form in which names and numbers are compared: in lower case, with composed accents."""
    return unicodedata.normalize("NFC", text).casefold()


def tidy(text: str) -> str:
    """A text as people see it: accents are composed, and between two words there is one blank. What differs only so is the same text."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def number_key(number: object) -> str:
    """The form in which an authorisation number is compared: blanks and upper case do not count. That of no number is empty."""
    return "".join(normalized_text(str(number or "")).split())


def has_name(texts: Iterable[str], name: str) -> bool:
    """Whether the texts contain all words of a name, in any order. They never contain a name without words.

    For ``Claire Le Goff née Martin``, the name in use is enough. The name at birth is enough with one word of the name in use.
    """
    found = {word for text in texts for word in name_words(text)}
    words = name_words(name)
    separators = [index for index, word in enumerate(words) if word in BIRTH_NAME and 0 < index < len(words) - 1]
    if not separators:
        return bool(words) and found.issuperset(words)
    in_use, at_birth = words[: separators[0]], words[separators[0] + 1 :]
    return found.issuperset(in_use) or (found.issuperset(at_birth) and not found.isdisjoint(in_use))


def name_words(text: str) -> list[str]:
    """The words in lower case without accents. Hyphens and apostrophes of every kind separate words as spaces do."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return _WORD.findall("".join(each for each in letters if unicodedata.category(each) not in {"Mn", "Cf"}))
