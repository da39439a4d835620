# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Someone else's certificate is refused, and the sentence names both."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.names import NameCheck
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import (
    ExpectedSubject,
    check_pattern,
    check_subject,
    index_holders,
)
from unit.plugins.plugin_utils.fakes import JEANNE, certificate
from unit.plugins.plugin_utils.problems import error_of
from unit.plugins.plugin_utils.records import record

PATTERN = r"- (T\d+)$"
STRICT, OFF = NameCheck.STRICT, NameCheck.OFF


def of(name: str | None = None, number: str | None = None, **given: Any) -> ExpectedSubject:
    return ExpectedSubject(name, number, **given)


FORMER: dict[str, Any] = {"former_name": "Jeanne Durand"}
TURNED = "DURAND B\u00e9atrice - T123456"
BEATRICE = "B\u00e9atrice Durand"


@pytest.mark.parametrize(
    ("cn", "person", "another"),
    [
        (JEANNE, of(), None),
        (JEANNE, of("jeanne dupont", "t123456"), None),
        (JEANNE, of("Jeanne Dupont", "t 123456", pattern=PATTERN), None),
        (JEANNE, of(number=" T 123\u00a0456"), None),
        (JEANNE, of("Jeanne  Dupont ", "T123456", name_check=STRICT), None),
        (JEANNE, of("Jeanne\u00a0Dupont"), None),
        ("Jeanne\u00a0Dupont - t123 456", of("Jeanne Dupont", "T123456"), None),
        ("Jeanne  Dupont - T 123456", of("Jeanne Dupont", "T123456", pattern=r"- (.+)$", name_check=STRICT), None),
        (JEANNE, of("Paul Martin", "T123456"), "name"),
        (JEANNE, of("Jeanne Dupont", "T12345"), "person"),
        (JEANNE, of("Jeanne Dupont", "123456"), "person"),
        (JEANNE, of("Jeanne Dupont", "T654321", pattern=PATTERN), "person"),
        (JEANNE, of("", "T123456"), "name"),
        (JEANNE, of("Jeanne Dupont", ""), "person"),
        # An issuer may turn the name round where the number matches.
        (TURNED, of(BEATRICE, "T123456"), None),
        (TURNED, of(BEATRICE, "T123456", name_check=STRICT), "name"),
        (TURNED, of(BEATRICE, name_check=OFF), "person"),
        (TURNED, of(BEATRICE, "T12345", name_check=OFF), "person"),
        ("DURAND Bernard - T123456", of(BEATRICE, "T123456"), "name"),
        # A name that is not checked may be any.
        ("Jeanne Durand - T123456", of("Jeanne Dupont", "T123456", name_check=OFF), None),
        ("Jeanne Durand - T123456", of("Jeanne Dupont", "T5"), "person"),
        ("Jeanne Durand - T123456", of("Jeanne Dupont"), "person"),
        # A former name of this number is accepted, and no third one.
        ("Jeanne Durand - T123456", of("Jeanne Dupont", "T123456", name_check=STRICT, **FORMER), None),
        ("Jeanne Durand - T123456", of("Jeanne Dupont", "T123456", **FORMER), None),
        ("Jeanne Dupont - T123456", of("Jeanne Dupont", "T123456", **FORMER), None),
        ("Jeanne Martin - T123456", of("Jeanne Dupont", "T123456", **FORMER), "name"),
        ("Jeanne Durand - T654321", of("Jeanne Dupont", "T123456", **FORMER), "person"),
    ],
)
def test_the_right_person_passes_and_of_another_both_are_named(
    cn: str, person: ExpectedSubject, another: str | None
) -> None:
    assert person.other_name_in(certificate(cn)) == (cn if another == "name" else None)
    if another is None:
        check_subject(certificate(cn), person)
        return
    expected = " ".join(part for part in (person.name, person.authorisation) if part)
    said = Problem(f"wrong_person.another_{another}", {"issued_to": cn, "expected": expected})
    assert error_of(lambda: check_subject(certificate(cn), person)).problem == said


