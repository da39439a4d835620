# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation that is Windows PowerShell under Wine, where the Windows test bed is installed."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import threading
import uuid
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from lab import cmd
from lab.subprocesses import Subprocess
from lab.workstation_interface import Kind, Logon, Process

BED = "PKCS12_WINDOWS_BED"
DEFAULT_BED = Path("~/.cache/pkcs12-windows-bed")


def bed() -> Path | None:
    """The folder of the Windows test bed, or None where it is not installed."""
    folder = Path(os.environ.get(BED) or DEFAULT_BED).expanduser()
    return folder if (folder / "stamp").is_file() else None


def seen_by_wine(path: Path | str) -> str:
    """A path of this machine as Windows programs write it: Wine shows the file system as drive Z."""
    return "Z:" + str(path).replace("/", "\\")


TRUST = """
$roots = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'LocalMachine')
$roots.Open('ReadWrite')
$roots.Add([Security.Cryptography.X509Certificates.X509Certificate2]::new([IO.File]::ReadAllBytes('{path}')))
"""


class WineWorkstation:
    """One Wine prefix: a registry, certificate stores, users' folders, a wineserver. Its one user is the Unix user.

    Exit codes come through Unix, so only their lowest eight bits arrive.
    """

    kind = Kind.WINDOWS_POWERSHELL

    def __init__(self, name: str, folder: Path, prefix: Path, users: Mapping[str, str]) -> None:
        self.name, self.passwords = name, users
        self._bed, self.prefix = folder, prefix
        self._environment = {**os.environ, "WINEPREFIX": str(prefix)}
        self._powershell = (str(folder / "bin" / "windows-run"), str(folder / "windows" / "PowerShell.exe"))
        self._lock = threading.Lock()
        self._processes: list[Subprocess] = []
        self._boot()

    @classmethod
    def create(cls, name: str, users: Mapping[str, str]) -> WineWorkstation:
        """Makes a fresh workstation in about a second. ``users``: passwords by account.

        Raises ``FileNotFoundError`` where there is no bed.
        """
        folder = bed()
        if folder is None:
            raise FileNotFoundError("the Windows test bed is not installed")
        arguments = [str(folder / "bin" / "windows-new"), f"{name}-{uuid.uuid4().hex[:8]}"]
        made = subprocess.run(arguments, check=True, capture_output=True, text=True)
        return cls(name, folder, Path(made.stdout.strip()), users)

    @cached_property
    def owner_sid(self) -> str:
        """The SID of its user. Starts a PowerShell the first time."""
        return self.run_powershell("[Security.Principal.WindowsIdentity]::GetCurrent().User.Value").strip()

    @cached_property
    def account(self) -> str:
        """Its user, as DOMAIN\\user. Starts a PowerShell the first time."""
        return self.run_powershell("[Security.Principal.WindowsIdentity]::GetCurrent().Name").strip()

    def start(self, logon: Logon, command_line: str, console: bool) -> Process:
        """See ``lab.workstation_interface.Workstation``. There is one user here, so it makes no difference who logged on."""
        refused = cmd.refusal(command_line, {"powershell"})
        if refused:
            return refused
        process = Subprocess([*self._powershell, *cmd.split(command_line)[1:]], self._environment, console=console)
        with self._lock:
            self._processes.append(process)
        return process

    def trust_root(self, path: Path) -> None:
        """Trusts the authority of this certificate (a file in PEM) for servers, as a group policy makes workstations do."""
        self.run_powershell(TRUST.format(path=seen_by_wine(path)))

    def run_powershell(self, script: str, timeout: float = 60) -> str:
        """Runs a script in a PowerShell of its own, besides WinRM, and gives its standard output.

        For tests that look into the workstation. ``timeout`` is in seconds. At most about 12,000 characters, since the
        script is an argument. Raises ``subprocess.CalledProcessError`` and ``subprocess.TimeoutExpired``.
        """
        return self._run_powershell(script, timeout).stdout.decode().replace("\r\n", "\n")

    def trace_powershell(self, script: str, channels: str, timeout: float = 120) -> list[str]:
        """Runs a script as ``run_powershell`` does, and gives the calls of Windows that it makes, with what they are given.

        ``channels``: which parts of Wine tell, such as ``+ncrypt,+crypt``. What the script writes to standard error is among them.
        """
        return self._run_powershell(script, timeout, WINEDEBUG=channels).stderr.decode(errors="replace").splitlines()

    def _run_powershell(self, script: str, timeout: float, **more: str) -> subprocess.CompletedProcess[bytes]:
        encoded = base64.b64encode(script.encode("utf-16-le")).decode()
        arguments = [*self._powershell, "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded]
        environment = {**self._environment, **more}
        return subprocess.run(
            arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=timeout
        )

    def use_powershell(self, run: Path, folder: Path) -> None:
        """PowerShell is the one in this folder from now on. ``run``: the program that starts a Windows program, as the bed's own."""
        self._powershell = (str(run), str(folder / "PowerShell.exe"))

    def close(self) -> None:
        """Ends it and removes it."""
        self.stop()
        shutil.rmtree(self.prefix)

    def stop(self) -> None:
        """Ends what runs on it and its wineserver, which then writes the registry to the files of the prefix."""
        with self._lock:
            processes, self._processes = self._processes, []
        for process in processes:
            process.kill()
        self._wineserver("-k")
        self._wineserver("-w")

    def _boot(self) -> None:
        """Starts Windows' services and keeps them, which halves the time that PowerShell takes to start.

        They would hold the standard handles of the program that started them: never a command whose output is read.
        """
        self._wineserver("-p")
        nothing = subprocess.DEVNULL
        arguments = [self._powershell[0], "cmd", "/c", "exit"]
        subprocess.run(arguments, env=self._environment, check=True, stdin=nothing, stdout=nothing, stderr=nothing)

    def _wineserver(self, option: str) -> None:
        command = '. "$0/bin/windows-env"; exec "$WINESERVER" "$1"'
        subprocess.run(["bash", "-c", command, str(self._bed), option], env=self._environment, check=False)
