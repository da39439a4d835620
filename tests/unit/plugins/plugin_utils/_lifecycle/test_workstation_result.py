# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a workstation: totals, those who need somebody, when waiting is a failure, and the facts."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import ErrorRow, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.outcomes import grouped
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import (
    DeferralRule,
    help_wanted,
    shown_outcome,
)
from lab.authority import Authority
from lab.authority.dialect import write_bundle
from unit.plugins.plugin_utils.enrolment import ANNE, JEANNE, PAUL, PEOPLE, codes, enrol, kept, outcomes
from unit.plugins.plugin_utils.fakes import PASSPHRASE, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.problems import sample

TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)
ZOE = {"user": "CHU\\asr", "name": "Zoë Martin", "authorisation": "T300001"}
SIGNATURE = re.compile(r'"signature": "[^"]+"')
NONCE = re.compile(r":[0-9a-f]{8}\b")
COMMON = ("T300001", "2029", "asr", "Zoë", "a")


@pytest.mark.parametrize(
    ("rule", "days_left", "is_on_leave", "applies"),
    [
        (DeferralRule(), 0, False, False),
        (DeferralRule(True, 7), 8, False, False),
        (DeferralRule(True, 7), 7, False, True),
        (DeferralRule(True, 7), None, False, True),
        (DeferralRule(True, 7), 7, True, False),
        (DeferralRule(True, None), 900, False, True),
        (DeferralRule(True, None), 900, True, False),
        (DeferralRule(False, None), 0, False, False),
    ],
)
def test_when_waiting_is_a_failure(rule: DeferralRule, days_left: int | None, is_on_leave: bool, applies: bool) -> None:
    assert rule.applies(days_left, is_on_leave) is applies


@pytest.mark.parametrize(
    ("left", "given", "entry", "failed"),
    [
        (8, {}, {}, False),
        (7, {}, {}, True),
        (8, {"deferred_fails_within_days": 8}, {}, True),
        (7, {"fail_when_deferred": False}, {}, False),
        (7, {}, {"absent_until": "2026-11-26"}, False),
        (90, {"authorisation_anniversary": "2026-12-02", "renew_before_days": 100}, {}, True),
        (90, {"authorisation_anniversary": "2026-12-03", "renew_before_days": 100}, {}, False),
    ],
)
def test_one_who_waits_for_the_issuer_fails_when_it_is_too_late_to_wait(
    workstation: FakeWorkstation,
    tmp_path: Path,
    authority: Authority,
    left: int,
    given: dict[str, Any],
    entry: dict[str, str],
    failed: bool,
) -> None:
    workstation.plant(JEANNE["user"], issue(authority, "Jeanne Dupont - T123456", left * DAY))
    result = enrol(workstation, tmp_path, [JEANNE | entry], install="due", **given)
    (row,) = result["holders"]
    assert (row["outcome"], row["error"]) == ("waiting_for_issuer", None)
    assert (row["failed"], result["failed"]) == (failed, failed)
    assert result["failed_holders"] == (["Jeanne Dupont (CHU\\jdupont)"] if failed else [])


def test_each_person_stands_before_the_sentence_that_is_true_of_them() -> None:
    """A code with other values is another sentence, and so is another variant of it."""
    first, second = (Problem("bad_arguments.at_workstations", {"workstations": (name,)}) for name in ("WS-1", "WS-2"))
    third, fourth = Problem("wrong_passphrase.space"), Problem("wrong_passphrase.number")
    told = [("a", first), ("b", second), ("c", third), ("d", fourth), ("e", first)]
    groups = {("a", "e"): first, ("b",): second, ("c",): third, ("d",): fourth}
    assert grouped(told) == [Problem("of_people", {"who": who}, causes=(each,)) for who, each in groups.items()]


def test_check_mode_says_what_would_be_and_facts_keep_no_plan(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    workstation.plant(JEANNE["user"], issue(authority, "Jeanne Dupont - T123456", 20 * DAY))
    workstation.away = {ANNE["user"]}
    result = enrol(workstation, folder, check_mode=True)
    assert outcomes(result) == ["renewed", "installed", "deferred"]
    assert [row["planned"] for row in result["holders"]] == [True, True, False]
    assert [row["changed"] for row in result["holders"]] == [True, True, False]
    assert [row[2] for row in kept(result)] == [None, None, None]
    assert workstation.exchanges == []
    assert all(row["planned"] is False for row in enrol(workstation, folder)["holders"])


def test_a_failure_in_check_mode_is_none_that_would_be(workstation: FakeWorkstation, tmp_path: Path) -> None:
    result = enrol(workstation, tmp_path, [JEANNE], check_mode=True)
    assert shown_outcome(result["holders"][0]) == "failed"


def test_the_keys_are_the_same_whatever_happened(workstation: FakeWorkstation, folder: Path) -> None:
    workstation.away = {ANNE["user"]}
    result = enrol(workstation, folder, passphrases={"T123456": PASSPHRASE, "T300001": PASSPHRASE})
    assert outcomes(result) == ["installed", "failed", "deferred"]
    keys = {frozenset(row) for row in result["holders"]}
    planned = enrol(workstation, folder, check_mode=True)
    assert keys == {frozenset(row) for row in planned["holders"]}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("away", "wrong", "told"),
    [({}, {}, []), ({ANNE["user"]}, {}, ["T300001"]), ({ANNE["user"]}, {"T654321": "another"}, ["T654321"])],
)
def test_those_who_failed_are_told_and_those_who_wait_where_nobody_failed(
    workstation: FakeWorkstation, folder: Path, away: set[str], wrong: dict[str, str], told: list[str]
) -> None:
    workstation.away = set(away)
    passphrases = dict.fromkeys(PEOPLE, PASSPHRASE) | wrong
    result = enrol(workstation, folder, check_mode=True, passphrases=passphrases, fail_when_deferred=False)
    assert [number for number, name in PEOPLE.items() if f"{name} (" in result["msg"]] == told


