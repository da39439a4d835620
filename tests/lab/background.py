# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital that runs in the background: how it starts and ends, and how a command finds it. Each folder has one of its own."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from lab.control import Control, Request, ask
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.kinds import desks_of
from lab.orders import Orders
from lab.platforms import desks_with
from lab.playbook import ROOT
from lab.spreadsheet import write_register

FOLDER = ROOT / ".build" / "lab"
START_TIMEOUT = 60.0
STATE = "state.json"
COLLECTED = "collected"
"""Where the playbook collect puts its bundles, below the folder of the hospital: apart from those that are delivered."""


class Background:
    """The hospital of one folder, seen from another process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._state = folder, folder / STATE

    def up(self, kind: str, platforms: Sequence[str]) -> int:
        """Starts the hospital and says what it has; 0 when it runs. ``platforms``: see ``lab.platforms``."""
        if self.pid():
            if platforms:
                say(f"A lab runs already in {self.folder}, so no workstation was added. End it first (make lab-down).")
            return int(not self._workstations() or bool(platforms))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._state.unlink(missing_ok=True)
        with (self.folder / "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "lab", "--folder", str(self.folder)),
                    *("serve", "--kind", kind, "--with", ",".join(platforms)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not self._state.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        running = self._workstations()
        if running:
            say("They run until make lab-down. The quick start goes on with the exports.")
        return int(not running)

    def down(self) -> int:
        """Ends the hospital that ``up`` started; 0 when none runs any more."""
        pid = self.pid()
        if pid is None:
            say(f"No lab runs in {self.folder}.")
            return 0
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + START_TIMEOUT
        while self.pid() is not None and time.monotonic() < deadline:
            time.sleep(0.1)
        return int(self.pid() is not None)

    def status(self) -> int:
        """Says whether the hospital runs, and how to reach it; 0 when it does."""
        if not self._workstations():
            return 1
        state = self._read()
        program = Path(sys.executable).parent / "ansible-playbook"
        words = [program, "-i", state["inventory"], "-e", f"@{state['passphrases']}", "hospital_it.pkcs12.enrol"]
        collections = shlex.quote(str(ROOT / ".build" / "collections"))
        say(f"ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_COLLECTIONS_PATH={collections} {shlex.join(map(str, words))}")
        return 0

    def _workstations(self) -> bool:
        """Says which workstations there are, or why there are none; whether the hospital runs."""
        if self.pid() is None:
            say(f"The lab is down. `up` starts it; {self.folder / 'log'} says why, if it did not.")
            return False
        for name, kind in self._read()["workstations"].items():
            say(f"{name}  {kind}")
        return True

    def order(self, request: Request) -> int:
        """Lets something happen in the hospital, and says what happened; 0 when it did."""
        if self.pid() is None:
            return self.status()
        done, said = ask(self._read()["control"], request)
        for sentence in said:
            say(sentence)
        return int(not done)

    def pid(self) -> int | None:
        """The process of the running hospital; None when there is none, or when its number belongs to another program now."""
        try:
            pid = int(self._read()["pid"])
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if b"lab" in words and b"serve" in words else None

    def _read(self) -> Mapping[str, Any]:
        state: Mapping[str, Any] = json.loads(self._state.read_text(encoding="utf-8"))
        return state


def serve(folder: Path, kind: str, platforms: Sequence[str]) -> int:
    """Runs the hospital of a folder until SIGTERM or SIGINT."""
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    with ExitStack() as running:
        hospital = running.enter_context(Hospital(folder, desks_of(kind) + desks_with(platforms), verified=True))
        issuer = running.enter_context(Issuer(hospital))
        control = running.enter_context(Control(Orders(issuer)))
        _group_variables(issuer)
        write_register(hospital.inventory)
        _announce(hospital, control)
        with suppress(KeyboardInterrupt):
            signal.pause()
    return 0


def _announce(hospital: Hospital, control: Control) -> None:
    state = {
        "pid": os.getpid(),
        "workstations": {name: each.kind.value for name, each in hospital.workstations.items()},
        "inventory": str(hospital.inventory),
        "passphrases": str(hospital.passphrases),
        "control": control.access,
    }
    prepared = hospital.folder / f"{STATE}.new"
    prepared.touch(mode=0o600)
    prepared.write_text(json.dumps(state), encoding="utf-8")
    prepared.rename(hospital.folder / STATE)  # whoever waits for the file finds it whole


def _group_variables(issuer: Issuer) -> None:
    """Ansible reads the passphrases and the settings of collect with the inventory, so that each playbook has those of the moment."""
    hospital = issuer.hospital
    collected = hospital.folder / COLLECTED
    collected.mkdir(exist_ok=True)
    folder = hospital.folder / "group_vars" / "all"
    folder.mkdir(parents=True, exist_ok=True)
    # The playbooks for workstations look where bundles are delivered.
    own = hospital.folder / "host_vars" / "localhost.json"
    own.parent.mkdir(exist_ok=True)
    own.write_text(json.dumps({"pkcs12_bundle_folder": str(collected)}), encoding="utf-8")
    for file in (hospital.passphrases, issuer.variables()):
        link = folder / file.name
        link.unlink(missing_ok=True)
        link.symlink_to(file)


def say(text: str) -> None:
    """Prints a sentence at once."""
    print(text, flush=True)
