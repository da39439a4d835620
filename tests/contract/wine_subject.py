# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows PowerShell under Wine, under test."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contract.material import PASSPHRASE, bundle
from contract.normal import NORMAL, Place
from contract.situation import HoldMutex, Order, PutElement, PutKey, PutPerson, TemporaryProfile
from contract.subject import Stored
from lab.wine import WineWorkstation
from lab.workstation import AuthMethod, Kind, Logon, Process

PREPARE = Path(__file__).with_name("prepare.ps1")
HOLD = """
$mutex = [Threading.Mutex]::new($false, "Global\\hospital_it.pkcs12.$([Security.Principal.WindowsIdentity]::GetCurrent().User.Value)")
[void] $mutex.WaitOne()
'held'
Start-Sleep -Seconds 60
"""

Json = dict[str, Any]


class WineSubject:
    """A fresh Wine prefix."""

    kind = Kind.WINDOWS_POWERSHELL

    def __init__(self) -> None:
        """Raises ``FileNotFoundError`` where the Windows test bed is not installed."""
        self._workstation = WineWorkstation.create("contract", {})
        self.place = NORMAL

    def prepare(self, orders: Iterable[Order]) -> Stored:
        """See ``contract.subject``."""
        wanted = list(orders)
        stored = self._run([_document(order) for order in wanted if not isinstance(order, HoldMutex)])
        if any(isinstance(order, HoldMutex) for order in wanted):
            self._hold_mutex()
        return stored

    def look(self) -> Stored:
        """See ``contract.subject``."""
        return self._run([])

    def _run(self, orders: list[Json]) -> Stored:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(orders, file)
            file.flush()
            script = f"& ([scriptblock]::Create([IO.File]::ReadAllText('{_path(PREPARE)}'))) '{_path(file.name)}'"
            found = json.loads(self._workstation.run_powershell(script))
        self.place = Place(found["sid"], found["account"], found["computer"], found["profile"])
        return Stored(tuple(map(bytes.fromhex, found["elements"])), found["containers"])

    def _hold_mutex(self) -> None:
        encoded = base64.b64encode(HOLD.encode("utf-16-le")).decode()
        holder = self._workstation.start(Logon("", AuthMethod.BASIC), f"powershell -EncodedCommand {encoded}", console=False)
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


def _path(unix: Path | str) -> str:
    """Wine shows the file system as drive Z."""
    return "Z:" + str(unix).replace("/", "\\")


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
        case TemporaryProfile():
            return document
        case HoldMutex():
            raise ValueError("a preparation cannot hold a mutex: it ends")
