# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the newest bundle of a folder is installed, and what is said when it is not, against a workstation in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import UnopenedFile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import (
    Install,
    PresentFromFolder,
    PresentOptions,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import SkipReason, Transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.bundles import BundleFolder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import opened, present_options, run_state
from unit.plugins.plugin_utils.problems import sample

JEANNE = ExpectedSubject("Jeanne Dupont", "T123456")


def bundle_folder(*issued: IssuedBundle) -> BundleFolder:
    return BundleFolder(Path("/bundles"), "*.p12", tuple(opened(each) for each in issued), ())


def renew(
    options: PresentOptions, folder: BundleFolder, only_due: bool, drivers: FakeDrivers, calendar: Calendar
) -> Transaction:
    install = Install.DUE if only_due else Install.ALWAYS
    return run_state(PresentFromFolder(options, folder, install, calendar), drivers)


def test_a_folder_renews_when_it_is_time(drivers: FakeDrivers, new: IssuedBundle) -> None:
    outcome = renew(present_options(person=JEANNE), bundle_folder(new), True, drivers, Calendar())
    assert outcome.plan.imports
    assert list(drivers.elements) == [opened(new).leaf.thumbprint]


@pytest.mark.parametrize(
    ("only_due", "days", "bundles", "note"),
    [(True, 10, True, SkipReason.NOT_DUE), (True, 40, False, SkipReason.WAITING_FOR_ISSUER), (False, 10, False, None)],
    ids=["not_due", "no_bundle", "nothing_to_do"],
)
def test_a_folder_leaves_things_as_they_are_and_says_why(
    drivers: FakeDrivers, new: IssuedBundle, only_due: bool, days: int, bundles: bool, note: SkipReason | None
) -> None:
    what = bundle_folder(new) if bundles else bundle_folder()
    outcome = renew(present_options(person=JEANNE), what, only_due, drivers, Calendar(days))
    assert (outcome.skipped, outcome.plan.steps, drivers.calls) == (note, (), ["inventory"])


def closed(code: str, *opens: IssuedBundle, later: bool = True) -> BundleFolder:
    refusal = Pkcs12Error(sample(code))
    files = (UnopenedFile(Path("/bundles/new.p12"), refusal),)
    return replace(bundle_folder(*opens), unopened=files, later=files if later else ())


@pytest.mark.parametrize("code", ["wrong_passphrase", "no_passphrase", "not_p12"])
@pytest.mark.parametrize("others", [True, False], ids=["beside the installed one", "alone"])
def test_no_issuer_is_waited_for_when_a_file_that_may_be_the_new_bundle_does_not_open(
    drivers: FakeDrivers, old: IssuedBundle, code: str, others: bool
) -> None:
    with pytest.raises(Pkcs12Error) as refused:
        renew(present_options(person=JEANNE), closed(code, *[old] * others), True, drivers, Calendar(40))
    assert (refused.value.code, refused.value.changed, drivers.calls) == (code, False, ["inventory"])
    newer = [each.code for each in refused.value.problem.causes]
    assert any(each.startswith("newer_file.") for each in newer) == others


def test_an_older_file_that_does_not_open_is_not_the_new_bundle(drivers: FakeDrivers, old: IssuedBundle) -> None:
    outcome = renew(
        present_options(person=JEANNE), closed("wrong_passphrase", old, later=False), True, drivers, Calendar(40)
    )
    assert outcome.skipped is SkipReason.WAITING_FOR_ISSUER


def test_who_wants_the_newest_at_once_hears_that_it_does_not_open(drivers: FakeDrivers, old: IssuedBundle) -> None:
    with pytest.raises(Pkcs12Error) as refused:
        renew(present_options(person=JEANNE), closed("wrong_passphrase", old), False, drivers, Calendar(10))
    assert refused.value.code == "wrong_passphrase"
    for only_due, what in ((True, closed("wrong_passphrase", old)), (False, closed("no_passphrase"))):
        outcome = renew(present_options(person=JEANNE), what, only_due, drivers, Calendar(10))
        assert (outcome.error, outcome.skipped, outcome.plan.changes) == (None, None, False)


def test_an_installed_certificate_is_repaired_though_the_new_bundle_does_not_open(
    drivers: FakeDrivers, old: IssuedBundle
) -> None:
    options = present_options(person=JEANNE, friendly_name="another")
    with pytest.raises(Pkcs12Error) as refused:
        renew(options, closed("wrong_passphrase", old), True, drivers, Calendar(40))
    assert (refused.value.changed, [step.type for request, _run_as in drivers.requests for step in request.steps]) == (
        True,
        ["name"],
    )


def test_an_old_file_without_its_passphrase_is_left_alone_until_a_new_one_is_due(drivers: FakeDrivers) -> None:
    outcome = renew(present_options(person=JEANNE), closed("wrong_passphrase"), True, drivers, Calendar(10))
    assert (outcome.skipped, outcome.plan.steps) == (None, ())


def test_the_installed_one_in_the_folder_waits_for_the_issuer_even_when_its_key_is_asked(
    drivers: FakeDrivers, old: IssuedBundle
) -> None:
    for prove in Prove:
        outcome = renew(present_options(person=JEANNE, prove=prove), bundle_folder(old), True, drivers, Calendar())
        assert outcome.skipped is SkipReason.WAITING_FOR_ISSUER


def test_an_empty_folder_is_a_failure_for_a_holder_without_a_certificate() -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        renew(present_options(person=JEANNE), bundle_folder(), True, FakeDrivers(), Calendar())
    assert refusal.value.code == "no_bundle"
