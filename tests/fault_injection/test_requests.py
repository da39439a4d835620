# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each WinRM request of a renewal by the real ansible-playbook is hit by a fault in turn; the same playbook then brings all to its end."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fault_injection.final_state import wrong_in_the_end
from fault_injection.renewal_in_process import Renewal, quiet
from fault_injection.renewals import RenewalBundles
from integration.canary import Scanner, Secret, binary_secret, key_secrets, text_secret
from integration.plays import failed_hosts, row, run_play
from integration.wiretap import tap
from integration.written_files import Piece, files
from lab.authority import IssuedBundle
from lab.emulated import EmulatedWorkstation, LoggingPolicy
from lab.faults import Watch, cut_at, delayed_at, garbled, on_each
from lab.hospital import Hospital
from lab.manifest import Manifest
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run
from lab.winrm import Intercept, Moment, Request
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
        """The same play an hour later, where nothing is wrong any more."""
        with pytest.MonkeyPatch.context() as patches:
            for name in self.faults:
                workstation = self.hospital.emulated(name)
                workstation.clock = lambda: datetime.now(UTC) + timedelta(hours=1)
                tap(patches, workstation, self._hear)
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


TIMEOUT, LATE = 2, 3.5
"""Seconds that Ansible waits for an answer, and how long it does not come."""

GARBAGE = {
    "nothing": b"",
    "noise": bytes(range(128, 256)),
    "half": b'{"protocol": 1, "changed": fal',
    "html": b"<html><body>Service unavailable</body></html>",
    "empty": b'{"changed": false}',
    "poor": b'{"protocol": 1, "changed": false}',
}


def test_credentials_are_refused_after_each_request(tmp_path: Path, bundles: RenewalBundles) -> None:
    last = count(tmp_path / "clean", bundles, AuthMethod.BASIC)
    with pytest.MonkeyPatch.context() as patches:
        known = Passwords()
        patches.setattr(EmulatedWorkstation, "passwords", property(known.of))
        faults = {f"refused-{n}": Fault(known.revoked_at(n)) for n in range(1, last)}
        with faulty_workstations(tmp_path / "faulty", faults, bundles.old, AuthMethod.BASIC) as faulty:
            # The last request ends the shell; Ansible does not mind when it is refused.
            assert failed_hosts(faulty.run_with_faults()) == faults.keys() - {f"refused-{last - 1}"}
            known.restore()
            assert_recovers(faulty)


def test_requests_are_cut_delayed_and_answered_with_garbage(tmp_path: Path, bundles: RenewalBundles) -> None:
    last = count(tmp_path / "clean", bundles, AuthMethod.NTLM)
    faults = dict(faults_at_each(last)) | dict(faults_of_answers())
    with faulty_workstations(tmp_path / "faulty", faults, bundles.old, AuthMethod.NTLM) as faulty:
        harmless = {f"{moment}-{last}" for moment in ("before", "after", "late")}
        assert failed_hosts(faulty.run_with_faults()) == faults.keys() - harmless
        assert_recovers(faulty)


def test_requests_are_cut_where_powershell_is_logged(tmp_path: Path, bundles: RenewalBundles) -> None:
    last = count(tmp_path / "clean", bundles, AuthMethod.NTLM, logs)
    moments = {"before": Moment.BEFORE, "after": Moment.AFTER}
    faults = {
        f"{name}-{number}": Fault(cut_at(number, moment), prepare=logs)
        for number in range(1, last + 1)
        for name, moment in moments.items()
    }
    with faulty_workstations(tmp_path / "faulty", faults, bundles.old, AuthMethod.NTLM) as faulty:
        assert failed_hosts(faulty.run_with_faults()) == faults.keys() - {f"before-{last}", f"after-{last}"}
        assert_recovers(faulty)


def logs(workstation: EmulatedWorkstation, _patches: pytest.MonkeyPatch) -> None:
    """PowerShell logs what it runs."""
    workstation.logging = LoggingPolicy(script_block=True)


def count(
    folder: Path,
    bundles: RenewalBundles,
    auth: AuthMethod,
    prepare: Callable[[EmulatedWorkstation, pytest.MonkeyPatch], None] = untouched,
) -> int:
    """How many requests a renewal takes when nothing is wrong."""
    with faulty_workstations(folder, {"clean": Fault(prepare=prepare)}, bundles.old, auth) as faulty:
        run = faulty.run_with_faults()
        assert not failed_hosts(run), run.stdout
        assert faulty.wrong_in_the_end("clean") == ()
        return len(run.requests)


def faults_at_each(last: int) -> Iterator[tuple[str, Fault]]:
    for number in range(1, last + 1):
        yield f"before-{number}", Fault(cut_at(number, Moment.BEFORE))
        yield f"after-{number}", Fault(cut_at(number, Moment.AFTER))
        yield f"late-{number}", Fault(delayed_at(number, LATE), timeout=TIMEOUT)


def faults_of_answers() -> Iterator[tuple[str, Fault]]:
    for driver in ("inventory", "exchange"):
        for name, answer in GARBAGE.items():
            yield f"{driver}-{name}", Fault(prepare=answers(f"store_{driver}", answer))


def answers(driver: str, answer: bytes) -> Callable[[EmulatedWorkstation, pytest.MonkeyPatch], None]:
    return lambda workstation, patches: patches.setattr(
        workstation, "start", garbled(workstation.start, driver, answer)
    )


def assert_recovers(faulty: FaultyWorkstations) -> None:
    """Nobody was ever without a certificate, the next run ends well everywhere, and no secret is left."""
    first = faulty.runs[-1]
    for name in faulty.faults:
        if name in failed_hosts(first):
            assert_named(first, name)
    run = faulty.again()
    assert run.exit_code == 0, run.stdout
    for name in faulty.faults:
        assert faulty.wrong_in_the_end(name) == (), name
    scanner = faulty.scanner()
    assert faulty.secrets
    assert [hit for place, data in faulty.pieces() for hit in scanner.scan(place, data)] == []


def assert_named(run: Run, name: str) -> None:
    """It is unreachable, or refused with a code that says so: a broken connection is no defect."""
    result = row(run, "certificate", name).result
    assert result.get("unreachable") or result["error"]["code"] in ("driver_answer", "connection_lost"), result["msg"]
    assert "defect" not in result["msg"]


class Passwords:
    """The passwords of workstations, revoked while connections are open. Basic presents them with each request."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, str]] = {}
        self._right: dict[str, dict[str, str]] = {}

    def of(self, workstation: EmulatedWorkstation) -> dict[str, str]:
        name = workstation.computer_name.lower()
        if name not in self._kept:
            self._right[name] = dict(workstation.accounts.passwords)
            self._kept[name] = dict(workstation.accounts.passwords)
        return self._kept[name]

    def revoked_at(self, number: int) -> Intercept:
        """The n-th request is the last one that is let in."""

        def intercept(request: Request) -> None:
            if request.number == number:
                kept = self._kept[request.workstation.lower()]
                kept.update(dict.fromkeys(kept, "another one by now"))

        return intercept

    def restore(self) -> None:
        """All passwords are as they were."""
        for name, right in self._right.items():
            self._kept[name].update(right)
