# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows PowerShell under Wine, under test."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from contract.fixture_certificates import PASSPHRASE, bundle
from contract.normal import NORMAL, Place
from contract.situation import ForceKeyProtection, HoldMutex, Order, PutElement, PutKey, PutPerson, TemporaryProfile
from lab.wine import WineWorkstation, bed, seen_by_wine
from lab.workstation_interface import AuthMethod, Kind, Logon, Process

PREPARE = Path(__file__).with_name("prepare.ps1")
HOLD = """
$mutex = [Threading.Mutex]::new($false, "Global\\hospital_it.pkcs12.$([Security.Principal.WindowsIdentity]::GetCurrent().User.Value)")
[void] $mutex.WaitOne()
'held'
Start-Sleep -Seconds 60
"""

COUNTED = {
    "containers": (r"HKEY_CURRENT_USER\Software\Wine\Crypto\CNG", r"HKEY_CURRENT_USER\Software\Wine\Crypto\RSA"),
    "authorities": (r"HKEY_LOCAL_MACHINE\Software\Microsoft\SystemCertificates\CA\Certificates",),
}

Json = dict[str, Any]


class WineSubject:
    """A fresh Wine prefix."""

    kind = Kind.WINDOWS_POWERSHELL

    _same_on_all: ClassVar[Place | None] = None
    """Every prefix has the Unix user and the host's name: asked once."""

    def __init__(self) -> None:
        """Raises ``FileNotFoundError`` where the Windows test bed is not installed."""
        self._workstation = WineWorkstation.create("contract", {})

    @property
    def place(self) -> Place:
        """See ``contract.subject``."""
        if WineSubject._same_on_all is None:
            self._carry_out([])
        return WineSubject._same_on_all or NORMAL

    def prepare(self, orders: Iterable[Order]) -> tuple[bytes, ...]:
        """See ``contract.subject``."""
        wanted = list(orders)
        documents = [_document(order) for order in wanted if not isinstance(order, HoldMutex)]
        elements = self._carry_out(documents) if documents else ()
        if any(isinstance(order, HoldMutex) for order in wanted):
            self._hold_mutex()
        return elements

    def _carry_out(self, orders: list[Json]) -> tuple[bytes, ...]:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(orders, file)
            file.flush()
            script = f"& ([scriptblock]::Create([IO.File]::ReadAllText('{seen_by_wine(PREPARE)}'))) '{seen_by_wine(file.name)}'"
            found = json.loads(self._workstation.run_powershell(script))
        WineSubject._same_on_all = Place(found["sid"], found["account"], found["computer"], found["profile"])
        return tuple(map(bytes.fromhex, found["elements"]))

    def count(self, what: str) -> int:
        """See ``contract.subject``. It is all in the registry, and ``reg`` starts in a tenth of PowerShell's time."""
        return sum(len(self._subkeys(key)) for key in COUNTED[what])

    def _subkeys(self, key: str) -> list[str]:
        folder = bed()
        if folder is None:
            raise FileNotFoundError("the Windows test bed is not installed")
        environment = {**os.environ, "WINEPREFIX": str(self._workstation.prefix)}
        query = [str(folder / "bin" / "windows-run"), "reg", "query", key]
        done = subprocess.run(query, env=environment, capture_output=True, text=True, check=False)
        return [line for line in done.stdout.splitlines() if line.startswith(key + "\\")]

    def _hold_mutex(self) -> None:
        encoded = base64.b64encode(HOLD.encode("utf-16-le")).decode()
        holder = self._workstation.start(
            Logon("", AuthMethod.BASIC), f"powershell -EncodedCommand {encoded}", console=False
        )
        output = b""
        while b"held" not in output:
            received = holder.receive(30.0, 1 << 16)
            if received is None or received.exit_code is not None:
                raise RuntimeError("nobody holds the mutex")
            output += received.stdout

    def start(self, logon: Logon, command_line: str) -> Process:
        """See ``contract.subject``."""
        return self._workstation.start(logon, command_line, console=False)

    def close(self) -> None:
        """See ``contract.subject``."""
        self._workstation.close()


def _document(order: Order) -> Json:
    document: Json = {"do": type(order).__name__}
    match order:
        case PutKey():
            data = base64.b64encode(bundle(order.of.name, "3des")).decode()
            return document | {"alias": order.alias, "legacy": order.legacy, "bundle": data, "passphrase": PASSPHRASE}
        case PutElement():
            return document | {"name": order.name, "data": order.data.hex().upper(), "computer": order.computer}
        case PutPerson():
            facts = {"sid": order.sid, "name": order.name, "logged_on": order.logged_on, "appdata": order.appdata}
            elements = {name: data.hex() for name, data in order.elements.items()}
            return document | facts | {"redirected_to": order.redirected_to, "elements": elements}
        case ForceKeyProtection():
            return document | {"policy": order.policy}
        case TemporaryProfile():
            return document
        case HoldMutex():
            raise ValueError("a preparation cannot hold a mutex: it ends")
