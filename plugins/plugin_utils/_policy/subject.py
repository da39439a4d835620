# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Finds the holder of a certificate by the authorisation number and the name in its subject. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from .._crypto.distinguished_name import attribute_values
from .._errors import Outside, Pkcs12Error, Problem
from .names import NameCheck, has_name, has_number, has_words, normalized_text, number_key, tidy


def check_pattern(option: str, pattern: str | None, groups: int | None = None) -> None:
    """Raises ``Pkcs12Error`` (``bad_pattern``) if the pattern is no regular expression of Python, or has another number of groups."""
    if pattern is None:
        return
    try:
        found = re.compile(pattern).groups
    except re.error as problem:
        raise Pkcs12Error(Problem("bad_pattern.no_expression", {"reason": Outside(problem)}, option)) from None
    if groups is not None and found != groups:
        raise Pkcs12Error(Problem("bad_pattern.groups", {"groups": found, "needed": groups}, option))


class HasSubject(Protocol):
    """The names in a certificate's subject. A certificate has them, and so has its record in the facts."""

    @property
    def subject(self) -> str:
        """RFC 4514."""

    @property
    def subject_cn(self) -> str | None:
        """The common name."""


@dataclass(frozen=True, slots=True)
class ExpectedSubject:
    """The person whom the inventory expects. ``pattern``: a regular expression whose one group is the number in the subject.

    Without a pattern, the number has to be a whole word of the CN or of the serialNumber in the subject. A number or a name that is None
    is not checked. ``name_check`` says how names are compared in a certificate with the expected number. In a certificate without it, only
    the name identifies the person, so the comparison is strict. ``former_name``: a certificate with the expected number may also have this
    name; it needs a number. All three are kept ``tidy``. Raises ``Pkcs12Error``: ``bad_arguments``, ``bad_pattern``.
    """

    name: str | None = None
    authorisation: str | None = None
    pattern: str | None = None
    name_check: NameCheck = NameCheck.WORDS
    former_name: str | None = None

    def __post_init__(self) -> None:
        for each in ("name", "authorisation", "former_name"):
            if (given := getattr(self, each)) is not None:
                object.__setattr__(self, each, tidy(given))
        if self.former_name and not self.authorisation:
            raise Pkcs12Error(
                Problem("bad_arguments.former_name_without_number", {"former_name": self.former_name[:100]})
            )
        check_pattern("authorisation_pattern", self.pattern, groups=1)

    def number_in(self, certificate: HasSubject) -> str | None:
        """The authorisation number that the pattern finds; None where it does not match.

        The search starts in the CN, so that a pattern may be anchored there. The whole RFC 4514 subject comes second.
        """
        if self.pattern is None:
            return None
        found = (re.search(self.pattern, text) for text in (certificate.subject_cn or "", certificate.subject))
        return next((match.group(1) for match in found if match and match.group(1)), None)

    def same(self, one: HasSubject, other: HasSubject) -> bool:
        """Whether two certificates belong to the same person: by the number, or else by the whole subject.

        An issuer may write the name another way at a renewal. So the subjects may differ if both have the expected number.
        """
        if self.pattern is None:
            return one.subject == other.subject or (self.owns(one) and self.owns(other))
        number = self.number_in(one)
        return number is not None and number_key(number) == number_key(self.number_in(other))

    def owns(self, certificate: HasSubject) -> bool:
        """Whether a certificate has the expected number."""
        if self.authorisation is None:
            return False
        if self.pattern is not None:
            number = number_key(self.number_in(certificate))
            return bool(number) and number == number_key(self.authorisation)
        return any(has_number(text, self.authorisation) for text in _texts_with_numbers(certificate))

    def is_named_in(self, certificate: HasSubject) -> bool:
        """Whether a certificate has the expected name. It compares whole words: Ann Lee is not Joann Leeds."""
        if self.name is None:
            return True
        is_owned = self.owns(certificate)
        check = self.name_check if is_owned else NameCheck.STRICT
        names = [name for name in (self.name, self.former_name if is_owned else None) if name]
        if check is NameCheck.STRICT:
            return any(has_words(certificate.subject_cn or certificate.subject, name) for name in names)
        return check is NameCheck.OFF or any(has_name(_texts_with_names(certificate), name) for name in names)

    def other_name_in(self, certificate: HasSubject) -> str | None:
        """Whom a certificate with the expected number names, where that is not the expected person. None where it is."""
        if not self.owns(certificate) or self.is_named_in(certificate):
            return None
        return certificate.subject_cn or certificate.subject

    def is_by_name(self, certificate: HasSubject) -> bool:
        """Whether a certificate has the name or the former name, its words in any order, whatever number it has."""
        texts = _texts_with_names(certificate)
        return any(has_name(texts, name) for name in (self.name, self.former_name) if name)

    def has_another_number(self, certificate: HasSubject) -> bool:
        """Whether a certificate has the name and another number than the expected one: the person has two, or there are two people."""
        if self.authorisation is None or self.owns(certificate) or not self.is_by_name(certificate):
            return False
        if self.pattern is not None:
            number = self.number_in(certificate)
            return number is not None and number_key(number) != number_key(self.authorisation)
        texts = _texts_with_numbers(certificate)
        return any(map(_has_number, texts)) and not any(_has_spelling(text, self.authorisation) for text in texts)


