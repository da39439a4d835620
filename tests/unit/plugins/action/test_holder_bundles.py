# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``holder_bundles`` reaches what it is for."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from unit.plugins.action.effects import (
    DAY,
    EAST,
    MIDDLE,
    NEW,
    Effect,
    Scene,
    bundle,
    code,
    other_name,
    outcome,
    placed,
    row,
    table,
    turned_round,
    with_passphrase_file,
)
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import PASSPHRASE
from unit.plugins.plugin_utils.in_process import PLUGINS, FakeWorkstation, run_action

BASE = {"holders": [JEANNE], "bundle_folder": "{folder}", "passphrases": {"T123456": PASSPHRASE, "T654321": PASSPHRASE}}
AWAITED = JEANNE | {"awaiting": "bundle"}
NEWCOMER = {"holders": [AWAITED]}
BOTH = {"holders": [JEANNE, PAUL]}
ANYBODY = {"bundle_pattern": "*.p12"}


def new(scene: Scene) -> None:
    scene.put(NEW)


def two_files(scene: Scene) -> None:
    new(scene)
    scene.put(MIDDLE, "middle.p12")


def user(scene: Scene) -> Any:
    return row(scene)["user"]


def people(scene: Scene) -> list[str]:
    return [each["user"] for each in scene.result["holders"]]


def until(scene: Scene) -> Any:
    return row(scene)["bundle"]["valid_until"][:4]


EFFECTS = [
    Effect("holders", [PAUL], code, None, "no_bundle", scene=new),
    Effect("holders.user", PAUL["user"], user, JEANNE["user"], PAUL["user"], scene=new),
    Effect("holders.name", "Paul Martin", code, None, "wrong_person", ANYBODY, new),
    Effect("holders.authorisation", "T654321", code, None, "wrong_person", ANYBODY, new),
    Effect("holders.awaiting", "bundle", outcome, "failed", "awaited"),
    Effect("holders.awaiting", "document", outcome, "failed", "awaited"),
    Effect("holders.expected_from", "2020-01-01", outcome, "awaited", "failed", NEWCOMER, entry=AWAITED),
    Effect("holders.leaves_on", "2020-02-29", people, [JEANNE["user"]], [], scene=new),
    Effect("holders.row_problem", "people.xlsx:17", code, None, "register_row", scene=new),
    Effect("time_zone", "Europe/Nowhere", code, None, "bad_time_zone", scene=new),
    Effect("time_zone", EAST, people, [JEANNE["user"]], [], {"holders": [JEANNE | {"leaves_on": "2026-11-25"}]}, new),
    Effect("leavers", ["t654321"], people, [JEANNE["user"], PAUL["user"]], [JEANNE["user"]], BOTH, new),
    Effect("leavers", "T1, T123456 ", people, [JEANNE["user"], PAUL["user"]], [PAUL["user"]], BOTH, new),
    Effect("leavers", [123456], code, None, "bad_arguments", scene=new),
    Effect("bundle_folder", "{folder}/..", code, None, "no_bundle", scene=new),
    Effect("bundle_pattern", "mid*", until, "2029", "2027", scene=two_files),
    Effect("passphrases", {"T123456": "x"}, code, None, "wrong_passphrase", scene=new),
    Effect(
        "passphrase_folder", "{folder}/secrets", code, "no_passphrase", None, {"passphrases": {}}, with_passphrase_file
    ),
    Effect("authorisation_pattern", "^(Jeanne)", code, None, "wrong_person", scene=new),
    Effect("holders.former_name", "Paul Martin", code, "wrong_person", None, ANYBODY, other_name),
    Effect("name_check", "strict", code, None, "wrong_person", ANYBODY, turned_round),
    Effect("name_check", "off", code, "wrong_person", None, ANYBODY, other_name),
]


test_an_option_reaches_what_it_is_for = table("holder_bundles", BASE, EFFECTS)


