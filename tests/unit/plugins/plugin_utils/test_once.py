# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one task of a run makes for all: Ansible forks a process for each of them."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import once as module
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.once import once

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module.constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    (tmp_path / "run").mkdir()
    return tmp_path


def task(folder: Path, answers: Any, name: str = "a", value: Any = 1) -> None:
    def make() -> Any:
        with (folder / "made").open("a", encoding="utf-8") as file:
            file.write("x")
        return value

    answers.put(once(name, make))


def run(folder: Path, *calls: dict[str, Any]) -> tuple[list[Any], int]:
    """What tasks in processes of their own got, all at once, and how often it was made."""
    answers: Any = FORK.Queue()
    tasks = [FORK.Process(target=task, args=(folder, answers), kwargs=each) for each in calls]
    for each in tasks:
        each.start()
    got = [answers.get(timeout=60) for _each in tasks]
    for each in tasks:
        each.join()
    return sorted(got, key=str), len((folder / "made").read_text("utf-8"))


@pytest.mark.parametrize("value", [[{"a": "é"}], None])
def test_it_is_made_once_for_all_tasks_also_when_there_is_nothing_to_tell(folder: Path, value: Any) -> None:
    assert run(folder, *[{"value": value}] * 6) == ([value] * 6, 1)


def test_each_name_has_its_own(folder: Path) -> None:
    assert run(folder, {"name": "a", "value": 1}, {"name": "b", "value": 2}) == ([1, 2], 2)


def test_without_the_folder_each_makes_it(folder: Path) -> None:
    (folder / "run").rmdir()
    assert run(folder, {}, {}) == ([1, 1], 2)


def test_outside_of_a_process_of_ansibles_own_nothing_is_kept(folder: Path) -> None:
    assert [once("a", lambda: 1), once("a", lambda: 2)] == [1, 2]
    assert list((folder / "run").iterdir()) == []
