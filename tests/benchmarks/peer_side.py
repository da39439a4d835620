# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios by modules of ansible.windows, on Windows PowerShell, since nothing else runs them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.counted import FLOOR, PEER, Counted, counted
from benchmarks.floor import EMPTY
from lab.hospital import Hospital
from lab.manifest import BECOME_WRAPPER, changed
from lab.people import DOMAIN, Desk, Person, Seat
from lab.playbook import ROOT, Run, play
from lab.wine import WineWorkstation
from lab.winrm import Intercept, Listener
from lab.workstation_interface import AuthMethod, Kind, Logon, Output, Process

BECOME_BEFORE_2_19 = BECOME_WRAPPER.removesuffix(".ps1")


class OneUser:
    """A workstation under Wine that runs everything as its one user."""

    kind = Kind.WINDOWS_POWERSHELL

    def __init__(self, workstation: WineWorkstation) -> None:
        self._workstation = workstation

    @property
    def name(self) -> str:
        """See ``lab.workstation_interface.Workstation``."""
        return self._workstation.name

    @property
    def passwords(self) -> Mapping[str, str]:
        """See ``lab.workstation_interface.Workstation``."""
        return self._workstation.passwords

    def start(self, logon: Logon, command_line: str, console: bool) -> Process:
        """See ``lab.workstation_interface.Workstation``."""
        process = self._workstation.start(logon, command_line, console)
        return process if console else _Held(process)

    def close(self) -> None:
        """The workstation is closed by whoever made it."""


class _Held:
    """Keeps standard input until its end, and hands it on without become."""

    def __init__(self, process: Process) -> None:
        self._process, self._input = process, bytearray()

    def send(self, data: bytes, end: bool) -> None:
        """See ``lab.workstation_interface.Process``."""
        self._input += data
        if end:
            self._process.send(without_become(bytes(self._input)), end=True)

    def receive(self, timeout: float, limit: int) -> Output | None:
        """See ``lab.workstation_interface.Process``."""
        return self._process.receive(timeout, limit)

    def kill(self) -> None:
        """See ``lab.workstation_interface.Process``."""
        self._process.kill()


def without_become(stdin: bytes) -> bytes:
    """Standard input of a command; what is no manifest with become stays as it is."""
    return changed(stdin, _without_become)


def _without_become(document: dict[str, Any]) -> dict[str, Any] | None:
    actions = document.get("actions", ())
    kept = [action for action in actions if _name(action) not in (BECOME_WRAPPER, BECOME_BEFORE_2_19)]
    return None if len(kept) == len(actions) else {**document, "actions": kept}


def _name(action: Any) -> str:
    return str(action["name"] if isinstance(action, dict) else action)


BOOKS = Path(__file__).with_name("peer")
DESK = "ws-peer"
HOLDER = Person("Holder 00", "T200000", "holder0", 2000)
FLOORS = {"win_ping": "ansible.windows.win_ping", "empty module": "empty"}
STORE = "(Get-ChildItem Cert:\\CurrentUser\\My | Where-Object HasPrivateKey).Thumbprint -join ' '"
PATIENT = {"ansible_winrm_operation_timeout_sec": 240, "ansible_winrm_read_timeout_sec": 270}
"""A request that is asked again, because a busy machine answers late, would count twice."""


