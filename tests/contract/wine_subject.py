# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows PowerShell under Wine, under test."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, TypeGuard

from contract.fixture_certificates import PASSPHRASE, bundle
from contract.normal import NORMAL, Place
from contract.orders import (
    Condition,
    DnsName,
    Order,
    PutElement,
    PutKey,
    PutLogging,
    PutNamedKey,
    PutRegistry,
    Scanner,
    Setting,
    TrustRoot,
    name_of,
)
from contract.placed import PutFile, PutPerson
from contract.situation import EDITIONS, KINDS_OF_LOGGING
from lab.emulated.registry import Value
from lab.wine import WineWorkstation, bed, seen_by_wine
from lab.workstation_interface import AuthMethod, Kind, Logon, Process


def place(prefix: Path, file: PutFile, profile: str) -> None:
    """Makes a file with its copies, or a link to a new folder. ``profile``: the owner's folder."""
    folder = file.path.replace("<profile>", profile).rpartition("\\")[0]
    parent = _unix_path(prefix, folder)
    parent.mkdir(parents=True, exist_ok=True)
    for each in file.paths:
        path = parent / each.rpartition("\\")[2]
        if file.link:
            target = prefix / "drive_c" / "behind links" / path.name
            target.mkdir(parents=True)
            # Wine makes the usual folders of a profile, or links to those of the Unix user.
            if path.is_symlink():
                path.unlink()
            elif path.is_dir():
                shutil.rmtree(path)
            path.symlink_to(target)
            continue
        path.write_bytes(file.data)
        if file.sparse:
            os.truncate(path, file.sparse)
        if file.read_only:
            path.chmod(0o444)


def _unix_path(prefix: Path, path: str) -> Path:
    """Where a path of drive C is. Names are the same in small and capital letters."""
    found = prefix / "drive_c"
    for part in filter(None, path.removeprefix("C:").split("\\")):
        known = {each.name.casefold(): each.name for each in found.iterdir()} if found.is_dir() else {}
        found /= known.get(part.casefold(), part)
    return found


PREPARE = Path(__file__).with_name("prepare.ps1")
NAME = """
$name = "Global\\hospital_it.pkcs12.$([Security.Principal.WindowsIdentity]::GetCurrent().User.Value)"
"""
HOLD = f"""{NAME}
$mutex = [Threading.Mutex]::new($false, $name)
[void] $mutex.WaitOne()
'held'
Start-Sleep -Seconds 600
"""

