# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kit runs on Windows PowerShell under Wine: its results agree with the recordings, name nobody, and nothing is left behind."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import re
import subprocess
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from contract import kit
from contract.captured_commands import Sent
from contract.case import Case, load
from contract.compare import Row, Verdict, main, probe_row, rows
from contract.fixture_certificates import fixture_certificate
from contract.kit_case import runs_under_wine
from contract.results import read
from figures import LINES
from lab.wine import WineWorkstation, bed, seen_by_wine
from lab.workstation_interface import AuthMethod, Logon, Process

pytestmark = pytest.mark.windows

PATIENCE = 1200.0
SMOKE = "enrol_into_an_empty_store,inventory_of_an_empty_store,bundles_of_a_fresh_workstation,renewal_from_end_to_end"
SOMEBODYS_FILE, SOMEBODYS_KEY = "medical certificate of Odile.p12", "key of Odile"
CERTIFICATES = r"\Microsoft\SystemCertificates"
LOOKED_AT = (
    rf"HKCU\Software{CERTIFICATES}",
    rf"HKLM\Software{CERTIFICATES}",
    r"HKCU\Software\Wine\Crypto",
    r"HKLM\Software\Wine\Crypto",
    r"HKCU\Software\Policies",
    r"HKLM\Software\Policies",
    r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\ProfileList",
    r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders",
    r"HKLM\Software\Microsoft\Windows\CurrentVersion\App Paths",
)
PLANT = """
$bytes = [Convert]::FromBase64String('{data}')
$store = [Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
$store.Open('ReadWrite')
$store.Add([Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes))
[IO.File]::WriteAllText("$env:USERPROFILE\\Downloads\\{file}", 'mine')
[Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, '{key}').Dispose()
[Microsoft.Win32.Registry]::SetValue('HKEY_CURRENT_USER\\Software\\Policies\\Mozilla\\Firefox', 'Preferences', 'mine')
"""

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Ended:
    """What the harness printed, its exit code, and its results file."""

    stdout: str
    exit_code: int
    results: Path

    def table(self) -> dict[str, Row]:
        """Its results, held against the recordings."""
        found = read(self.results)
        return {row.name: row for row in (*rows(found), *map(probe_row, found.probes))}


@pytest.fixture
def workstation() -> Iterator[WineWorkstation]:
    made = WineWorkstation.create("kit", {})
    yield made
    made.close()


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, sent: Mapping[tuple[str, bool], Sent]) -> Path:
    return _unpacked(tmp_path_factory.mktemp("kit"), sent)


def _unpacked(folder: Path, sent: Mapping[tuple[str, bool], Sent]) -> Path:
    with zipfile.ZipFile(kit.build(folder / "built", sent)) as archive:
        archive.extractall(folder)
    return folder / kit.NAME


def start(workstation: WineWorkstation, unpacked: Path, *options: str) -> Process:
    script = seen_by_wine(unpacked / "Test-Pkcs12Drivers.ps1")
    command = f'powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{script}" -Yes -CasesPerProcess 50'
    return workstation.start(Logon("", AuthMethod.BASIC), " ".join((command, *options)), console=False)


def run(workstation: WineWorkstation, unpacked: Path, folder: Path, *options: str) -> Ended:
    results = folder / "results.json"
    return end(start(workstation, unpacked, *options, f'-Results "{seen_by_wine(results)}"'), results)


def end(process: Process, results: Path) -> Ended:
    process.send(b"", end=True)
    stdout, deadline = b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        output = process.receive(1.0, 1 << 20)
        if output is not None:
            stdout += output.stdout + output.stderr
            if output.exit_code is not None:
                return Ended(stdout.decode(errors="replace"), output.exit_code, results)
    process.kill()
    raise TimeoutError(stdout.decode(errors="replace"))


def test_the_part_with_a_user_of_its_own_refuses_wine_by_name(
    workstation: WineWorkstation, unpacked: Path, tmp_path: Path
) -> None:
    before = state(workstation)
    script = seen_by_wine(unpacked / "Test-Pkcs12StandardUser.ps1")
    command = f'powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{script}" -Yes'
    ended = end(workstation.start(Logon("", AuthMethod.BASIC), command, console=False), tmp_path / "results.json")
    assert ended.exit_code == 2
    assert ended.stdout.startswith("Wine has no other users")
    assert state(workstation) == before


def state(workstation: WineWorkstation) -> set[str]:
    """Certificates, keys, policies, profiles and files, seen past the kit. Opening a store makes keys of the registry without values."""
    folder = bed()
    assert folder is not None
    environment = {**os.environ, "WINEPREFIX": str(workstation.prefix)}
    found: set[str] = set()
    for key in LOOKED_AT:
        query = [str(folder / "bin" / "windows-run"), "reg", "query", key, "/s"]
        text = subprocess.run(
            query, env=environment, capture_output=True, text=True, errors="replace", check=False
        ).stdout
        place = ""
        for line in filter(None, map(str.strip, text.splitlines())):
            place = line if line.startswith("HKEY_") else place
            if line != place:
                found.add(f"{place} {line}")
    users = workstation.prefix / "drive_c" / "users"
    found |= {str(path) for path in users.rglob("*") if path.is_file() and "PowerShell" not in path.parts}
    return found


