# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab.ansible_test [--windows] TARGET...``: the integration targets by ``ansible-test``, as anybody runs them.

``--windows``: ``ansible-test windows-integration``, on a workstation of the lab, or with ``--inventory FILE`` on those of its group
``windows``. Otherwise ``ansible-test integration``, for the targets that call no workstation.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from contract.kit_remote import controller_targets, windows_targets
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import ROOT
from lab.workstation_interface import Kind

STAGE = ROOT / ".build" / "stage-targets" / "ansible_collections" / "hospital_it" / "pkcs12"


def main() -> int:
    """The exit code of ``ansible-test``."""
    parser = argparse.ArgumentParser(prog="lab.ansible_test", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--windows", action="store_true", help="the targets call a workstation")
    parser.add_argument("--kind", choices=["emulated", "wine"], default="emulated", help="of the lab's workstation")
    parser.add_argument("--inventory", type=Path, help="of real workstations, in its group windows")
    asked = parser.parse_args()
    check_targets(parser, asked.targets, windows=asked.windows)
    subprocess.run([str(ROOT / "tools" / "stage"), str(STAGE)], check=True, cwd=ROOT)
    with ExitStack() as running:
        options = ["integration"]
        if asked.windows:
            inventory = asked.inventory or running.enter_context(_Lab(asked.kind == "wine")).inventory
            options = ["windows-integration", "--inventory", str(inventory.resolve())]
        command = [str(ROOT / "tools" / "ansible_test"), str(STAGE), *options, "--color", "no", *asked.targets]
        return subprocess.run(command, check=False, cwd=ROOT).returncode


def check_targets(parser: argparse.ArgumentParser, asked: Sequence[str], *, windows: bool) -> None:
    """Ends with the names that there are, when none is given or one is of no such target."""
    known, others = windows_targets(), controller_targets()
    command, other = "windows-integration", "integration"
    if not windows:
        known, others, command, other = others, known, other, command
    there = f"The targets of make {command} are: {' '.join(known)}"
    if not asked:
        parser.error(f"TARGET= names none. {there}")
    for name in (name for name in asked if name not in known):
        parser.error(f"{name} is a target of make {other}" if name in others else f"there is no target {name}. {there}")


class _Lab:
    """One workstation, and an inventory in the form that ``ansible-test`` documents: INI, with the group ``windows``."""

    def __init__(self, windows: bool) -> None:
        self._desk = Desk("ws-target", (Seat(JEANNE),), windows=windows)
        self._running = ExitStack()

    def __enter__(self) -> _Lab:
        folder = Path(self._running.enter_context(tempfile.TemporaryDirectory(prefix="pkcs12-lab-")))
        hospital = self._running.enter_context(Hospital(folder, [self._desk], delivered=False))
        known = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))["all"]
        variables = {**known["vars"], **known["children"]["workstations"]["hosts"][self._desk.name]}
        # An emulated workstation runs modules, and no other command.
        emulated = hospital.workstations[self._desk.name].kind is Kind.EMULATED
        variables["target_forget_authority"] = not emulated
        self.inventory = folder / "inventory.winrm"
        self.inventory.touch(mode=0o600)
        self.inventory.write_text(ini(self._desk.name, variables), encoding="utf-8")
        return self

    def __exit__(self, *_why: object) -> None:
        self._running.close()


def ini(host: str, variables: dict[str, Any]) -> str:
    """An inventory of one host. Ansible reads the values of a group as literals of Python."""
    lines = [f"{name}={value!r}" for name, value in sorted(variables.items())]
    return "\n".join(["[windows]", host, "", "[windows:vars]", *lines, ""])


if __name__ == "__main__":
    sys.exit(main())
