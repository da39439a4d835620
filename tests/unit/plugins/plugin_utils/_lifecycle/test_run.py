# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All holders of a workstation in one task: one failure stops nobody, and everybody's facts are kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle import run
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import ExchangeError
from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.enrolment import ANNE, JEANNE, PAUL, codes, enrol, kept, outcomes
from unit.plugins.plugin_utils.fakes import PASSPHRASE, issue, opened
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action, sid_of

WARD = "CHU\\ward"
BOTH = [JEANNE | {"user": WARD}, PAUL | {"user": WARD}]
SHARED = {"pkcs12_shared_accounts": [WARD]}
"""The site says that people share this account."""


def test_one_who_fails_stops_nobody_and_the_facts_of_all_are_kept(workstation: FakeWorkstation, folder: Path) -> None:
    workstation.person(PAUL["user"]).fails = ("import", "import_failed")
    result = enrol(workstation, folder)
    assert outcomes(result) == ["installed", "failed", "installed"]
    assert codes(result) == [None, "import_failed", None]
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["failed_holders"] == ["Paul Martin (CHU\\pmartin)"]
    assert kept(result) == [
        (sid_of(JEANNE["user"]), "T123456", "installed", "valid"),
        (sid_of(PAUL["user"]), "T654321", "failed", "missing"),
        (sid_of(ANNE["user"]), "T300001", "installed", "valid"),
    ]


def test_the_same_person_is_served_at_each_of_two_accounts(workstation: FakeWorkstation, folder: Path) -> None:
    admin = JEANNE | {"user": "CHU\\adm-jdupont"}
    workstation.person(admin["user"])
    result = enrol(workstation, folder, [JEANNE, admin])
    assert outcomes(result) == ["installed", "installed"]
    assert workstation.thumbprints(JEANNE["user"]) == workstation.thumbprints(admin["user"]) != []
    assert [row[:3] for row in kept(result)] == [
        (sid_of(JEANNE["user"]), "T123456", "installed"),
        (sid_of(admin["user"]), "T123456", "installed"),
    ]
    assert [account for account, *_rest in workstation.exchanges] == [JEANNE["user"], admin["user"]]


def test_two_people_on_one_account_are_told_apart_and_the_second_finds_what_the_first_has_left(
    workstation: FakeWorkstation, folder: Path, bundles: dict[str, IssuedBundle]
) -> None:
    workstation.person(WARD).fails = None
    result = enrol(workstation, folder, BOTH, variables=SHARED)
    # The fake refuses a request that was planned on another store than the one that is there.
    assert outcomes(result) == ["installed", "installed"]
    assert workstation.thumbprints(WARD) == sorted(
        opened(bundles[each]).leaf.thumbprint for each in ("T123456", "T654321")
    )
    first, second = (request.store_hash for _account, _as, request in workstation.exchanges)
    assert first != second
    assert kept(result) == [
        (sid_of(WARD), "T123456", "installed", "valid"),
        (sid_of(WARD), "T654321", "installed", "valid"),
    ]


