# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Linux says of running processes: computing time, and the memory of a process with all that it has started."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
FIRST_LOOK, INTERVAL = 0.25, 2.0
"""Seconds until the first look at the memory, and the most between two looks. Each wait is twice the one before.

A look takes the controller's memory map, so it costs the controller a little; a short run is over after two seconds.
"""
GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def cpu_seconds(pid: int) -> float:
    """Of a process and of its children that it has waited for (proc_pid_stat(5): utime, stime, cutime, cstime)."""
    return sum(map(int, _stat(pid)[11:15])) / TICKS


def _stat(pid: int) -> list[str]:
    """The fields from the third on; the second is a name in brackets, which may have blanks."""
    return (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def parents() -> dict[int, int]:
    """Every process with the one that has started it."""
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(*GONE):
                found[int(entry.name)] = int(_stat(int(entry.name))[1])
    return found


def part_of(pid: int, parts: Mapping[int, str], started_by: Mapping[int, int]) -> str | None:
    """The part that a process belongs to: that of its nearest ancestor that is one, or its own."""
    while pid and pid not in parts:
        pid = started_by.get(pid, 0)
    return parts.get(pid)


@dataclass(frozen=True, slots=True)
class Memory:
    """In KiB. ``proportional``: what several processes share is counted once among them. ``private``: what no other process has."""

    proportional: int
    private: int


def memory_of(pid: int) -> Memory:
    """See proc_pid_smaps(5)."""
    lines = (PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    values = {line.partition(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(values.get("Pss", 0), values.get("Private_Dirty", 0) + values.get("Private_Clean", 0))


@dataclass(slots=True)
class PeakMemory:
    """The largest memory of each part meanwhile, in MiB. This process is in no part; what it starts is in ``rest``.

    ``parts``: by the number of a process, what it and everything below it are. More can be added while it looks. ``worker_mib``: the
    largest private memory of a process that a process of ``rest`` has started.
    """

    rest: str
    parts: dict[int, str] = field(default_factory=dict)
    mib: dict[str, int] = field(default_factory=dict)
    worker_mib: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> PeakMemory:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread:
            self._thread.join()

    def look(self) -> None:
        """Once. Inside a ``with`` block it does so by itself."""
        sums: dict[str, int] = {}
        for part, is_worker, memory in self._now():
            sums[part] = sums.get(part, 0) + memory.proportional
            if is_worker and part == self.rest:
                self.worker_mib = max(self.worker_mib, round(memory.private / 1024, 1))
        for part, kib in sums.items():
            self.mib[part] = max(self.mib.get(part, 0), kib // 1024)

    def _now(self) -> Iterator[tuple[str, bool, Memory]]:
        started_by = parents()
        parts = {os.getpid(): self.rest, **self.parts}
        for pid, parent in started_by.items():
            part = part_of(pid, parts, started_by)
            if part and pid != os.getpid():
                with suppress(*GONE):
                    yield part, pid not in parts and parent not in parts, memory_of(pid)

    def _watch(self) -> None:
        wait = FIRST_LOOK
        while not self._ended.wait(wait):
            self.look()
            wait = min(2 * wait, INTERVAL)
