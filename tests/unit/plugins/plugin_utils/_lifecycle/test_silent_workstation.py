# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation that does not answer may wait, if it may be off and if each holder there has more than so many days of access."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import ConnectionLost, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import (
    DeferralRule,
    ResultContext,
    silent_result,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.run import HolderTask
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import (
    OF_A_WORKSTATION_THAT_IS_OFF,
    PATTERNS,
)
from lab.authority import Authority
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL, enrol
from unit.plugins.plugin_utils.fakes import NOW, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.problems import sample

DAY = timedelta(days=1)
TODAY = NOW.date()
BOTH = ["Jeanne Dupont (CHU\\jdupont)", "Paul Martin (CHU\\pmartin)"]
Json = dict[str, Any]


def day(days: int) -> str:
    return str(TODAY + days * DAY)


def is_silent(workstation: FakeWorkstation, code: str = "connection_timeout") -> None:
    def inventory(_holders: Any) -> None:
        raise ConnectionLost(sample(code))

    workstation.inventory = inventory  # type: ignore[method-assign, assignment]


def late(
    workstation: FakeWorkstation,
    folder: Path,
    authority: Authority,
    left: int,
    holders: list[Json] | None = None,
    *,
    code: str = "connection_timeout",
    facts: bool = True,
    status: str = "",
    **given: Any,
) -> list[str] | None:
    """Who cannot wait; None if the workstation cannot. Both have a certificate; hers ends so many days after today, his in years."""
    workstation.plant(JEANNE["user"], issue(authority, "Jeanne Dupont - T123456", left * DAY))
    workstation.plant(PAUL["user"], issue(authority, "Paul Martin - T654321", 900 * DAY))
    audit = run_action("certificate_facts", {"holders": [JEANNE, PAUL]}, workstation)
    if status:
        audit["ansible_facts"]["pkcs12"]["holders"][0]["certificate_status"] = status
    is_silent(workstation, code)
    known = {"ansible_facts": {"pkcs12": audit["ansible_facts"]["pkcs12"]}} if facts else {}
    result = enrol(workstation, folder, holders or [JEANNE, PAUL], variables=known, **{"install": "due"} | given)
    assert result["unreachable"] is True
    assert "ansible_facts" not in result, "what its last answer said stays"
    found: list[str] | None = result.get("failed_holders")
    for each in found or ():  # the summary says who made the run red
        assert each in result["msg"]
    return found


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


@pytest.mark.parametrize(
    ("left", "given", "fails"),
    [
        (8, {}, False),
        (7, {}, True),
        (-1, {}, True),
        (8, {"deferred_fails_within_days": 8}, True),
        (8, {"fail_when_deferred": False}, False),
        (7, {"fail_when_deferred": False}, True),
        (800, {"authorisation_anniversary": day(8)}, False),
        (800, {"authorisation_anniversary": day(7)}, True),
    ],
)
def test_it_waits_for_those_who_have_access_for_more_than_seven_days(
    workstation: FakeWorkstation, empty: Path, authority: Authority, left: int, given: Json, fails: bool
) -> None:
    assert late(workstation, empty, authority, left, [JEANNE], **given) == (BOTH[:1] if fails else [])


def test_what_is_not_known_counts_as_no_day(workstation: FakeWorkstation, empty: Path, authority: Authority) -> None:
    assert late(workstation, empty, authority, 90, facts=False) == BOTH


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({}, Problem("no_access")),
        ({"in_facts": False}, Problem("no_access.never_seen")),
        ({"certificate_until": NOW + DAY}, Problem("access_ends", {"day": TODAY + DAY})),
        ({"certificate_until": NOW + DAY, "anniversary": TODAY}, Problem("access_ends", {"day": TODAY})),
    ],
    ids=str,
)
def test_it_is_told_why_somebody_cannot_wait(known: Json, why: Problem) -> None:
    """Who was never seen there is not said to have no access."""
    task = HolderTask(HolderEntry(JEANNE["user"], ExpectedSubject("Jeanne Dupont", "T123456"), **known))
    context = ResultContext(False, Calendar(), NOW, DeferralRule(fails=True))
    _silent, who = silent_result(ConnectionLost(sample("connection_timeout")), [task], context)["msg"].problems
    assert who == Problem("of_people", {"who": tuple(BOTH[:1])}, causes=(why,))


@pytest.mark.parametrize(
    "entry", [{"authorisation": "T999999"}, {"user": "CHU\\newcomer"}], ids=["another number", "another account"]
)
def test_facts_of_somebody_else_or_of_another_account_say_nothing(
    workstation: FakeWorkstation, empty: Path, authority: Authority, entry: Json
) -> None:
    (found,) = late(workstation, empty, authority, 90, [JEANNE | entry]) or [""]
    assert found.startswith("Jeanne Dupont (")


@pytest.mark.parametrize(
    "status", ["valid", "renewal_due", "weak", "duplicate", "key_missing", "not_yet_valid", "unknown"]
)
def test_a_certificate_that_gave_no_access_gives_none_now(
    workstation: FakeWorkstation, empty: Path, authority: Authority, status: str
) -> None:
    waits = status in ("valid", "renewal_due", "weak", "duplicate")
    assert late(workstation, empty, authority, 90, [JEANNE], status=status) == ([] if waits else BOTH[:1])


@pytest.mark.parametrize(
    ("entry", "fails"),
    [
        ({"absent_until": day(1)}, False),
        ({"absent_until": day(0)}, True),
        ({"awaiting": "bundle", "expected_from": day(1)}, False),
        ({"awaiting": "bundle", "expected_from": day(0)}, True),
    ],
    ids=["away", "back", "awaited", "expected"],
)
def test_nobody_waits_for_one_who_is_away_or_whom_nobody_expects_yet(
    workstation: FakeWorkstation, empty: Path, authority: Authority, entry: Json, fails: bool
) -> None:
    assert late(workstation, empty, authority, 3, [JEANNE | entry]) == (BOTH[:1] if fails else [])


@pytest.mark.parametrize("code", sorted({code for code, _pattern in PATTERNS}))
def test_only_a_cause_that_a_workstation_has_which_is_off_may_wait(
    workstation: FakeWorkstation, empty: Path, authority: Authority, code: str
) -> None:
    assert late(workstation, empty, authority, 90, code=code) == ([] if code in OF_A_WORKSTATION_THAT_IS_OFF else None)


def test_a_removal_waits_for_nothing(workstation: FakeWorkstation, empty: Path, authority: Authority) -> None:
    removal = {"state": "absent", "retire_authorisations": ["T123456"], "issuer": "."}
    assert late(workstation, empty, authority, 90, **removal) is None


@pytest.mark.parametrize(
    ("left", "passphrase", "fails"), [(40, "wrong", True), (41, "wrong", False), (40, None, True)], ids=str
)
def test_a_bundle_that_does_not_open_waits_for_no_workstation_once_it_is_wanted(
    workstation: FakeWorkstation,
    folder: Path,
    authority: Authority,
    left: int,
    passphrase: str | None,
    fails: bool,
) -> None:
    given = {} if passphrase is None else {"T123456": passphrase}
    assert late(workstation, folder, authority, left, [JEANNE], passphrases=given) == (BOTH[:1] if fails else [])


def test_another_persons_bundle_waits_for_no_workstation(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    assert late(workstation, folder, authority, 90, [JEANNE], bundle_pattern="Paul*.p12") == BOTH[:1]
