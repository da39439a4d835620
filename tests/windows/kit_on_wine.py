# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the kit on Windows PowerShell under Wine, and looks past it at what it touches."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contract import kit
from contract.captured_commands import Sent
from contract.compare import Row, probe_row, rows
from contract.fixture_certificates import fixture_certificate
from contract.results import Results, read
from lab.wine import WineWorkstation, bed, seen_by_wine
from lab.workstation_interface import AuthMethod, Logon, Process

PATIENCE = 1200.0
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


@dataclass(frozen=True, slots=True)
class Ended:
    """What the harness printed, its exit code, and its results file."""

    stdout: str
    exit_code: int
    file: Path

    @property
    def results(self) -> Results:
        """Its results."""
        return read(self.file)

    def table(self) -> dict[str, Row]:
        """Its results, held against the recordings."""
        found = self.results
        return {row.name: row for row in (*rows(found), *map(probe_row, found.probes))}


def unpack(folder: Path, sent: Mapping[tuple[str, bool], Sent]) -> Path:
    """Builds the kit and unpacks it in a folder."""
    with zipfile.ZipFile(kit.build(folder / "built", sent)) as archive:
        archive.extractall(folder)
    return folder / kit.NAME


def start(workstation: WineWorkstation, unpacked: Path, *options: str) -> Process:
    """Starts the part for any user."""
    script = seen_by_wine(unpacked / "Test-Pkcs12Drivers.ps1")
    command = f'powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{script}" -Yes -CasesPerProcess 50'
    return workstation.start(Logon("", AuthMethod.BASIC), " ".join((command, *options)), console=False)


def run(workstation: WineWorkstation, unpacked: Path, folder: Path, *options: str) -> Ended:
    """Runs it to its end, with its results in a folder."""
    results = folder / "results.json"
    return end(start(workstation, unpacked, *options, f'-Results "{seen_by_wine(results)}"'), results)


def end(process: Process, results: Path) -> Ended:
    """Waits for a process. Raises ``TimeoutError``."""
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


def somebodys_certificate() -> str:
    """A certificate that is none of the kit's, in base64."""
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
        somebodys_certificate(),
    ]
    plain = text.replace(r"\u005c", " ")
    return [word for word in words if re.search(rf"(?<![\w+/=]){re.escape(word)}(?![\w+/=])", plain, re.IGNORECASE)]