def test_an_installed_certificate_in_another_name_is_a_remark_and_no_failure(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority
) -> None:
    """The bundle in that name would be refused (wrong_person)."""
    workstation.plant(JEANNE["user"], issue(authority, "Sofia Nguyen - T123456", 400 * DAY))
    found = enrol(workstation, tmp_path, [JEANNE], install="due")
    assert (outcomes(found), found["failed"]) == (["unchanged"], False)
    assert found["other_names"] == [JEANNE | {"issued_to": "Sofia Nguyen - T123456"}]
    for more, given in (({"former_name": "Sofia Nguyen"}, {}), ({}, {"name_check": "off"})):
        assert enrol(workstation, tmp_path, [JEANNE | more], install="due", **given)["other_names"] == []


def test_a_number_is_here_while_any_store_has_it_and_unknown_where_one_cannot_be_read(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    def here() -> Any:
        return enrol(workstation, folder, [JEANNE, PAUL], leavers=["t654321"])["numbers_here"]

    assert here() == ["T123456"]
    workstation.plant(ANNE["user"], issue(authority, "Paul Martin - T654321", DAY))
    assert here() == ["T123456", "T654321"]
    workstation.unreadable = {PAUL["user"]}
    assert here() is None


def test_the_diff_has_an_entry_for_each_store_that_was_looked_at(workstation: FakeWorkstation, folder: Path) -> None:
    result = enrol(workstation, folder, diff=True, passphrases={"T123456": PASSPHRASE})
    assert [entry["before_header"] for entry in result["diff"]] == ["WS-1 CHU\\jdupont CurrentUser\\My"]
    assert "diff" not in enrol(workstation, folder)


def test_why_a_task_failed_stays_until_there_is_another(workstation: FakeWorkstation, folder: Path) -> None:
    failed = enrol(workstation, folder, [PAUL], passphrases={"T654321": "another"})
    found = {
        check_mode: enrol(workstation, folder, [PAUL], variables=failed, check_mode=check_mode)
        for check_mode in (True, False)
    }
    why = failed["holders"][0]["error"]["problem"]
    told = [each["ansible_facts"]["pkcs12"]["holders"][0] for each in (failed, *found.values())]
    assert [(row["outcome"], row["problem"]) for row in told] == [("failed", why), ("failed", why), ("installed", None)]


def test_who_is_no_longer_in_the_inventory_is_not_in_the_facts(workstation: FakeWorkstation, folder: Path) -> None:
    first = enrol(workstation, folder)
    again = enrol(workstation, folder, [PAUL], variables={"ansible_facts": first["ansible_facts"]})
    assert [row[1] for row in kept(again)] == ["T654321"]


@pytest.mark.parametrize("common", COMMON)
@pytest.mark.parametrize("opens", [True, False], ids=["right", "wrong"])
def test_no_data_is_masked_whatever_a_secret_looks_like(
    tmp_path: Path, authority: Authority, common: str, opens: bool
) -> None:
    issued = issue(authority, "Zoë Martin - T300001", 900 * DAY)
    path = tmp_path / "Zoë Martin - T300001.p12"

    def results(secret: str) -> str:
        path.write_bytes(write_bundle(issued.private_key, [issued.certificate], secret, "modern"))
        there = FakeWorkstation()
        there.person(ZOE["user"])
        given = secret if opens else secret * 2
        secrets = {"passphrases": {"T300001": given}, "holder_passwords": {ZOE["user"]: secret}}
        many = enrol(there, tmp_path, [ZOE, JEANNE], evidence_path=str(tmp_path / "2029"), diff=True, **secrets)
        assert codes(many)[0] == (None if opens else "wrong_passphrase")
        arguments = {"holder": ZOE["user"], "name": "Zoë Martin", "holder_password": secret, "passphrase": given}
        one = run_action("certificate", arguments | {"path": str(path), "prove": "always"}, there, diff=True)
        return NONCE.sub(":", SIGNATURE.sub("signed", json.dumps([many, one], ensure_ascii=False)))

    # The sentence about a wrong passphrase says more if it has letters outside ASCII.
    usual, shown = results("s3cret-passphrase-4711" if common.isascii() else "sécret-4711"), results(common)
    assert usual == shown
    assert "Zoë Martin" in shown
    assert "****" not in shown


LOST = sample("connection_timeout")
SILENT = Problem("did_not_answer", {"host": "ws-1"}, causes=(LOST,))


@pytest.mark.parametrize(
    ("result", "needs"),
    [
        ({"failed_holders": [], "msg": "done"}, ""),
        ({"failed_holders": ["Paul"], "msg": "told"}, "told"),
        ({"failed": True, "msg": "told"}, "told"),
        ({"no_workstation": True, "msg": "left out"}, ""),
        ({"unreachable": True, "msg": "lost", "failed_holders": []}, ""),
        ({"unreachable": True, "error": ErrorRow(LOST), "failed_holders": ["Paul"]}, SILENT),
        ({"unreachable": True, "error": ErrorRow(LOST)}, SILENT),
    ],
)
def test_a_workstation_says_why_somebody_has_to_act(result: dict[str, Any], needs: Any) -> None:
    assert help_wanted("ws-1", result) == needs
