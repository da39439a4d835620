# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who leaves by a removal, whether somebody has said so, and how many workstations are meant."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import parse_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.leaving import (
    Leaving,
    check_count,
    folder_of_notes,
    this_job,
    who_leaves,
)
from unit.plugins.plugin_utils._lifecycle.test_number_look import inventory
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.problems import error_of

ENTRIES = [parse_holder(JEANNE), parse_holder(PAUL)]
HERS, HIS = "T123456", "T654321"


USUAL = {
    "retire_authorisations": [], "leavers": [], "retire_everyone": False, "leave_note": True, "expired_for_days": None
}  # fmt: skip


def chosen(**given: Any) -> Leaving:
    return who_leaves(USUAL | given, ENTRIES)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"retire_authorisations": " T123456 , "}, Leaving((HERS,), True)),
        ({"retire_authorisations": ["t123456", "T9"]}, Leaving((HERS, "T9"), True)),
        ({"retire_authorisations": [HERS], "leavers": [HIS]}, Leaving((HERS,), True)),
        ({"retire_authorisations": [HERS], "expired_for_days": 0}, Leaving((HERS,), False)),
        ({"retire_authorisations": [HERS], "leave_note": False}, Leaving((HERS,), False)),
        ({"leavers": "t 654321, "}, Leaving((HIS,), True, confirmed=False)),
        ({"leavers": [HIS, ""]}, Leaving((HIS,), True, confirmed=False)),
        ({"retire_everyone": True}, Leaving((HERS, HIS), False)),
        ({"retire_everyone": True, "leavers": [HERS]}, Leaving((HERS, HIS), False)),
    ],
    ids=str,
)
def test_who_leaves(given: dict[str, Any], expected: Leaving) -> None:
    assert chosen(**given) == expected


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "nobody_leaves"),
        ({"leavers": " , "}, "nobody_leaves"),
        ({"retire_authorisations": "", "leavers": [HIS]}, "no_number_given"),
        ({"retire_authorisations": " , ", "leavers": [HIS]}, "no_number_given"),
        ({"retire_authorisations": [HERS, ""]}, "empty_number"),
        ({"retire_authorisations": [42798]}, None),
        ({"leavers": {"T1": 1}}, None),
        (
            {"retire_everyone": True, "retire_authorisations": HERS},
            "everyone_and_some",
        ),
    ],
    ids=str,
)
def test_what_is_not_clear_is_refused(given: dict[str, Any], code: str | None) -> None:
    refused = error_of(lambda: chosen(**given))
    assert refused.code == "bad_arguments"
    assert code is None or refused.problem.code == f"bad_arguments.{code}"


@pytest.mark.parametrize("count", [2, "2", " 2 "])
def test_as_many_workstations_as_somebody_has_counted(count: Any) -> None:
    check_count(count, ["a", "b"])


@pytest.mark.parametrize("count", [None, 1, 3, "", "two", True, [2]])
def test_another_number_of_workstations_is_refused(count: Any) -> None:
    hosts = [f"ws-{number}" for number in range(2)]
    problem = error_of(lambda: check_count(count, hosts)).problem
    assert problem.code == f"bad_arguments.workstations_{'not_counted' if count is None else 'miscounted'}"
    assert (problem.values["count"], problem.values["hosts"]) == (2, ("ws-0", "ws-1"))


def test_a_removal_needs_a_folder_for_its_note() -> None:
    assert folder_of_notes("/own", Path("/site")) == Path("/site")
    assert folder_of_notes("/own", None) == Path("/own")
    assert error_of(lambda: folder_of_notes(None, None)).problem == Problem("bad_arguments.no_folder_of_notes")


def test_a_note_says_whose_job_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "it")
    monkeypatch.setattr("platform.node", lambda: "control")
    assert (this_job(None), this_job("7")) == ("it@control", "it@control, job 7")

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert this_job(None).endswith("@control")


@pytest.fixture
def stocked(workstation: FakeWorkstation, authority: Any) -> FakeWorkstation:
    workstation.plant(JEANNE["user"], issue(authority, f"Jeanne Dupont - {HERS}", YEAR))
    return workstation


