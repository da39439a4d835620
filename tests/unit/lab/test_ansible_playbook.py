# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A forked ansible-playbook is the command that a user starts: the same words, the same exit code, settings of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab import ansible_playbook, ansible_server
from lab.ansible_playbook import AnsiblePlaybook, Forked, chosen, started_anew
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import play

PREFIXES = f"{re.escape(sys.prefix)}|{re.escape(str(Path(sys.prefix).resolve()))}"
"""Of the virtual environment, which may be reached through a link."""
VARYING = re.compile(rf"{PREFIXES}|/tmp\w{{8}}\b|ansible-(?:local|tmp)-[\w.-]+|\b\d+:\d\d:\d\d(?:\.\d+)?")
Task = dict[str, object]
SAYS = {
    "msg": "{{ lookup('ansible.builtin.env', 'WORD') }}, {{ playbook_dir }}, {{ lookup('ansible.builtin.pipe', 'pwd') }}, "
    "{{ lookup('ansible.builtin.env', 'HOME') }}, {{ lookup('ansible.builtin.config', 'DEFAULT_FORKS') }}"
}
SAY: Task = {"ansible.builtin.debug": SAYS}
READ: Task = {"ansible.builtin.command": {"argv": ["sh", "-c", "read line || echo nothing to read"]}}
ASK: Task = {"ansible.builtin.pause": {"prompt": "Who is there?"}}
FAIL: Task = {"ansible.builtin.fail": {"msg": "no"}}
MISTAKE: Task = {"hospital_it.pkcs12.no_such_module": {}}


@pytest.fixture(scope="module")
def forked() -> Iterator[Forked]:
    with Forked() as running:
        yield running


def run(
    way: AnsiblePlaybook, folder: Path, tasks: list[Task], *options: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    book = folder / "play.json"
    book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    environment = {**os.environ, "ANSIBLE_HOME": str(folder / "home"), **variables}
    return way(["-i", "localhost,", "-c", "local", str(book), *options], environment, folder)


def told(ended: subprocess.CompletedProcess[str]) -> tuple[int, list[str], list[str]]:
    stdout, stderr = (VARYING.sub("", text).splitlines() for text in (ended.stdout, ended.stderr))
    return ended.returncode, stdout, stderr


@pytest.mark.parametrize(
    ("tasks", "option", "forks", "exit_code"),
    [
        ([SAY, READ, ASK], "-vvv", "5", 0),
        ([SAY, FAIL], "--diff", "5", 2),
        ([MISTAKE], "--check", "5", 4),
        ([SAY], "--no-such-option", "5", 2),
        ([SAY], "--diff", "many", 5),
    ],
    ids=["well", "red", "a_mistake", "a_mistaken_option", "a_wrong_setting"],
)
def test_it_says_and_ends_as_one_that_is_started(
    forked: Forked, tmp_path: Path, tasks: list[Task], option: str, forks: str, exit_code: int
) -> None:
    anew, fork = (told(run(way, tmp_path, tasks, option, ANSIBLE_FORKS=forks)) for way in (started_anew, forked))
    assert fork == anew
    assert fork[0] == exit_code


def test_each_run_has_its_own_settings(forked: Forked, tmp_path: Path) -> None:
    """From the environment, and from the folder it is started in."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ansible.cfg").write_text("[defaults]\nforks = 7\n", encoding="utf-8")
    runs = [
        run(forked, tmp_path, [SAY], WORD="first"),
        run(forked, tmp_path / "other", [SAY], WORD="second"),
        run(forked, tmp_path, [SAY], ANSIBLE_FORKS="9", HOME="/nowhere"),
    ]
    words = [re.findall(r'"msg": "(.*)"', ended.stdout)[0].split(", ") for ended in runs]
    other, home = str(tmp_path / "other"), os.environ["HOME"]
    assert words == [
        ["first", str(tmp_path), str(tmp_path), home, "5"],
        ["second", other, other, home, "7"],
        ["", str(tmp_path), str(tmp_path), "/nowhere", "9"],
    ]


def test_a_relative_path_in_a_setting_is_that_of_the_folder(forked: Forked, tmp_path: Path) -> None:
    folders = [tmp_path / "here", tmp_path / "there"]
    for folder in folders:
        folder.mkdir()
        ended = run(forked, folder, [SAY], "-vv", ANSIBLE_LIBRARY="own", ANSIBLE_HOME=str(tmp_path / "home"))
        assert f"configured module search path = ['{folder}/own']" in ended.stdout


def test_each_run_has_temporary_files_of_its_own_and_removes_them(forked: Forked, tmp_path: Path) -> None:
    runs = [run(forked, tmp_path, [READ], "-vvv") for _number in range(2)]
    first, second = (re.findall(r"PUT (\S+/ansible-local-[^/]+)/", ended.stdout) for ended in runs)
    assert first != second
    assert not any(Path(each).exists() for each in first + second)
    assert first and second


class Loader:
    """As Ansible's: what it compiled is not among what is kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get_filename(self, fullname: str) -> str:
        return str(self.path)

    def get_source(self, fullname: str) -> bytes:
        return self.path.read_bytes()

    def get_code(self, fullname: str) -> str:
        return "compiled anew"


def test_what_is_kept_compiled_is_taken_while_file_and_source_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ansible_server, "COLLECTION", tmp_path)
    kept, elsewhere = tmp_path / "plugins" / "filter" / "kept.py", tmp_path / "kept.py"
    kept.parent.mkdir(parents=True)
    for each in (kept, elsewhere):
        each.write_text("DAYS = 1\n", encoding="utf-8")
    loader = type("Patched", (Loader,), {})
    ansible_server._keep_compiled(loader)
    names: dict[str, int] = {}
    exec(loader(kept).get_code("kept"), names)  # noqa: S102
    assert names["DAYS"] == 1
    assert loader(elsewhere).get_code("kept") == "compiled anew"
    kept.write_text("DAYS = 2\n", encoding="utf-8")
    assert loader(kept).get_code("kept") == "compiled anew"


def test_runs_side_by_side_do_not_mix(forked: Forked, tmp_path: Path) -> None:
    names = ["one", "two", "three"]
    for name in names:
        (tmp_path / name).mkdir()
    with ThreadPoolExecutor(len(names)) as threads:
        ended = list(threads.map(lambda name: run(forked, tmp_path / name, [SAY], WORD=name), names))
    assert [name in done.stdout for name, done in zip(names, ended, strict=True)] == [True] * 3
    assert "one" not in ended[1].stdout


def test_a_run_that_hangs_is_ended(forked: Forked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ansible_playbook, "TIMEOUT", 2)
    with pytest.raises(subprocess.TimeoutExpired):
        run(forked, tmp_path, [{"ansible.builtin.pause": {"seconds": 60}}])


def test_it_asks_the_workstations_the_same(forked: Forked, tmp_path: Path) -> None:
    """The facts that it makes, and each request."""
    desks = [Desk("ws-cardio", (Seat(JEANNE),)), Desk("ws-nuclear", (Seat(PAUL),))]
    asked, said = [], []
    with Hospital(tmp_path, desks) as hospital:
        for way in (started_anew, forked):
            with chosen(way):
                ended = play(hospital, "hospital_it.pkcs12.audit", "--forks=1")
            asked.append([(each.workstation, each.action, each.module, each.become_user) for each in ended.requests])
            facts = [row.result["ansible_facts"]["pkcs12"] for row in ended.of("certificate_facts")]
            said.append([found["holders"] for found in facts])
            assert ended.exit_code == 0
    assert asked[0] == asked[1] != []
    assert said[0] == said[1] != []
