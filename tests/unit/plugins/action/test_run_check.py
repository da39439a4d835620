# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``run_check`` reaches what it is for; a variable that nothing reads is told once, and a site's own one is left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from unit.plugins.action.effects import Effect, Scene, table
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action


def play(hosts: Sequence[str], known: Mapping[str, Any], batch: Sequence[str] | None = None) -> dict[str, Any]:
    """The variables of a task in a play on these hosts, in its first batch or in another one."""
    batches = {"ansible_play_hosts_all": list(hosts), "ansible_play_batch": list(hosts if batch is None else batch)}
    return {"hostvars": known, "groups": {"all": [each for each in known if each != "localhost"]}, **batches}


def checked(variables: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    return run_action("run_check", given, FakeWorkstation(), variables=variables)


def doubts(hosts: Sequence[str], known: Mapping[str, Any]) -> list[str]:
    found = checked(play(hosts, known))
    assert not found.get("failed"), found
    return list(found["warnings"])


def code(scene: Scene) -> Any:
    return scene.result.get("error", {}).get("problem", {}).get("code")


PLAY = play(["ws"], {"ws": {}})

EFFECTS = [
    Effect("no_host_matches", "ws-nowhere", code, None, "play.no_host", variables=PLAY),
    Effect("required_folders", ["{folder}/none"], code, None, "folders_not_seen", variables=PLAY),
    Effect("max_fail_percentage", 101, code, None, "bad_arguments.percentage", variables=PLAY),
]


test_an_option_reaches_what_it_is_for = table("run_check", {}, EFFECTS)


def test_every_folder_that_is_not_there_is_named_and_a_blank_one_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = checked(PLAY, required_folders=f"{tmp_path}, {tmp_path}/none,{tmp_path}/file, ")
    assert found["error"]["problem"]["values"] == {"folders": [f"{tmp_path}/none", f"{tmp_path}/file"]}
    assert not checked(PLAY, required_folders=[f" {tmp_path} ", " "]).get("failed")


@pytest.mark.parametrize("given", [None, 0, 100, 12.5, "12.5", " 30 ", "100.0"])
def test_a_percentage(given: Any) -> None:
    assert not checked(PLAY, max_fail_percentage=given).get("failed")


@pytest.mark.parametrize("given", [-1, 101, "100.1", "nan", "inf", "30%", "many", True, [30]], ids=str)
def test_what_is_no_percentage_is_refused_before_the_work(given: Any) -> None:
    refused = checked(PLAY, max_fail_percentage=given)
    assert (refused["failed"], refused["error"]["setting"]) == (True, "max_fail_percentage")


def test_the_variables_of_localhost_count_where_it_is_no_host_of_the_play() -> None:
    everybody = {"localhost": {"pkcs12_report_folder": 1}, "ws": {"pkcs12_report_folder": 1}}
    assert doubts(["ws"], everybody) == []
    assert len(doubts(["ws"], everybody | {"localhost": {}})) == 1
    assert doubts(["ws"], {"ws": {"pkcs12_report_folder": 1}}) == []


def test_a_file_that_came_while_batches_run_stops_none_of_them(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").touch()

    class Known(dict[str, Any]):
        _inventory = SimpleNamespace(
            _sources=[str(tmp_path)], hosts={}, _inventory=SimpleNamespace(processed_sources=[])
        )

    known = Known(a={}, b={})
    first = checked(play(["a", "b"], known, ["a"]))["error"]["problem"]
    assert first == {"code": "inventory_unread.files", "values": {"files": [str(tmp_path / "hosts.yml")]}}
    assert not checked(play(["a", "b"], known, ["b"])).get("failed")


def test_a_variable_of_the_command_that_nobody_knows_is_refused() -> None:
    """With ``pkcs12_host`` for ``pkcs12_hosts``, a run would be for all workstations."""
    known = {"ws": {"pkcs12_host": "ws-1", "pkcs12_hosts": "ws-1", "pkcs12_serail": 1}}
    given = run_action("run_check", {}, FakeWorkstation(), variables=play(["ws"], known), extra={"pkcs12_host": "ws-1"})
    problem = given["error"]["problem"]
    assert problem["code"] == "bad_arguments.of_command"
    assert [each["values"]["name"] for each in problem["causes"]] == ["pkcs12_host"]
    assert len(checked(play(["ws"], known))["warnings"]) == 2


def test_a_play_on_localhost_reads_the_variables_of_the_whole_inventory() -> None:
    known = {"localhost": {}, "ws": {"pkcs12_serail": 1}, "other": {}}
    (said,) = doubts(["localhost"], known)
    assert "pkcs12_serail" in said and "ws" in said
    assert doubts(["other"], known) == []


def test_a_variable_is_told_once_in_a_run_and_not_for_each_batch() -> None:
    hosts, known = ["ws-1", "ws-2"], {"ws-1": {"pkcs12_serail": 1}, "ws-2": {"pkcs12_serail": 1}}
    told = [checked(play(hosts, known, [batch]))["warnings"] for batch in hosts]
    assert [len(each) for each in told] == [1, 0]


@pytest.mark.parametrize(
    "given", [["pkcs12_mine", "pkcs12_ours"], "pkcs12_mine,pkcs12_ours", "pkcs12_mine  pkcs12_ours"]
)
def test_a_name_that_the_site_uses_itself_is_not_told(given: Any) -> None:
    variables = {"pkcs12_ours": 1, "pkcs12_mine": 1, "pkcs12_serail": 1, "pkcs12_own_variables": given}
    (said,) = doubts(["ws"], {"ws": variables})
    assert "pkcs12_serail" in said
    assert len(doubts(["ws", "other"], {"ws": variables, "other": {"pkcs12_mine": 1}})) == 2


@pytest.mark.parametrize("given", [None, 7, {"pkcs12_mine": 1}, [], ""])
def test_what_is_no_list_of_names_silences_nothing(given: Any) -> None:
    assert len(doubts(["ws"], {"ws": {"pkcs12_mine": 1, "pkcs12_own_variables": given}})) == 1


def test_the_wrong_rows_of_a_register_are_told_at_the_beginning_of_a_play() -> None:
    row = {"code": "register_row.nameless", "values": {"file": "people.csv", "line": 3}, "causes": []}
    register = {"pkcs12_register_problems": [row]}
    known = {"a": register, "b": register}
    found = checked(play(["a", "b"], known) | register)
    assert [text.split(":")[0] for text in found["warnings"]] == ["people.csv, line 3"]
    assert checked(play(["a", "b"], known, batch=["b"]) | register)["warnings"] == []
