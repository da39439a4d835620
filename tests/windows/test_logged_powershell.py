# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where every kind of PowerShell logging is on, nothing in the logs opens a certificate; without the sealing, something would.

PowerShell 7 under Wine decides what is logged, and Ansible's real exec wrapper runs in it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.canary import Scanner, Secret, key_secrets, text_secret
from integration.canary_run import canary
from integration.conftest import DOSIMETRY
from integration.plays import Json, modules, run_play, tasks
from lab.authority import Authority, IssuedBundle
from lab.event_log import PowerShellLogs, logged_powershell
from lab.hospital import Hospital
from lab.people import LOUIS
from lab.playbook import ROOT, Run
from lab.wine import WineWorkstation
from windows.test_certificates import assert_signs, look

pytestmark = pytest.mark.windows

ONE_USE = "    passphrase = secrets.token_urlsafe(32)\n"
TOLD = f"{ONE_USE}    with open('{{path}}', 'a') as told: told.write(passphrase + chr(10))\n"
SEALS = "    return bool(inventory.logging.kinds) or context.password is not None\n"
MODULE_LOGGING, SCRIPT_BLOCK_LOGGING = 4103, 4104


@dataclass(slots=True)
class Logged:
    """A workstation that logs. ``folder`` is for copies of the collection."""

    hospital: Hospital
    workstation: WineWorkstation
    logs: PowerShellLogs
    folder: Path
    secrets: list[Secret] = field(default_factory=list)

    def install(self, bundle: IssuedBundle, *changes: tuple[str, str, str]) -> Run:
        """By a copy of the collection that tells its one-use passphrases to the test, with further changes: file, text, other text."""
        self.secrets += [text_secret("a passphrase", bundle.passphrase), *key_secrets("a key", bundle.private_key)]
        told = self.folder / "told"
        collections = changed_collection(
            self.folder / f"collections-{bundle.thumbprint}",
            ("_crypto/pkcs12.py", ONE_USE, TOLD.format(path=told)),
            *changes,
        )
        path = self.hospital.folder / "bundle.p12"
        path.write_bytes(bundle.data)
        call = {"path": str(path), "passphrase": bundle.passphrase, "holder": "{{ pkcs12_holders[0].user }}"}
        environment = {"ANSIBLE_COLLECTIONS_PATH": str(collections)}
        run = run_play(self.hospital, environment=environment, tasks=tasks({"certificate": call}))
        *_earlier, one_use = told.read_text().split()
        self.secrets.append(text_secret("a one-use passphrase", one_use))
        return run


def changed_collection(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of the collection with other text in files of ``plugin_utils``."""
    copy = folder / "ansible_collections" / "hospital_it" / "pkcs12"
    for part in ("meta", "plugins"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text, other in changes:
        path = copy / "plugins" / "plugin_utils" / name
        source = path.read_text(encoding="utf-8")
        assert source.count(text) == 1, name
        path.write_text(source.replace(text, other), encoding="utf-8")
    return folder


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Logged]:
    with Hospital(tmp_path / "hospital", [DOSIMETRY]) as hospital:
        workstation = hospital.workstations[DOSIMETRY.name]
        assert isinstance(workstation, WineWorkstation)
        with logged_powershell(workstation) as logs:
            yield Logged(hospital, workstation, logs, tmp_path)


def issue(authority: Authority, days: int) -> IssuedBundle:
    end = datetime.now(UTC) + timedelta(days=days)
    return authority.issue(LOUIS.name, LOUIS.authorisation, passphrase=canary(), not_after=end)


def result(run: Run) -> Json:
    (row,) = run.of("certificate")
    return dict(row.result)


def test_no_log_of_powershell_opens_a_certificate(logged: Logged, authority: Authority) -> None:
    logged.secrets.append(text_secret("the connection's password", logged.hospital.connection_password))
    old, new = issue(authority, 300), issue(authority, 900)
    for bundle in (old, new):
        run = logged.install(bundle)
        found = result(run)
        assert found["changed"], found["msg"]
        assert "import_sealed" in [step["step"] for step in found["journal"]]
        assert modules(run.requests) == ["store_inventory", "store_exchange", "store_exchange"]
    hits = Scanner(logged.secrets).search(logged.logs.pieces())
    assert hits == []
    assert_everything_was_logged(logged.logs, new)
    assert [secret.name for secret in logged.secrets].count("a one-use passphrase") == 2
    left = look(logged.workstation)
    assert left.links.keys() == {new.thumbprint}
    assert left.containers == list(left.links.values())
    assert_signs(logged.workstation, new)


def test_without_the_sealing_the_logs_open_it(logged: Logged, authority: Authority) -> None:
    run = logged.install(issue(authority, 300), ("_lifecycle/sealing.py", SEALS, "    return False\n"))
    assert result(run)["changed"]
    hits = Scanner(logged.secrets).search(logged.logs.pieces())
    assert {hit.secret for hit in hits} == {"a one-use passphrase"}


def assert_everything_was_logged(logs: PowerShellLogs, bundle: IssuedBundle) -> None:
    """A search of nothing proves nothing: requests, parameters, scripts and answers are there."""
    pieces = dict(logs.pieces())
    events, transcripts = pieces.pop("events"), b"".join(pieces.values())
    assert logs.count(MODULE_LOGGING)
    assert logs.count(SCRIPT_BLOCK_LOGGING)
    assert b"function Import-Bundle" in events
    assert re.search(rb'"step":\s*"import_sealed"', events)
    assert bundle.thumbprint.encode() in events
    assert b'"protocol":1' in transcripts
