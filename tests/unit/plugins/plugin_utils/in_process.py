# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole task in this process: the action as Ansible runs it, on a workstation in memory where several people work."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from ansible.parsing.dataloader import DataLoader

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import base, this_run
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.driver_client import DriverClient
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import (
    SerializedElement,
    StoreContents,
    UnreadSource,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import ConnectionLost, Outside, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Account,
    Drivers,
    ExchangeAnswer,
    ExchangeRequest,
    Inventory,
    RunAs,
)
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils import fakes
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import now, profile

DENIED = UnreadSource("access_denied", "store", 0x80070005)
PLUGINS = "ansible_collections.hospital_it.pkcs12.plugins"


def sid_of(account: str) -> str:
    """The SID that the workstation gives an account; the same for each spelling of its name."""
    if account.startswith("S-1-5-21-"):
        return account
    number = sum(ord(letter) * 31**place for place, letter in enumerate(account.casefold())) % 100_000
    return f"S-1-5-21-1004336348-1177238915-682003330-{number}"


@dataclass
class FakeWorkstation:
    """Several people's profiles. ``cut``: the exchange (from 1) after which the connection ends; ``away``: who is not logged on.

    ``answers``: of other drivers, by name; ``asked``: what these were asked. ``aliases``: other spellings of an account, such as a UPN.
    ``machine``: elements of LocalMachine\\My. ``between``: what happens before each exchange of an account.
    """

    people: dict[str, FakeDrivers] = field(default_factory=dict)
    found: Inventory = field(default_factory=fakes.inventory)
    away: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    machine: list[SerializedElement] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    between: Callable[[str], object] = str
    cut: int | None = None
    calls: list[str] = field(default_factory=list)
    exchanges: list[tuple[str, RunAs, ExchangeRequest]] = field(default_factory=list)

    def person(self, account: str) -> FakeDrivers:
        """The account's store; it has a profile from then on."""
        account = self.aliases.get(account, account)
        return self.people.setdefault(account, FakeDrivers(sid=sid_of(account)))

    def plant(self, account: str, issued: IssuedBundle, **details: Any) -> str:
        """Installs a certificate with its key beforehand."""
        return self.person(account).plant(issued, **details)

    def profile_path(self, account: str) -> str:
        """The folder of the account's profile."""
        return f"C:\\Users\\{account}"

    def inventory(self, holders: Sequence[str]) -> Inventory:
        """Every profile, and the accounts that were asked for."""
        self.calls.append("inventory")
        profiles = tuple(
            profile(
                owner_sid=store.sid,
                path=self.profile_path(account),
                loaded=account not in self.away,
                my=StoreContents((), (DENIED,)) if account in self.unreadable else StoreContents(store.stored(), ()),
            )
            for account, store in self.people.items()
        )
        accounts = tuple(self._account(asked) for asked in holders)
        machine = StoreContents(tuple(self.machine), (DENIED,) if "LocalMachine" in self.unreadable else ())
        return replace(self.found, profiles=profiles, accounts=accounts, machine=machine)

    def _account(self, asked: str) -> Account:
        known = {store.sid: account for account, store in self.people.items()}
        name = known.get(sid_of(self.aliases.get(asked, asked)))
        return Account(asked, sid_of(name) if name else None, name, None if name else 0x80070534)

    def exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        """The exchange of the store's owner."""
        (account,) = [account for account, store in self.people.items() if store.sid == request.owner_sid]
        self.calls.append(f"exchange {account}")
        self.exchanges.append((account, run_as, request))
        if self.cut == len(self.exchanges):
            raise ConnectionLost(Problem("connection_ended", {"reason": Outside("read timed out")}))
        self.between(account)
        return self.people[account].exchange(request, run_as)

    def ask(self, driver: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The answer of another driver."""
        self.calls.append(driver)
        self.asked.append((driver, arguments))
        return self.answers[driver]

    def thumbprints(self, account: str) -> list[str]:
        """What an account's store holds."""
        return sorted(self.person(account).elements)


class FakeConnection:
    """A connection, by the shell and the address that it has."""

    transport = "winrm"
    become: object = None

    def __init__(self, family: str, address: str) -> None:
        self._shell = SimpleNamespace(SHELL_FAMILY=family)
        self._options = {"remote_addr": address}

    def get_option(self, name: str) -> str:
        """As Ansible's, it raises ``KeyError``."""
        return self._options[name]


class InProcessClient(DriverClient):
    """The drivers of a fake workstation in the place of those that Ansible runs."""

    def __init__(self, connection: Any, host: str, computer: str | None, workstation: Any) -> None:
        super().__init__(connection, _nothing, _nothing, _nothing, str, host, computer)
        self._workstation = workstation

    def read_inventory(self, holders: Sequence[str]) -> Inventory:
        self.check_windows()
        found: Inventory = self._workstation.inventory(holders)
        return found

    def ask(self, driver: str, arguments: dict[str, Any], parse: Any) -> Any:
        self.check_windows()
        return parse(self._workstation.ask(driver, arguments))

    def run_exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        done: ExchangeAnswer = self._workstation.exchange(request, run_as)
        return done


def _nothing(*_given: object) -> Any:
    raise NotImplementedError


def run_action(
    name: str,
    arguments: Mapping[str, Any],
    drivers: Drivers,
    *,
    variables: Mapping[str, Any] | None = None,
    check_mode: bool = False,
    diff: bool = False,
    family: str = "powershell",
    no_log: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The result of a task, as Ansible gets it. ``extra``: variables of the command line. Raises what the action raises."""
    module = importlib.import_module(f"{PLUGINS}.action.{name}")

    class InProcess(module.ActionModule):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            self._task = SimpleNamespace(
                args=dict(arguments),
                action=f"hospital_it.pkcs12.{name}",
                check_mode=check_mode,
                diff=diff,
                no_log=no_log,
            )
            self._templar, self._loader = SimpleNamespace(template=lambda value: value), DataLoader()
            self._connection = FakeConnection(family, dict(variables or {}).get("ansible_host", "ws-1"))

        @cached_property
        def drivers(self) -> DriverClient:
            return InProcessClient(self._connection, self.host, self._computer, drivers)

    return _ran(module, InProcess(), {"inventory_hostname": "ws-1"} | dict(variables or {}), dict(extra or {}))


def _ran(module: Any, action: Any, variables: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    with (
        patch.object(base.ActionBase, "run", lambda *_given: {}),
        patch.object(module, "now", now, create=True),
        patch.object(this_run, "load_extra_vars", lambda _loader: extra),
    ):
        result: dict[str, Any] = action.run(None, variables | extra)
    return result
