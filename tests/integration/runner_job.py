# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a prepared job as AWX does: ``ansible-runner transmit | worker | process``, three processes and two streams between them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration.plays import facts_in
from integration.written_files import Piece, files
from lab.runner import start

TIMEOUT = 300
SENT = "env"
"""What a job is given, its secrets among it. AWX deletes this folder with the job, as it does the stream that carries it there."""


@dataclass(frozen=True, slots=True)
class RunnerRun:
    """``stream``: what the worker sent back, line by line and with the artifacts in it. ``said``: what the processes printed."""

    controller: Path
    worker: Path
    ident: str
    exit_codes: tuple[int, int, int]
    stream: bytes
    said: tuple[bytes, ...]

    @property
    def artifacts(self) -> Path:
        """What AWX keeps of the job."""
        return self.controller / "artifacts" / self.ident

    @property
    def fact_cache(self) -> Path:
        """The facts that AWX takes over into its database, a file for each workstation."""
        return self.artifacts / "fact_cache"

    @property
    def status(self) -> str:
        """The last word of the worker: successful, failed, ..."""
        said = [json.loads(line) for line in self.stream.splitlines() if line.startswith(b'{"status"')]
        return str(said[-1]["status"])

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The data of all events of a kind, in order."""
        folder = self.artifacts / "job_events"
        paths = sorted(folder.iterdir(), key=lambda path: int(path.name.partition("-")[0]))
        found = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return [event["event_data"] for event in found if event["event"] == kind]

    def facts(self, host: str) -> Any:
        """The facts of a workstation in that cache."""
        return facts_in(self.fact_cache, host)

    def pieces(self) -> Iterator[Piece]:
        """Everything that came back, and everything that is left on either side but for what was sent."""
        yield "the worker's stream", self.stream
        for number, said in enumerate(self.said):
            yield f"output {number}", said
        for side in (self.controller, self.worker):
            for place, data in files(side):
                if Path(place).relative_to(side).parts[0] != SENT:
                    yield place, data


def run(controller: Path, worker: Path, playbook: str, ident: str = "42") -> RunnerRun:
    """Raises ``subprocess.TimeoutExpired`` after 300 s."""
    transmit = start("transmit", str(controller), "--playbook", playbook, "--ident", ident, "-vvv")
    assert transmit.stdout
    work = start("worker", "--private-data-dir", str(worker), stdin=transmit.stdout)
    back, work_said = _end(work)
    _rest, transmit_said = _end(transmit)
    process = start("process", str(controller), "--ident", ident, stdin=subprocess.PIPE)
    shown, process_said = process.communicate(back, timeout=TIMEOUT)
    codes = (transmit.returncode, work.returncode, process.returncode)
    return RunnerRun(controller, worker, ident, codes, back, (transmit_said, work_said, shown, process_said))


def _end(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    try:
        return process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