@pytest.mark.parametrize(
    ("files", "found", "failed"),
    [
        ([], "awaited", False),
        (["Jeanne Dupont - T123456.p12"], "ready", False),
        (["DUPONT Jeanne - T123456.p12"], "failed", True),  # of nearly the right name: it has come
    ],
    ids=["nothing", "the_bundle", "nearly_the_name"],
)
def test_newcomer_is_passed_over_until_a_file_comes(files: list[str], found: str, failed: bool, tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for name in files:
        scene.put(NEW, name)
    people = [AWAITED, PAUL | {"awaiting": "document", "expected_from": "2999-01-01"}]
    result = run_action("holder_bundles", placed({**BASE, "holders": people}, tmp_path), scene.workstation)
    assert [each["outcome"] for each in result["holders"]] == [found, "awaited"]
    assert result["failed"] is failed
    assert set(result["holders"][0]) == set(result["holders"][1])
    assert "near" not in result["holders"][0]


def test_newcomer_whose_bundle_does_not_open_is_a_failure(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    new(scene)
    given = {**BASE, "holders": [AWAITED], "passphrases": {"T123456": "of another letter"}}
    (found,) = run_action("holder_bundles", placed(given, tmp_path), scene.workstation)["holders"]
    assert (found["outcome"], found["error"]["code"]) == ("failed", "wrong_passphrase")


def test_a_passphrase_in_the_place_of_a_name_is_not_told(tmp_path: Path) -> None:
    """The refusal of an entry names its holder."""
    given = {**BASE, "holders": [{"name": "hunter2-hunter2"}], "passphrases": {"T123456": ["hunter2-hunter2"]}}
    refused = run_action("holder_bundles", placed(given, tmp_path), Scene(tmp_path).workstation)
    assert refused["error"]["code"] == "bad_arguments"
    assert "hunter2" not in str(refused)


def test_who_has_left_makes_no_workstation_of_a_host_that_has_holders(tmp_path: Path) -> None:
    given = placed(BASE, tmp_path)
    left = run_action("holder_bundles", {**given, "leavers": ["T123456"]}, Scene(tmp_path).workstation, family="sh")
    assert (left["holders"], left["failed"], "no_workstation" in left) == ([], False, False)
    nobody = run_action("holder_bundles", {**given, "holders": []}, Scene(tmp_path).workstation, family="sh")
    assert (nobody["no_workstation"], "holders" in nobody) == (True, False)


@pytest.mark.parametrize("gone", ["", None])
def test_without_a_folder_of_the_site_there_is_nothing_to_check(gone: str | None, tmp_path: Path) -> None:
    known = {"pkcs12_holders": [JEANNE], "pkcs12_bundle_folder": gone}
    refused = run_action("holder_bundles", {"from_site": {}}, Scene(tmp_path).workstation, variables=known)
    assert refused["error"]["problem"]["code"] == "bad_arguments.check_needs_folder"
    assert refused["error"]["setting"] == "pkcs12_bundle_folder"


def test_a_warning_of_the_notes_and_one_of_the_output_are_both_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module(f"{PLUGINS}.action.holder_bundles")
    monkeypatch.setattr(
        module.WithPassphraseFiles, "finish", lambda _self, result, _task: result | {"warnings": ["first"]}
    )
    monkeypatch.setattr(module, "hidden_output", lambda *_given: "second")
    result = run_action("holder_bundles", placed(BASE, tmp_path), Scene(tmp_path).workstation)
    assert result["warnings"] == ["first", "second"]


def test_an_end_is_told_in_the_time_of_the_site_by_every_task_that_opens_a_bundle(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    expired = bundle(left=-DAY)
    scene.put(expired)
    of_people = {**BASE, "issuer": "."}
    of_file = {"path": f"{{folder}}/{expired.file_name}", "passphrase": PASSPHRASE, "holder": JEANNE["user"]}
    tasks = (("holder_bundles", BASE), ("holder_certificates", of_people), ("certificate", of_file))
    for action, given in tasks:
        for zone, day, time in (("UTC", "2026-11-24", "12:00 UTC"), (EAST, "2026-11-25", f"02:00 {EAST}")):
            arguments = placed({**given, "time_zone": zone}, tmp_path)
            result = run_action(action, arguments, scene.workstation)
            told = (result["holders"][0] if "holders" in result else result)["error"]["problem"]
            assert (told["code"].partition(".")[0], action) == ("expired", action)
            told = told["causes"][0] if "day" not in told["values"] else told
            assert (told["values"]["day"], told["values"]["time"]) == (day, time), action


@pytest.mark.parametrize(("zone", "day"), [("UTC", "2029-11-24"), (EAST, "2029-11-25")])
def test_the_last_day_of_a_bundle_is_that_of_the_site(zone: str, day: str, tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    new(scene)
    result = run_action("holder_bundles", placed({**BASE, "time_zone": zone}, tmp_path), scene.workstation)
    (found,) = result["holders"]
    assert (found["bundle"]["ends_on"], day in found["msg"]) == (day, True)


@pytest.mark.parametrize("opens", [True, False], ids=["it opens", "its passphrase is not known"])
@pytest.mark.parametrize("pattern", ["{name} - {authorisation}*.p12", "* {authorisation}*.p12"])
@pytest.mark.parametrize(
    ("in_file", "in_inventory", "certified"),
    [
        ("123456", "0123456", "0123456"),
        ("00123456", "0123456", "00123456"),
        ("0123456", "123456", "0123456"),
        ("123456", "0123456", "123456"),  # somebody has typed a zero too many: only the certificate knows
    ],
)
def test_who_follows_the_advice_about_lost_zeros_has_the_bundle(
    in_file: str, in_inventory: str, certified: str, pattern: str, opens: bool, tmp_path: Path
) -> None:
    path = tmp_path / f"Jeanne Dupont - {in_file}.p12"
    path.write_bytes(bundle(subject=f"Jeanne Dupont - {certified}").data)

    def tried(number: str, passphrase: str) -> tuple[str, Any]:
        entry = JEANNE | {"authorisation": number}
        given = {"holders": [entry], "bundle_folder": str(tmp_path), "bundle_pattern": pattern}
        given |= {"passphrases": {number: passphrase}}
        (found,) = run_action("holder_bundles", given, FakeWorkstation())["holders"]
        return found["outcome"], (found["error"] or {}).get("problem")

    if not opens and len(certified) < len(in_inventory):
        return  # nobody can know it then
    outcome, problem = tried(in_inventory, PASSPHRASE if opens else "of another file")
    assert (outcome, problem["values"]["number"]) == ("failed", certified)
    if problem["code"] == "no_bundle.zeros_lost_in_file":
        path.rename(tmp_path / f"Jeanne Dupont - {certified}.p12")
    else:
        assert problem["code"] == "no_bundle.zeros_lost_in_inventory"
        in_inventory = certified
    assert tried(in_inventory, PASSPHRASE) == ("ready", None)
