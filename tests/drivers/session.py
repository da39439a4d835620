# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One PowerShell for Linux that runs many scripts: its start, and the compiler's, are the dearest part of a short one."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from lab.wine import bed

CLOSED_FOR_ROOT_TOO = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
PATIENCE = 300
"""Seconds for a script, on a busy machine, too."""
SERVER = """
$ErrorActionPreference = 'Stop'
$answers = [Console]::Out
[Console]::SetOut([Console]::Error)
$usual = [Environment]::GetEnvironmentVariables()
while ($line = [Console]::In.ReadLine()) {
    $asked = ConvertFrom-Json -AsHashtable -InputObject $line
    [Environment]::CurrentDirectory = $asked.folder
    foreach ($name in $asked.environment.Keys) { [Environment]::SetEnvironmentVariable($name, $asked.environment[$name]) }
    $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
    $shell.Runspace.SessionStateProxy.SetVariable('given', $asked.given)
    [void] $shell.Runspace.SessionStateProxy.Path.SetLocation($asked.folder)
    $said = try { $shell.AddScript($asked.script).Invoke() } catch { $shell.Streams.Error.Add($_.Exception.InnerException.ErrorRecord) }
    $failed = @(foreach ($one in $shell.Streams.Error) { "$one"; $one.ScriptStackTrace }) -join "`n"
    $shell.Runspace.Dispose()
    $names = @($usual.Keys) + @([Environment]::GetEnvironmentVariables().Keys)
    foreach ($name in $names) { [Environment]::SetEnvironmentVariable($name, $usual[$name] ?? [NullString]::Value) }
    $answers.WriteLine((ConvertTo-Json -Compress -InputObject @{ said = @($said) -join "`n"; failed = $failed }))
}
"""


def pwsh() -> Path | None:
    """PowerShell for Linux of the Windows test bed, or None where it is not installed."""
    folder = bed()
    return folder and folder / "bin" / "pwsh"


class Session:
    """Each script has a runspace, a current folder and an environment of its own; what is closed is open to none.

    What scripts share is .NET: classes stay, so those of one session have different names, and so do their static values. A script that
    ends PowerShell is told by the test that ran it, and the next script gets another PowerShell. ``before``: a command that starts it.
    """

    def __init__(self, *, before: Sequence[str] = (), **environment: str) -> None:
        root = () if os.geteuid() else CLOSED_FOR_ROOT_TOO
        self._command = [*root, *before, str(pwsh()), "-NoProfile", "-NonInteractive", "-Command", SERVER]
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_args: object) -> None:
        self._end()

    def run(self, script: str, *, folder: Path | None = None, given: Any = None, **environment: str) -> Any:
        """What a script tells as JSON. ``given``: its variable of this name."""
        asked = {"script": script, "folder": str(folder or "/"), "given": given, "environment": environment}
        answer = json.loads(self._ask(json.dumps(asked)) or self._end())
        assert not answer["failed"], answer["failed"]
        return json.loads(answer["said"])

    def _ask(self, line: str) -> str:
        """Its answer; nothing where there came none."""
        if self._process is None:
            self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                text=True,
            )
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        in_time = select.select([self._process.stdout], [], [], PATIENCE)[0]
        return self._process.stdout.readline() if in_time else ""

    def _end(self) -> str:
        """Ends it, and gives as an answer what it has said of its own accord."""
        if self._process is None:
            return ""
        self._process.kill()
        self._process.communicate()
        self._process = None
        with self._said:
            self._said.seek(0)
            return json.dumps({"failed": f"PowerShell has ended, or gives no answer. {self._said.read()[-3000:]}"})