class PeerDesk:
    """A running workstation with one holder's bundle, and everything to run a play there. ``become``: whether the plays ask for it."""

    def __init__(self, hospital: Hospital, port: int, collections: Path, *, become: bool) -> None:
        self.hospital, self._port, self._collections, self._become = hospital, port, collections, become

    def play(self, book: Path, holders: int = 1, person: Person | None = None) -> Run:
        """Runs a playbook for so many holders. They have one bundle, since a workstation here has one store.

        ``person``: whose bundle, the first person's unless said. Raises ``RuntimeError`` when it ends red.
        """
        person = person or self.hospital.people[0]
        bundle = self.hospital.bundles[person.authorisation]
        path = self.hospital.folder / f"{bundle.thumbprint}.p12"
        path.write_bytes(bundle.data)
        who = {"bundle": str(path), "number": person.authorisation}
        variables: dict[str, Any] = {
            **PATIENT,
            "ansible_port": self._port,
            "peer_become": self._become,
            "peer_issuer": "AC Personnes",
            "peer_passphrases": {person.authorisation: bundle.passphrase},
            "peer_holders": [{**who, "account": f"{DOMAIN}\\holder{index}"} for index in range(holders)],
        }
        run = play(self.hospital, book, "-e", json.dumps(variables), environment=environment(self._collections))
        if run.exit_code:
            raise RuntimeError(run.stdout + run.stderr)
        return run

    def task(self, name: str, arguments: Mapping[str, Any] | None = None) -> Run:
        """Runs one task. Raises ``RuntimeError``, see ``play``."""
        book = self.hospital.folder / "task.yml"
        tasks = [{name: dict(arguments or {})}] if name else []
        book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        return self.play(book)

    def installed(self) -> set[str]:
        """The certificates with a key in the store, by thumbprint, as a PowerShell beside WinRM sees it."""
        workstation = self.hospital.workstations[DESK]
        if not isinstance(workstation, WineWorkstation):
            raise TypeError(f"{DESK} is {workstation.kind.value}")
        return set(workstation.run_powershell(STORE).split())


def environment(collections: Path) -> dict[str, str]:
    """Of a play that uses modules of both sides and the empty module."""
    paths = os.pathsep.join([str(ROOT / ".build" / "collections"), str(collections)])
    return {"ANSIBLE_COLLECTIONS_PATH": paths, "ANSIBLE_LIBRARY": str(EMPTY.parent)}


@contextmanager
def peer_desk(
    folder: Path,
    collections: Path,
    people: Sequence[Person] = (HOLDER,),
    intercept: Intercept | None = None,
    *,
    become: bool,
) -> Iterator[PeerDesk]:
    """A fresh workstation under Wine. Raises ``TypeError`` where Windows PowerShell is not installed."""
    desk = Desk(DESK, tuple(map(Seat, people)), windows=True)
    with Hospital(folder, [desk], AuthMethod.BASIC) as hospital:
        workstation = hospital.workstations[DESK]
        if not isinstance(workstation, WineWorkstation):
            raise TypeError("Windows PowerShell is not installed here; `make bed` installs it where it can.")
        certificate = hospital.tls_of(hospital.auth)
        with Listener(
            OneUser(workstation), hospital.ledger, auth=(hospital.auth,), intercept=intercept, tls=certificate
        ) as listener:
            yield PeerDesk(hospital, listener.port, collections, become=become)


def count_peer(folder: Path, collections: Path, numbers: Sequence[int]) -> Iterator[Counted]:
    """Runs each scenario once, with become, and looks into the store after each; the steady state for each of these numbers of holders.

    Raises ``RuntimeError``.
    """
    with peer_desk(folder, collections, become=True) as desk:
        for scenario, module in FLOORS.items():
            yield counted(FLOOR, scenario, 1, desk.task(module).requests)
        first = desk.hospital.bundles[HOLDER.authorisation].thumbprint
        yield counted(PEER, "enrolment", 1, desk.play(BOOKS / "install.yml").requests)
        _expect(desk, "enrolment", {first})
        for holders in numbers:
            yield counted(PEER, "steady state", holders, desk.play(BOOKS / "install.yml", holders).requests)
        yield counted(PEER, "facts", 1, desk.play(BOOKS / "facts.yml").requests)
        _expect(desk, "steady state", {first})
        newer = desk.hospital.deliver(HOLDER, 2000).thumbprint
        yield counted(PEER, "renewal", 1, desk.play(BOOKS / "install.yml").requests)
        _expect(desk, "renewal", {newer})
        yield counted(PEER, "removal", 1, desk.play(BOOKS / "remove.yml").requests)
        _expect(desk, "removal", set())


def _expect(desk: PeerDesk, scenario: str, wanted: set[str]) -> None:
    found = desk.installed()
    if found != wanted:
        raise RuntimeError(f"After {scenario} the store has {sorted(found)}, not {sorted(wanted)}")
