# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An impostor that answers for a workstation's name, with a self-signed certificate of its own, gets nothing that opens anything.

The cures are tried beside it: the workstation's own self-signed certificate, collected once, as the file of authorities of its connection;
and Kerberos over http, which needs no certificate.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.plays import failed_hosts, holder, outcomes, row
from integration.wiretap import tap
from lab.authority.authority import self_signed_server
from lab.hospital import CONNECTION_ACCOUNT, CONNECTION_UPN, Hospital
from lab.kdc import REALM, Kdc, kerberos
from lab.manifest import Manifest
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run, play
from lab.winrm import Access, Listener, Tls
from lab.workstation_interface import AuthMethod

CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)
SECRETS = ("bundle", "passphrase", "sealed_passphrase")
"""Keys of a step."""
WINRM = {"ansible_connection": "winrm", "ansible_winrm_scheme": "https", "ansible_winrm_transport": "ntlm"}
PSRP = {"ansible_connection": "psrp", "ansible_psrp_protocol": "https", "ansible_psrp_auth": "ntlm"}
IGNORED = {"winrm": "ansible_winrm_server_cert_validation", "psrp": "ansible_psrp_cert_validation"}
TRUST = {"winrm": "ansible_winrm_ca_trust_path", "psrp": "ansible_psrp_ca_cert"}
NAMED = "pkcs12_unverified_workstations"
TICKET = {
    "ansible_winrm_transport": "kerberos",
    "ansible_psrp_auth": "kerberos",
    "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
}
SERVICE = CONNECTION_UPN.partition("@")[0]
HTTP = {"ansible_winrm_scheme": "http", "ansible_psrp_protocol": "http"}
Json = dict[str, Any]


def ignoring(plugin: str, **more: object) -> Json:
    """A connection that checks no certificate."""
    return {**(WINRM if plugin == "winrm" else PSRP), IGNORED[plugin]: "ignore", **more}


REFUSED = {
    "ws-winrm": ignoring("winrm"),
    "ws-psrp": ignoring("psrp"),
    "ws-always": ignoring("winrm", ansible_winrm_message_encryption="always"),
    "ws-other-named": ignoring("winrm", **{NAMED: ["ws-named"]}),
}
"""An impostor answers, and the connection does not look who it is."""
CHECKED = {"ws-winrm-checked": "winrm", "ws-psrp-checked": "psrp"}
"""An impostor answers, and the connection has the certificate that was collected at the workstation."""
OWN = {"ws-winrm-own": "winrm", "ws-psrp-own": "psrp"}
"""The workstation answers, and the connection has its own certificate."""
TAKEN = {"ws-named": ignoring("winrm", **{NAMED: ["ws-named"]})}
"""The site takes the risk."""
MEMBER = "ws-member"
"""NTLM over http, and a setting that names nobody."""
TICKETS = {"ws-winrm-ticket": "winrm", "ws-psrp-ticket": "psrp"}
"""Kerberos over http, and a setting that names nobody: only the workstation has the key of its tickets."""
RELAYED = {"ws-winrm-relayed": "winrm", "ws-psrp-relayed": "psrp"}
"""Kerberos over https with a certificate that nobody checks, as of somebody who hands the ticket on to the workstation and reads along."""
HERE = (*REFUSED, *CHECKED, *OWN, *TAKEN, MEMBER, *((*TICKETS, *RELAYED) if kerberos() else ()))


def with_kdc(names: Iterable[str]) -> list[Any]:
    """Workstations that answer only where this machine has a KDC."""
    return [pytest.param(name, marks=pytest.mark.kerberos) for name in names]