SQUAT = f"""{NAME}
$taken = [Threading.EventWaitHandle]::new($false, 'ManualReset', $name)
'held'
Start-Sleep -Seconds 600
"""
HELD: Mapping[Condition, str] = {Condition.MUTEX_HELD: HOLD, Condition.MUTEX_SQUATTED: SQUAT}
SCAN = """
$store = 'Microsoft\\SystemCertificates\\My\\Certificates'
$folder = [IO.Directory]::CreateDirectory("$([Environment]::GetFolderPath('ApplicationData'))\\$store").FullName
$key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey("Software\\$store")
$known = $key.SubKeyCount
'held'
while ($key.SubKeyCount -eq $known) { [Threading.Thread]::Sleep(1) }
$options = [IO.FileOptions]::DeleteOnClose
$held = [IO.FileStream]::new("$folder\\$('0' * 40)", 'Create', 'ReadWrite', 'None', 4096, $options)
[Threading.Thread]::Sleep(1000)
$held.Dispose()
"""
"""Wine keeps My in its registry. So what a driver cannot read is a file of this program beside it, for a second after an import."""
LOCK = """
$held = [IO.Directory]::GetFiles('C:\\Users\\{name}\\AppData\\Roaming\\Microsoft\\SystemCertificates\\My\\Certificates') |
    ForEach-Object {{ [IO.File]::Open($_, 'Open', 'Read', 'None') }}
'held'
Start-Sleep -Seconds 600
"""
LOCK_FILE = """
$held = [IO.File]::Open('{path}', 'Open', 'Read', '{share}')
'held'
Start-Sleep -Seconds 600
"""
EXPORTABLE = re.compile(r"Export Policy\s+REG_BINARY\s+0[13]")

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
        self.transport_keys: dict[str, str] = {}

    @property
    def place(self) -> Place:
        """See ``contract.subject``."""
        if WineSubject._same_on_all is None:
            self._carry_out([])
        return WineSubject._same_on_all or NORMAL

    def prepare(self, orders: Iterable[Order]) -> tuple[bytes, ...]:
        """See ``contract.subject``."""
        wanted = list(orders)
        files = [order for order in wanted if isinstance(order, PutFile)]
        # People's folders may be behind a link.
        self._place([file for file in files if file.link])
        documents = [order_document(order) for order in wanted if not (isinstance(order, PutFile) or is_held(order))]
        elements = self._carry_out(documents) if documents else ()
        self._place([file for file in files if not file.link])
        for order in wanted:
            if is_held(order):
                self._hold(SCAN if isinstance(order, Scanner) else HELD[order])
            if isinstance(order, PutFile) and (order.locked or order.shared):
                share = "None" if order.locked else "ReadWrite, Delete"
                self._hold(LOCK_FILE.format(path=order.path.replace("<profile>", self.place.profile), share=share))
            if isinstance(order, PutPerson) and order.locked:
                self._hold(LOCK.format(name=order.name))
        return elements

    def _place(self, files: list[PutFile]) -> None:
        for file in files:
            place(self._workstation.prefix, file, self.place.profile)

    def _carry_out(self, orders: list[Json]) -> tuple[bytes, ...]:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(orders, file)
            file.flush()
            script = f"& ([scriptblock]::Create([IO.File]::ReadAllText('{seen_by_wine(PREPARE)}'))) '{seen_by_wine(file.name)}'"
            found = json.loads(self._workstation.run_powershell(script))
        WineSubject._same_on_all = Place(found["sid"], found["account"], found["computer"], found["profile"])
        self.transport_keys |= found["transport_keys"]
        return tuple(map(bytes.fromhex, found["elements"]))

    def count(self, what: str) -> int:
        """See ``contract.subject``. It is all in the registry, and ``reg`` starts in a tenth of PowerShell's time."""
        if what == "exportable":
            return len(EXPORTABLE.findall(self._query(COUNTED["containers"][0], "/s")))
        if what == "bundles":
            return sum(
                path.suffix.lower() in (".p12", ".pfx") for path in self._workstation.prefix.rglob("users/**/*.*")
            )
        if what == "key_files":
            found = self._workstation.prefix.rglob("users/*/AppData/Roaming/Microsoft/Crypto/**/*")
            return sum(path.is_file() for path in found)
        return sum(line.startswith(key + "\\") for key in COUNTED[what] for line in self._query(key).splitlines())

    def _query(self, key: str, *options: str) -> str:
        folder = bed()
        if folder is None:
            raise FileNotFoundError("the Windows test bed is not installed")
        environment = {**os.environ, "WINEPREFIX": str(self._workstation.prefix)}
        query = [str(folder / "bin" / "windows-run"), "reg", "query", key, *options]
        return subprocess.run(query, env=environment, capture_output=True, text=True, check=False).stdout

    def _hold(self, script: str) -> None:
        """Runs a script which holds something, until the workstation is closed."""
        encoded = base64.b64encode(script.encode("utf-16-le")).decode()
        holder = self._workstation.start(
            Logon("", AuthMethod.BASIC), f"powershell -EncodedCommand {encoded}", console=False
        )
        output = b""
        while b"held" not in output:
            received = holder.receive(30.0, 1 << 16)
            if received is None or received.exit_code is not None:
                raise RuntimeError(f"nothing is held: {received and received.stderr!r}")
            output += received.stdout

    def start(self, logon: Logon, command_line: str) -> Process:
        """See ``contract.subject``."""
        return self._workstation.start(logon, command_line, console=False)

    def close(self) -> None:
        """See ``contract.subject``."""
        self._workstation.close()


def is_held(order: Order) -> TypeGuard[Condition | Scanner]:
    """Whether a process keeps the workstation so."""
    return isinstance(order, Scanner) or (isinstance(order, Condition) and order in HELD)


def order_document(order: Order) -> Json:
    """What ``prepare.ps1`` and the kit for real Windows read. Raises ``ValueError`` for an order that is none of PowerShell's."""
    facts: Json = {}
    match order:
        case PutKey():
            file = base64.b64encode(bundle(order.of.name, "3des")).decode()
            facts = {"alias": order.alias, "legacy": order.legacy, "bundle": file, "passphrase": PASSPHRASE}
            facts |= {"undeletable": order.undeletable, "exportable": order.exportable}
        case PutElement():
            data = None if order.data is None else order.data.hex().upper()
            facts = {"name": order.name, "data": data, "computer": order.computer, "request": order.request}
        case PutPerson():
            elements = {name: element.hex() for name, element in order.elements.items()}
            facts = asdict(order) | {"elements": elements, "folder": order.folder}
        case PutLogging():
            key, name = KINDS_OF_LOGGING[order.kind]
            facts = {"key": rf"{EDITIONS[order.edition]}\{key}", "name": name, "of": order.of, "value": order.value}
        case PutRegistry():
            values = [{"name": name, **_registry_value(value)} for name, value in order.values.items()]
            facts = {"of": order.of, "key": order.key, "values": values}
        case Setting():
            facts = {"value": order.value}
        case DnsName() | PutNamedKey():
            facts = asdict(order)
        case TrustRoot():
            facts = {"data": order.der.hex()}
        case (
            PutFile()
            | Condition.STORE_CLOSED
            | Condition.DPAPI_BROKEN
            | Condition.MUTEX_HELD
            | Condition.MUTEX_SQUATTED
            | Scanner()
        ):
            raise ValueError(f"{name_of(order)} is none of PowerShell's")
    return {"do": name_of(order), **facts}


def _registry_value(value: Value) -> Json:
    """A value with its kind."""
    if isinstance(value, bytes):
        return {"kind": "Binary", "value": value.hex().upper()}
    kinds = {int: "DWord", list: "MultiString", str: "ExpandString" if "%" in str(value) else "String"}
    return {"kind": kinds[type(value)], "value": value}