def _has_number(text: str) -> bool:
    """Whether a word of a text has a digit. Names have none."""
    return any(each.isdecimal() for each in text)


def _has_spelling(text: str, number: str) -> bool:
    """Whether a text has a number with other signs between its letters and digits, for instance T-100 001."""
    signs = [each for each in normalized_text(number) if each.isalnum()]
    spelling = r"[\W_]*".join(map(re.escape, signs))
    return re.search(rf"(?<![^\W_]){spelling}(?![^\W_])", normalized_text(text)) is not None


def check_subject(leaf: HasSubject, person: ExpectedSubject) -> None:
    """Refuses the certificate of another person. Raises ``Pkcs12Error``: ``wrong_person``, ``no_authorisation``."""
    if person.pattern is not None and person.number_in(leaf) is None:
        raise Pkcs12Error(
            Problem("no_authorisation", {"pattern": person.pattern, "subject": leaf.subject}, "authorisation_pattern")
        )
    right_number = person.authorisation is None or person.owns(leaf)
    if right_number and person.is_named_in(leaf):
        return
    expected = " ".join(part for part in (person.name, person.authorisation) if part)
    only_the_name = person.authorisation is not None and right_number
    values = {"issued_to": leaf.subject_cn or leaf.subject, "expected": expected}
    raise Pkcs12Error(Problem(f"wrong_person.{'another_name' if only_the_name else 'another_person'}", values))


def _texts_with_numbers(certificate: HasSubject) -> tuple[str, ...]:
    """The parts of the subject in which a number is looked for without a pattern."""
    return (certificate.subject_cn or "", *attribute_values(certificate.subject, "serialNumber"))


def _texts_with_names(certificate: HasSubject) -> tuple[str, ...]:
    """The parts of the subject with the person's name: the common name, and the given name and surname if the issuer sets them."""
    texts = [certificate.subject_cn or ""]
    for attribute in ("givenName", "sn"):
        texts += attribute_values(certificate.subject, attribute)
    return tuple(texts) if any(texts) else (certificate.subject,)


MOST_PARTS = 8
"""A number may be written with blanks, in so many parts."""
ROWS_OF_WORDS = re.compile(r"\w+(?:\s+\w+)*")


@dataclass(frozen=True, slots=True)
class HolderIndex:
    """``numbers``: authorisation numbers by ``number_key``. ``phrases``: those with other signs than letters and digits."""

    pattern: str | None
    numbers: Mapping[str, str]
    phrases: tuple[str, ...]

    def holder_of(self, certificate: HasSubject) -> str | None:
        """The authorisation number in a certificate if this index has it. It is looked for as ``ExpectedSubject.owns`` does."""
        if self.pattern is not None:
            return self.numbers.get(number_key(ExpectedSubject(pattern=self.pattern).number_in(certificate)))
        return next(filter(None, map(self._number_in, _texts_with_numbers(certificate))), None)

    def _number_in(self, text: str) -> str | None:
        for row in ROWS_OF_WORDS.findall(normalized_text(text)):
            words = row.split()
            # The longest first: "12 3456" is the number 123456, and not 12.
            for first, length in product(range(len(words)), range(MOST_PARTS, 0, -1)):
                if number := self.numbers.get("".join(words[first : first + length])):
                    return number
        return next((number for number in self.phrases if has_number(text, number)), None)


def index_holders(numbers: Iterable[str], pattern: str | None) -> HolderIndex:
    """An index of these authorisation numbers. Empty numbers are left out."""
    by_key = {number_key(number): number for number in sorted(numbers) if number_key(number)}
    phrases = tuple(number for key, number in by_key.items() if not ROWS_OF_WORDS.fullmatch(key))
    return HolderIndex(pattern, by_key, phrases)
