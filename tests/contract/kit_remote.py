# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m contract.kit_remote --inventory FILE --host NAME``: the integration targets on a workstation of somebody's own inventory.

Each target gets certificates of an authority that is made for it. Its last tasks take certificate, key and authority back, whatever came
before. The exit code is the worst of ``ansible-playbook``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.ansible_playbook import PROGRAM

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ROOT / "tests" / "integration" / "targets"
Json = dict[str, Any]


def windows_targets() -> list[str]:
    """The names of the targets that call a workstation."""
    return [name for name in _names() if "windows" in aliases(name)]


def controller_targets() -> list[str]:
    """The names of the targets that call none."""
    return [name for name in _names() if "windows" not in aliases(name)]


def _names() -> list[str]:
    return sorted(path.name for path in TARGETS.iterdir() if not path.name.startswith("setup_"))


def aliases(name: str) -> list[str]:
    """What ``ansible-test`` reads about a target."""
    lines = (TARGETS / name / "aliases").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def plays(host: str, holder: str) -> list[Json]:
    """One play for each target. ``holder``: empty for the first of the inventory's."""
    known = {"target_holder": holder} if holder else {}
    return [
        {"name": f"Target {name}", "hosts": host, "gather_facts": False, "vars": known, "roles": [name]}
        for name in windows_targets()
    ]


def run(inventory: str, host: str, holder: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Runs ``ansible-playbook`` for each target, with the user's settings and this repository's collection: worst exit code, all output.

    Each target has a run of its own, since what one registers would be there in the next.
    """
    collections = [str(ROOT / ".build" / "collections"), environment.get("ANSIBLE_COLLECTIONS_PATH")]
    own = {
        **environment,
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(filter(None, collections)),
        "ANSIBLE_ROLES_PATH": str(TARGETS),
    }
    worst, said = 0, ""
    with tempfile.TemporaryDirectory() as made:
        book = Path(made) / "kit.yml"
        for play in plays(host, holder):
            book.write_text(json.dumps([play]), encoding="utf-8")
            command = [str(PROGRAM), "-i", inventory, str(book)]
            done = subprocess.run(
                command, env=own, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            worst, said = max(worst, done.returncode), said + done.stdout
    return worst, said


def unknown(inventory: str, host: str) -> str | None:
    """Why nothing would run: Ansible itself ends green when no host matches."""
    if not Path(inventory).exists():
        return f"The inventory {inventory} does not exist."
    asked = [str(PROGRAM.with_name("ansible-inventory")), "-i", inventory, "--host", host]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    return f"The inventory {inventory} has no host {host}." if done.returncode else None


DESCRIPTION = """Tries the modules on one workstation over WinRM. It installs certificates of a test authority in the holder's store and
takes them back. Use a test machine and a test user who is logged on, never a physician's workstation. Give HOST=name INVENTORY=file, and
HOLDER=user if the inventory names no holder."""


def main() -> int:
    """The exit code of ``ansible-playbook``; 2 without a host and an inventory that has it."""
    parser = argparse.ArgumentParser(prog="make kit-remote", description=DESCRIPTION)
    for option in ("--inventory", "--host", "--holder"):
        parser.add_argument(option, default="")
    asked = parser.parse_args()
    if not asked.host or not asked.inventory:
        print(
            "make kit-remote needs HOST=name INVENTORY=file, for example HOST=pc-017 INVENTORY=inventory.yml",
            file=sys.stderr,
        )
        return 2
    problem = unknown(asked.inventory, asked.host)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    code, said = run(asked.inventory, asked.host, asked.holder, os.environ)
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
