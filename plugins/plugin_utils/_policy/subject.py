# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whose certificate it is: the authorisation number and the name in its subject. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .._errors import CollectionError


def check_pattern(option: str, pattern: str | None, groups: int | None = None) -> None:
    """Raises ``CollectionError`` (``bad_pattern``) for what is no regular expression of Python, or has another number of groups."""
    if pattern is None:
        return
    try:
        found = re.compile(pattern).groups
    except re.error as problem:
        raise _bad(option, f"it is no regular expression ({problem})") from None
    if groups is not None and found != groups:
        raise _bad(option, f"it has {found} groups, {groups} is needed")


def _bad(option: str, problem: str) -> CollectionError:
    return CollectionError(
        code="bad_pattern",
        cause=f"{option} cannot be used: {problem}.",
        next_step="Write it as Python does; in YAML, single quotes keep backslashes.",
    )


class HasSubject(Protocol):
    """Whatever carries the names of a certificate's subject: the certificate, or what facts say of it."""

    @property
    def subject(self) -> str:
        """RFC 4514."""

    @property
    def subject_cn(self) -> str | None:
        """The common name."""


@dataclass(frozen=True, slots=True)
class ExpectedSubject:
    """Whom the inventory expects. ``pattern``: a regular expression whose one group is the number in the subject's CN.

    Without a pattern the number has to stand in the CN as a word of its own; without a number or a name nothing is expected.
    """

    name: str | None = None
    authorisation: str | None = None
    pattern: str | None = None

    def __post_init__(self) -> None:
        check_pattern("authorisation_pattern", self.pattern, groups=1)

    def number_in(self, certificate: HasSubject) -> str | None:
        """The authorisation number that the pattern finds in the subject's CN; None where it does not match."""
        found = re.search(self.pattern, certificate.subject_cn or "") if self.pattern is not None else None
        return (found.group(1) or None) if found else None

    def same(self, one: HasSubject, other: HasSubject) -> bool:
        """Whether two certificates are one person's: by the number where there is a pattern, else by the whole subject."""
        if self.pattern is None:
            return one.subject == other.subject
        number = self.number_in(one)
        return number is not None and number == self.number_in(other)

    def owns(self, certificate: HasSubject) -> bool:
        """Whether a certificate carries the expected number."""
        if self.authorisation is None:
            return False
        if self.pattern is not None:
            return self.number_in(certificate) == self.authorisation
        return has_words(certificate.subject_cn or "", self.authorisation)

    def is_named_in(self, certificate: HasSubject) -> bool:
        """Whether a certificate carries the expected name. The whole words: Ann Lee is not Joann Leeds."""
        return self.name is None or has_words(certificate.subject_cn or certificate.subject, self.name)


def check_subject(leaf: HasSubject, person: ExpectedSubject) -> None:
    """Refuses somebody else's certificate, naming both. Raises ``CollectionError``: ``wrong_person``, ``no_authorisation``."""
    subject = leaf.subject_cn or leaf.subject
    if person.pattern is not None and person.number_in(leaf) is None:
        raise CollectionError(
            code="no_authorisation",
            cause=f"The pattern {person.pattern!r} finds no authorisation number in {subject!r}.",
            next_step="Correct authorisation_pattern, or check that it is the right bundle.",
        )
    expected = " ".join(part for part in (person.name, person.authorisation) if part)
    right_number = person.authorisation is None or person.owns(leaf)
    if not (right_number and person.is_named_in(leaf)):
        raise CollectionError(
            code="wrong_person",
            cause=f"The bundle was issued to {subject!r}, the inventory expects {expected!r}.",
            next_step="Put the right bundle in place, or correct the holder's entry in the inventory.",
        )


def has_words(text: str, words: str) -> bool:
    """Whether words stand in a text, each whole. Nothing is not found anywhere: a variable that came out empty means nobody."""
    return (
        bool(words)
        and re.search(rf"(?<!\w){re.escape(normalized_text(words))}(?!\w)", normalized_text(text)) is not None
    )


def normalized_text(text: str) -> str:
    """A text as names and numbers are compared: without regard to case, and however its accents are composed."""
    return unicodedata.normalize("NFC", text).casefold()


WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class HolderIndex:
    """Authorisation numbers by their plain form; ``phrases`` are those of several words, which no single word of a name can be."""

    pattern: str | None
    numbers: Mapping[str, str]
    phrases: tuple[str, ...]

    def holder_of(self, named: HasSubject) -> str | None:
        """The authorisation number in a certificate, if it is a number of this index. It reads like ``ExpectedSubject.owns``."""
        if self.pattern is not None:
            number = ExpectedSubject(pattern=self.pattern).number_in(named)
            return number if number is not None and self.numbers.get(normalized_text(number)) == number else None
        text = named.subject_cn or ""
        for word in WORDS.findall(normalized_text(text)):
            if word in self.numbers:
                return self.numbers[word]
        return next((number for number in self.phrases if has_words(text, number)), None)


def index_holders(numbers: Iterable[str], pattern: str | None) -> HolderIndex:
    """The register of these authorisation numbers."""
    known = {normalized_text(number): number for number in sorted(numbers) if number}
    return HolderIndex(pattern, known, tuple(number for plain, number in known.items() if not WORDS.fullmatch(plain)))
