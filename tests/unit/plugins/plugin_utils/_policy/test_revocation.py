# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which revocation lists are believed, and what they say of a certificate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import (
    CrlProblem,
    NotUsable,
    Revocation,
    RevocationReason,
    Revocations,
    authorities_of,
    believed,
    has_ended,
)
from lab.authority import Authority
from unit.plugins.plugin_utils.crls import DAY, URL, authority, crl, distribution_point, issuer, pem
from unit.plugins.plugin_utils.fakes import NOW

OWN = authorities_of(pem())
COMPROMISED = Revocation(NOW - DAY, RevocationReason.KEY_COMPROMISE)


@pytest.mark.parametrize(
    ("data", "authorities", "problem"),
    [
        (b"<html>", OWN, CrlProblem.NOT_A_CRL),
        (crl(), (), CrlProblem.NO_AUTHORITY),
        (crl(), authorities_of(pem(authority().root)), CrlProblem.NO_AUTHORITY),
        (crl(by=Authority.create()), OWN, CrlProblem.BAD_SIGNATURE),
        (crl(extensions=[distribution_point(indirect_crl=True)]), OWN, CrlProblem.PARTIAL),
    ],
)
def test_another_list_is_not_believed_nor_a_file_without_authorities(
    data: bytes, authorities: tuple[()], problem: CrlProblem
) -> None:
    with pytest.raises(NotUsable) as refusal:
        believed(data, authorities)
    assert refusal.value.problem is problem
    with pytest.raises(NotUsable) as refusal:
        authorities_of(b"x")
    assert refusal.value.problem is CrlProblem.NOT_AN_AUTHORITY


def test_a_certificate_is_found_by_issuer_and_serial_number() -> None:
    said = Revocations([believed(crl({0x0AFF: NOW - DAY}), OWN)], NOW)
    assert said.of(issuer(), "0AFF", ()) == COMPROMISED
    assert said.of(issuer().upper().replace(" ", "  "), "0AFF", ()) == COMPROMISED
    assert said.of(issuer(), "0AFE", ()) is None
    assert said.of("CN=Other", "0AFF", ()) is None
    assert Revocations().of(issuer(), "0AFF", ()) is None


def test_a_revocation_of_tomorrow_is_none_today() -> None:
    lists = [believed(crl({1: NOW}), OWN)]
    assert Revocations(lists, NOW).of(issuer(), "01", ())
    assert Revocations(lists, NOW - timedelta(seconds=1)).of(issuer(), "01", ()) is None
    lists.append(believed(crl({1: NOW - DAY}), OWN))  # of two lists the earlier revocation counts
    assert Revocations(lists, NOW).of(issuer(), "01", ()) == COMPROMISED


def test_a_list_that_has_ended_says_what_was_revoked_and_covers_nothing() -> None:
    over = believed(crl({1: NOW - DAY}, until=NOW), OWN)
    assert not has_ended(over, NOW)
    later = NOW + timedelta(seconds=1)
    assert has_ended(over, later)
    said = Revocations([over], later)
    assert (said.of(issuer(), "01", ()), said.cover(issuer(), ())) == (COMPROMISED, False)
    assert Revocations([over], NOW).cover(issuer(), ())
    assert not Revocations([over], NOW).cover("CN=Other", ())


def test_a_list_of_a_distribution_point_is_about_its_certificates_alone() -> None:
    said = Revocations([believed(crl({1: NOW - DAY}, extensions=[distribution_point(URL)]), OWN)], NOW)
    other = "http://other.example/"
    assert (said.of(issuer(), "01", (URL,)), said.cover(issuer(), (other, URL))) == (COMPROMISED, True)
    assert (said.of(issuer(), "01", ()), said.cover(issuer(), (other,))) == (None, False)
