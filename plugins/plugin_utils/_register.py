# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Everybody who is known, found by the authorisation number in a certificate's subject. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ._person import Named, Person, has_words, plain_text

WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Register:
    """Authorisation numbers by their plain form; ``phrases`` are those of several words, which no single word of a name can be."""

    pattern: str | None
    numbers: Mapping[str, str]
    phrases: tuple[str, ...]

    def holder_of(self, named: Named) -> str | None:
        """The number that a certificate carries, as ``Person.owns`` reads it, if it is somebody's here: one look, not one for each."""
        if self.pattern is not None:
            number = Person(pattern=self.pattern).number_in(named)
            return number if number is not None and self.numbers.get(plain_text(number)) == number else None
        text = named.subject_cn or ""
        for word in WORDS.findall(plain_text(text)):
            if word in self.numbers:
                return self.numbers[word]
        return next((number for number in self.phrases if has_words(text, number)), None)


def register_of(numbers: Iterable[str], pattern: str | None) -> Register:
    """The register of these authorisation numbers."""
    known = {plain_text(number): number for number in sorted(numbers) if number}
    return Register(pattern, known, tuple(number for plain, number in known.items() if not WORDS.fullmatch(plain)))
