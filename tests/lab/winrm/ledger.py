# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What passed over the wire: sizes, names and outcomes of every HTTP request, never a body nor standard input.

Bytes are those of the clear SOAP bodies: sealing adds its own, which would hide what a driver costs.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TextIO

AUTH = "auth"
CUT = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One HTTP request. ``action`` is ``auth`` for a round that only authenticates; ``status`` is 0 when it was cut.

    ``module`` and the become facts are on the Send that completed standard input, once for each module run.
    """

    workstation: str
    connection: int
    action: str
    body_bytes: int
    response_bytes: int
    status: int
    seq: int = 0
    user: str | None = None
    method: str | None = None
    shell: str | None = None
    command: str | None = None
    stdin_bytes: int = 0
    module: str | None = None
    become_user: str | None = None
    become_password_given: bool = False
    fault: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over entries. ``commands`` counts process starts; ``requests`` is all of HTTP, authentication included."""

    requests: int
    auth_rounds: int
    commands: int
    body_bytes: int
    response_bytes: int
    stdin_bytes: int
    faults: int
    modules: tuple[str, ...]


def tally(entries: Iterable[Entry]) -> Tally:
    """Sums up entries, such as those of one run or of one workstation."""
    rows = tuple(entries)
    return Tally(
        requests=len(rows),
        auth_rounds=sum(row.action == AUTH for row in rows),
        commands=sum(row.action == "Command" and row.fault is None for row in rows),
        body_bytes=sum(row.body_bytes for row in rows),
        response_bytes=sum(row.response_bytes for row in rows),
        stdin_bytes=sum(row.stdin_bytes for row in rows),
        faults=sum(row.fault is not None for row in rows),
        modules=tuple(row.module for row in rows if row.module),
    )


class Ledger:
    """Takes entries from any number of listeners' threads; with a path, also as JSON lines for another process."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._file: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What was recorded so far, in order."""
        with self._lock:
            return tuple(self._entries)

    def mark(self) -> int:
        """A place in the ledger; ``since(mark)`` gives what came after it."""
        with self._lock:
            return len(self._entries)

    def since(self, mark: int) -> tuple[Entry, ...]:
        """The entries after a mark."""
        return self.entries[mark:]

    def record(self, entry: Entry) -> None:
        """Adds a request and numbers it, from 1."""
        with self._lock:
            numbered = replace(entry, seq=len(self._entries) + 1)
            self._entries.append(numbered)
            if self._file:
                self._file.write(json.dumps(asdict(numbered)) + "\n")

    def close(self) -> None:
        """Closes the file. What is in memory stays."""
        if self._file:
            self._file.close()

    @staticmethod
    def read(path: Path) -> tuple[Entry, ...]:
        """Reads a file that another process writes; its last line may be incomplete, then it is left out."""
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        return tuple(Entry(**json.loads(line)) for line in lines if line.endswith("\n"))
