# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A holder's Windows password is not sent to a workstation that logs what PowerShell runs, whatever it was meant for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration import canary_run
from integration.canary import Scanner, text_secret
from integration.canary_run import CanaryRun
from integration.stores import contents
from integration.wiretap import tap
from lab.authority import Authority
from lab.emulated import LoggingPolicy
from lab.hospital import Hospital
from lab.manifest import Manifest
from lab.people import PAUL, Desk, Seat

DESK = "ws-nuclear"
CALLS = 4
"""A proof, a visit of a portal, a removal, and a removal by number."""


@pytest.fixture
def run(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[CanaryRun]:
    with Hospital(tmp_path, [Desk(DESK, (Seat(PAUL),))]) as hospital:
        yield canary_run.prepare(hospital, authority, monkeypatch)


@pytest.fixture
def log(run: CanaryRun, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What Ansible's wrapper hands to commands of PowerShell, which module logging keeps: the arguments, and the become password."""
    kept: list[bytes] = []

    def keep(manifest: Manifest) -> None:
        password = manifest.become.password if manifest.become else None
        kept.append(json.dumps([manifest.module, dict(manifest.arguments), password]).encode())

    tap(monkeypatch, run.hospital.emulated(DESK), keep)
    return kept


def test_every_use_is_refused_where_powershell_is_logged(run: CanaryRun, log: list[bytes]) -> None:
    assert canary_run.enrol(run).exit_code == 0
    log.clear()
    scanner = Scanner([text_secret("a holder's Windows password", run.hospital.passwords[PAUL.sid])])
    refused = canary_run.use_passwords(run, LoggingPolicy(module=True))
    said = [row.result.get("error") or row.result["holders"][0]["error"] for row in refused.rows]
    assert [error["code"] for error in said] == ["logged_password"] * CALLS
    assert len(log) == CALLS
    pieces = [*((f"what module {number} was given", data) for number, data in enumerate(log)), *run.pieces()]
    assert scanner.search(pieces) == []
    assert [held.works for held in contents(run.hospital.emulated(DESK).store_of(PAUL.sid)).held] == [True]


def test_the_same_search_finds_it_where_nothing_is_logged(run: CanaryRun, log: list[bytes]) -> None:
    assert canary_run.enrol(run).exit_code == 0
    log.clear()
    scanner = Scanner([text_secret("a holder's Windows password", run.hospital.passwords[PAUL.sid])])
    canary_run.use_passwords(run, LoggingPolicy())
    assert sum(bool(list(scanner.scan("a manifest", data))) for data in log) == CALLS