def test_it_agrees_with_the_recordings_names_nobody_and_leaves_nothing(
    workstation: WineWorkstation, unpacked: Path, tmp_path: Path
) -> None:
    plant(workstation)
    before = state(workstation)
    ended = run(workstation, unpacked, tmp_path, "-Administrator", f'-Case "{SMOKE}"')
    assert ended.exit_code == 0, ended.stdout
    assert state(workstation) == before
    ran = {row.name: row for row in ended.table().values() if row.verdict is not Verdict.NOT_RUN}
    assert {name: row for name, row in ran.items() if row.verdict is not Verdict.AGREED} == {}
    assert set(SMOKE.split(",")) <= set(ran)
    assert len([name for name in ran if name.startswith("probe ")]) >= 6
    assert main([str(ended.results)]) == 0
    text = ended.results.read_text(encoding="ascii")
    assert personal(workstation, text) == []
    said = json.loads(text)
    assert said["left_out"] > 0
    assert said["clean_up"]["before"] == said["clean_up"]["after"] == {"elements": 1, "keys": 1, "authorities": 0}


def plant(workstation: WineWorkstation) -> None:
    """Somebody's certificate, file, key and setting, which all stay."""
    workstation.run_powershell(PLANT.format(data=_somebodys_certificate(), file=SOMEBODYS_FILE, key=SOMEBODYS_KEY))
    planted = "\n".join(state(workstation))
    for mark in (fixture_certificate("computer").thumbprint, SOMEBODYS_FILE, SOMEBODYS_KEY, "Preferences"):
        assert mark in planted


def _somebodys_certificate() -> str:
    return base64.b64encode(fixture_certificate("computer").der).decode()


def personal(workstation: WineWorkstation, text: str) -> list[str]:
    """What a results file must not have: as words, since a short name may be a part of others."""
    domain, user = workstation.account.partition("\\")[::2]
    words = [
        workstation.owner_sid,
        domain,
        user,
        fixture_certificate("computer").thumbprint,
        "Odile",
        _somebodys_certificate(),
    ]
    plain = text.replace(r"\u005c", " ")
    return [word for word in words if re.search(rf"(?<![\w+/=]){re.escape(word)}(?![\w+/=])", plain, re.IGNORECASE)]


def test_every_case_that_it_can_run_agrees(workstation: WineWorkstation, unpacked: Path, tmp_path: Path) -> None:
    before = state(workstation)
    ended = run(workstation, unpacked, tmp_path, "-Administrator")
    assert ended.exit_code == 0, ended.stdout
    assert state(workstation) == before
    table = ended.table()
    counted = Counter(row.verdict.value for row in table.values())
    seconds = json.loads(ended.results.read_text())["seconds"]
    LINES.append(f"the kit under Wine, in {seconds} s: {dict(counted)}")
    assert [row for row in table.values() if row.verdict is Verdict.DIFFERS] == []
    agreed = {row.name for row in table.values() if row.verdict is Verdict.AGREED}
    # Elsewhere nothing runs these on every change.
    assert {case.name for case in load() if runs_under_wine(case)} - agreed == set()


INTERRUPTED = {
    "name": "interrupted",
    "driver": "store_exchange",
    "workstation": (
        {"certificate": {"of": "jeanne-2024", "legacy": True}},
        {"certificate": {"of": "jeanne-2026"}},
        {"certificate": {"of": "computer", "store": "computer", "key": "lost"}},
        {"unparsable": "IAAAAAEAAAD/AAAAMIIC"},
        {"logging": {"kind": "script_block", "edition": "Windows PowerShell", "of": "computer"}},
        {"registry": {"of": "own", "key": "Policies\\Mozilla\\Firefox", "values": {"Preferences": "the kit's"}}},
        {"person": {"sid": "S-1-5-21-9-9-9-1105", "name": "mdurand", "certificates": ["jeanne-2024"], "twin": True}},
        {"file": {"path": "<profile>\\Documents\\new\\a.p12", "text": "one"}},
        {"exchange_running": True},
    ),
    "request": {"protocol": 1, "owner_sid": "${owner_sid}", "observed": "", "steps": []},
    "answer": {},
    "not_on": {},
}
"""It leaves one thing of each kind while the driver waits ten seconds for the mutex."""


def test_the_next_start_takes_back_what_a_killed_one_left(
    workstation: WineWorkstation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sent: Mapping[tuple[str, bool], Sent],
) -> None:
    monkeypatch.setattr(kit, "load", lambda: [*load(), Case(**INTERRUPTED)])  # type: ignore[arg-type]
    unpacked = _unpacked(tmp_path, sent)
    plant(workstation)
    before = state(workstation)
    process = start(workstation, unpacked, "-Administrator", "-Case interrupted")
    process.send(b"", end=True)
    users = workstation.prefix / "drive_c" / "users"
    deadline = time.monotonic() + PATIENCE
    while not list(users.rglob("new/a.p12")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    workstation.stop()
    left = state(workstation) - before
    for kind in (
        r"Crypto\CNG",
        r"Crypto\RSA",
        r"My\Certificates",
        "ProfileList",
        "ScriptBlockLogging",
        "the kit's",
        "a.p12",
        "journal",
    ):
        assert any(kind in line for line in left), kind
    ended = run(workstation, unpacked, tmp_path, "-Administrator", "-Case none")
    assert ended.exit_code == 0, ended.stdout
    assert state(workstation) == before
    assert json.loads(ended.results.read_text())["clean_up"]["swept_at_start"] is True
