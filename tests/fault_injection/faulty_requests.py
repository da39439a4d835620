# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many workstations with the same renewal ahead, each with another fault between it and ansible-playbook."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fault_injection.final_state import wrong_in_the_end
from fault_injection.renewal_in_process import Renewal, quiet
from integration.canary import Scanner, Secret, binary_secret, key_secrets, text_secret
from integration.plays import run_play
from integration.wiretap import tap
from integration.written_files import Piece, files
from lab.authority import IssuedBundle
from lab.emulated import EmulatedWorkstation
from lab.faults import Watch, on_each
from lab.hospital import Hospital
from lab.manifest import Manifest
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run
from lab.winrm import Intercept
from lab.workstation_interface import AuthMethod

INPUTS = {"inventory.yml", "passphrases.yml", "bundles", "play.yml"}
FORKS = 4


def untouched(_workstation: EmulatedWorkstation, _patches: pytest.MonkeyPatch) -> None:
    """Nothing wrong with the workstation itself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``timeout``: seconds that Ansible waits for an answer, or None for its own patience."""

    intercept: Intercept | None = None
    timeout: int | None = None
    prepare: Callable[[EmulatedWorkstation, pytest.MonkeyPatch], None] = untouched


@dataclass(slots=True)
class FaultyWorkstations:
    """The workstations by the names of their faults. ``secrets`` grows with what they are sent."""

    hospital: Hospital
    faults: Mapping[str, Fault]
    watches: dict[str, Watch] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def run_with_faults(self) -> Run:
        """The renewal with the faults."""
        with pytest.MonkeyPatch.context() as patches:
            for name, fault in self.faults.items():
                workstation = self.hospital.emulated(name)
                tap(patches, workstation, self._hear)
                fault.prepare(workstation, patches)
            return self._play({name: fault.timeout for name, fault in self.faults.items() if fault.timeout})

    def _play(self, timeouts: Mapping[str, int]) -> Run:
        bundle = self.hospital.bundles[JEANNE.authorisation]
        task = {
            "path": f"{self.hospital.bundle_folder}/{bundle.file_name}",
            "passphrase": f"{{{{ pkcs12_passphrases['{JEANNE.authorisation}'] }}}}",
            "holder": JEANNE.account,
        }
        variables = {
            "timeouts": timeouts,
            "ansible_winrm_read_timeout_sec": "{{ timeouts[inventory_hostname] | default(60) }}",
            "ansible_winrm_operation_timeout_sec": "{{ (timeouts[inventory_hostname] | default(31)) - 1 }}",
        }
        home = self.hospital.folder / "home"
        environment = {"ANSIBLE_HOME": str(home), "ANSIBLE_LOCAL_TEMP": str(home / "tmp")}
        tasks = [{"hospital_it.pkcs12.certificate": task}]
        run = run_play(self.hospital, "-vvv", f"--forks={FORKS}", environment=environment, vars=variables, tasks=tasks)
        self.runs.append(run)
        return run

    def again(self) -> Run:
        """The same play where nothing is wrong any more."""
        with pytest.MonkeyPatch.context() as patches:
            for name in self.faults:
                tap(patches, self.hospital.emulated(name), self._hear)
            return self._play({})

    def wrong_in_the_end(self, name: str) -> tuple[str, ...]:
        """What is wrong with a workstation."""
        renewal = Renewal(quiet, self.hospital.bundles[JEANNE.authorisation])
        return (*self.watches[name].violations, *wrong_in_the_end(self.hospital.emulated(name), renewal))

    def _hear(self, manifest: Manifest) -> None:
        for step in manifest.arguments.get("steps", ()):
            if step["step"] in ("import", "import_sealed"):
                bundle = base64.b64decode(step["bundle"])
                self.secrets.append(binary_secret("a one-use file", bundle, public=bytes.fromhex(step["thumbprint"])))
            if "passphrase" in step:
                self.secrets.append(text_secret("a one-use passphrase", step["passphrase"]))

    def scanner(self) -> Scanner:
        """Knows what no file of the controller may hold."""
        bundle = self.hospital.bundles[JEANNE.authorisation]
        lasting = [text_secret("the passphrase", bundle.passphrase), *key_secrets("the new key", bundle.private_key)]
        return Scanner([*lasting, *self.secrets])

    def pieces(self) -> Iterator[Piece]:
        """All that the controller wrote, and what it said at -vvv."""
        for number, run in enumerate(self.runs, 1):
            yield f"play {number}", (run.stdout + run.stderr).encode()
        for place, data in files(self.hospital.folder):
            if Path(place).relative_to(self.hospital.folder).parts[0] not in INPUTS:
                yield place, data


@contextmanager
def faulty_workstations(
    folder: Path, faults: Mapping[str, Fault], old: IssuedBundle, auth: AuthMethod
) -> Iterator[FaultyWorkstations]:
    """Starts it; the holder has the old certificate everywhere. The faults of intercepts strike once, at the number they are for."""
    intercepts = {name: fault.intercept for name, fault in faults.items() if fault.intercept}
    desks = [Desk(name, (Seat(JEANNE),)) for name in faults]
    with Hospital(folder, desks, auth, on_each(intercepts)) as hospital:
        made = FaultyWorkstations(hospital, faults)
        for name in faults:
            workstation = hospital.emulated(name)
            workstation.store_of(JEANNE.sid).plant(old.certificate, old.private_key)
            made.watches[name] = Watch.over(workstation, JEANNE.sid)
        yield made
