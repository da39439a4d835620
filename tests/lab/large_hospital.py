# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large hospital: hundreds of emulated workstations with three profiles each, some of them switched off."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from lab.authority import Authority
from lab.authority.authority import new_key
from lab.emulated.accounts import User
from lab.emulated.workstation import EmulatedWorkstation
from lab.hospital import CONNECTION_ACCOUNT
from lab.people import DOMAIN_SID, Person
from lab.winrm import Ledger, Listener
from lab.workstation_interface import AuthMethod

PROFILES = 3
STILL_VALID = (-3, 12, 200, 700, 1000)
"""Days that the certificates of a fleet have left, in turn."""


def names_of(size: int) -> list[str]:
    """The workstations of a fleet of this size."""
    return [f"ws-{number:04d}" for number in range(size)]


def inventory_of(folder: Path) -> Path:
    """Where a fleet writes its inventory, with the password of the connection in it."""
    return folder / "inventory.yml"


class Fleet:
    """Starts on ``with``. Everybody has a certificate; of each workstation's three people the last one is not logged on."""

    def __init__(
        self, folder: Path, size: int, make: Callable[[str], EmulatedWorkstation] = EmulatedWorkstation
    ) -> None:
        self.folder, self.names, self._make = folder, names_of(size), make
        self.authority, self._key = Authority.create(), new_key("ec-p256")
        self._password = secrets.token_urlsafe(24)
        self._listeners: dict[str, Listener] = {}
        self._ports: dict[str, int] = {}
        self._running = ExitStack()

    def people(self, name: str) -> Sequence[Person]:
        """Who works at a workstation."""
        first = self.names.index(name) * PROFILES
        return [
            Person(f"Agent {chr(65 + number % 26)}{number}", f"T{200000 + number}", f"agent{number}", 20000 + number)
            for number in range(first, first + PROFILES)
        ]

    def __enter__(self) -> Fleet:
        self.folder.mkdir(parents=True, exist_ok=True)
        ledger = Ledger(self.folder / "requests.jsonl")
        self._running.callback(ledger.close)
        for name in self.names:
            listener = Listener(self._workstation(name), ledger, auth=(AuthMethod.BASIC,))
            self._listeners[name] = self._running.enter_context(listener)
            self._ports[name] = listener.port
        self._write_inventory()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def switch_off(self, names: Sequence[str]) -> None:
        """Nobody listens there any more."""
        for name in names:
            self._listeners[name].close()

    def _workstation(self, name: str) -> EmulatedWorkstation:
        workstation = self._make(name.upper())
        service = User(CONNECTION_ACCOUNT, f"{DOMAIN_SID}-1103", self._password, administrator=True)
        workstation.add_user(service)
        now = datetime.now(timezone.utc)
        for place, person in enumerate(self.people(name)):
            user = User(person.account, person.sid, secrets.token_urlsafe(9))
            workstation.add_user(user, logged_on=place < PROFILES - 1)
            days = STILL_VALID[(person.rid + place) % len(STILL_VALID)]
            issued = self.authority.issue(
                person.name,
                person.authorisation,
                passphrase="unused",
                key=self._key,
                not_before=now - timedelta(days=1095 - days),
                not_after=now + timedelta(days=days),
            )
            workstation.store_of(person.sid).plant(issued.certificate, issued.private_key)
        return workstation

    def _write_inventory(self) -> None:
        shared = {
            "ansible_connection": "winrm",
            "ansible_host": "127.0.0.1",
            "ansible_winrm_scheme": "http",
            "ansible_winrm_transport": "basic",
            "ansible_user": CONNECTION_ACCOUNT,
            "ansible_password": self._password,
        }
        hosts = {
            name: {"ansible_port": self._ports[name], "pkcs12_holders": self._holders(name)} for name in self.names
        }
        content: dict[str, Any] = {"all": {"children": {"workstations": {"hosts": hosts, "vars": shared}}}}
        path = inventory_of(self.folder)
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def _holders(self, name: str) -> list[dict[str, str]]:
        return list(self._entries(name))

    def _entries(self, name: str) -> Iterator[dict[str, str]]:
        for person in self.people(name):
            yield {"name": person.name, "authorisation": person.authorisation, "user": person.account}
