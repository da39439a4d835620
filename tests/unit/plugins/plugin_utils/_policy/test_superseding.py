# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates go at a renewal, and which never do."""

from __future__ import annotations

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


@pytest.mark.parametrize("provider", [*SOFTWARE_PROVIDERS, None])
def test_the_older_one_of_the_same_person_and_issuer_goes_with_its_key_if_it_has_one(provider: str | None) -> None:
    assert methods(stored(OLD.certificate, provider)) == [(OLD.thumbprint, RemovalMethod.DELETE)]
    assert methods(stored(OLD.certificate, provider), policy=RemovalPolicy(RemovalMethod.NONE)) == []


@pytest.mark.parametrize(
    "other",
    [
        stored(NEW),
        stored(certificate(issuer="CN=Another CA")),
        stored(certificate("Paul Martin - T654321")),
        stored(certificate(eku=(SERVER,))),
        stored(certificate(), CARD),
        stored(certificate(), "Microsoft Platform Crypto Provider"),
    ],
    ids=["itself", "issuer", "person", "purpose", "card", "tpm"],
)
def test_others_stay(other: StoreCertificate) -> None:
    assert methods(other) == []


@pytest.mark.parametrize("usage", [EMAIL, EFS], ids=["mail", "file"])
def test_what_opens_old_mails_and_files_is_archived_by_default(usage: str) -> None:
    old = stored(certificate(eku=(CLIENT, usage)))
    assert methods(old) == [(old.thumbprint, RemovalMethod.ARCHIVE)]
    assert methods(old, policy=RemovalPolicy(encryption_keys=True)) == [(old.thumbprint, RemovalMethod.DELETE)]


def test_one_that_is_archived_already_is_not_archived_again_but_can_be_deleted() -> None:
    hidden = stored(certificate(), archived=True)
    assert methods(hidden, policy=RemovalPolicy(RemovalMethod.ARCHIVE)) == []
    assert methods(hidden) == [(hidden.thumbprint, RemovalMethod.DELETE)]


@pytest.mark.parametrize("method", [RemovalMethod.DELETE, RemovalMethod.NONE])
def test_an_older_bundle_than_the_installed_one_is_refused_unless_it_is_meant(method: RemovalMethod) -> None:
    newer = stored(certificate(left=4 * YEAR))
    meant = [(newer.thumbprint, method)] if method is RemovalMethod.DELETE else []
    assert methods(newer, policy=RemovalPolicy(method, allow_downgrade=True)) == meant
    problem = error_of(lambda: methods(newer, policy=RemovalPolicy(method))).problem
    assert (problem.code, problem.setting) == ("downgrade", "allow_downgrade")
    assert problem.values["thumbprint"] == newer.thumbprint
    days = {"day": certificate(left=3 * YEAR).not_after.date(), "later_day": newer.certificate.not_after.date()}
    assert {name: problem.values[name] for name in days} == days


def test_one_that_ends_at_the_same_moment_or_is_archived_is_no_downgrade() -> None:
    assert len(methods(stored(certificate(left=3 * YEAR, eku=None)))) == 1
    assert len(methods(stored(certificate(left=4 * YEAR), archived=True))) == 1


def test_more_than_allowed_is_refused_and_all_are_named() -> None:
    several = [stored(certificate(f"Person {number}", left=timedelta(days=number))) for number in range(4)]
    assert len(choose_methods(several[:3], RemovalPolicy())) == 3
    refusal = error_of(lambda: choose_methods(several, RemovalPolicy()))
    values = {"count": 4, "names": tuple(f"Person {number}" for number in range(4)), "most": 3}
    assert refusal.problem == Problem("too_many", values, "max_certificates")


def test_with_a_pattern_the_number_tells_whose_it_is() -> None:
    married = stored(certificate("Jeanne Durand - T123456"))
    assert methods(married, person=ExpectedSubject(pattern=r"(T\d+)")) == [(married.thumbprint, RemovalMethod.DELETE)]
    assert married.certificate.subject_cn != JEANNE