@dataclass(frozen=True, slots=True)
class Played:
    """The plays, and by workstation what it was sent that opens something."""

    runs: Mapping[str, Run]
    secrets: Mapping[str, list[str]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    secrets: defaultdict[str, list[str]] = defaultdict(list)
    with ExitStack() as running:
        patches = running.enter_context(pytest.MonkeyPatch.context())
        folder = tmp_path_factory.mktemp("receivers")
        desks = [Desk(name, (Seat(JEANNE),)) for name in HERE]
        hospital = running.enter_context(Hospital(folder, desks))
        inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
        hosts, shared = inventory["all"]["children"]["workstations"]["hosts"], inventory["all"]["vars"]
        password = shared["ansible_password"]
        kdc = running.enter_context(Kdc({SERVICE: password})) if kerberos() else None
        for name in [each for each in shared if each.startswith("ansible_")]:
            del shared[name]
        for desk in desks:
            hosts[desk.name].pop(NAMED)
            hosts[desk.name] |= {"ansible_password": password, "ansible_user": CONNECTION_ACCOUNT}
            hosts[desk.name] |= connection(desk.name, hospital, running, folder, kdc)
            tap(patches, hospital.workstations[desk.name], lambda sent, at=desk.name: hear(secrets[at], sent))
        hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
        books = {"check": ("check",), "checked": ("enrol", "--check"), "enrol": ("enrol",), "audit": ("audit",)}
        runs = {
            name: play(
                hospital, f"hospital_it.pkcs12.{book}", "--forks=4", *more, environment=kdc.environment if kdc else {}
            )
            for name, (book, *more) in books.items()
        }
        yield Played(runs, secrets)


def connection(name: str, hospital: Hospital, running: ExitStack, folder: Path, kdc: Kdc | None) -> Json:
    """A listener before this workstation, and the variables that lead to it."""
    offered, collected = self_signed_server("localhost"), folder / f"{name}.pem"
    meant = offered if name in OWN else self_signed_server("localhost")
    collected.write_bytes(b"".join(CERTIFICATE.findall(meant)))
    tls = None if name in (MEMBER, *TICKETS) else Tls(offered, ())
    logon = AuthMethod.KERBEROS if name in TICKETS | RELAYED else AuthMethod.NTLM
    access = Access(keys=kdc.keys if kdc else None)
    listener = running.enter_context(
        Listener(hospital.workstations[name], hospital.ledger, auth=(logon,), tls=tls, access=access)
    )
    where = {"ansible_host": "localhost", "ansible_port": listener.port}
    if name == MEMBER:
        return where | WINRM | {"ansible_winrm_scheme": "http", NAMED: []}
    if plugin := TICKETS.get(name):
        return (
            where
            | (WINRM if plugin == "winrm" else PSRP)
            | HTTP
            | TICKET
            | {"ansible_user": f"{SERVICE}@{REALM}", NAMED: []}
        )
    if plugin := RELAYED.get(name):
        return where | ignoring(plugin) | TICKET | {"ansible_user": f"{SERVICE}@{REALM}"}
    if plugin := (CHECKED | OWN).get(name):
        return where | (WINRM if plugin == "winrm" else PSRP) | {TRUST[plugin]: str(collected)}
    return where | (REFUSED | TAKEN)[name]


def hear(secrets: list[str], sent: Manifest) -> None:
    """Keeps what opens something."""
    secrets.extend(key for step in sent.arguments.get("steps", ()) for key in SECRETS if key in step)


@pytest.mark.parametrize("name", [*REFUSED, MEMBER, *with_kdc(RELAYED)])
@pytest.mark.parametrize("step", ["checked", "enrol"])
def test_who_is_not_known_gets_nothing_that_opens_anything(played: Played, name: str, step: str) -> None:
    error = holder(played.runs[step], name, JEANNE.authorisation).result["error"]
    kind = "ntlm_not_named" if name == MEMBER else "certificate"
    assert (error["code"], error["problem"]["code"]) == ("unverified_workstation", f"unverified_workstation.{kind}")
    assert error["problem"]["values"]["host"] == name
    assert played.secrets[name] == []


@pytest.mark.parametrize("name", [*REFUSED, MEMBER, *with_kdc(RELAYED)])
def test_check_names_it_and_reading_goes_on(played: Played, name: str) -> None:
    result = row(played.runs["check"], "workstation_info", name).result
    assert ([each["subject"] for each in result["findings"] if each["severity"] == "error"]) == ["receiver"]
    assert result["ready"] is False
    facts = row(played.runs["audit"], "certificate_facts", name).result["ansible_facts"]["pkcs12"]
    assert [each["status"] for each in facts["holders"]] == ["missing"]


@pytest.mark.parametrize("name", CHECKED)
def test_an_impostor_does_not_even_get_a_logon_where_the_collected_certificate_is_checked(
    played: Played, name: str
) -> None:
    assert row(played.runs["check"], "workstation_info", name).result["connection_error"]["code"] == (
        "certificate_self_signed"
    )
    assert played.secrets[name] == []


@pytest.mark.parametrize("name", [*OWN, *TAKEN, *with_kdc(TICKETS)])
def test_the_workstation_itself_is_served(played: Played, name: str) -> None:
    """By its own certificate, which is its own authority for both plugins; by its ticket; or because the site names it."""
    assert row(played.runs["check"], "workstation_info", name).result["ready"] is True
    assert outcomes(played.runs["enrol"])[name][JEANNE.authorisation] == "installed"
    assert set(played.secrets[name]) == {"bundle", "passphrase"}


@pytest.mark.parametrize("step", ["check", "checked", "enrol", "audit"])
def test_the_setting_is_read_where_a_workstation_has_it(played: Played, step: str) -> None:
    """No run tells an administrator that it has no effect there."""
    assert [line for line in played.runs[step].stderr.splitlines() if f"{NAMED} of" in line] == []


def test_only_they_are_red(played: Played) -> None:
    assert failed_hosts(played.runs["enrol"]) == {*REFUSED, *CHECKED, MEMBER, *(set(RELAYED) & set(HERE))}
