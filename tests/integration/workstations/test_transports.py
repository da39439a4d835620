# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The core plays over each transport of the guide on connecting, with the inventory that the guide shows.

Each transport has a workstation of its own, and each play runs on all of them. At each, Jeanne is logged on and Anne is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from integration.plays import cached, holder, outcomes, row
from lab.hospital import CONNECTION_ACCOUNT, CONNECTION_UPN, Hospital
from lab.kdc import Kdc, kerberos
from lab.people import ANNE, DOMAIN, JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play
from lab.transports import Transport, lay_out, tls, transports
from lab.winrm import Access, Entry, Listener
from lab.workstation_interface import AuthMethod

ALL = tuple(transports())
KERBEROS = AuthMethod.KERBEROS
HERE = tuple(each for each in ALL if kerberos() or each.method is not KERBEROS)
SEATS = (Seat(JEANNE), Seat(ANNE, logged_on=False))
EVERYBODY = ("-e", json.dumps({"pkcs12_retire_everyone": True, "pkcs12_workstation_count": len(HERE)}))
BOOKS = {
    "check": ("check",),
    "enrol": ("enrol",),
    "again": ("enrol",),
    "renew": ("renew", "-e", "pkcs12_install=always"),
    "audit": ("audit",),
    "retire": ("retire", *EVERYBODY),
}
EACH = pytest.mark.parametrize(
    "transport",
    [pytest.param(each, id=each.name, marks=[pytest.mark.kerberos] * (each.method is KERBEROS)) for each in ALL],
)


@dataclass(frozen=True, slots=True)
class Played:
    """Every play, what Jeanne's stores held after it, and the two bundles: the first, and the one that renews it."""

    runs: Mapping[str, Run]
    held: Mapping[str, Mapping[str, frozenset[str]]]
    facts: Mapping[str, Mapping[str, Any]]
    bundles: tuple[str, str]


def connect(hospital: Hospital, running: ExitStack, kdc: Kdc | None) -> None:
    """A listener for each transport before its workstation, and the guide's variables in the inventory."""
    files = lay_out(hospital.authority, hospital.folder, CONNECTION_UPN)
    inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    shared = inventory["all"]["vars"]
    shared["vault_connection_password"] = shared["ansible_password"]
    for name in [name for name in shared if name.startswith("ansible_")]:
        del shared[name]
    for each in HERE:
        listener = running.enter_context(
            Listener(
                hospital.workstations[each.name],
                hospital.ledger,
                auth=(each.method,),
                tls=tls(hospital.authority) if each.https else None,
                access=Access(keys=kdc.keys if kdc else None),
            )
        )
        host = inventory["all"]["children"]["workstations"]["hosts"][each.name]
        del host["ansible_user"]
        host.update(each.leading_to(listener.port, files))
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


def jeannes(hospital: Hospital) -> dict[str, frozenset[str]]:
    """What can be chosen in her store at each workstation: thumbprints."""
    stores = {each.name: hospital.emulated(each.name).store_of(JEANNE.sid) for each in HERE}
    return {name: frozenset(store.elements) for name, store in stores.items()}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("transports")
    runs, held, facts = {}, {}, {}
    with ExitStack() as running:
        hospital = running.enter_context(Hospital(folder, [Desk(each.name, SEATS) for each in HERE]))
        kdc = None
        if kerberos():
            kdc = running.enter_context(Kdc({CONNECTION_UPN.partition("@")[0]: hospital.connection_password}))
        connect(hospital, running, kdc)
        environment = {**FACT_CACHE, **(kdc.environment if kdc else {})}
        first = hospital.bundles[JEANNE.authorisation].thumbprint
        for name, (book, *options) in BOOKS.items():
            if name == "renew":
                hospital.deliver(JEANNE, 1500, " new")  # longer than the first
            runs[name] = play(hospital, f"hospital_it.pkcs12.{book}", "--forks=4", *options, environment=environment)
            held[name] = jeannes(hospital)
            facts[name] = {each.name: cached(hospital, each.name) for each in HERE}
        yield Played(runs, held, facts, (first, hospital.bundles[JEANNE.authorisation].thumbprint))


def test_the_guide_has_each_logon_with_each_plugin() -> None:
    assert {(each.plugin, each.method) for each in ALL} == {
        (plugin, method) for plugin in ("winrm", "psrp") for method in AuthMethod
    }
    assert len({each.name for each in ALL}) == len(ALL)


@pytest.mark.parametrize("transport", [each for each in ALL if each.https], ids=lambda each: each.name)
def test_the_guide_never_switches_the_check_of_certificates_off(transport: Transport) -> None:
    assert [name for name in transport.variables if "validation" in name] == []
    assert "/etc/pki/chu/authority.pem" in transport.variables.values()


@EACH
def test_check_finds_the_workstation_ready(played: Played, transport: Transport) -> None:
    result = row(played.runs["check"], "workstation_info", transport.name).result
    assert result["ready"] is True, result


@EACH
def test_holder_is_enrolled_once_and_one_who_is_away_waits(played: Played, transport: Transport) -> None:
    first, _second = played.bundles
    told = {name: outcomes(played.runs[name])[transport.name] for name in ("enrol", "again")}
    assert told["enrol"] == {JEANNE.authorisation: "installed", ANNE.authorisation: "deferred"}
    assert told["again"] == {JEANNE.authorisation: "unchanged", ANNE.authorisation: "deferred"}
    assert played.held["enrol"][transport.name] == played.held["again"][transport.name] == {first}
    assert holder(played.runs["again"], transport.name, JEANNE.authorisation).result["changed"] is False


@EACH
def test_renewal_leaves_the_new_certificate_alone_and_facts_say_so(played: Played, transport: Transport) -> None:
    _first, second = played.bundles
    assert outcomes(played.runs["renew"])[transport.name][JEANNE.authorisation] == "renewed"
    assert played.held["renew"][transport.name] == {second}
    told = {each["authorisation"]: each["status"] for each in played.facts["audit"][transport.name]["holders"]}
    assert told == {JEANNE.authorisation: "valid", ANNE.authorisation: "missing"}


@EACH
def test_removal_leaves_nothing_and_facts_say_so(played: Played, transport: Transport) -> None:
    assert outcomes(played.runs["retire"])[transport.name][JEANNE.authorisation] == "removed"
    assert played.held["retire"][transport.name] == frozenset()
    assert played.facts["retire"][transport.name]["certificates"] == []


@EACH
def test_each_request_was_made_by_the_logon_that_the_guide_names(played: Played, transport: Transport) -> None:
    entries = [each for run in played.runs.values() for each in run.requests if belongs(each, transport)]
    assert {each.method for each in entries if each.action != "auth"} == {transport.method.value}
    accounts = {str(each.user).lower() for each in entries if each.action != "auth"}
    spelled = {
        CONNECTION_ACCOUNT.lower(),
        CONNECTION_UPN,
        CONNECTION_ACCOUNT.lower().removeprefix(f"{DOMAIN.lower()}\\"),
    }
    assert accounts <= spelled, accounts


def belongs(entry: Entry, transport: Transport) -> bool:
    return entry.workstation.lower() == transport.name


def test_every_workstation_answers_in_every_play(played: Played) -> None:
    assert [name for name, run in played.runs.items() if "UNREACHABLE" in run.stdout] == []
