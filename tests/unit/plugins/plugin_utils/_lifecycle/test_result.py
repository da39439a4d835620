# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as users see them: the same keys whether something was done, planned or put off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import CLIENT_AUTH
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import UnopenedFile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import FactsScope
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import Awaiting, HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import Install, PresentFromFolder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import (
    DeferralRule,
    ResultContext,
    certificate_result,
    holder_result,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.run import (
    HolderRun,
    HolderTask,
    WorkstationRun,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import (
    HolderStore,
    SkipReason,
    Transaction,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.bundles import BundleFolder, OtherFile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import (
    ImportStep,
    NameStep,
    Plan,
    ProveStep,
    RemoveStep,
    RetireStep,
    Step,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalMethod
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar, calendar_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.account import resolve_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import JournalEntry
from unit.plugins.plugin_utils.fakes import (
    EMAIL,
    HOLDER,
    NOW,
    YEAR,
    certificate,
    inventory,
    present_options,
    stored,
    view,
)
from unit.plugins.plugin_utils.problems import sample

LEAF = certificate(left=3 * YEAR)
OLD = stored(certificate())
IMPORT, PROVE = ImportStep(LEAF.thumbprint), ProveStep(LEAF.thumbprint)
JEANNE = ExpectedSubject("Jeanne Dupont", "T123456")
SCOPE = FactsScope(Selection(), (HolderEntry(HOLDER, JEANNE),), Calendar())


def outcome(*steps: Step, before: Any = (), after: Any = None, leaf: Any = LEAF, **details: Any) -> Transaction:
    found, held = inventory(), view(*before)
    now_held = held if after is None else view(*after)
    store = HolderStore(resolve_holder(found, HOLDER), found, NOW, held)
    return Transaction(store, now_held, leaf, Plan(steps), **details)


def run_of(what: Transaction, unopened: tuple[UnopenedFile, ...] = (), person: Any = JEANNE) -> WorkstationRun:
    folder = BundleFolder(Path("/srv/bundles"), "*.p12", None, unopened)
    state = PresentFromFolder(present_options(), folder, Install.ALWAYS, Calendar())
    holder = HolderRun(HolderTask(HolderEntry(HOLDER, person), state), what)
    return WorkstationRun(what.inventory, NOW, (holder,))


def shown(
    what: Transaction, check_mode: bool = False, unopened: tuple[UnopenedFile, ...] = (), scope: FactsScope = SCOPE
) -> dict[str, Any]:
    return certificate_result(run_of(what, unopened), scope, ResultContext(check_mode, Calendar(), NOW))


def test_a_holder_who_waits_is_told_of_a_file_of_nearly_the_right_name() -> None:
    waiting = run_of(outcome(before=[OLD], leaf=None, skipped=SkipReason.WAITING_FOR_ISSUER))
    (holder,) = waiting.holders
    folder = BundleFolder(Path("/srv/bundles"), "*.p12", None, (), ("JEANNE.P12",))
    state = PresentFromFolder(present_options(), folder, Install.ALWAYS, Calendar())
    told = replace(holder, task=replace(holder.task, state=state))
    said = [holder_result(each, ResultContext(False, Calendar(), NOW))["msg"] for each in (holder, told)]
    values = {"holder": HOLDER, "ends_on": date(2027, 11, 25)}
    near = Problem("no_bundle.near_files", {"files": ("JEANNE.P12",)})
    assert said == [Problem("done.no_new_bundle", values), Problem("done.no_new_bundle", values, causes=(near,))]


def test_a_holder_who_waits_is_told_of_files_that_are_for_another_use_only_where_none_is_right() -> None:
    waiting = run_of(outcome(before=[OLD], leaf=None, skipped=SkipReason.WAITING_FOR_ISSUER))
    (holder,) = waiting.holders
    other = OtherFile("JEANNE chiffrement.p12", Use.ENCRYPTION, LEAF)
    use = Problem("file_for_use", {"file": "JEANNE chiffrement.p12", "use": "encryption"})
    right: Any = object()
    for last, causes in ((None, (use,)), (right, ())):
        folder = BundleFolder(Path("/srv/bundles"), "*.p12", last, (), others=(other,))
        state = PresentFromFolder(present_options(), folder, Install.ALWAYS, Calendar())
        told = replace(holder, task=replace(holder.task, state=state))
        assert holder_result(told, ResultContext(False, Calendar(), NOW))["msg"].causes == causes


def retire(*old: Any, method: RemovalMethod = RemovalMethod.DELETE) -> tuple[RetireStep, ...]:
    return tuple(RetireStep(each.thumbprint, method) for each in old)


RENEWAL = outcome(IMPORT, PROVE, *retire(OLD), before=[OLD])
RENEWED = outcome(IMPORT, PROVE, *retire(OLD), before=[OLD], after=[replace(stored(LEAF), key_works=True)], proven=True)
DEFERRED = outcome(IMPORT, PROVE, before=[OLD], deferred=sample("not_logged_on"))


def test_check_mode_says_what_would_be_and_the_run_what_was() -> None:
    planned, done = shown(RENEWAL, check_mode=True), shown(RENEWED)
    told = {"certificate": "Jeanne Dupont - T123456", "holder": "CHU\\jdupont", "ends_on": date(2029, 11, 24)}
    would, was = (Problem(f"done.{each}", {"count": 1}) for each in ("would_supersede", "superseded"))
    assert planned["msg"] == Problem("done.would_install", told, causes=(would,))
    assert done["msg"] == Problem("done.installed_and_signs", told, causes=(was,))
    assert (planned["changed"], planned["certificate"]["key_state"]) == (True, "planned")
    assert (done["changed"], done["certificate"]["key_state"]) == (True, "proven")


def test_what_is_put_off_has_not_changed_and_says_why() -> None:
    found = shown(DEFERRED)
    assert (found["changed"], found["deferred"], found["outcome"]) == (False, True, "deferred")
    assert found["msg"] == sample("not_logged_on")
    assert found["access_until"] == "2027-11-25T12:00:00Z"


@pytest.mark.parametrize(
    ("what", "name", "changed"),
    [
        (RENEWED, "renewed", True),
        (outcome(IMPORT, PROVE, after=[stored(LEAF)]), "installed", True),
        (outcome(PROVE, *retire(OLD), before=[OLD, stored(LEAF)], after=[stored(LEAF)]), "superseded", True),
        (outcome(NameStep(LEAF.thumbprint, "x"), before=[stored(LEAF)]), "changed", True),
        (outcome(PROVE, before=[stored(LEAF)], proven=True), "unchanged", False),
        (outcome(before=[OLD], leaf=None, skipped=SkipReason.NOT_DUE), "not_due", False),
        (outcome(before=[OLD], leaf=None, skipped=SkipReason.WAITING_FOR_ISSUER), "waiting_for_issuer", False),
    ],
)
def test_the_outcome_is_one_word(what: Transaction, name: str, changed: bool) -> None:
    found = shown(what)
    assert (found["outcome"], found["changed"]) == (name, changed)
    told = found["msg"].values
    assert told.get("certificate") == found["certificate"]["subject_cn"] or told["ends_on"] == date(2027, 11, 25)


def went(method: RemovalMethod, **facts: Any) -> dict[str, Any]:
    entry = JournalEntry("3", "retire", "done", "", {"thumbprint": OLD.thumbprint} | facts)
    other = JournalEntry("4", "retire", "done", "", {"thumbprint": "F" * 40, "key": "another's"})
    journal = (entry, other, replace(entry, outcome="failed", facts=dict(other.facts) | {"thumbprint": OLD.thumbprint}))
    what = outcome(*retire(OLD, method=method), before=[OLD, stored(LEAF)], after=[stored(LEAF)], journal=journal)
    (row,) = shown(what)["superseded"]
    assert row["subject_cn"] == "Jeanne Dupont - T123456"
    return {key: row[key] for key in ("method", "key", "kept_because")}


def test_what_became_of_an_old_key_is_said() -> None:
    for facts in ({"key": "deleted", "kept_because": None}, {"key": "kept", "kept_because": "shared_container"}):
        assert went(RemovalMethod.DELETE, **facts) == {"method": "delete", **facts}
    assert went(RemovalMethod.ARCHIVE) == {"method": "archive", "key": "kept", "kept_because": "archive"}
    assert (shown(RENEWAL)["superseded"][0]["key"], shown(RENEWAL)["removed"]) == ("planned", [])
    (planned,) = shown(outcome(*retire(OLD, method=RemovalMethod.ARCHIVE), before=[OLD, stored(LEAF)]))["superseded"]
    assert (planned["key"], planned["kept_because"]) == ("planned", None)


@pytest.mark.parametrize(("method", "kept"), [(RemovalMethod.ARCHIVE, True), (RemovalMethod.DELETE, False)])
def test_what_opens_old_mails_is_told_as_kept_only_where_its_key_stays(method: RemovalMethod, kept: bool) -> None:
    mail = stored(certificate(eku=(CLIENT_AUTH, EMAIL)))
    done = shown(outcome(IMPORT, PROVE, *retire(mail, method=method), before=[mail], after=[stored(LEAF)]))
    assert [row["thumbprint"] for row in done["kept"]] == [mail.thumbprint] * kept


def test_a_file_that_does_not_open_is_named_where_somebody_waits_for_it() -> None:
    refusal = Pkcs12Error(sample("wrong_passphrase"))
    waits = outcome(after=(stored(LEAF),), skipped=SkipReason.WAITING_FOR_ISSUER)
    told = shown(waits, unopened=(UnopenedFile(Path("/srv/bundles/new.p12"), refusal),))
    assert told["unopened"] == [{"path": "/srv/bundles/new.p12", "code": "wrong_passphrase"}]
    assert Problem("not_opened", {"files": ("new.p12 (wrong_passphrase)",)}) in told["msg"].causes


def ends(problem: Problem) -> Iterator[Any]:
    yield from (value for name, value in problem.values.items() if name == "ends_on")
    yield from (end for cause in problem.causes for end in ends(cause))


@pytest.mark.parametrize(
    "what",
    [
        outcome(IMPORT, PROVE, after=(stored(LEAF),), proven=True),
        outcome(before=(stored(LEAF),), leaf=None, skipped=SkipReason.NOT_DUE),
        outcome(RemoveStep(LEAF.thumbprint), before=(stored(LEAF),), leaf=None),
    ],
    ids=["installed", "not due", "not confirmed"],
)
def test_an_end_late_in_the_evening_is_told_as_the_day_of_the_site(what: Transaction) -> None:
    zone = ZoneInfo("Pacific/Kiritimati")  # 14 hours ahead of UTC
    (holder,) = run_of(what).holders
    told = holder_result(holder, ResultContext(False, Calendar(zone=zone), NOW, confirmed=False))["msg"]
    assert list(ends(told)) == [LEAF.not_after.astimezone(zone).date()] != [LEAF.not_after.date()]


WAITING = outcome(before=[OLD], leaf=None, skipped=SkipReason.WAITING_FOR_ISSUER)
NONE = outcome(before=[], leaf=None, skipped=SkipReason.NOT_DUE)


@pytest.mark.parametrize("what", [NONE, outcome(RemoveStep(LEAF.thumbprint), before=(stored(LEAF),), leaf=None)])
@pytest.mark.parametrize("confirmed", [True, False])
def test_only_what_would_be_removed_has_to_be_confirmed(what: Transaction, confirmed: bool) -> None:
    (holder,) = run_of(what).holders
    found = holder_result(holder, ResultContext(False, Calendar(), NOW, confirmed=confirmed))
    assert (found["failed"], found["changed"]) == (
        (what is not NONE and not confirmed),
        (what is not NONE and confirmed),
    )


def result(what: Transaction, end: date | None, zone: str = "UTC", **changes: Any) -> dict[str, Any]:
    (run,) = run_of(what).holders
    entry = replace(run.task.entry, anniversary=end, **changes)
    rule = DeferralRule(fails=True, within_days=7)
    context = ResultContext(False, calendar_of(zone, 40), NOW, rule)
    return holder_result(replace(run, task=replace(run.task, entry=entry)), context)


def days(number: int) -> date:
    return NOW.date() + timedelta(days=number)


def test_the_end_is_an_instant_of_the_sites_midnight() -> None:
    assert result(WAITING, date(2027, 3, 1))["access_until"] == "2027-02-28T23:59:59Z"
    paris = result(WAITING, date(2027, 3, 1), "Europe/Paris")
    assert paris["access_until"] == "2027-02-28T22:59:59Z"
    assert (paris["msg"].values["ends_on"], paris["access_ends_on"]) == (date(2027, 3, 1), "2027-03-01")


def test_a_message_never_promises_access_that_has_ended() -> None:
    assert result(WAITING, days(0))["msg"].code == "done.no_new_bundle_and_ended"


def test_without_a_certificate_there_is_no_end() -> None:
    found = result(NONE, date(2027, 3, 1))
    assert (found["access_until"], found["access_ends_on"], found["access_days_left"]) == (None, None, None)


TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)


def refused(code: str, awaiting: Awaiting | None, expected: date | None = None) -> dict[str, Any]:
    (run,) = run_of(DEFERRED).holders
    entry = replace(run.task.entry, awaiting=awaiting, expected_from=expected)
    refusal = Pkcs12Error(sample(code))
    without = replace(run, task=replace(run.task, entry=entry), transaction=None, refusal=refusal)
    return holder_result(without, ResultContext(False, Calendar(), NOW))


@pytest.mark.parametrize(
    ("code", "awaiting", "expected", "failed"),
    [
        ("no_bundle", Awaiting.BUNDLE, None, False),
        ("no_bundle", Awaiting.DOCUMENT, None, False),
        ("no_bundle", Awaiting.BUNDLE, TOMORROW, False),
        ("no_bundle", Awaiting.BUNDLE, TODAY, True),
        ("no_bundle", None, TOMORROW, True),
        ("wrong_passphrase", Awaiting.BUNDLE, None, True),
    ],
)
def test_only_a_missing_bundle_may_be_awaited(
    code: str, awaiting: Awaiting | None, expected: date | None, failed: bool
) -> None:
    found = refused(code, awaiting, expected)
    assert (found["failed"], found["error"] is not None) == (failed, failed)
    assert found["outcome"] == ("failed" if failed else "waiting_for_issuer")
    awaited = "done.awaited_from" if expected else "done.awaited"  # not the cure of a name that does not fit
    assert found["msg"].code == (sample(code).code if failed else awaited)
