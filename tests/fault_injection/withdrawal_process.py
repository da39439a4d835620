# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A withdrawal in a process of its own, which is killed or told to end before any of its steps, or whose disk is full from any step on.

A step is a request, an answer, a piece of a body, or an operation on files. The process is a fork of the test: its functions of ``os`` are
replaced there, so the product has no hook for this.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import signal
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.http_client import Answer, HttpClient
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

# Once, not in each process.
importlib.import_module("ansible_collections.hospital_it.pkcs12.plugins.action.bundle_pickup")

ON_FILES = (
    *("open", "write", "pwrite", "fsync", "ftruncate", "truncate", "posix_fallocate"),
    *("rename", "replace", "link", "unlink", "mkdir"),
)
TAKES_SPACE = ("open", "write", "pwrite", "posix_fallocate", "mkdir", "link")
"""What a full disk refuses. A file that is opened for writing is a new one here."""

KILLED, TERMINATED = -signal.SIGKILL, -signal.SIGTERM


@dataclass(frozen=True)
class Ended:
    """``status``: the exit status, negative for a signal. ``result`` is None for a process that was killed. ``steps``: in order."""

    status: int
    result: dict[str, Any] | None
    steps: tuple[str, ...]

    @property
    def code(self) -> str | None:
        """The code of its error."""
        return (self.result or {}).get("error", {}).get("code")


@dataclass
class Faults:
    """``kill``: the step (from 1) before which the process is killed. ``full``: the one from which on the disk of ``folder`` is full.

    ``end``: the one before which the process is told to end (SIGTERM).
    """

    log: Path
    kill: int = 0
    full: int = 0
    end: int = 0
    folder: Path = Path("/nowhere")
    count: int = field(default=0, init=False)

    def step(self, name: str, path: str = "") -> None:
        """Counts a step, and lets it fail."""
        self.count += 1
        with open(self.log, "a", encoding="ascii") as file:  # noqa: PTH123  not counted, unlike os.open
            file.write(f"{name}\n")
        if self.count == self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.count == self.end:
            os.kill(os.getpid(), signal.SIGTERM)
        if self.full and self.count >= self.full and name in TAKES_SPACE and path.startswith(str(self.folder)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def run_apart(arguments: Mapping[str, Any], scratch: Path, **faults: Any) -> Ended:
    """Runs ``bundle_pickup`` in a new process and waits for its end."""
    return start(arguments, scratch, **faults)()


def start(arguments: Mapping[str, Any], scratch: Path, **faults: Any) -> Callable[[], Ended]:
    """Starts ``bundle_pickup`` in a new process. Returns what waits for its end. ``scratch``: a folder for its steps and its result."""
    number = len(list(scratch.iterdir()))
    log, told = scratch / f"{number}.steps", scratch / f"{number}.json"
    log.touch()
    process = os.fork()
    if process == 0:
        _child(arguments, told, Faults(log, **faults))

    def wait() -> Ended:
        _pid, status = os.waitpid(process, 0)
        result = json.loads(told.read_text(encoding="utf-8")) if told.exists() else None
        return Ended(os.waitstatus_to_exitcode(status), result, tuple(log.read_text(encoding="ascii").splitlines()))

    return wait


def _child(arguments: Mapping[str, Any], told: Path, faults: Faults) -> None:
    status = 1
    try:
        restored = [(os, name, getattr(os, name)) for name in ON_FILES]
        for name in ON_FILES:
            setattr(os, name, _stepping(getattr(os, name), name, faults))
        for kind, method in ((HttpClient, "request_once"), (Answer, "_next")):
            setattr(kind, method, _around(getattr(kind, method), method, faults))
        result = run_action("bundle_pickup", arguments, FakeWorkstation())
        for module, name, function in restored:
            setattr(module, name, function)
        told.write_text(json.dumps(result), encoding="utf-8")
        status = 0
    except BaseException:  # noqa: BLE001  the fork must not go on with the test
        traceback.print_exc()
    finally:
        os._exit(status)


def _stepping(function: Callable[..., Any], name: str, faults: Faults) -> Callable[..., Any]:
    def stepping(*given: Any, **named: Any) -> Any:
        is_reading = name == "open" and not given[1] & (os.O_WRONLY | os.O_RDWR)
        if not is_reading:
            place = f"/proc/self/fd/{given[0]}" if isinstance(given[0], int) else str(given[0])
            faults.step(name, str(Path(place).readlink()) if isinstance(given[0], int) else place)
        return function(*given, **named)

    return stepping


def _around(method: Callable[..., Any], name: str, faults: Faults) -> Callable[..., Any]:
    """A step before and one after: the answer may be lost."""

    def around(self: Any, *given: Any) -> Any:
        faults.step(f"before {name}")
        answer = method(self, *given)
        faults.step(f"after {name}")
        return answer

    return around
