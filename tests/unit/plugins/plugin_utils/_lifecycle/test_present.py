# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewal against a workstation in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import OpenedFile, UnopenedFile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import KeyId
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import (
    Install,
    PresentFromFolder,
    PresentOptions,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import SkipReason, Transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.bundles import BundleFolder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import Plan, Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalMethod, RemovalPolicy
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import ExchangeError, StepRequest
from lab.authority import Authority, IssuedBundle
from lab.emulated.element import properties
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers, StepError
from unit.plugins.plugin_utils.fakes import (
    CARD,
    NOW,
    PASSPHRASE,
    SID,
    YEAR,
    execution,
    inventory,
    issue,
    opened,
    present,
    present_options,
    profile,
    run_state,
)
from unit.plugins.plugin_utils.problems import error_of, sample

JEANNE = ExpectedSubject("Jeanne Dupont", "T123456")
SKEW = timedelta(seconds=301)


def run(drivers: FakeDrivers, issued: IssuedBundle, options: PresentOptions | None = None) -> Transaction:
    return present(options or present_options(), opened(issued), drivers)


def kinds(drivers: FakeDrivers) -> list[str]:
    return [step.type for request, _run_as in drivers.requests for step in request.steps]


def refused(drivers: FakeDrivers, issued: IssuedBundle, options: PresentOptions | None = None) -> Pkcs12Error:
    held = dict(drivers.elements)
    refusal = error_of(lambda: run(drivers, issued, options))
    assert drivers.elements == held
    return refusal


def test_a_renewal_leaves_the_new_certificate_alone_and_the_next_run_one_command(
    drivers: FakeDrivers, new: IssuedBundle
) -> None:
    outcome = run(drivers, new)
    assert outcome.proven
    assert [found.thumbprint for found in outcome.after.certificates] == [opened(new).leaf.thumbprint]
    assert kinds(drivers) == ["chain", "import", "prove", "retire"]
    assert all(drivers.usable)
    drivers.calls.clear()
    assert run(drivers, new).plan == Plan(())
    assert drivers.calls == ["inventory"]


def test_what_travels_is_a_bundle_of_one_use_and_none_of_it_shows(drivers: FakeDrivers, new: IssuedBundle) -> None:
    outcome = run(drivers, new)
    (step,) = [step for step in drivers.requests[0][0].steps if step.type == "import"]
    assert step.arguments["bundle"] != new.data
    one_use = step.arguments["passphrase"]
    assert one_use != PASSPHRASE
    assert all(secret not in repr((drivers.requests, outcome, present_options())) for secret in (PASSPHRASE, one_use))


def test_each_proof_signs_a_number_of_its_own(old: IssuedBundle, drivers: FakeDrivers) -> None:
    for _run in range(2):
        run(drivers, old, present_options(prove=Prove.ALWAYS))
    nonces = {
        step.arguments["nonce"] for request, _as in drivers.requests for step in request.steps if step.type == "prove"
    }
    assert len(nonces) == 2
    assert all(len(nonce) == 32 for nonce in nonces)


@pytest.mark.parametrize("fails", [("import", "import_failed"), ("prove", "sign_failed"), ("chain", "chain_failed")])
def test_a_step_that_fails_before_retiring_changes_nothing(
    drivers: FakeDrivers, new: IssuedBundle, fails: tuple[str, str]
) -> None:
    drivers.fails = fails
    refusal = refused(drivers, new)
    assert (refusal.code, refusal.changed) == (fails[1], False)
    assert refusal.journal[-1]["outcome"] == "failed"


def test_when_retiring_fails_the_new_certificate_stays_and_is_on_record(
    tmp_path: Path, drivers: FakeDrivers, new: IssuedBundle
) -> None:
    drivers.fails = ("retire", "retire_failed")
    refusal = error_of(lambda: run(drivers, new, present_options(execution(tmp_path / "e"))))
    assert (refusal.code, refusal.changed) == ("retire_failed", True)
    assert opened(new).leaf.thumbprint in drivers.elements
    assert '"error": "retire_failed"' in (tmp_path / "e").read_text(encoding="utf-8")


def test_someone_elses_certificate_is_refused_before_the_workstation_is_asked(
    drivers: FakeDrivers, new: IssuedBundle
) -> None:
    refusal = refused(drivers, new, present_options(person=ExpectedSubject("Paul Martin", "T654321")))
    assert refusal.code == "wrong_person"
    assert drivers.calls == []


@pytest.mark.parametrize(
    ("left", "skew", "code"),
    [
        (SKEW - timedelta(seconds=1), SKEW, "clock_skew.fast"),
        (3 * YEAR - SKEW + timedelta(seconds=1), -SKEW, "clock_skew.slow"),
    ],
)
def test_a_workstation_whose_clock_is_off_is_refused_when_it_matters(
    authority: Authority, left: timedelta, skew: timedelta, code: str
) -> None:
    drivers = FakeDrivers(inventory(utc=NOW + skew))
    refusal = refused(drivers, issue(authority, left=left))
    assert refusal.problem == Problem(code, {"computer": "WS-1", "seconds": 301})
    run(drivers, issue(authority))
    run(FakeDrivers(inventory(utc=NOW + timedelta(seconds=300))), issue(authority, left=timedelta(seconds=10)))


@pytest.mark.parametrize("method", [RemovalMethod.DELETE, RemovalMethod.NONE])
def test_an_older_bundle_is_refused_unless_it_is_meant(
    old: IssuedBundle, new: IssuedBundle, method: RemovalMethod
) -> None:
    drivers = FakeDrivers()
    drivers.plant(new)
    assert refused(drivers, old, present_options(policy=RemovalPolicy(method))).code == "downgrade"
    run(drivers, old, present_options(policy=RemovalPolicy(method, allow_downgrade=True)))
    assert opened(old).leaf.thumbprint in drivers.elements


def bundle_folder(issued: IssuedBundle | None = None) -> BundleFolder:
    last = OpenedFile(Path("/bundles/old.p12"), opened(issued), 0) if issued else None
    return BundleFolder(Path("/bundles"), "*.p12", last, ())


def renew(
    options: PresentOptions, folder: BundleFolder, only_due: bool, drivers: FakeDrivers, calendar: Calendar
) -> Transaction:
    install = Install.DUE if only_due else Install.ALWAYS
    return run_state(PresentFromFolder(options, folder, install, calendar), drivers)


def closed(code: str, opens: IssuedBundle | None = None) -> BundleFolder:
    files = (UnopenedFile(Path("/bundles/new.p12"), Pkcs12Error(sample(code))),)
    return replace(bundle_folder(opens), unopened=files, later=files)


@pytest.mark.parametrize("code", ["wrong_passphrase", "no_passphrase", "not_p12"])
@pytest.mark.parametrize("others", [True, False], ids=["beside the installed one", "alone"])
def test_no_issuer_is_waited_for_when_a_file_that_may_be_the_new_bundle_does_not_open(
    drivers: FakeDrivers, old: IssuedBundle, code: str, others: bool
) -> None:
    refused = error_of(
        lambda: renew(
            present_options(person=JEANNE), closed(code, old if others else None), True, drivers, Calendar(40)
        )
    )
    assert (refused.code, refused.changed, drivers.calls) == (code, False, ["inventory"])
    newer = [each.code for each in refused.problem.causes]
    assert any(each.startswith("newer_file.") for each in newer) == others


def test_who_wants_the_newest_at_once_hears_that_it_does_not_open(drivers: FakeDrivers, old: IssuedBundle) -> None:
    refused = error_of(
        lambda: renew(present_options(person=JEANNE), closed("wrong_passphrase", old), False, drivers, Calendar(10))
    )
    assert refused.code == "wrong_passphrase"
    for only_due, what in ((True, closed("wrong_passphrase", old)), (False, closed("no_passphrase"))):
        outcome = renew(present_options(person=JEANNE), what, only_due, drivers, Calendar(10))
        assert (outcome.error, outcome.skipped, outcome.plan.changes) == (None, None, False)


def test_an_installed_certificate_is_repaired_though_the_new_bundle_does_not_open(
    drivers: FakeDrivers, old: IssuedBundle
) -> None:
    options = present_options(person=JEANNE, friendly_name="another")
    refused = error_of(lambda: renew(options, closed("wrong_passphrase", old), True, drivers, Calendar(40)))
    assert (refused.changed, [step.type for request, _run_as in drivers.requests for step in request.steps]) == (
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


@dataclass(slots=True)
class Dead(FakeDrivers):
    """A workstation where the keys of ``dead`` are lost. An import brings a key, unless ``incurable``."""

    dead: set[str] = field(default_factory=set)
    incurable: bool = False

    def _refuse(self, step: StepRequest) -> None:
        if step.type == "import" and not self.incurable:
            self.dead.discard(step.thumbprint)
        if step.type == "prove" and step.thumbprint in self.dead:
            raise StepError("no_key")


@pytest.mark.parametrize("last", ["asked now", "an older one goes", "remembered"])
def test_a_dead_key_comes_anew_out_of_the_bundle(authority: Authority, new: IssuedBundle, last: str) -> None:
    old = issue(authority, left=YEAR)
    drivers = Dead(exportable=True)  # what the workstation reads counts, not what was asked of the import
    if last == "an older one goes":
        drivers.plant(old)
    thumbprint = drivers.plant(new)
    drivers.dead = {thumbprint}
    known = {
        KeyId(SID, thumbprint),
        KeyId(SID, "0" * 40),
        KeyId("S-1-5-21-9", opened(old).leaf.thumbprint),
    }
    prove = Prove.ALWAYS if last == "asked now" else Prove.ON_CHANGE
    options = present_options(prove=prove, unusable=known if last == "remembered" else frozenset())
    outcome = present(options, opened(new), drivers)
    assert (outcome.proven, outcome.plan.imports, drivers.dead) == (True, True, set())
    after = [(found.thumbprint, found.key_works, found.key_exportable) for found in outcome.after.certificates]
    assert after == [(thumbprint, True, True)]
    assert drivers.calls == ["inventory", "exchange"] + ["exchange"] * (last != "remembered")


def test_what_earlier_facts_say_against_a_key_counts_until_it_signs(new: IssuedBundle) -> None:
    drivers = FakeDrivers(inventory(profiles=(profile(loaded=False),)))
    thumbprint = drivers.plant(new)
    options = present_options(person=ExpectedSubject("Jeanne Dupont", "T123456"), unusable={KeyId(SID, thumbprint)})
    outcome = renew(options, bundle_folder(new), True, drivers, Calendar())
    assert outcome.deferred
    assert [found.key_works for found in outcome.after.certificates] == [False]


@pytest.mark.parametrize("why", ["incurable", "card", "asks"])
def test_what_another_import_does_not_cure_is_said_at_once(new: IssuedBundle, why: str) -> None:
    drivers = Dead(incurable=True)
    thumbprint = drivers.plant(new)
    drivers.dead = {thumbprint}
    if why == "card":
        der = opened(new).leaf.der
        drivers.elements[thumbprint] = properties(der, KeyProvInfo("{1}", CARD, 0, 0, 0))
    if why == "asks":
        drivers.lie = {"error": ExchangeError("1", "sign_failed", 0x80090022)}
    held = dict(drivers.elements)
    refusal = error_of(lambda: present(present_options(prove=Prove.ALWAYS), opened(new), drivers))
    assert drivers.elements == held
    assert refusal.code == ("key_asks" if why == "asks" else "no_key")
    assert drivers.calls.count("exchange") == (2 if why == "incurable" else 1)
