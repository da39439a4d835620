# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No bundle and no Windows password of a holder goes over a connection that does not encrypt; reading and other work go on.

Each connection has a workstation of its own. What a client sends is kept as it comes out of the socket, after TLS.
"""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from integration.plays import failed_hosts, holder, outcomes, row
from integration.wiretap import tap
from lab.emulated import LoggingPolicy
from lab.hospital import CONNECTION_ACCOUNT, Hospital
from lab.manifest import Manifest
from lab.people import ANNE, JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, play
from lab.winrm import Listener
from lab.winrm.connection import Call, Connection
from lab.winrm.http_messages import HttpRequest
from lab.workstation_interface import AuthMethod

BASIC, NTLM = AuthMethod.BASIC, AuthMethod.NTLM
NEVER = {"ansible_winrm_message_encryption": "never"}
CODE = "unencrypted_connection"
LOGGED = "ws-logged"
STREAM = re.compile(rb">([A-Za-z0-9+/]{4,}={0,2})<")
"""Standard input, and what PSRP sends, is base64 in an element of its own."""

Json = dict[str, Any]


def winrm(scheme: str, transport: object = None, **options: object) -> Json:
    """The variables of a connection by winrm. ``transport``: None when the inventory names none."""
    chosen = {} if transport is None else {"ansible_winrm_transport": transport}
    return {"ansible_connection": "winrm", "ansible_winrm_scheme": scheme, **chosen, **options}


def psrp(protocol: str, auth: str, encryption: str) -> Json:
    """The variables of a connection by psrp."""
    chosen = {"ansible_psrp_auth": auth, "ansible_psrp_message_encryption": encryption}
    return {"ansible_connection": "psrp", "ansible_psrp_protocol": protocol, **chosen}


def clear(encryption: str, *logons: str) -> Json:
    """How such a connection is told."""
    return {"scheme": "http", "logons": list(logons), "encryption": encryption}


CLEAR: Mapping[str, tuple[Json, Json]] = {
    "ws-basic": (winrm("http", "basic"), clear("auto", "basic")),
    "ws-plaintext": (winrm("http", "plaintext"), clear("auto", "plaintext")),
    "ws-unset": (winrm("http"), clear("auto", "plaintext")),
    "ws-never": (winrm("http", "ntlm", **NEVER), clear("never", "ntlm")),
    "ws-list": (winrm("http", ["ntlm", "basic"]), clear("auto", "ntlm", "basic")),
    LOGGED: (winrm("http", "basic"), clear("auto", "basic")),
    "ws-psrp-basic": (psrp("http", "basic", "never"), clear("never", "basic")),
    "ws-psrp-never": (psrp("http", "ntlm", "never"), clear("never", "ntlm")),
}
"""With what the refusal says. That of ``LOGGED`` would seal a passphrase if it could."""
SEALED: Mapping[str, Json] = {"ws-ntlm": winrm("http", "ntlm"), "ws-psrp-ntlm": psrp("http", "ntlm", "auto")}
SECURE: Mapping[str, Json] = {
    "ws-basic-https": winrm("https", "basic"),
    "ws-never-https": winrm("https", "ntlm", **NEVER),
    "ws-psrp-https": psrp("https", "ntlm", "auto"),
}
ENCRYPTING = (*SEALED, *SECURE)
SEATS = (Seat(JEANNE), Seat(ANNE, logged_on=False), Seat(PAUL))


@dataclass(frozen=True, slots=True)
class Played:
    """Every play, and by workstation what was sent: the bodies as they came out of the socket, and the secrets of all module runs."""

    runs: Mapping[str, Run]
    bodies: Mapping[str, list[bytes]]
    secrets: Mapping[str, list[tuple[str, bytes]]]
    pauls: Mapping[str, int]
    password: bytes


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    bodies: defaultdict[str, list[bytes]] = defaultdict(list)
    secrets: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
    runs = {}
    with ExitStack() as running:
        patches = running.enter_context(pytest.MonkeyPatch.context())
        desks = [Desk(name, SEATS) for name in (*CLEAR, *ENCRYPTING)]
        hospital = running.enter_context(Hospital(tmp_path_factory.mktemp("clear"), desks))
        connect(hospital, running)
        listen(patches, bodies)
        hospital.emulated(LOGGED).logging = LoggingPolicy(script_block=True)
        for desk in desks:
            tap(patches, hospital.workstations[desk.name], lambda sent, at=desk.name: hear(secrets[at], sent))
            issued = hospital.bundles[PAUL.authorisation]
            hospital.emulated(desk.name).store_of(PAUL.sid).plant(issued.certificate, issued.private_key)
        passwords = {"pkcs12_holder_passwords": {ANNE.authorisation: hospital.passwords[ANNE.sid]}}
        removal = {"pkcs12_retire_authorisations": [PAUL.authorisation]}
        for name, (book, *options) in {
            "check": ("check",),
            "checked": ("enrol", "--check", "-e", json.dumps(passwords)),
            "enrol": ("enrol", "-e", json.dumps(passwords)),
            "audit": ("audit",),
            "retire": ("retire", "-e", json.dumps(removal)),
        }.items():
            runs[name] = play(hospital, f"hospital_it.pkcs12.{book}", "--forks=4", *options)
        pauls = {desk.name: len(hospital.emulated(desk.name).store_of(PAUL.sid).elements) for desk in desks}
        yield Played(runs, bodies, secrets, pauls, hospital.passwords[ANNE.sid].encode())


def connect(hospital: Hospital, running: ExitStack) -> None:
    """A listener for each connection. One that takes Basic without TLS has AllowUnencrypted on."""
    inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    shared = inventory["all"]["vars"]
    password = shared["ansible_password"]
    for name in [name for name in shared if name.startswith("ansible_")]:
        del shared[name]
    trust = hospital.over(BASIC)["ansible_winrm_ca_trust_path"]
    for name, variables in {**{name: each for name, (each, _said) in CLEAR.items()}, **SEALED, **SECURE}.items():
        certificate = hospital.tls_of(BASIC) if name in SECURE else None
        methods = (NTLM,) if name in SEALED else (BASIC, NTLM)
        workstation = hospital.workstations[name]
        listener = running.enter_context(Listener(workstation, hospital.ledger, auth=methods, tls=certificate))
        host = inventory["all"]["children"]["workstations"]["hosts"][name]
        host |= {"ansible_host": "localhost", "ansible_port": listener.port, "ansible_password": password, **variables}
        host |= {
            "ansible_user": CONNECTION_ACCOUNT,
            "ansible_psrp_ca_cert": trust,
            "ansible_winrm_ca_trust_path": trust,
        }
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


def listen(patches: pytest.MonkeyPatch, bodies: defaultdict[str, list[bytes]]) -> None:
    """Keeps each body that comes out of a socket."""
    admit = Connection._admit

    def kept(connection: Connection, request: HttpRequest) -> Call:
        bodies[connection._workstation.name.lower()].append(request.body)
        return admit(connection, request)

    patches.setattr(Connection, "_admit", kept)


SECRETS = ("bundle", "passphrase", "sealed_passphrase")
"""Keys of a step."""


def hear(secrets: list[tuple[str, bytes]], sent: Manifest) -> None:
    """Takes the secrets out of a module run."""
    if sent.become and sent.become.password:
        secrets.append(("password", sent.become.password.encode()))
    for step in sent.arguments.get("steps", ()):
        secrets.extend((key, step[key].encode()) for key in SECRETS if key in step)


def readable(bodies: list[bytes]) -> bytes:
    """What somebody can read in these requests: the bodies, and what is in base64 in them, joined as standard input was cut."""
    everything = b"".join(bodies)
    return everything + b"".join(base64.b64decode(found) for found in STREAM.findall(everything) if len(found) % 4 == 0)


@pytest.mark.parametrize("name", CLEAR)
@pytest.mark.parametrize("step", ["checked", "enrol"])
def test_the_task_of_each_holder_fails_by_name_in_check_mode_too(played: Played, name: str, step: str) -> None:
    for person in (JEANNE, ANNE):
        found = holder(played.runs[step], name, person.authorisation).result
        assert (found["error"]["code"], found["changed"], found["journal"]) == (CODE, False, [])
        assert found["error"]["problem"]["values"] == {"computer": name.upper(), **CLEAR[name][1]}


@pytest.mark.parametrize("name", CLEAR)
def test_nothing_secret_was_sent(played: Played, name: str) -> None:
    assert played.secrets[name] == []
    assert played.password not in readable(played.bodies[name])


@pytest.mark.parametrize("name", CLEAR)
def test_check_says_it_as_an_error_and_no_other(played: Played, name: str) -> None:
    result = row(played.runs["check"], "workstation_info", name).result
    errors = [each for each in result["findings"] if each["severity"] == "error"]
    assert ([each["subject"] for each in errors], result["ready"]) == (["encryption"], False)
    assert errors[0]["problem"] == {"code": CODE, "values": {"computer": name.upper(), **CLEAR[name][1]}}


@pytest.mark.parametrize("name", [*CLEAR, *ENCRYPTING])
def test_reading_and_a_removal_without_a_secret_go_on(played: Played, name: str) -> None:
    facts = row(played.runs["audit"], "certificate_facts", name).result["ansible_facts"]["pkcs12"]
    found = {each["authorisation"]: each["status"] for each in facts["holders"]}
    there = "missing" if name in CLEAR else "valid"
    assert found == {JEANNE.authorisation: there, ANNE.authorisation: there, PAUL.authorisation: "valid"}
    assert outcomes(played.runs["retire"])[name][PAUL.authorisation] == "removed"
    assert played.pauls[name] == 0


@pytest.mark.parametrize("name", ENCRYPTING)
def test_a_connection_that_encrypts_is_used(played: Played, name: str) -> None:
    assert row(played.runs["check"], "workstation_info", name).result["ready"] is True
    told = outcomes(played.runs["enrol"])[name]
    assert (told[JEANNE.authorisation], told[ANNE.authorisation]) == ("installed", "installed")
    kinds = {kind for kind, _secret in played.secrets[name]}
    assert {"bundle", "passphrase", "password"} <= kinds
    assert ("password", played.password) in played.secrets[name]


@pytest.mark.parametrize("name", SEALED)
def test_sealed_messages_show_none_of_it(played: Played, name: str) -> None:
    seen = readable(played.bodies[name])
    assert [kind for kind, secret in played.secrets[name] if secret in seen] == []


@pytest.mark.parametrize("name", ["ws-basic-https", "ws-never-https"])
def test_behind_tls_the_same_search_finds_all_of_it(played: Played, name: str) -> None:
    seen = readable(played.bodies[name])
    assert [kind for kind, secret in played.secrets[name] if secret not in seen] == []


def test_only_what_does_not_encrypt_is_red(played: Played) -> None:
    assert failed_hosts(played.runs["enrol"]) == failed_hosts(played.runs["checked"]) == set(CLEAR)
    assert failed_hosts(played.runs["check"]) == set(CLEAR)
    assert failed_hosts(played.runs["audit"]) | failed_hosts(played.runs["retire"]) == set()
