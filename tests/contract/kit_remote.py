# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m contract.kit_remote --inventory FILE --host NAME``: the integration targets on a workstation of somebody's own inventory.

Each target gets a certificate of an authority that is made now. Its last tasks take certificate, key and authority back, whatever came
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

from cryptography.hazmat.primitives.hashes import SHA1

from lab.ansible_playbook import PROGRAM
from lab.authority import Authority

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ROOT / "tests" / "integration" / "targets"
FIRST_NUMBER = 900001
"""Numbers that no registry gives."""
PERSON = "Kit Certificate"
FORGET_AUTHORITY = r"""
$ca = [Security.Cryptography.X509Certificates.X509Store]::new('CA', 'LocalMachine')
$ca.Open('ReadWrite')
foreach ($one in $ca.Certificates.Find('FindByThumbprint', '{thumbprint}', $false)) {{ $ca.Remove($one) }}
"""

Json = dict[str, Any]


def plays(folder: Path, host: str, holder: str) -> list[Json]:
    """One play for each target. Bundles are written to the folder. ``holder``: empty for the first of the inventory's."""
    authority = Authority.create("Kit Authority")
    names = sorted(path.name for path in TARGETS.iterdir())
    return [_play(name, f"T{FIRST_NUMBER + at}", folder, authority, (host, holder)) for at, name in enumerate(names)]


def _play(name: str, number: str, folder: Path, authority: Authority, of: tuple[str, str]) -> Json:
    issued = authority.issue(PERSON, number, passphrase="of a kit")
    path = folder / issued.file_name
    path.write_bytes(issued.data)
    host, holder = of
    return {
        "name": f"Target {name}",
        "hosts": host,
        "gather_facts": False,
        "vars": {
            "target_name": PERSON,
            "target_authorisation": number,
            "target_folder": str(folder),
            "target_path": str(path),
            "target_passphrase": issued.passphrase,
            "target_thumbprint": issued.thumbprint,
            "target_holder": holder or "{{ pkcs12_holders[0].user }}",
        },
        "tasks": [{"name": f"Run {name}, then take back what it did", **_block(name, authority)}],
    }


def _block(name: str, authority: Authority) -> Json:
    tasks = str(TARGETS / name / "tasks" / "main.yml")
    thumbprint = authority.issuing.fingerprint(SHA1()).hex().upper()  # noqa: S303
    remove = {"state": "absent", "holder": "{{ target_holder }}", "thumbprints": ["{{ target_thumbprint }}"]}
    forget = {"name": "Forget the authority", "ansible.builtin.raw": FORGET_AUTHORITY.format(thumbprint=thumbprint)}
    return {
        "block": [{"name": f"Run {name}", "ansible.builtin.include_tasks": tasks}],
        "always": [
            {"name": "Remove the certificate with its key", "hospital_it.pkcs12.certificate": remove},
            {**forget, "changed_when": True},
        ],
    }


def run(inventory: str, host: str, holder: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Runs ``ansible-playbook`` for each target, with the user's settings and this repository's collection: worst exit code, all output.

    Each target has a run of its own, since what one registers would be there in the next.
    """
    collections = [str(ROOT / ".build" / "collections"), environment.get("ANSIBLE_COLLECTIONS_PATH")]
    own = {**environment, "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(filter(None, collections))}
    worst, said = 0, ""
    with tempfile.TemporaryDirectory() as made:
        book = Path(made) / "kit.yml"
        for play in plays(Path(made), host, holder):
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
