# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles for workstations look at no other host: slices of a job and batches of a play are like one run.

Roles of the controller look at all hosts. Those that change certificates carry on and end alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from consistency.tree import ROOT, name

FILES = sorted(path for path in (ROOT / "roles").glob("*/*/*.yml") if path.parent.name in ("tasks", "vars", "defaults"))
ACROSS = re.compile(
    r"\b(run_once|hostvars|groups|group_names|delegate_to|delegate_facts|set_stats|add_host|group_by|ansible_play_\w+|play_hosts)\b"
)
OF_THE_CONTROLLER = {"collect", "report"}
PUBLISHED = {"pkcs12_fact_summary"}


def across(path: Path) -> list[str]:
    """What a file has that looks at other hosts, comments left out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if not line.lstrip().startswith("#") and ACROSS.search(line)]


@pytest.mark.parametrize("path", [path for path in FILES if path.parents[1].name not in OF_THE_CONTROLLER], ids=name)
def test_role_looks_at_its_own_host(path: Path) -> None:
    assert across(path) == []


def test_the_report_leaves_one_artifact() -> None:
    """The artifacts of slices overwrite each other, so nothing else of a job is told in this way."""
    text = "".join(path.read_text("utf-8") for path in FILES)
    told = [found[2] for found in re.findall(r"( *)(\S*)set_stats:\n\1  data:\n((?:\1    .*\n)+)", text)]
    keys = {line.split(":")[0].strip() for block in told for line in block.splitlines()}
    assert (len(told), keys) == (1, PUBLISHED)
    playbooks = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").rglob("*.yml"))
    assert "set_stats" not in playbooks


def skeleton(role: str, file: str) -> dict[str, Any]:
    """The only task of a file of a role, without the names, and without what its module is told."""
    text = (ROOT / "roles" / role / "tasks" / f"{file}.yml").read_text(encoding="utf-8")
    (task,) = yaml.safe_load(text.replace(f"{role}_result", "result"))
    return {key: value for key, value in task.items() if key not in ("name", "hospital_it.pkcs12.holder_certificates")}


@pytest.mark.parametrize("file", ["work", "end"])
def test_roles_that_change_certificates_carry_on_and_end_alike(file: str) -> None:
    enrol, *others = (skeleton(role, file) for role in ("enrol", "renew", "retire"))
    assert others == [enrol, enrol]


def tasks_of(part: Any) -> Iterator[dict[str, Any]]:
    """Plays, and all tasks and blocks in them."""
    for each in part:
        yield each
        yield from tasks_of(task for key in ("tasks", "block", "rescue", "always") for task in each.get(key, ()))


def test_what_a_playbook_does_once_needs_no_connection_to_a_workstation() -> None:
    files = (ROOT / "playbooks").rglob("*.yml")
    loaded = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in files if path.parent.name != "vars")
    once = [task for plays in loaded for task in tasks_of(plays) if task.get("run_once")]
    assert once
    assert [
        task["name"]
        for task in once
        if task.get("delegate_to") != "localhost" and task.get("when") != "__hosts == 'localhost'"
    ] == []
