# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""One job at a time: a lock file in the folder of what it guards, which all execution nodes see that share the folder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from .._crypto.instants import format_instant
from .._errors import Pkcs12Error, Problem, Value

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
TRIES = 5
"""How often a lock is looked at that others remove or take over at the same time."""
PAUSE = 0.05
"""Seconds before somebody who waits for a lock looks at it again."""


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock. ``boot`` and ``namespace`` say in which world ``pid`` is a process; both are None where there is no /proc.

    ``started``: when the process started, in ticks since boot, because numbers of processes are used again. ``utc``: since when.
    """

    host: str
    boot: str | None
    namespace: str | None
    pid: int
    started: str | None
    job: str | None
    utc: str

    def is_gone(self, here: LockHolder) -> bool:
        """Whether it is a process of this host, this boot and this PID namespace that has ended. Of others nobody here can tell."""
        if self.boot is None or (self.host, self.boot, self.namespace) != (here.host, here.boot, here.namespace):
            return False
        return _started(self.pid) != self.started


def this_process(job: str | None, now: datetime) -> LockHolder:
    """The holder that this process would be."""
    pid = os.getpid()
    return LockHolder(socket.gethostname(), _text(BOOT_ID), _namespace(), pid, _started(pid), job, format_instant(now))


@contextlib.contextmanager
def locked(folder: Path, name: str, me: LockHolder, patience: float = 0) -> Iterator[LockHolder | None]:
    """Holds the lock ``name``. Gives the ended process whose lock was taken over, or None. ``patience``: seconds to wait for others.

    Raises ``Pkcs12Error``: ``locked``. Raises ``OSError`` when the folder cannot be written.
    """
    path = folder / f".{name}.lock"
    ends = time.monotonic() + patience
    while True:
        try:
            former = _acquire(path, me)
            break
        except Pkcs12Error:
            if time.monotonic() >= ends:
                raise
            time.sleep(PAUSE)
    try:
        _remove_leftovers(path, me)
        yield former
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def _acquire(path: Path, me: LockHolder) -> LockHolder | None:
    """Returns the ended process whose lock was taken over."""
    for _try in range(TRIES):
        if _create(path, me):
            return None
        with contextlib.suppress(FileNotFoundError):  # released in between
            former = _take_over(path, me)
            if former is not None:
                return former
    raise _locked(path, None)


def _create(path: Path, me: LockHolder) -> bool:
    """Makes the lock file with its content in one step, so that nobody finds it empty. Returns whether it did."""
    new = _written(path, me)
    try:
        os.link(new, path)
    except FileExistsError:
        return _is_linked(new)
    except FileNotFoundError:  # who has just got the lock took the new file for a leftover
        return False
    except OSError:
        return _create_exclusively(path, me)
    finally:
        new.unlink(missing_ok=True)
    return True


def _is_linked(new: Path) -> bool:
    """Whether the link was made all the same: NFS says that the name exists when its first answer was lost (link(2))."""
    try:
        return new.stat().st_nlink > 1
    except FileNotFoundError:
        return False


def _written(path: Path, me: LockHolder) -> Path:
    """A file beside the lock with the content of a lock. Its name is its own: processes of two nodes can have one number."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        os.write(descriptor, json.dumps(asdict(me)).encode("utf-8"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return Path(name)


def _create_exclusively(path: Path, me: LockHolder) -> bool:
    """The way for file systems without hard links."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    try:
        os.write(descriptor, json.dumps(asdict(me)).encode("utf-8"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return True


def _take_over(path: Path, me: LockHolder) -> LockHolder | None:
    """Replaces the lock of an ended process. Returns None if somebody else has just done so.

    Only processes of one host get here for one lock. So ``flock`` is enough to let one of them replace it: without it, the second would
    replace the new lock of the first. Raises ``Pkcs12Error`` (``locked``) for any other lock, ``FileNotFoundError`` for none.
    """
    descriptor = os.open(path, os.O_RDWR)
    try:
        holder = _read(descriptor)
        if holder is None or not holder.is_gone(me):
            raise _locked(path, holder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not os.path.samestat(os.fstat(descriptor), path.stat()):
            return None
        _written(path, me).replace(path)
        return holder
    finally:
        os.close(descriptor)


def _remove_leftovers(path: Path, me: LockHolder) -> None:
    """Removes what processes left that ended while they made a lock file."""
    for new in path.parent.glob(f"{path.name}.*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(new, os.O_RDONLY)
            holder = _read(descriptor)
            os.close(descriptor)
            if holder is None or holder.is_gone(me):
                new.unlink()


def _read(descriptor: int) -> LockHolder | None:
    try:
        return LockHolder(**json.loads(os.read(descriptor, 4096)))
    except (ValueError, TypeError):
        return None


def _started(pid: int) -> str | None:
    """Field 22 of proc_pid_stat(5), None for a process that has ended. The name of the program before it may have spaces."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in ("Z", "X") else fields[19]


def _namespace() -> str | None:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return None


def _locked(path: Path, holder: LockHolder | None) -> Pkcs12Error:
    if holder is None:
        return Pkcs12Error(Problem("locked.unknown", {"path": str(path)}))
    values: dict[str, Value] = {"path": str(path), "pid": holder.pid, "host": holder.host, "since": holder.utc}
    if holder.job is None:
        return Pkcs12Error(Problem("locked.process", values))
    return Pkcs12Error(Problem("locked.job", values | {"job": holder.job}))
