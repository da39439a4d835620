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
AT_THE_DESK, WITH_PASSWORD, FIRST_LOGON, LOGGED = "ws-desk", "ws-password", "ws-first", "ws-logged"
OWN, OWN_AT_THE_DESK, OWN_WITHOUT_BECOME = "ws-own", "ws-own-desk", "ws-own-alone"
WORKSTATIONS = {
    AT_THE_DESK: True,
    WITH_PASSWORD: False,
    FIRST_LOGON: False,
    OWN: True,
    OWN_AT_THE_DESK: True,
    OWN_WITHOUT_BECOME: True,
    LOGGED: True,
}
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


@pytest.fixture(scope="module", params=[AuthMethod.BASIC, AuthMethod.NTLM], ids=lambda auth: auth.value)
def contexts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexts]:
    desks = [Desk(name, (Seat(JEANNE, logged_on),)) for name, logged_on in WORKSTATIONS.items()]
    with Hospital(tmp_path_factory.mktemp("contexts"), desks, request.param) as hospital:
        hospital.emulated(LOGGED).logging = LoggingPolicy(module=True, transcription=True)
        del hospital.emulated(FIRST_LOGON).profiles[JEANNE.sid]
        password = {"holder_password": hospital.passwords[JEANNE.sid]}
        arguments = dict.fromkeys(WORKSTATIONS, right(hospital))
        arguments[WITH_PASSWORD] = arguments[FIRST_LOGON] = right(hospital) | password
        for name in (OWN, OWN_AT_THE_DESK, OWN_WITHOUT_BECOME):
            arguments[name] = right(hospital) | {"holder": CONNECTION_ACCOUNT}
        hospital.emulated(OWN_AT_THE_DESK).profiles[SERVICE_SID].logged_on = True
        hospital.emulated(OWN_WITHOUT_BECOME).secondary_logon = 4
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


def test_connections_user_at_the_desk_gets_a_key_by_every_connection(contexts: Contexts) -> None:
    """become passes the network logon over and takes the session at the desk."""
    assert contexts.exchange(OWN_AT_THE_DESK) == (CONNECTION_ACCOUNT, False)
    assert contexts.installed(OWN_AT_THE_DESK, SERVICE_SID) == [True]


@pytest.mark.parametrize(("workstation", "become_user"), [(OWN, CONNECTION_ACCOUNT), (OWN_WITHOUT_BECOME, None)])
def test_connections_user_owns_a_store_where_his_logon_can_keep_keys(
    contexts: Contexts, workstation: str, become_user: str | None
) -> None:
    result = row(contexts.run, "certificate", workstation).result
    assert contexts.exchange(workstation) == (become_user, False)
    if contexts.hospital.auth is AuthMethod.BASIC:
        assert (result["changed"], result["deferred"]) == (True, False)
        assert contexts.installed(workstation, SERVICE_SID) == [True]
    else:
        assert (result["changed"], result["deferred"]) == (False, True)
        assert "0x80090345" in result["msg"]
        assert contexts.installed(workstation, SERVICE_SID) == []


def test_where_powershell_logs_the_passphrase_travels_sealed(contexts: Contexts) -> None:
    facts = row(contexts.run, "certificate", LOGGED).result["ansible_facts"]["pkcs12"]
    assert facts["logging"] == ["module logging", "transcription"]
    assert contexts.installed(LOGGED) == [True]


def test_one_read_and_one_exchange_each_and_one_more_where_powershell_logs_or_may(contexts: Contexts) -> None:
    for workstation in WORKSTATIONS:
        exchanges = 2 if workstation in (LOGGED, WITH_PASSWORD, FIRST_LOGON) else 1
        assert modules(contexts.run.requests, workstation) == ["store_inventory", *["store_exchange"] * exchanges]


def test_no_account_has_a_failed_logon(contexts: Contexts) -> None:
    tried = [contexts.hospital.emulated(workstation).accounts.bad_passwords for workstation in WORKSTATIONS]
    assert tried == [{}] * len(WORKSTATIONS)
