# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real ansible-playbook against the hospital and gives back what it said and what it cost."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.ansible_playbook import ansible_playbook
from lab.hospital import Hospital
from lab.winrm import Entry

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Row:
    """One result of one of the collection's plugins, a loop item counted as one."""

    host: str
    action: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished ansible-playbook."""

    exit_code: int
    stdout: str
    stderr: str
    rows: tuple[Row, ...]
    requests: tuple[Entry, ...]

    def of(self, action: str) -> tuple[Row, ...]:
        """The results of one plugin."""
        return tuple(row for row in self.rows if row.action == action)

    def holders(self) -> tuple[Row, ...]:
        """A row for each holder that a role worked on, with the diff of the store, if it was looked at."""
        found = []
        for row in self.of("holder_certificates"):
            diffs = iter(row.result.get("diff") or ())
            for each in row.result.get("holders", ()):
                diff = next(diffs, None) if each["owner"] else None
                found.append(Row(row.host, row.action, {**each, "diff": diff}))
        return tuple(found)


def play(hospital: Hospital, playbook: str | Path, *options: str, environment: Mapping[str, str] | None = None) -> Run:
    """Runs a playbook, by path or by its name in the collection. Raises ``subprocess.TimeoutExpired`` after 300 s."""
    results = hospital.folder / "results.jsonl"
    results.unlink(missing_ok=True)
    mark = hospital.ledger.mark()
    arguments = ["-i", str(hospital.inventory), "-e", f"@{hospital.passphrases}", str(playbook), *options]
    everything = {**os.environ, **_environment(results), **(environment or {})}
    ended = ansible_playbook(arguments, everything, hospital.folder)
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    rows = tuple(Row(**json.loads(line)) for line in lines)
    return Run(ended.returncode, ended.stdout, ended.stderr, rows, hospital.ledger.since(mark))


FACT_CACHE: Mapping[str, str] = {
    "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
    "ANSIBLE_CACHE_PLUGIN_CONNECTION": "facts",  # in the folder of the run: all hospitals share one loaded Ansible
    "ANSIBLE_CACHE_PLUGIN_TIMEOUT": "0",
}
"""The environment that keeps facts from one run to the next, as the quick start sets it up."""


def _environment(results: Path) -> dict[str, str]:
    return {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "lab" / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "lab_results",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
        "LAB_RESULTS": str(results),
        "LC_ALL": "C.UTF-8",
    }