@pytest.mark.parametrize("pattern", [r"- (X\d+)$", r"- (X\d+)?"], ids=["none", "unused"])
def test_a_pattern_that_finds_no_number_is_a_mistake_of_its_own(pattern: str) -> None:
    found = certificate(JEANNE)
    refusal = error_of(lambda: check_subject(found, ExpectedSubject(pattern=pattern)))
    values = {"pattern": pattern, "subject": found.subject}
    assert refusal.problem == Problem("no_authorisation", values, "authorisation_pattern")


def test_two_certificates_are_one_persons_by_the_number_or_by_the_whole_subject() -> None:
    one, married = certificate(JEANNE), certificate("Jeanne Durand - T123456")
    assert ExpectedSubject(pattern=PATTERN).same(one, married)
    assert ExpectedSubject(pattern=r"- (.+)$").same(one, certificate("Jeanne Dupont - t123 456"))
    assert not ExpectedSubject(pattern=PATTERN).same(one, certificate("Jeanne Dupont - T654321"))
    assert not ExpectedSubject().same(one, married)
    assert ExpectedSubject().same(one, certificate(JEANNE, eku=None))
    known = ExpectedSubject("Jeanne Dupont", "T123456")
    assert known.same(one, married)
    assert known.same(married, one)
    assert not known.same(one, certificate("Jeanne Dupont - T654321"))
    assert not known.same(certificate("Jeanne Dupont - T654321"), one)
    assert not ExpectedSubject("Jeanne Dupont").same(one, married)


def test_a_subject_without_a_common_name_is_named_as_a_whole_and_a_pattern_may_find_its_number() -> None:
    unnamed = replace(certificate("x"), subject="UID=T123456,O=CHU", subject_cn=None)
    assert not ExpectedSubject(authorisation="T123456").owns(unnamed)
    assert ExpectedSubject(authorisation="T123456", pattern=r"UID=(T\d+)").owns(unnamed)
    refusal = error_of(lambda: check_subject(unnamed, ExpectedSubject(authorisation="T123456")))
    assert refusal.problem.values["issued_to"] == "UID=T123456,O=CHU"


def test_a_common_name_that_reads_like_an_attribute_is_none() -> None:
    leaf = replace(certificate("x,serialNumber=T5"), subject="CN=x\\,serialNumber=T5\\, y,O=CHU", subject_cn="x")
    assert not ExpectedSubject(authorisation="T5").owns(leaf)


def test_a_name_is_looked_for_in_what_names_the_person_alone() -> None:
    leaf = replace(certificate("Paul Durand - T1"), subject="CN=Paul Durand - T1,O=Saint Martin")
    assert not ExpectedSubject("Paul Martin", "T1").is_named_in(leaf)
    unnamed = replace(leaf, subject="serialNumber=T1,UID=Martin Paul,O=CHU", subject_cn=None)
    assert ExpectedSubject("Paul Martin", "T1").is_named_in(unnamed)
    in_parts = replace(certificate("T123456"), subject="CN=T123456,givenName=Beatrice,sn=DURAND")
    assert ExpectedSubject(BEATRICE, "T123456").is_named_in(in_parts)


def test_a_former_name_needs_a_number() -> None:
    refusal = error_of(lambda: ExpectedSubject("Jeanne Dupont", former_name="Jeanne Durand"))
    values = {"former_name": "Jeanne Durand"}
    assert refusal.problem == Problem("bad_arguments.former_name_without_number", values)


NUMBERS = ("T123456", "T12345", "T-7", "T 99 456", "\u00c91")
LAST = r" - (.+)$"


def named(cn: str | None, rest: str = "O=CHU") -> CertificateRecord:
    return record(subject_cn=cn, subject=rest if cn is None else f"CN={cn},{rest}")


