# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates go at a renewal, and which never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import StoreCertificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import (
    SOFTWARE_PROVIDERS,
    RemovalMethod,
    RemovalPolicy,
    choose_methods,
    for_other_uses,
    predecessors,
)
from unit.plugins.plugin_utils.fakes import CARD, EMAIL, JEANNE, YEAR, certificate, stored, view
from unit.plugins.plugin_utils.problems import error_of

CLIENT = "1.3.6.1.5.5.7.3.2"
SERVER = "1.3.6.1.5.5.7.3.1"
EFS = "1.3.6.1.4.1.311.10.3.4"
NEW = certificate(left=3 * YEAR)
OLD = stored(certificate())
USUAL, ANYBODY = RemovalPolicy(), ExpectedSubject()


def methods(
    *found: StoreCertificate, policy: RemovalPolicy = USUAL, person: ExpectedSubject = ANYBODY
) -> list[tuple[str, RemovalMethod]]:
    return [(each.stored.thumbprint, each.method) for each in predecessors(view(*found), NEW, person, policy)]


MAIL, FILE = (stored(certificate(eku=(CLIENT, usage))) for usage in (EMAIL, EFS))
HIDDEN = stored(certificate(), archived=True)
ARCHIVE, DELETE, NONE = RemovalMethod


@pytest.mark.parametrize(
    ("found", "policy", "method"),
    [
        # The older one of the same person and issuer goes with its key, if it has one.
        *((stored(OLD.certificate, provider), USUAL, DELETE) for provider in (*SOFTWARE_PROVIDERS, None)),
        (OLD, RemovalPolicy(NONE), None),
        (stored(NEW), USUAL, None),
        (stored(certificate(issuer="CN=Another CA")), USUAL, None),
        (stored(certificate("Paul Martin - T654321")), USUAL, None),
        (stored(certificate(eku=(SERVER,))), USUAL, None),
        (stored(replace(certificate(), key_usage=("key_encipherment",))), USUAL, None),
        (stored(certificate(), CARD), USUAL, None),
        (stored(certificate(), "Microsoft Platform Crypto Provider"), USUAL, None),
        # What opens old mails and files is archived by default.
        (MAIL, USUAL, ARCHIVE),
        (FILE, USUAL, ARCHIVE),
        (MAIL, RemovalPolicy(encryption_keys=True), DELETE),
        # One that is archived already is not archived again, but can be deleted.
        (HIDDEN, RemovalPolicy(ARCHIVE), None),
        (HIDDEN, USUAL, DELETE),
        # One that ends at the same moment or is archived is no downgrade.
        (stored(certificate(left=3 * YEAR, eku=None)), USUAL, DELETE),
        (stored(certificate(left=4 * YEAR), archived=True), USUAL, DELETE),
    ],
)
def test_an_older_one_goes_as_the_policy_says_and_others_stay(
    found: StoreCertificate, policy: RemovalPolicy, method: RemovalMethod | None
) -> None:
    assert methods(found, policy=policy) == ([(found.thumbprint, method)] if method else [])


@pytest.mark.parametrize("method", [DELETE, NONE])
def test_an_older_bundle_than_the_installed_one_is_refused_unless_it_is_meant(method: RemovalMethod) -> None:
    newer = stored(certificate(left=4 * YEAR))
    meant = [(newer.thumbprint, method)] if method is DELETE else []
    assert methods(newer, policy=RemovalPolicy(method, allow_downgrade=True)) == meant
    others = (OLD, newer, stored(certificate(left=5 * YEAR)))
    problem = error_of(lambda: methods(*others, policy=RemovalPolicy(method))).problem
    assert (problem.code, problem.setting) == ("downgrade", "allow_downgrade")
    assert problem.values["thumbprint"] == newer.thumbprint
    days = {"day": certificate(left=3 * YEAR).not_after.date(), "later_day": newer.certificate.not_after.date()}
    assert {name: problem.values[name] for name in days} == days


def test_more_than_allowed_is_refused_and_all_are_named() -> None:
    several = [stored(certificate(f"Person {number}", left=timedelta(days=number))) for number in range(4)]
    assert len(choose_methods(several[:3], RemovalPolicy())) == 3
    refusal = error_of(lambda: choose_methods(several, RemovalPolicy()))
    values = {"count": 4, "names": tuple(f"Person {number}" for number in range(4)), "most": 3}
    assert refusal.problem == Problem("too_many", values, "max_certificates")


def test_with_a_pattern_the_number_tells_whose_it_is() -> None:
    married = stored(certificate("Jeanne Durand - T123456"))
    assert methods(married, person=ExpectedSubject(pattern=r"(T\d+)")) == [(married.thumbprint, DELETE)]
    assert married.certificate.subject_cn != JEANNE


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (stored(certificate(eku=(EMAIL,))), True),
        (stored(certificate(eku=(EMAIL,)), archived=True), False),
        (stored(certificate(eku=(EMAIL,), issuer="CN=Another CA")), False),
        (stored(certificate("Paul Martin - T654321", eku=(EMAIL,))), False),
        (stored(certificate(eku=(EMAIL,)), CARD), False),
        (OLD, False),
    ],
)
def test_what_is_for_another_use_stays_and_is_told_while_windows_offers_it(found: StoreCertificate, told: bool) -> None:
    assert for_other_uses(view(found), NEW, ExpectedSubject(JEANNE)) == (found,) * told