def test_when_the_first_on_a_shared_account_fails_the_second_is_done_on_what_is_there(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    old = issue(authority, "Jeanne Dupont - T123456", timedelta(days=20))
    workstation.plant(WARD, old)
    workstation.person(WARD).fails = ("retire", "retire_failed")
    result = enrol(workstation, folder, BOTH, variables=SHARED)
    assert (codes(result), outcomes(result)) == (["retire_failed", None], ["failed", "installed"])
    failed = result["holders"][0]
    assert (failed["changed"], failed["superseded"]) == (True, [])
    values = failed["error"]["problem"]["values"]
    named = ("Jeanne Dupont - T123456", opened(old).leaf.thumbprint)
    assert (values["certificate"], values["thumbprint"]) == named
    assert [step["outcome"] for step in failed["journal"]][-2:] == ["done", "failed"]
    assert len(workstation.thumbprints(WARD)) == 3
    assert [row[1:3] for row in kept(result)] == [("T123456", "failed"), ("T654321", "installed")]


UNREAD = {"after": None, "error": ExchangeError("after", "after_unread", None)}


def test_what_was_changed_and_not_read_again_is_a_change_and_its_facts_are_unknown(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    workstation.plant(JEANNE["user"], issue(authority, "Jeanne Dupont - T123456", timedelta(days=20)))
    workstation.person(JEANNE["user"]).lie = UNREAD
    result = enrol(workstation, folder, [JEANNE, PAUL], diff=True)
    assert (codes(result), outcomes(result)) == (["after_unread", None], ["failed", "installed"])
    failed, _done = result["holders"]
    assert (failed["changed"], failed["access_until"], failed["superseded"]) == (True, None, [])
    assert [row[1:] for row in kept(result)] == [("T123456", "failed", "unknown"), ("T654321", "installed", "valid")]
    facts = result["ansible_facts"]["pkcs12"]
    owner = sid_of(JEANNE["user"])
    assert [(each["owner_sid"], each["code"]) for each in facts["unread"]] == [(owner, "after_unread")]
    assert {each["owner_sid"] for each in facts["certificates"]} == {sid_of(PAUL["user"])}
    assert [each["owner_sid"] for each in facts["profiles"] if not each["readable"]] == [owner]
    assert result["diff"][0]["before"] != ""
    assert result["diff"][0]["after"].count("\n") == 1
    assert "CN=" not in result["diff"][0]["after"]


def test_the_second_on_a_shared_account_is_not_planned_on_a_store_that_nobody_has_read(
    workstation: FakeWorkstation, folder: Path
) -> None:
    workstation.person(WARD).lie = UNREAD
    result = enrol(workstation, folder, BOTH, variables=SHARED)
    assert codes(result) == ["after_unread", "store_unread"]
    assert len(workstation.exchanges) == 1


def test_an_answer_that_does_not_fit_shows_what_the_workstation_says_that_it_did(
    workstation: FakeWorkstation, folder: Path
) -> None:
    workstation.person(JEANNE["user"]).lie = {"owner_sid": sid_of(PAUL["user"])}
    result = enrol(workstation, folder, [JEANNE])
    assert (codes(result), outcomes(result)) == (["not_verified"], ["failed"])
    assert [step["step"] for step in result["holders"][0]["journal"]] == ["chain", "import", "prove", "name"]


def test_a_connection_that_ends_keeps_what_was_done_and_the_rest_says_that_it_was_not_tried(
    workstation: FakeWorkstation, folder: Path
) -> None:
    workstation.cut = 2
    result = enrol(workstation, folder)
    assert codes(result) == [None, "connection_lost", "connection_lost"]
    assert outcomes(result) == ["installed", "failed", "failed"]
    done, lost, untried = result["holders"]
    assert done["certificate"]["key_state"] == "proven"
    told = [each["error"]["problem"] for each in (lost, untried)]
    assert [each["code"] for each in told] == ["connection_lost.before_an_answer", "connection_lost.not_tried"]
    assert [[cause["code"] for cause in each["causes"]] for each in told] == [["connection_ended"]] * 2
    assert len(workstation.exchanges) == 2
    assert [row[2] for row in kept(result)] == ["installed", "failed", "failed"]
    assert (result["failed"], result["changed"]) == (True, True)


class AnotherRun:
    """Puts a certificate into a store before an exchange: before the first ones, as long as it has some."""

    def __init__(self, workstation: FakeWorkstation, account: str, *brings: IssuedBundle) -> None:
        self.workstation, self.account, self.brings = workstation, account, list(brings)
        workstation.between = self

    def __call__(self, account: str) -> None:
        if account == self.account and self.brings:
            self.workstation.plant(account, self.brings.pop(0))


def test_a_store_that_changed_is_read_and_planned_once_more(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    older = issue(authority, "Paul Martin - T654321", timedelta(days=20))
    AnotherRun(workstation, PAUL["user"], older)
    evidence = folder / "evidence.jsonl"
    result = enrol(workstation, folder, evidence_path=str(evidence))
    read, exchange = "inventory", "exchange CHU\\"
    assert workstation.calls == [
        read, f"{exchange}jdupont", f"{exchange}pmartin", read, f"{exchange}pmartin", f"{exchange}aroux"
    ]  # fmt: skip
    assert (outcomes(result), result["failed"]) == (["installed", "renewed", "installed"], False)
    assert [each["thumbprint"] for each in result["holders"][1]["superseded"]] == [opened(older).leaf.thumbprint]
    assert [row[2:] for row in kept(result)] == [("installed", "valid"), ("renewed", "valid"), ("installed", "valid")]
    lines = [json.loads(line) for line in evidence.read_text(encoding="utf-8").splitlines()]
    assert [(line["owner_sid"], line["error"], line["removed"]) for line in lines] == [
        (sid_of(JEANNE["user"]), None, []),
        (sid_of(PAUL["user"]), None, [opened(older).leaf.thumbprint]),
        (sid_of(ANNE["user"]), None, []),
    ]


def test_a_store_that_never_rests_is_read_and_planned_twice_and_left_alone(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    brought = [issue(authority, f"Nadia Belkacem - T70000{number}") for number in range(3)]
    AnotherRun(workstation, PAUL["user"], *brought)
    evidence = folder / "evidence.jsonl"
    result = enrol(workstation, folder, [PAUL], evidence_path=str(evidence))
    assert workstation.calls == ["inventory", "exchange CHU\\pmartin"] * 2
    assert (codes(result), result["changed"], result["holders"][0]["journal"]) == (["stale_store"], False, [])
    assert evidence.read_text(encoding="utf-8") == ""


def test_what_another_run_has_removed_is_no_failure_of_a_removal(
    workstation: FakeWorkstation, folder: Path, bundles: dict[str, IssuedBundle]
) -> None:
    workstation.plant(PAUL["user"], bundles[PAUL["authorisation"]])
    store = workstation.person(PAUL["user"])
    workstation.between = lambda _account: store.elements.clear()
    task = {"state": "absent", "issuer": "AC", "retire_authorisations": [PAUL["authorisation"]], "leave_note": False}
    result = enrol(workstation, folder, [PAUL], **task, variables={"pkcs12_confirm_removal": True})
    assert workstation.calls == ["inventory", "exchange CHU\\pmartin", "inventory"]
    assert (outcomes(result), result["failed"], kept(result)[0][3]) == (["unchanged"], False, "missing")


def test_on_a_shared_account_what_changed_replaces_what_the_first_has_left(
    workstation: FakeWorkstation, folder: Path, bundles: dict[str, IssuedBundle]
) -> None:
    store = workstation.person(WARD)
    workstation.between = lambda _account: store.elements.clear() if len(workstation.exchanges) == 2 else None
    result = enrol(workstation, folder, BOTH, variables=SHARED)
    assert (outcomes(result), len(workstation.exchanges)) == (["installed", "installed"], 3)
    assert workstation.thumbprints(WARD) == [opened(bundles[PAUL["authorisation"]]).leaf.thumbprint]
    assert [row[1:] for row in kept(result)] == [("T123456", "installed", "missing"), ("T654321", "installed", "valid")]


def test_a_second_look_that_fails_says_why(
    workstation: FakeWorkstation, folder: Path, bundles: dict[str, IssuedBundle]
) -> None:
    def change(_account: str) -> None:
        workstation.plant(PAUL["user"], bundles[ANNE["authorisation"]])
        workstation.found = replace(workstation.found, computer="WS-OTHER")

    workstation.between = change
    result = enrol(workstation, folder, [PAUL], computer="WS-1")
    assert (codes(result), len(workstation.exchanges)) == (["wrong_computer"], 1)


def test_a_defect_costs_one_holder_and_tells_its_place_but_no_text(
    workstation: FakeWorkstation, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = run.locate_holder

    def broken(inventory: Any, user: str, at: Any) -> Any:
        if user == PAUL["user"]:
            raise KeyError(PASSPHRASE)
        return real(inventory, user, at)

    monkeypatch.setattr(run, "locate_holder", broken)
    result = enrol(workstation, folder)
    assert codes(result) == [None, "defect", None]
    assert PASSPHRASE not in str(result)
    defect = result["holders"][1]["error"]["problem"]["values"]
    assert (defect["kind"], defect["place"].startswith("test_run.py:")) == ("KeyError", True)
    assert [row[2] for row in kept(result)] == ["installed", "failed", "installed"]


def test_a_defect_on_the_controller_costs_one_holder_too(
    workstation: FakeWorkstation, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, _now: Any) -> None:
        if self.options.person.authorisation == PAUL["authorisation"]:
            raise KeyError(PASSPHRASE)

    monkeypatch.setattr(run.PresentFromFolder, "check", broken)
    result = enrol(workstation, folder)
    assert codes(result) == [None, "defect", None]
    assert PASSPHRASE not in str(result)


def test_a_connection_that_ends_does_not_hide_an_own_cause(workstation: FakeWorkstation, folder: Path) -> None:
    workstation.cut = 1
    stranger = ANNE | {"name": "Ann Rouxel"}
    result = enrol(workstation, folder, [JEANNE, PAUL, stranger], bundle_pattern="* - {authorisation}.p12")
    assert codes(result) == ["connection_lost", "connection_lost", "wrong_person"]


def test_a_host_that_is_no_workstation_is_left_out_unless_somebody_works_there(
    workstation: FakeWorkstation, folder: Path
) -> None:
    arguments = {"holders": [], "bundle_folder": str(folder)}
    result = run_action("holder_certificates", arguments, workstation, family="sh")
    assert (result["no_workstation"], result["changed"], workstation.calls) == (True, False, [])
    assert run_action("holder_certificates", arguments, workstation)["holders"] == []
    refused = run_action("holder_certificates", arguments | {"holders": [JEANNE]}, workstation, family="sh")
    assert refused["error"]["code"] == "not_windows"
    assert run_action("workstation_info", {}, workstation, family="sh")["no_workstation"]
    assert run_action("certificate_facts", {}, workstation, family="sh")["no_workstation"]
    for reading in ("workstation_info", "certificate_facts"):  # nobody works there any more, and it is read
        assert "no_workstation" not in run_action(reading, {}, workstation)


def test_a_dead_key_of_another_owner_is_not_remembered_for_this_one(
    workstation: FakeWorkstation, folder: Path, bundles: dict[str, IssuedBundle]
) -> None:
    thumbprint = workstation.plant(JEANNE["user"], bundles["T123456"], friendly_name="Jeanne Dupont - T123456")

    def facts(owner: str) -> dict[str, Any]:
        row = {"owner_sid": sid_of(owner), "thumbprint": thumbprint, "key_state": "unusable"}
        return {"ansible_facts": {"pkcs12": {"schema": 5, "certificates": [row]}}}

    assert outcomes(enrol(workstation, folder, [JEANNE], variables=facts(PAUL["user"]))) == ["unchanged"]
    assert outcomes(enrol(workstation, folder, [JEANNE], variables=facts(JEANNE["user"]))) == ["installed"]


@pytest.mark.parametrize("task", ["enrol", "audit"])
def test_a_task_without_a_proof_keeps_that_a_key_can_be_exported(
    workstation: FakeWorkstation, folder: Path, bundles: dict[str, IssuedBundle], task: str
) -> None:
    thumbprint = workstation.plant(JEANNE["user"], bundles["T123456"], friendly_name="Jeanne Dupont - T123456")
    row = {"owner_sid": sid_of(JEANNE["user"]), "thumbprint": thumbprint, "key_exportable": True}
    earlier = {"ansible_facts": {"pkcs12": {"schema": 5, "certificates": [row]}}}
    result = (
        enrol(workstation, folder, [JEANNE], variables=earlier)
        if task == "enrol"
        else run_action("certificate_facts", {"holders": [JEANNE]}, workstation, variables=earlier)
    )
    (certificate,) = result["ansible_facts"]["pkcs12"]["certificates"]
    assert (certificate["key_state"], certificate["key_exportable"]) == ("linked", True)
