# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows PowerShell answered to a case, kept as data, so that the emulated workstation is held to it where there is no Windows.

A recording is stale when the driver, or what the case asks, is not what was recorded.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contract.captured_commands import Sent
from contract.case import Case
from contract.case_runner import Outcome
from lab.manifest import parse

FOLDER = Path(__file__).parent / "recordings"
OURS = "ansible_collections."

Json = dict[str, Any]


def document(case: Case, sent: Sent, outcome: Outcome) -> Json:
    """The recording of an outcome."""
    return {"driver_sha256": driver_hash(sent), "case_sha256": case_hash(case), **asdict(outcome)}


def driver_hash(sent: Sent) -> str:
    """SHA-256 over the driver as it is sent: its script, then what it imports from this collection."""
    manifest = parse(sent.stdin)
    if manifest is None:
        raise ValueError("not a module")
    ours = [manifest.utilities[name] for name in sorted(manifest.utilities) if name.startswith(OURS)]
    return hashlib.sha256(b"\0".join([manifest.script, *ours])).hexdigest()


def case_hash(case: Case) -> str:
    """SHA-256 over what the case asks on what workstation; not over what it expects."""
    question = [case.driver, case.workstation, case.logon, case.run_as, case.request, case.check_mode, case.afterwards]
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()


def is_of(case: Case, sha256: str) -> bool:
    """Whether there is a recording of this driver, by its hash, and of this question."""
    if not path_of(case).exists():
        return False
    recorded = read(case)
    return bool((recorded["case_sha256"], recorded["driver_sha256"]) == (case_hash(case), sha256))


def path_of(case: Case) -> Path:
    """Where the recording lies."""
    return FOLDER / f"{case.name}.json"


def read(case: Case) -> Json:
    """The recording of a case. Raises ``FileNotFoundError``."""
    recording: Json = json.loads(path_of(case).read_text())
    return recording


def text(recording: Json) -> str:
    """A recording as it is written: stable, so that a new one differs only where the answer does."""
    return json.dumps(recording, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