def task(workstation: FakeWorkstation, state: str, folder: Path, **given: Any) -> dict[str, Any]:
    arguments = {"state": state, "holders": [JEANNE], "issuer": "."}
    variables = {"pkcs12_bundle_folder": str(folder), "ansible_play_hosts_all": ["ws-1", "ws-2"]}
    options = {name: given.pop(name) for name in ("check_mode", "extra") if name in given}
    more = given.pop("variables", {})
    return run_action("holder_certificates", arguments | given, workstation, variables=variables | more, **options)


def notes_in(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.json")]


@pytest.mark.parametrize(
    ("given", "notes", "left"),
    [
        ({"retire_authorisations": [HERS]}, [f"{HERS}.retired.json"], 0),
        ({"retire_authorisations": [HERS], "check_mode": True}, [], 1),
        ({"retire_authorisations": [HERS], "expired_for_days": 0}, [], 1),
        ({"leavers": [HERS]}, [], 1),
        ({"leavers": [HERS], "extra": {"pkcs12_confirm_removal": "no"}}, [], 1),
        ({"leavers": [HERS], "variables": {"pkcs12_confirm_removal": True}}, [], 1),
        ({"leavers": [HERS], "extra": {"pkcs12_confirm_removal": "yes"}}, [f"{HERS}.retired.json"], 0),
        ({"leavers": [HERS], "extra": {"pkcs12_confirm_removal": True}, "check_mode": True}, [], 1),
        ({"retire_everyone": True, "extra": {"pkcs12_workstation_count": "2"}}, [], 0),
        ({"retire_everyone": True, "extra": {"pkcs12_workstation_count": 1}}, [], 1),
        ({"retire_everyone": True, "variables": {"pkcs12_workstation_count": 2}}, [], 1),
        ({"retire_everyone": True}, [], 1),
    ],
    ids=str,
)
def test_what_is_removed_and_what_is_written_down(
    stocked: FakeWorkstation, tmp_path: Path, given: dict[str, Any], notes: list[str], left: int
) -> None:
    result = task(stocked, "absent", tmp_path, **given)
    assert (notes_in(tmp_path), len(stocked.thumbprints(JEANNE["user"]))) == (notes, left)
    assert result.get("noted", []) == ([HERS] if notes else [])


def test_a_note_is_written_before_the_workstation_is_asked(stocked: FakeWorkstation, tmp_path: Path) -> None:
    seen: list[list[str]] = []
    stocked.inventory = lambda _users: seen.append(notes_in(tmp_path)) or {}["stop"]  # type: ignore[method-assign, assignment]
    task(stocked, "absent", tmp_path, retire_authorisations=[HERS])
    assert seen == [[f"{HERS}.retired.json"]]


def test_without_a_folder_or_without_a_note_nothing_is_removed(stocked: FakeWorkstation, tmp_path: Path) -> None:
    for folder in ("", str(tmp_path / "gone")):
        told = task(
            stocked, "absent", tmp_path, retire_authorisations=[HERS], variables={"pkcs12_bundle_folder": folder}
        )
        assert (told["failed"], stocked.calls) == (True, [])
        assert told["error"]["code"] == ("retired_note" if folder else "bad_arguments")


def test_a_state_is_no_setting_of_a_site(stocked: FakeWorkstation, tmp_path: Path) -> None:
    told = task(stocked, "absent", tmp_path, retire_authorisations=[HERS], from_site={"state": "present"})
    assert (told["error"]["code"], stocked.calls) == ("bad_arguments", [])


@pytest.mark.parametrize(
    ("given", "code", "nobody"),
    [
        ({}, "retired", []),
        ({"extra": {"pkcs12_take_back": "t123456"}}, "no_bundle", []),
        ({"extra": {"pkcs12_take_back": [HIS]}}, "retired", [HIS]),
    ],
    ids=str,
)
def test_who_is_retired_is_taken_back_by_this_run_alone(
    stocked: FakeWorkstation, tmp_path: Path, given: dict[str, Any], code: str, nobody: list[str]
) -> None:
    task(stocked, "absent", tmp_path, retire_authorisations=[HERS])
    result = task(stocked, "present", tmp_path, bundle_folder=str(tmp_path), **given)
    assert ([row["error"]["code"] for row in result["holders"]], result["not_taken_back"]) == ([code], nobody)


def test_whoever_would_lose_a_certificate_is_named_with_it(stocked: FakeWorkstation, tmp_path: Path) -> None:
    told = task(stocked, "absent", tmp_path, leavers=[HERS])
    (row,) = told["holders"]
    assert [each["subject_cn"] for each in row["removed"]] == [f"Jeanne Dupont - {HERS}"]
    assert (told["failed"], told["unconfirmed"], told["changed"], row["planned"]) == (True, True, False, True)
    stocked.away.add(JEANNE["user"])
    (row,) = task(stocked, "absent", tmp_path, leavers=[HERS])["holders"]
    assert (row["deferred"], [each["subject_cn"] for each in row["removed"]]) == (True, [f"Jeanne Dupont - {HERS}"])


def test_a_number_that_only_a_note_has_loses_its_note(stocked: FakeWorkstation, tmp_path: Path) -> None:
    """A typing error in a removal leaves such a note."""
    task(stocked, "absent", tmp_path, retire_authorisations=["T999999"])
    assert notes_in(tmp_path) == ["T999999.retired.json"]
    given = {"bundle_folder": str(tmp_path), "extra": {"pkcs12_take_back": "t999999"}}
    leaver = task(stocked, "present", tmp_path, leavers=["T999999"], **given)
    assert (leaver["not_taken_back"], notes_in(tmp_path)) == (["t999999"], ["T999999.retired.json"])
    taken_back = task(stocked, "present", tmp_path, **given)
    assert (taken_back["not_taken_back"], notes_in(tmp_path)) == ([], [])
    assert task(stocked, "present", tmp_path, **given)["not_taken_back"] == ["t999999"]


YESTERDAY, TODAY = "2026-11-24", "2026-11-25"
YES = {"pkcs12_confirm_removal": True}


@pytest.mark.parametrize(
    ("last", "given", "left"),
    [
        (YESTERDAY, {}, 1),  # nobody has said yes
        (YESTERDAY, {"extra": YES}, 0),
        (TODAY, {"extra": YES}, 1),
        (TODAY, {"extra": YES, "time_zone": "Pacific/Kiritimati"}, 0),  # the next day there
    ],
    ids=str,
)
def test_whoever_is_gone_is_listed_and_removed_on_a_yes(
    stocked: FakeWorkstation, tmp_path: Path, last: str, given: dict[str, Any], left: int
) -> None:
    told = task(stocked, "absent", tmp_path, holders=[JEANNE | {"leaves_on": last}, PAUL], **given)
    assert len(stocked.thumbprints(JEANNE["user"])) == left
    assert [row["authorisation"] for row in told["holders"]] == ([] if (last, len(given)) == (TODAY, 1) else [HERS])
    assert told["unconfirmed"] is (given == {})


def test_whoever_has_left_one_workstation_has_left_them_all_but_not_a_homonym_of_the_number(
    stocked: FakeWorkstation, tmp_path: Path
) -> None:
    gone = JEANNE | {"leaves_on": YESTERDAY}
    known = inventory(ws_1=[JEANNE], ws_2=[gone])
    assert task(stocked, "absent", tmp_path, variables=known)["unconfirmed"] is True
    assert task(stocked, "present", tmp_path, bundle_folder=str(tmp_path), variables=known)["holders"] == []
    other = inventory(ws_1=[JEANNE], ws_2=[gone | {"name": "Anne Roux"}])
    (row,) = task(stocked, "present", tmp_path, bundle_folder=str(tmp_path), variables=other)["holders"]
    assert row["error"]["code"] == "shared_number"


def test_where_the_inventory_has_last_days_nobody_need_leave(stocked: FakeWorkstation, tmp_path: Path) -> None:
    told = task(stocked, "absent", tmp_path, variables={"pkcs12_register_problems": []})
    assert (told["failed"], told["holders"], told["unconfirmed"]) == (False, [], False)
    assert task(stocked, "absent", tmp_path)["error"]["problem"]["code"] == "bad_arguments.nobody_leaves"