@pytest.mark.parametrize(
    ("pattern", "cn", "rest", "number"),
    [
        # In the common name it is words of its own.
        (None, "jeanne dupont - t123456", "O=CHU", "T123456"),
        (None, "Jeanne Dupont (T12345)", "O=CHU", "T12345"),
        (None, "Jeanne Dupont - T-7", "O=CHU", "T-7"),
        (None, "Jeanne Dupont - T-78", "O=CHU", None),
        (None, "Jeanne Dupont - T99456", "O=CHU", "T 99 456"),
        (None, "Jeanne Dupont - t\u00a0123 456", "O=CHU", "T123456"),
        (None, "Jeanne Dupont - T 123 4567", "O=CHU", None),
        (None, "Jeanne Dupont - T 123, 456", "O=CHU", None),
        (None, "Jeanne Dupont - XT123456", "O=CHU", None),
        (None, "Jeanne Dupont - e\u03011", "O=CHU", "\u00c91"),
        (None, None, "O=CHU", None),
        # It may stand in the serialNumber of the subject, and elsewhere for a pattern only.
        (None, "Jeanne Dupont", "serialNumber=PNOFR-T123456,O=CHU", "T123456"),
        (None, "Jeanne Dupont - T12345", "serialNumber=T123456", "T12345"),
        (None, None, "serialNumber=T 123 456", "T123456"),
        (None, "Jeanne Dupont", "OU=T123456", None),
        (r"OU=(T\d+)", "Jeanne Dupont - T12345", "OU=T123456,O=CHU", "T123456"),
        # A pattern looks into the common name first.
        (r"(T\d+)", "Jeanne Dupont - T12345", "serialNumber=T123456", "T12345"),
        (r"(T\d+)", "Jeanne Dupont", "serialNumber=T123456", "T123456"),
        (LAST, "Jeanne Dupont - T99 456", "O=CHU", "T 99 456"),
        (LAST, "T12345 Dupont - t123456", "O=CHU", "T123456"),
        (LAST, "T123456 Dupont - T999999", "O=CHU", None),
        (LAST, None, "O=CHU", None),
    ],
)
def test_a_number_is_found_where_it_stands_by_one_look_and_by_each_holders_entry(
    pattern: str | None, cn: str | None, rest: str, number: str | None
) -> None:
    found = named(cn, rest)
    assert index_holders(NUMBERS, pattern).holder_of(found) == number
    owners = [each for each in NUMBERS if ExpectedSubject(authorisation=each, pattern=pattern).owns(found)]
    assert number in (owners or [None])
    for nobody in ((), ("",)):
        assert index_holders(nobody, pattern).holder_of(found) is None


def test_the_longest_number_counts() -> None:
    assert index_holders(["12", "123456"], None).holder_of(named("Jeanne Dupont - 12 3456")) == "123456"


def test_the_order_of_the_numbers_makes_no_difference() -> None:
    numbers = ("T1", "t1", "T 2", "t 2")
    registers = [index_holders(order, None) for order in itertools.permutations(numbers)]
    assert all(index == registers[0] for index in registers)


@pytest.mark.parametrize(
    ("pattern", "groups", "code", "values"),
    [
        ("*", None, "no_expression", {"reason": Outside("nothing to repeat at position 0")}),
        ("a", 1, "groups", {"groups": 0, "needed": 1}),
        ("(a)(b)", 1, "groups", {"groups": 2, "needed": 1}),
    ],
)
def test_a_pattern_that_does_not_serve_is_named_with_its_option(
    pattern: str, groups: int | None, code: str, values: dict[str, Any]
) -> None:
    refusal = error_of(lambda: check_pattern("authorisation_pattern", pattern, groups))
    assert refusal.problem == Problem(f"bad_pattern.{code}", values, "authorisation_pattern")
    assert error_of(lambda: ExpectedSubject(pattern="no group")).code == "bad_pattern"
