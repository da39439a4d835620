# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewal on Windows PowerShell: it loses its connection before anything was done and when all was, and is watched from step to step."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import parse_element
from integration.plays import failed_hosts, run_play, tasks
from lab.authority import Authority, IssuedBundle
from lab.hospital import Hospital
from lab.people import LOUIS, Desk, Seat
from lab.playbook import ROOT, Run
from lab.wine import WineWorkstation
from lab.winrm import Cut, Moment, Request
from windows.test_certificates import Found, look

pytestmark = pytest.mark.windows
ADD_TO_JOURNAL = "\t\t\t$Answer.journal += $entry + $fact + @{ outcome = 'done'; at = Get-UtcNow }\n"
LOOK_AROUND = """
    $registry = [Microsoft.Win32.Registry]::CurrentUser
    $certificates = $registry.OpenSubKey('Software\\Microsoft\\SystemCertificates\\My\\Certificates')
    $names = $certificates.GetSubKeyNames()
    $entry.elements = @($names | ForEach-Object { [Convert]::ToBase64String($certificates.OpenSubKey($_).GetValue('Blob')) })
    $entry.containers = @($registry.OpenSubKey('Software\\Wine\\Crypto\\CNG').GetSubKeyNames())
"""
EXCHANGE = 2
"""The exchange is the second command of a renewal."""


class Connection:
    """Ends where the test says: in the exchange."""

    def __init__(self) -> None:
        self._is_last: Callable[[Request], bool] = never
        self._commands = 0

    def __call__(self, request: Request) -> None:
        if request.action == "Command" and request.moment is Moment.BEFORE:
            self._commands += 1
        if self._commands == EXCHANGE and self._is_last(request):
            raise Cut

    def lasts_until(self, is_last: Callable[[Request], bool]) -> None:
        """For the next renewal."""
        self._is_last, self._commands = is_last, 0


def never(_request: Request) -> bool:
    """The connection lasts to the end."""
    return False


def before_its_input(request: Request) -> bool:
    """Nothing was done."""
    return request.action == "Send" and request.moment is Moment.BEFORE


def after_its_end(request: Request) -> bool:
    """All was done. On a slow machine, answers that say nothing yet come before."""
    return request.ended


def test_renewal_goes_on_after_its_connection_was_lost(tmp_path: Path) -> None:
    connection = Connection()
    with Hospital(tmp_path, [Desk("ws-dosimetry", (Seat(LOUIS),), windows=True)], intercept=connection) as hospital:
        workstation = hospital.workstations["ws-dosimetry"]
        assert isinstance(workstation, WineWorkstation)
        old, new = installed_before(), hospital.bundles[LOUIS.authorisation]
        assert not failed_hosts(install(hospital, old))
        connection.lasts_until(before_its_input)
        assert_lost(install(hospital, new))
        assert_only(look(workstation), old)
        connection.lasts_until(after_its_end)
        assert_lost(install(hospital, new))
        assert_only(look(workstation), new)
        connection.lasts_until(never)
        run = install(hospital, new)
        assert [row.result["changed"] for row in run.of("certificate")] == [False]
        assert_only(look(workstation), new)


def test_there_is_a_usable_certificate_after_every_step(tmp_path: Path) -> None:
    collections = watched_collection(tmp_path / "collections")
    with Hospital(tmp_path / "hospital", [Desk("ws-dosimetry", (Seat(LOUIS),), windows=True)]) as hospital:
        old, new = installed_before(), hospital.bundles[LOUIS.authorisation]
        assert not failed_hosts(install(hospital, old))
        run = install(hospital, new, {"ANSIBLE_COLLECTIONS_PATH": str(collections)})
    (row,) = run.of("certificate")
    seen = [(entry["step"], usable_then(entry)) for entry in row.result["journal"]]
    assert seen == [
        ("chain", {old.thumbprint}),
        ("import", {old.thumbprint, new.thumbprint}),
        ("prove", {old.thumbprint, new.thumbprint}),
        ("retire", {new.thumbprint}),
    ]


def watched_collection(folder: Path) -> Path:
    """A copy of the collection whose driver puts into each entry of its journal what the registry holds at that moment."""
    copy = folder / "ansible_collections" / "hospital_it" / "pkcs12"
    for part in ("meta", "plugins"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    driver = copy / "plugins" / "modules" / "store_exchange.ps1"
    text = driver.read_text(encoding="utf-8")
    assert text.count(ADD_TO_JOURNAL) == 1
    driver.write_text(text.replace(ADD_TO_JOURNAL, LOOK_AROUND + ADD_TO_JOURNAL), encoding="utf-8")
    return folder


def usable_then(entry: Mapping[str, Any]) -> set[str]:
    """The certificates that linked to a container which was there."""
    elements = (parse_element(base64.b64decode(element)) for element in entry["elements"])
    return {element.thumbprint for element in elements if element.key and element.key.container in entry["containers"]}


def installed_before() -> IssuedBundle:
    """By an authority of the same name, and ending sooner."""
    end = datetime.now(UTC) + timedelta(days=30)
    return Authority.create().issue(LOUIS.name, LOUIS.authorisation, passphrase="the old one", not_after=end)


def install(hospital: Hospital, bundle: IssuedBundle, environment: Mapping[str, str] | None = None) -> Run:
    path = hospital.folder / "bundle.p12"
    path.write_bytes(bundle.data)
    call = {"path": str(path), "passphrase": bundle.passphrase, "holder": "{{ pkcs12_holders[0].user }}"}
    return run_play(hospital, environment=environment, tasks=tasks({"certificate": call}))


def assert_lost(run: Run) -> None:
    """The task says that the connection ended."""
    (row,) = run.of("certificate")
    assert row.result["error"]["code"] == "connection_lost"


def assert_only(found: Found, bundle: IssuedBundle) -> None:
    """One certificate, one container, and the one leads to the other."""
    assert found.links.keys() == {bundle.thumbprint}
    assert list(found.links.values()) == found.containers
