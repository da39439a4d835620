# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook that refuses something: what it prints, and the error of each host as a value."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

RESULTS = "results.jsonl"


@dataclass(frozen=True)
class Refused:
    """``output``: all on one line. ``errors``: those of each host and of its holders, in their order."""

    code: int
    output: str
    errors: Mapping[str, Sequence[Mapping[str, Any]]]

    def names(self, host: str) -> set[str]:
        """The settings and values that the errors of a host name."""
        return {text for error in self.errors.get(host, ()) for text in _texts(error)}

    def codes(self, host: str) -> list[str]:
        """The codes of the problems of a host."""
        return [error["problem"]["code"] for error in self.errors.get(host, ()) if "problem" in error]


def refused(arguments: Sequence[str], folder: Path) -> Refused:
    """Runs ``ansible-playbook`` with these arguments."""
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "lab" / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "lab_results",
        "LAB_RESULTS": str(folder / RESULTS),
    }
    (folder / RESULTS).write_text("", encoding="utf-8")
    done = ansible_playbook([*arguments], {**os.environ, **environment}, folder)
    errors: dict[str, list[Mapping[str, Any]]] = {}
    for line in (folder / RESULTS).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for result in (row["result"], *row["result"].get("holders", ())):
            if isinstance(result, dict) and result.get("error"):
                errors.setdefault(row["host"], []).append(result["error"])
    return Refused(done.returncode, " ".join((done.stdout + done.stderr).split()), errors)


def _texts(error: Mapping[str, Any]) -> Iterator[str]:
    """What the user calls the setting, and the values of the problem and of what led to it."""
    if error.get("setting"):
        yield error["setting"]
    problems = [error["problem"]] if "problem" in error else []
    for problem in problems:
        for value in problem["values"].values():
            yield from map(str, value) if isinstance(value, list) else [str(value)]
        problems += problem.get("causes", [])
