# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewal in this process: the collection's own code on one side, a workstation that gets Ansible's bytes on the other."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.evidence import Evidence
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import PresentBundle, PresentOptions
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import (
    ExecutionOptions,
    Transaction,
    locate_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import (
    RemovalMethod,
    RemovalPolicy,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import become_error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Context,
    ExchangeAnswer,
    ExchangeRequest,
    Inventory,
    RunAs,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.receiver import Connection, Receiver
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.wire import (
    AnswerError,
    exchange_arguments,
    inventory_arguments,
    parse_exchange,
    parse_inventory,
)
from contract.captured_commands import Sent
from lab.authority import Authority, IssuedBundle
from lab.emulated import EmulatedWorkstation, LoggingPolicy, User
from lab.emulated.store import Store
from lab.people import DOMAIN, DOMAIN_SID, JEANNE
from lab.portal import Portal
from lab.tls import trust
from lab.workstation_interface import AuthMethod, Logon

SERVICE = User(rf"{DOMAIN}\svc-ansible", f"{DOMAIN_SID}-1103", "of the connection", administrator=True)
HOLDER = User(JEANNE.account, JEANNE.sid, "of the holder", upn=JEANNE.upn)
ANSWER_WITHIN = 20.0

Captured = Mapping[tuple[str, bool], Sent]


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def quiet(_store: Store) -> None:
    """Nothing happens."""


@dataclass(slots=True)
class LabDrivers:
    """Runs the drivers on a workstation. ``between``: what happens to the store after it was read, before it is written."""

    workstation: EmulatedWorkstation
    sent: Captured
    between: Callable[[Store], None] = quiet
    exchanges: int = 0

    def inventory(self, holders: Sequence[str]) -> Inventory:
        found = parse_inventory(self._run("store_inventory", inventory_arguments(holders), None) or {})
        return replace(found, receiver=Receiver(Connection("winrm", "https", ("ntlm",))))

    def exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        self.between(self.workstation.store_of(HOLDER.sid))
        self.exchanges += 1
        account = run_as.account if run_as.context is Context.BECOME else None
        driver = "profile_exchange" if run_as.context is Context.OFFLINE else "store_exchange"
        answer = self._run(driver, exchange_arguments(request), account)
        if answer is None and run_as.context is Context.OFFLINE:
            raise AnswerError(driver, "none")
        if answer is None:
            raise become_error(run_as, "", "")
        return parse_exchange(answer)

    def _run(self, driver: str, request: Mapping[str, Any], run_as: str | None) -> dict[str, Any] | None:
        sent = self.sent[driver, run_as is not None]
        process = self.workstation.start(Logon(SERVICE.account, AuthMethod.NTLM), sent.command_line, console=False)
        process.send(sent.asking(request, False, run_as), end=True)
        output = process.receive(ANSWER_WITHIN, 10_000_000)
        if output is None:
            raise TimeoutError(driver)
        return json.loads(output.stdout) if output.stdout else None


@dataclass(frozen=True, slots=True)
class Renewal:
    """A holder's store before a renewal, and how it is asked for.

    ``portal``: the authority of a portal that has to accept the new certificate, or None. ``kept``: how many hidden certificates stay
    for good. ``spare``: how many keys stay that no certificate names any more. ``logged``: PowerShell logs what it runs.
    """

    prepare: Callable[[Store], None]
    new: IssuedBundle
    method: RemovalMethod = RemovalMethod.DELETE
    friendly_name: str | None = None
    kept: int = 0
    spare: int = 0
    portal: Authority | None = None
    logged: bool = False

    def workstation(self) -> EmulatedWorkstation:
        """A new one, prepared."""
        workstation = EmulatedWorkstation("WS-CARDIO")
        workstation.mutex_wait = 0.1
        workstation.logging = LoggingPolicy(module=self.logged)
        workstation.add_user(SERVICE)
        workstation.add_user(HOLDER, logged_on=True)
        self.prepare(workstation.store_of(HOLDER.sid))
        return workstation

    def run(self, drivers: LabDrivers) -> Transaction:
        """What the task does. Raises ``Pkcs12Error``."""
        if self.portal is None:
            return self._run(drivers, None)
        with Portal(self.portal) as portal, tempfile.TemporaryDirectory() as folder:
            drivers.workstation.trusted_roots = str(trust(self.portal, Path(folder)))
            return self._run(drivers, portal.url)

    def _run(self, drivers: LabDrivers, portal: str | None) -> Transaction:
        options = PresentOptions(
            person=ExpectedSubject(JEANNE.name, JEANNE.authorisation),
            friendly_name=self.friendly_name,
            exportable=False,
            chain=True,
            prove=Prove.ON_CHANGE,
            policy=RemovalPolicy(method=self.method),
            execution=ExecutionOptions(None, False, Evidence(None, None, "ws-cardio")),
            portal=portal,
        )
        state = PresentBundle(options, open_bundle(self.new.data, self.new.passphrase))
        state.check(now())
        done = state.apply(locate_holder(drivers.inventory([HOLDER.account]), HOLDER.account, now()), drivers, now())
        if done.error:
            raise done.error
        return done
