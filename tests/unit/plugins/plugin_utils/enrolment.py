# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three people at a workstation, and the task that serves them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unit.plugins.plugin_utils.fakes import PASSPHRASE
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

PEOPLE = {"T123456": "Jeanne Dupont", "T654321": "Paul Martin", "T300001": "Anne Roux"}
JEANNE, PAUL, ANNE = (
    {"user": f"CHU\\{user}", "name": name, "authorisation": number}
    for user, (number, name) in zip(("jdupont", "pmartin", "aroux"), PEOPLE.items(), strict=True)
)
HOLDERS = [JEANNE, PAUL, ANNE]


def enrol(workstation: FakeWorkstation, folder: Path, holders: Any = None, **given: Any) -> dict[str, Any]:
    task = {name: given.pop(name) for name in ("variables", "check_mode", "diff") if name in given}
    usual = {
        "holders": HOLDERS if holders is None else holders,
        "bundle_folder": str(folder),
        "passphrases": dict.fromkeys(PEOPLE, PASSPHRASE),
    }
    return run_action("holder_certificates", usual | given, workstation, **task)


def outcomes(result: dict[str, Any]) -> list[str]:
    return [row["outcome"] for row in result["holders"]]


def codes(result: dict[str, Any]) -> list[str | None]:
    return [row["error"] and row["error"]["code"] for row in result["holders"]]


def kept(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What the facts keep of each holder."""
    facts = result["ansible_facts"]["pkcs12"]
    return [(row["owner_sid"], row["authorisation"], row["outcome"], row["status"]) for row in facts["holders"]]
