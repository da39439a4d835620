# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Someone else's certificate is refused, and the sentence names both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import CollectionError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject, check_subject
from unit.plugins.plugin_utils.fakes import JEANNE, certificate

PATTERN = r"- (T\d+)$"


@pytest.mark.parametrize(
    "person",
    [
        ExpectedSubject(),
        ExpectedSubject("Jeanne Dupont", "T123456"),
        ExpectedSubject("jeanne dupont", "t123456"),
        ExpectedSubject("Jeanne Dupont", "T123456", PATTERN),
        ExpectedSubject(authorisation="T123456"),
    ],
)
def test_the_right_person_passes(person: ExpectedSubject) -> None:
    check_subject(certificate(JEANNE), person)


def test_accents_are_compared_however_they_are_encoded() -> None:
    check_subject(certificate("E\u0301lodie Lefe\u0300vre - T1"), ExpectedSubject("\u00c9lodie Lef\u00e8vre", "T1"))


@pytest.mark.parametrize(
    "person",
    [
        ExpectedSubject("Paul Martin", "T123456"),
        ExpectedSubject("Jeanne Dupont", "T12345"),
        ExpectedSubject("Jeanne Dupont", "123456"),
        ExpectedSubject("Jeanne Dupont", "T654321", PATTERN),
        ExpectedSubject("anne Dupont", "T123456"),
        ExpectedSubject("", "T123456"),
        ExpectedSubject("Jeanne Dupont", ""),
    ],
    ids=["name", "shorter", "part", "pattern", "part_of_a_name", "empty_name", "empty_number"],
)
def test_the_wrong_person_is_refused_and_both_are_named(person: ExpectedSubject) -> None:
    with pytest.raises(CollectionError) as refusal:
        check_subject(certificate(JEANNE), person)
    assert refusal.value.code == "wrong_person"
    assert JEANNE in refusal.value.cause
    assert " ".join(part for part in (person.name, person.authorisation) if part) in refusal.value.cause


@pytest.mark.parametrize("pattern", [r"- (X\d+)$", r"- (X\d+)?", r"- (X*)"], ids=["none", "unused", "empty"])
def test_a_pattern_that_finds_no_number_is_a_mistake_of_its_own(pattern: str) -> None:
    with pytest.raises(CollectionError, match="finds no authorisation number") as refusal:
        check_subject(certificate(JEANNE), ExpectedSubject(pattern=pattern))
    assert refusal.value.code == "no_authorisation"


@pytest.mark.parametrize("pattern", ["no group", "(two)(groups)", "(open"])
def test_a_pattern_has_one_group(pattern: str) -> None:
    with pytest.raises(CollectionError) as refusal:
        ExpectedSubject(pattern=pattern)
    assert refusal.value.code == "bad_pattern"


def test_two_certificates_are_one_persons_by_the_number_or_by_the_whole_subject() -> None:
    one, married = certificate(JEANNE), certificate("Jeanne Durand - T123456")
    assert ExpectedSubject(pattern=PATTERN).same(one, married)
    assert not ExpectedSubject(pattern=PATTERN).same(one, certificate("Jeanne Dupont - T654321"))
    assert not ExpectedSubject().same(one, married)
    assert ExpectedSubject().same(one, certificate(JEANNE, eku=None))


def test_two_certificates_without_a_number_are_not_one_persons() -> None:
    assert not ExpectedSubject(pattern=PATTERN).same(certificate("A"), certificate("B"))


def test_a_subject_without_a_common_name_is_named_as_a_whole_and_owned_by_nobody() -> None:
    unnamed = replace(certificate("x"), subject="UID=T123456,O=CHU", subject_cn=None)
    assert not ExpectedSubject(authorisation="T123456").owns(unnamed)
    assert not ExpectedSubject(authorisation="T123456", pattern=r"(T\d+)").owns(unnamed)
    with pytest.raises(CollectionError, match="'UID=T123456,O=CHU'"):
        check_subject(unnamed, ExpectedSubject(authorisation="T123456"))


def test_without_a_number_nobody_owns_a_certificate() -> None:
    assert ExpectedSubject(authorisation="T123456").owns(certificate(JEANNE))
    assert not ExpectedSubject("Jeanne Dupont").owns(certificate(JEANNE))
