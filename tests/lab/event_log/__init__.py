# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation under Wine whose policies make PowerShell log all that it can, and the logs.

Wine has no event log. PowerShell runs from a copy of its folder in which the assembly that hands events to Windows writes them to a
file: PowerShell itself decides what is logged, by the real policies in the registry. It writes transcripts itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.wine import WineWorkstation, bed, seen_by_wine

HERE = Path(__file__).parent
ASSEMBLY = "Microsoft.PowerShell.CoreCLR.Eventing.dll"
COPIED = "powershell"
POLICIES = """
$root = 'HKLM:\\Software\\Policies\\Microsoft\\PowerShellCore'
foreach ($key in 'ScriptBlockLogging', 'ModuleLogging\\ModuleNames', 'Transcription') { [void] (New-Item -Force "$root\\$key") }
Set-ItemProperty "$root\\ScriptBlockLogging" EnableScriptBlockLogging 1
Set-ItemProperty "$root\\ModuleLogging" EnableModuleLogging 1
Set-ItemProperty "$root\\ModuleLogging\\ModuleNames" '*' '*'
Set-ItemProperty "$root\\Transcription" EnableTranscripting 1
Set-ItemProperty "$root\\Transcription" EnableInvocationHeader 1
Set-ItemProperty "$root\\Transcription" OutputDirectory 'C:\\transcripts'
"""
RUN = """#!/usr/bin/env bash
. '{bed}/bin/windows-env'
export WINEPATH='{path}' POWERSHELL_EVENTS='{events}'
exec "$WINELOADER" "$@"
"""


@dataclass(frozen=True, slots=True)
class PowerShellLogs:
    """``events``: the file with the events. ``transcripts``: their folder."""

    events: Path
    transcripts: Path

    def pieces(self) -> Iterator[tuple[str, bytes]]:
        """Every log with its content."""
        yield "events", self.events.read_bytes()
        for path in sorted(self.transcripts.rglob("*.txt")):
            yield path.name, path.read_bytes()

    def count(self, event: int) -> int:
        """How many events of this number there are: 4103 is module logging, 4104 script block logging."""
        text = self.events.read_text(encoding="utf-8")
        return len(re.findall(rf"^event {event}$", text, re.MULTILINE))


@contextmanager
def logged_powershell(workstation: WineWorkstation) -> Iterator[PowerShellLogs]:
    """From now on every PowerShell of this workstation is logged. Raises ``FileNotFoundError`` where there is no test bed."""
    folder = bed()
    if folder is None:
        raise FileNotFoundError("the Windows test bed is not installed")
    workstation.run_powershell(POLICIES)
    # Beside the bed's other workstations: hard links need the same file system.
    home = workstation.prefix.with_name(f"{workstation.prefix.name}-{COPIED}")
    copy = home / "windows"
    shutil.copytree(folder / "windows", copy, copy_function=os.link)
    try:
        (copy / ASSEMBLY).unlink()
        build = [HERE / "build.ps1", folder / "windows" / ASSEMBLY, HERE / "EventProvider.cs", copy / ASSEMBLY]
        subprocess.run([folder / "bin" / "pwsh", "-NoProfile", "-File", *build], check=True, capture_output=True)
        logs = PowerShellLogs(home / "events.txt", workstation.prefix / "drive_c" / "transcripts")
        run = home / "run"
        run.write_text(RUN.format(bed=folder, path=seen_by_wine(copy), events=seen_by_wine(logs.events)))
        run.chmod(0o700)
        workstation.use_powershell(run, copy)
        yield logs
    finally:
        shutil.rmtree(home)
