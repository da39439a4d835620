# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As whom an exchange runs: the logged-on holder, a holder with a password of his own, or the connection's user himself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration.plays import SITE_WIDE_BECOME, Json, modules, row, run_play, tasks
from integration.stores import contents
from lab.emulated import LoggingPolicy
from lab.hospital import CONNECTION_ACCOUNT, Hospital
from lab.people import DOMAIN_SID, JEANNE, Desk, Seat
from lab.playbook import Run
from lab.workstation_interface import AuthMethod

SERVICE_SID = f"{DOMAIN_SID}-1103"
AT_THE_DESK, WITH_PASSWORD, FIRST_LOGON, OWN, LOGGED = "ws-desk", "ws-password", "ws-first", "ws-own", "ws-logged"
WORKSTATIONS = {AT_THE_DESK: True, WITH_PASSWORD: False, FIRST_LOGON: False, OWN: True, LOGGED: True}
"""Whether Jeanne is logged on there."""


@dataclass(frozen=True, slots=True)
class Contexts:
    hospital: Hospital
    run: Run

    def installed(self, workstation: str, sid: str = JEANNE.sid) -> list[bool]:
        """The certificates in this owner's store, as whether their keys work."""
        held = contents(self.hospital.emulated(workstation).store_of(sid)).held
        return [certificate.works for certificate in held]

    def exchange(self, workstation: str) -> tuple[str | None, bool]:
        """Whom the exchange there was asked to run as, and whether with a password."""
        (*_before, entry) = [
            entry
            for entry in self.run.requests
            if entry.workstation == workstation.upper() and entry.module and entry.module.endswith("store_exchange")
        ]
        return entry.become_user, entry.become_password_given


@pytest.fixture(scope="module", params=list(AuthMethod), ids=lambda auth: auth.value)
def contexts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexts]:
    desks = [Desk(name, (Seat(JEANNE, logged_on),)) for name, logged_on in WORKSTATIONS.items()]
    with Hospital(tmp_path_factory.mktemp("contexts"), desks, request.param) as hospital:
        hospital.emulated(LOGGED).logging = LoggingPolicy(module=True, transcription=True)
        del hospital.emulated(FIRST_LOGON).profiles[JEANNE.sid]
        password = {"holder_password": hospital.passwords[JEANNE.sid]}
        arguments = dict.fromkeys(WORKSTATIONS, right(hospital))
        arguments[WITH_PASSWORD] = arguments[FIRST_LOGON] = right(hospital) | password
        arguments[OWN] = right(hospital) | {"holder": CONNECTION_ACCOUNT}
        play = {**SITE_WIDE_BECOME, "vars": {**SITE_WIDE_BECOME["vars"], "arguments": arguments}}
        call = tasks({"certificate": "{{ arguments[inventory_hostname] }}"})
        yield Contexts(hospital, run_play(hospital, tasks=call, **play))


def right(hospital: Hospital) -> Json:
    bundle = hospital.bundles[JEANNE.authorisation]
    path = f"{hospital.bundle_folder}/{bundle.file_name}"
    return {"path": path, "passphrase": bundle.passphrase, "holder": JEANNE.upn}


def test_logged_on_holder_needs_no_password(contexts: Contexts) -> None:
    assert contexts.installed(AT_THE_DESK) == [True]
    assert contexts.exchange(AT_THE_DESK) == (JEANNE.account, False)


@pytest.mark.parametrize("workstation", [WITH_PASSWORD, FIRST_LOGON])
def test_password_of_the_holders_own_entry_makes_a_logon(contexts: Contexts, workstation: str) -> None:
    assert contexts.installed(workstation) == [True]
    assert contexts.exchange(workstation) == (JEANNE.account, True)


def test_connections_user_owns_a_store_where_his_logon_can_keep_keys(contexts: Contexts) -> None:
    result = row(contexts.run, "certificate", OWN).result
    assert contexts.exchange(OWN) == (None, False)
    if contexts.hospital.auth is AuthMethod.BASIC:
        assert (result["changed"], result["deferred"]) == (True, False)
        assert contexts.installed(OWN, SERVICE_SID) == [True]
    else:
        assert (result["changed"], result["deferred"]) == (False, True)
        assert f"The logon as {CONNECTION_ACCOUNT} on WS-OWN cannot protect a private key (0x80090345)" in result["msg"]
        assert contexts.installed(OWN, SERVICE_SID) == []


def test_where_powershell_logs_the_passphrase_travels_sealed(contexts: Contexts) -> None:
    facts = row(contexts.run, "certificate", LOGGED).result["ansible_facts"]["pkcs12"]
    assert facts["logging"] == ["module logging", "transcription"]
    assert contexts.installed(LOGGED) == [True]


def test_one_read_and_one_exchange_each_and_one_more_where_powershell_logs(contexts: Contexts) -> None:
    for workstation in WORKSTATIONS:
        exchanges = 2 if workstation == LOGGED else 1
        assert modules(contexts.run.requests, workstation) == ["store_inventory", *["store_exchange"] * exchanges]


def test_no_account_has_a_failed_logon(contexts: Contexts) -> None:
    tried = [contexts.hospital.emulated(workstation).accounts.bad_passwords for workstation in WORKSTATIONS]
    assert tried == [{}] * len(WORKSTATIONS)
