# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles in people's folders: what is said of each, and that nothing goes but what is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.instants import format_instant
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import ConnectionLost, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.evidence import Evidence, installed_bundles
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.stray_bundles import (
    REASONS,
    StrayTask,
    handle_stray_bundles,
    names_of,
    stray_result,
    stray_task,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.bundle_protocol import (
    parse_found,
    parse_removal,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.wire import AnswerError
from unit.plugins.plugin_utils.fakes import NOW, OTHER_SID, SID, now
from unit.plugins.plugin_utils.problems import error_of, sample

ONE, TWO = "a" * 64, "b" * 64
FOLDER = "C:\\Users\\jdupont\\Downloads"


def file(name: str, sha256: str | None = ONE, days: float = 3.5, code: str | None = None) -> dict[str, Any]:
    modified = format_instant(NOW - timedelta(days=days))
    known = {"path": f"{FOLDER}\\{name}", "size": 3, "modified": modified}
    return {**known, "sha256": sha256, "code": code, "hresult": None}


def answer(*files: dict[str, Any], **more: Any) -> dict[str, Any]:
    profile = {"owner_sid": SID, "path": "C:\\Users\\jdupont", "loaded": True, "files": list(files), "unread": []}
    return {"computer": "WS-1", "dns_names": [], "utc": format_instant(NOW), "profiles": [profile | more]}


class Workstation:
    """Answers the search, and removes what it is told; ``left``: why it does not."""

    def __init__(self, found: dict[str, Any], left: str | None = None, lost: bool = False) -> None:
        self.found, self.left, self.lost = found, left, lost
        self.asked: list[str] = []
        self.files: list[dict[str, str]] = []

    def check_computer(self, names: Sequence[str]) -> None:
        self.names = names

    def ask(self, driver: str, arguments: dict[str, Any], parse: Callable[[Mapping[str, Any]], Any]) -> Any:
        self.asked.append(driver)
        if driver == "bundle_files":
            return parse(self.found)
        self.files = arguments["files"]
        if self.lost:
            raise ConnectionLost(sample("connection_ended"))
        said = {"outcome": "left" if self.left else "removed", "code": self.left, "hresult": 5 if self.left else None}
        return parse({"journal": [each | said | {"at": "2026-11-25T12:00:01Z"} for each in self.files]})


def task(*remove: str, path: Path | None = None, check_mode: bool = False) -> StrayTask:
    return stray_task({"remove_sha256": list(remove), "computer": None}, Evidence(path, "17", "ws-1"), check_mode)


def run(given: StrayTask, workstation: Workstation, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    return stray_result(given, handle_stray_bundles(given, workstation, now), names or {})


def test_files_are_listed_with_age_and_hash_and_nothing_is_removed() -> None:
    workstation = Workstation(answer(file("a.p12"), file("b.pfx", None, -1, "too_large")))
    result = run(task(), workstation)
    assert workstation.asked == ["bundle_files"]
    assert not result["changed"]
    keys = ("path", "age_days", "sha256", "problem", "removed")
    assert [tuple(row[key] for key in keys) for row in result["files"]] == [
        (f"{FOLDER}\\a.p12", 3, ONE, None, False),
        (f"{FOLDER}\\b.pfx", 0, None, "too_large", False),
    ]
    assert all(row["installed"] is None for row in result["files"])


def test_places_that_were_not_searched_are_listed() -> None:
    unread = [{"code": "redirected", "detail": "\\\\nas\\home", "hresult": None}]
    result = run(task(), Workstation(answer(unread=unread)))
    assert result["unread"] == [{"owner_sid": SID, "code": "redirected", "path": "\\\\nas\\home"}]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def evidence(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.jsonl"
    row = {"host": "ws-9", "owner_sid": OTHER_SID, "leaf": "AB", "utc": "2026-01-01T00:00:00Z"}
    row |= {"bundle_sha256": ONE.upper()}
    older, other = row | {"host": "ws-1"}, row | {"bundle_sha256": None}
    # Nobody has seen whether the certificate came.
    unread = row | {"host": "ws-2", "added": None}
    content = [json.dumps(older), "no JSON", "[]", "", "[" * 10_000, *map(json.dumps, (row, other, unread))]
    path.write_text("\n".join(content) + "\n", encoding="utf-8")
    return path


def test_last_installation_says_whose_a_bundle_is(tmp_path: Path) -> None:
    result = run(
        task(path=evidence(tmp_path)), Workstation(answer(file("a.p12"), file("b.p12", TWO))), {"AB": "Jeanne"}
    )
    assert [row["installed"] for row in result["files"]] == [
        {
            "workstation": "ws-9",
            "for_owner_sid": OTHER_SID,
            "thumbprint": "AB",
            "at": "2026-01-01T00:00:00Z",
            "subject_cn": "Jeanne",
        },
        None,
    ]
    assert Problem("done.stray_known", {"count": 1}) in result["msg"].causes


def test_evidence_that_is_not_there_is_none_and_one_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert installed_bundles(None) == {}
    assert installed_bundles(tmp_path / "missing") == {}
    assert error_of(lambda: installed_bundles(tmp_path)).code == "evidence"


def test_only_files_with_the_hash_are_removed_and_written_down(tmp_path: Path) -> None:
    path = evidence(tmp_path)
    before = len(path.read_text(encoding="utf-8").splitlines())
    workstation = Workstation(answer(file("a.p12"), file("b.p12", TWO), file("c.p12", None), file("d.p12")))
    result = run(task(ONE.upper(), ONE, "c" * 64, path=path), workstation)
    paths = [f"{FOLDER}\\a.p12", f"{FOLDER}\\d.p12"]
    assert workstation.files == [{"owner_sid": SID, "path": each, "sha256": ONE} for each in paths]
    assert result["changed"]
    assert [row["removed"] for row in result["files"]] == [True, False, False, True]
    assert result["not_found"] == ["c" * 64]
    assert [entry["path"] for entry in result["journal"]] == paths
    written = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[before:]]
    keys = ("removed_file", "file_sha256", "host", "workstation", "job")
    assert [tuple(row[key] for key in keys) for row in written] == [(each, ONE, "ws-1", "WS-1", "17") for each in paths]
    assert written[0]["utc"] == "2026-11-25T12:00:01Z"
    assert written[0]["owner_sid"] == SID


@pytest.mark.parametrize("code", [*REASONS, "wrong_computer", "something new"])
def test_file_that_stays_fails_the_task(code: str, tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    refused = error_of(lambda: run(task(ONE, path=path), Workstation(answer(file("a.p12")), left=code)))
    assert refused.code == ("wrong_computer" if code == "wrong_computer" else "not_removed")
    assert not refused.changed
    assert [entry["code"] for entry in refused.journal] == [code]
    numbers = [each.values["number"] for each in refused.problem.causes if "number" in each.values]
    assert numbers == ([] if code == "wrong_computer" else ["0x00000005"])
    assert path.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("check_mode", [False, True])
def test_evidence_that_cannot_be_written_stops_the_removal(tmp_path: Path, check_mode: bool) -> None:
    workstation = Workstation(answer(file("a.p12")))
    given = replace(
        task(ONE, check_mode=check_mode), evidence=Evidence(tmp_path / "missing" / "evidence.jsonl", None, "ws-1")
    )
    assert error_of(lambda: run(given, workstation)).code == "evidence"
    assert workstation.asked == ["bundle_files"]


def test_lost_answer_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    with pytest.raises(ConnectionLost):
        run(task(ONE, path=path), Workstation(answer(file("a.p12")), lost=True))
    (line,) = lines(path)
    assert (line["error"], line["owner_sid"]) == ("no_answer", SID)
    assert f"{FOLDER}\\a.p12" in line["planned"][0]


@pytest.mark.parametrize("value", ["", "abc", "g" * 64, "a" * 63, "a" * 65, "*", " " + "a" * 64, "a" * 64 + "\n"])
def test_what_is_no_hash_is_refused(value: str) -> None:
    assert error_of(lambda: task(value)).code == "bad_sha256"


@pytest.mark.parametrize("spoilt", [{}, {"utc": "soon"}, {"profiles": [{}]}, {"profiles": None}])
def test_answer_that_is_none_is_refused(spoilt: dict[str, Any]) -> None:
    with pytest.raises(AnswerError):
        parse_found((answer() | spoilt) if spoilt else {})
    with pytest.raises(AnswerError):
        parse_removal({"journal": [{"path": "x"}]})


def test_names_come_from_facts() -> None:
    rows = [{"thumbprint": "AB", "subject_cn": "Jeanne"}, {"thumbprint": "CD", "subject_cn": None}, "odd"]
    assert names_of({"certificates": rows}) == {"AB": "Jeanne"}
    assert names_of(None) == names_of({}) == {}
