# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``check`` says whether somebody looks for certificates without a holder, and proposes the issuers that it sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ObjectIdentifier

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuers import issuer_finding
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import Issuers, issuers_of_pattern
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import Finding, Severity
from lab.authority import Authority, IssuedBundle
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.fakes import EMAIL, HOLDER, inventory, issue, profile

JEANNE = HolderEntry(HOLDER, ExpectedSubject("Jeanne Dupont", "T123456"))


def element(issued: IssuedBundle) -> bytes:
    """A certificate as a store has it."""
    return pack(properties(issued.certificate.public_bytes(Encoding.DER), None))


def there(*issuers: str) -> tuple[Problem, ...]:
    return (Problem("finding.issuers_there", {"computer": "WS-1", "issuers": issuers}),)


def found(authority: Authority, issuer: str | None, *names: str, entry: HolderEntry = JEANNE, **how: object) -> Finding:
    issued = [issue(authority, name, timedelta(days=-1), **how) for name in names]
    return issuer_finding(inventory(profiles=(profile(*map(element, issued)),)), [entry], issuers_of_pattern(issuer))


@pytest.mark.parametrize("issuer", [None, " "])
def test_without_an_issuer_those_of_the_workstation_are_proposed(authority: Authority, issuer: str | None) -> None:
    finding = found(authority, issuer, "Jeanne Dupont - T123456")
    assert (finding.subject, finding.severity) == ("issuer", Severity.WARNING)
    assert finding.problem == Problem("finding.no_issuer", setting="issuer", causes=there("CN=AC Personnes (1)"))
    nothing = found(authority, issuer)
    assert (nothing.severity, nothing.problem.causes) == (Severity.WARNING, ())


def test_a_pattern_that_matches_is_fine(authority: Authority) -> None:
    assert found(authority, "AC Personnes", "Paul Martin - T654321").ok
    assert found(authority, "Misspelt").ok  # there is nothing to compare with
    assert found(authority, "Misspelt", "Paul Martin - T654321").ok  # nobody knows whose that is


def test_a_pattern_that_matches_none_although_a_holder_has_one_is_told_with_what_is_there(authority: Authority) -> None:
    finding = found(authority, "Misspelt", "Jeanne Dupont - T123456")
    assert finding.severity is Severity.WARNING
    said = {"issuer": "Misspelt", "computer": "WS-1"}
    assert finding.problem == Problem("finding.issuer_matches_none", said, "issuer", there("CN=AC Personnes (1)"))


def test_the_holders_issuers_come_first_and_what_is_no_persons_logon_is_left_out(authority: Authority) -> None:
    root = replace(authority, issuing=authority.root)
    issued = [
        issue(root, "Some Body - X1"),
        issue(authority, "Some Body - X2", eku=(ObjectIdentifier(EMAIL),)),
        issue(authority, "Jeanne Dupont - T123456"),
        issue(root, "Some Body - X3"),
    ]
    finding = issuer_finding(inventory(profiles=(profile(*map(element, issued)),)), [JEANNE], Issuers())
    assert finding.problem.causes == there("CN=AC Personnes (1)", "CN=AC Racine (2)")
