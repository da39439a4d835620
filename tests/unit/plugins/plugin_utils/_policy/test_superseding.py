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


def test_the_older_one_of_the_same_person_and_issuer_goes_with_its_key() -> None:
    assert methods(OLD) == [(OLD.thumbprint, RemovalMethod.DELETE)]


@pytest.mark.parametrize("provider", SOFTWARE_PROVIDERS)
def test_keys_of_windows_own_software_providers_may_go(provider: str) -> None:
    assert methods(stored(OLD.certificate, provider)) != []


def test_an_older_one_whose_key_is_lost_goes_as_well() -> None:
    assert methods(stored(OLD.certificate, None)) == [(OLD.thumbprint, RemovalMethod.DELETE)]


@pytest.mark.parametrize(
    "other",
    [
        stored(NEW),
        stored(certificate(issuer="CN=Another CA")),
        stored(certificate("Paul Martin - T654321")),
        stored(certificate(eku=(SERVER,))),
        stored(certificate(), CARD),
        stored(certificate(), "Microsoft Platform Crypto Provider"),
        stored(certificate(), "A vendor's provider"),
    ],
    ids=["itself", "issuer", "person", "purpose", "card", "tpm", "unknown_provider"],
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


@pytest.mark.parametrize("method", [RemovalMethod.DELETE, RemovalMethod.ARCHIVE, RemovalMethod.NONE])
def test_an_older_bundle_than_the_installed_one_is_refused(method: RemovalMethod) -> None:
    newer = stored(certificate(left=4 * YEAR))
    problem = error_of(lambda: methods(newer, policy=RemovalPolicy(method))).problem
    assert (problem.code, problem.setting) == ("downgrade", "allow_downgrade")
    assert problem.values["thumbprint"] == newer.thumbprint
    days = {"day": certificate(left=3 * YEAR).not_after.date(), "later_day": newer.certificate.not_after.date()}
    assert {name: problem.values[name] for name in days} == days


def test_a_downgrade_that_is_meant_supersedes_the_newer_one() -> None:
    newer = stored(certificate(left=4 * YEAR))
    assert methods(newer, policy=RemovalPolicy(allow_downgrade=True)) == [(newer.thumbprint, RemovalMethod.DELETE)]


def test_one_that_ends_at_the_same_moment_or_is_archived_is_no_downgrade() -> None:
    assert len(methods(stored(certificate(left=3 * YEAR, eku=None)))) == 1
    assert len(methods(stored(certificate(left=4 * YEAR), archived=True))) == 1


def test_superseded_none_leaves_all_in_place() -> None:
    assert methods(OLD, policy=RemovalPolicy(RemovalMethod.NONE)) == []


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
