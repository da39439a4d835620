# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital where something is wrong at every desk: each task fails with its own cause, says what to do, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from integration.plays import modules, row, run_play, tasks
from integration.problems import named_in
from integration.stores import Contents, contents
from integration.wiretap import tap
from lab.emulated import Change, DriverError, EmulatedWorkstation, LoggingPolicy, Operation
from lab.emulated.profile import Profile
from lab.hospital import Hospital
from lab.manifest import Manifest
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run

READ, WRITE = ["store_inventory"], ["store_inventory", "store_exchange"]
NOTHING = Contents((), orphans=0)


@dataclass(frozen=True, slots=True)
class Trouble:
    """``tells``: a code or a value. ``arguments`` replace those of a right task; ``ran`` are the drivers that run until it fails."""

    code: str
    tells: str
    ran: list[str]
    prepare: Callable[[EmulatedWorkstation], None] = lambda _workstation: None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    logged_on: bool = True


def jeannes(change: Callable[[Profile], None]) -> Callable[[EmulatedWorkstation], None]:
    return lambda workstation: change(workstation.profiles[JEANNE.sid])


def set_to(name: str, value: object) -> Callable[[object], None]:
    return lambda thing: setattr(thing, name, value)


def fail_after_the_key(workstation: EmulatedWorkstation) -> None:
    """The disk is full when the certificate is to be written; taking back works."""

    def observe(operation: Operation) -> None:
        if operation.change is Change.CERTIFICATE_WRITTEN:
            raise DriverError(None, 0x80070070)

    workstation.observe = observe


def fail_at_the_transport_key(workstation: EmulatedWorkstation) -> None:
    """PowerShell logs, and the disk is full when the key is to be written."""
    workstation.logging = LoggingPolicy(script_block=True)

    def observe(operation: Operation) -> None:
        if operation.subject.startswith("hospital_it.pkcs12.transport."):
            raise DriverError(None, 0x80070070)

    workstation.observe = observe


TROUBLES = {
    "ws-unknown": Trouble("unknown_holder", r"CHU\nobody", READ, arguments={"holder": r"CHU\nobody"}),
    "ws-temporary": Trouble("temporary_profile", "temporary_profile", READ, jeannes(set_to("temporary", True))),
    "ws-redirected": Trouble(
        "store_unread",
        "unread.redirected",
        READ,
        jeannes(set_to("redirected_to", r"\\files\jdupont")),
    ),
    "ws-denied": Trouble("store_unread", "unread.access_denied", READ, jeannes(set_to("denied", True))),
    "ws-damaged": Trouble("store_unread", "unread.no_appdata", READ, jeannes(set_to("exists", False))),
    "ws-no-key": Trouble("transport_key_failed", "0x80070070", WRITE, fail_at_the_transport_key),
    "ws-password": Trouble(
        "holder_logon", "holder_logon.password_wrong", WRITE, arguments={"holder_password": "not his"}, logged_on=False
    ),
    "ws-logged-password": Trouble(
        "logged_password",
        JEANNE.account,
        READ,
        set_to("logging", LoggingPolicy(module=True)),
        {"holder_password": "his"},
        logged_on=False,
    ),
    "ws-constrained": Trouble(
        "constrained_language",
        "ConstrainedLanguage",
        WRITE,
        lambda workstation: workstation.constrained.add(JEANNE.sid),
    ),
    "ws-full": Trouble("import_failed", "0x80070070", WRITE, fail_after_the_key),
    "ws-stale": Trouble("stale_store", "stale_store", [*WRITE, *WRITE]),
}


@dataclass(frozen=True, slots=True)
class Troubled:
    hospital: Hospital
    run: Run


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    desks = [Desk(name, (Seat(JEANNE, trouble.logged_on),)) for name, trouble in TROUBLES.items()]
    with Hospital(tmp_path_factory.mktemp("troubled"), desks) as hospital, pytest.MonkeyPatch.context() as patches:
        for name, trouble in TROUBLES.items():
            trouble.prepare(hospital.emulated(name))
        interfere(patches, hospital)
        bundle = hospital.bundles[JEANNE.authorisation]
        right = {
            "path": f"{hospital.bundle_folder}/{bundle.file_name}",
            "passphrase": f"{{{{ pkcs12_passphrases['{JEANNE.authorisation}'] }}}}",
            "holder": JEANNE.account,
        }
        arguments = {name: right | dict(trouble.arguments) for name, trouble in TROUBLES.items()}
        call = tasks({"certificate": "{{ arguments[inventory_hostname] }}"})
        yield Troubled(hospital, run_play(hospital, "--forks", "4", vars={"arguments": arguments}, tasks=call))


def interfere(patches: pytest.MonkeyPatch, hospital: Hospital) -> None:
    """Somebody is at work by hand between each read and its exchange."""
    workstation = hospital.emulated("ws-stale")
    other = hospital.bundles[JEANNE.authorisation]
    names = iter(("put there by hand", "renamed by hand"))

    def hear(manifest: Manifest) -> None:
        if manifest.module.endswith("store_exchange"):
            workstation.store_of(JEANNE.sid).plant(other.certificate, friendly_name=next(names))

    tap(patches, workstation, hear)


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_has_its_code_and_says_what_to_do(troubled: Troubled, name: str) -> None:
    result, trouble = row(troubled.run, "certificate", name).result, TROUBLES[name]
    assert result["error"]["code"] == trouble.code
    assert trouble.tells in named_in(result["error"]["problem"])
    assert result["error"]["next_step"]
    assert result["changed"] is False


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_stops_before_it_costs_more(troubled: Troubled, name: str) -> None:
    assert modules(troubled.run.requests, name) == TROUBLES[name].ran


@pytest.mark.parametrize("name", [name for name in TROUBLES if name != "ws-stale"])
def test_trouble_leaves_nothing_behind(troubled: Troubled, name: str) -> None:
    assert contents(troubled.hospital.emulated(name).store_of(JEANNE.sid)) == NOTHING


def test_stale_store_stays_as_the_other_left_it(troubled: Troubled) -> None:
    left = contents(troubled.hospital.emulated("ws-stale").store_of(JEANNE.sid))
    assert [held.friendly_name for held in left.held] == ["renamed by hand"]
    assert left.orphans == 0


def test_wrong_password_was_tried_once(troubled: Troubled) -> None:
    tried = {name: dict(troubled.hospital.emulated(name).accounts.bad_passwords) for name in TROUBLES}
    assert tried == {name: {JEANNE.sid: 1} if name == "ws-password" else {} for name in TROUBLES}
