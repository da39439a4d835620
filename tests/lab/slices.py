# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit in slices of a job, as AWX divides it, and the facts of all slices put together."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import yaml

from lab.controller import FORKS
from lab.large_hospital import inventory_of
from lab.playbook import ROOT
from lab.runner import start
from lab.usage import Measured, Usage

PLAYBOOK = "audit.yml"
IDENT = "1"
CACHE_NAMES = ("{}", "s1_{}")
"""How a fact cache of JSON files names the file of a host; the second since ansible-core 2.19."""


class Courier(Protocol):
    """Gives a slice to whoever does the work; standard output is what comes back."""

    def __call__(self, number: int, payload: IO[bytes], worker: Path, /) -> subprocess.Popen[bytes]:
        """``worker``: the folder for the job where it is done."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a job, from 1 on. ``sent`` and ``taken``: what the controller has used; ``carried``: what the courier has."""

    number: int
    hosts: Sequence[str]
    fact_cache: Path
    sent: Usage
    carried: Usage
    taken: Usage

    def green(self) -> Slice:
        """Itself. Raises ``RuntimeError`` when it has ended red."""
        status, said = (self._artifact(name) for name in ("status", "stdout"))
        codes = [used.exit_code for used in (self.sent, self.carried, self.taken)]
        if status != "successful" or any(codes):
            raise RuntimeError(f"slice {self.number} ended {status or 'without a word'}, {codes}:\n{said[-3000:]}")
        return self

    def _artifact(self, name: str) -> str:
        path = self.fact_cache.parent / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


def part_of(hosts: Iterable[str], number: int, count: int) -> list[str]:
    """The hosts of a slice: by name, in turn, as AWX does it (``Inventory.get_sliced_hosts``)."""
    return sorted(hosts)[number - 1 :: count]


def local(_number: int, payload: IO[bytes], worker: Path) -> subprocess.Popen[bytes]:
    """The courier of a controller that does the work itself."""
    return start("worker", "--private-data-dir", str(worker), "--delete", stdin=payload)


def audit_in_slices(
    hospital: Path, job: Path, count: int, courier: Courier, earlier: Path | None = None
) -> list[Slice]:
    """Audits all workstations of a fleet, all slices at a time. ``earlier``: a fact cache, whose facts each slice gets of its hosts."""
    with ExitStack() as logs:
        return _Job(hospital, job, count, courier, logs).run(earlier)


class _Job:
    def __init__(self, hospital: Path, job: Path, count: int, courier: Courier, logs: ExitStack) -> None:
        self._inventory = yaml.safe_load(inventory_of(hospital).read_text(encoding="utf-8"))
        self._job, self._courier, self._logs = job, courier, logs
        hosts = self._inventory["all"]["children"]["workstations"]["hosts"]
        self._parts = {number: part_of(hosts, number, count) for number in range(1, count + 1)}

    def run(self, earlier: Path | None) -> list[Slice]:
        """The folder of a job holds no artifact any more when they come back, as in AWX: nothing of before is taken for new."""
        sending = {}
        for number, hosts in self._parts.items():
            self._prepare(number, hosts, earlier)
            sending[number] = self._send(number)
        running = {}
        for number, (transmit, work) in sending.items():
            sent = transmit.ended()
            shutil.rmtree(self._folder(number) / "artifacts", ignore_errors=True)
            running[number] = (sent, work, self._take(number, work))
        return [self._ended(number, *each) for number, each in running.items()]

    def _folder(self, number: int) -> Path:
        return self._job / f"slice-{number}"

    def _prepare(self, number: int, hosts: Sequence[str], earlier: Path | None) -> None:
        folder = self._folder(number)
        for name in ("project", "inventory", "env", f"artifacts/{IDENT}/fact_cache"):
            (folder / name).mkdir(parents=True, mode=0o700)
        book = [{"name": "Audit", "ansible.builtin.import_playbook": "hospital_it.pkcs12.audit"}]
        (folder / "project" / PLAYBOOK).write_text(json.dumps(book), encoding="utf-8")
        workstations = self._inventory["all"]["children"]["workstations"]
        chosen = {**workstations, "hosts": {host: workstations["hosts"][host] for host in hosts}}
        inventory = folder / "inventory" / "hosts.yml"
        inventory.touch(mode=0o600)
        inventory.write_text(json.dumps({"all": {"children": {"workstations": chosen}}}), encoding="utf-8")
        variables = {
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
            "ANSIBLE_CACHE_PLUGIN_TIMEOUT": "0",
            "LC_ALL": "C.UTF-8",
        }
        (folder / "env" / "envvars").write_text(json.dumps(variables), encoding="utf-8")
        (folder / "env" / "cmdline").write_text(f"--forks {FORKS}", encoding="utf-8")
        for kept in [path for host in hosts for path in _files_of(earlier, host)] if earlier else ():
            shutil.copy(kept, folder / "artifacts" / IDENT / "fact_cache")

    def _send(self, number: int) -> tuple[Measured, Measured]:
        transmit = start(
            "transmit",
            str(self._folder(number)),
            "--playbook",
            PLAYBOOK,
            "--ident",
            IDENT,
            stderr=self._log(number, "sent"),
        )
        assert transmit.stdout
        work = self._courier(number, transmit.stdout, self._job / f"worker-{number}")
        transmit.stdout.close()
        return Measured(transmit), Measured(work)

    def _take(self, number: int, work: Measured) -> Measured:
        assert work.process.stdout
        log = self._log(number, "taken")
        process = start(
            "process", str(self._folder(number)), "--ident", IDENT, stdin=work.process.stdout, stdout=log, stderr=log
        )
        work.process.stdout.close()
        return Measured(process)

    def _ended(self, number: int, sent: Usage, work: Measured, process: Measured) -> Slice:
        assert work.process.stderr
        carried, taken = work.ended(), process.ended()
        (self._folder(number) / "carried").write_bytes(work.process.stderr.read())
        work.process.stderr.close()
        cache = self._folder(number) / "artifacts" / IDENT / "fact_cache"
        return Slice(number, self._parts[number], cache, sent, carried, taken)

    def _log(self, number: int, name: str) -> IO[bytes]:
        return self._logs.enter_context((self._folder(number) / name).open("wb"))


def merged(slices: Iterable[Slice], folder: Path) -> Path:
    """One fact cache of all slices. Raises ``ValueError`` unless each has exactly its own hosts."""
    folder.mkdir()
    for each in slices:
        expected = {path.name for host in each.hosts for path in _files_of(each.fact_cache, host)}
        found = {path.name for path in each.fact_cache.iterdir()}
        if found != expected or len(found) != len(each.hosts):
            raise ValueError(f"slice {each.number}: facts of {sorted(found)}, not of {sorted(each.hosts)}")
        for name in found:
            if (folder / name).exists():
                raise ValueError(f"slice {each.number}: an earlier slice had {name}, too")
            shutil.copy(each.fact_cache / name, folder)
    return folder


def _files_of(cache: Path, host: str) -> list[Path]:
    return [path for name in CACHE_NAMES if (path := cache / name.format(host)).exists()]
