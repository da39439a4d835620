# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""One job at a time: a lock file in the folder of what it guards, which all execution nodes see that share the folder.

Its process also holds ``flock`` on the file, which the kernel ends with the process, in whatever container it was. So on one machine a lock
whose process has ended is taken over. ``flock`` of one machine may be unknown to another: there, the content of the file counts.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
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
    """Who holds a lock. ``utc``: since when.

    ``boot``: which kernel the process has, None where there is no /proc; containers of one machine share it. ``device``: the number that
    this kernel gives the file system of the lock. Two mounts of one share can have two numbers, and may not see each other's ``flock``.
    """

    host: str
    boot: str | None
    pid: int
    job: str | None
    utc: str
    device: int | None = None

    @property
    def told(self) -> Problem:
        """Who it is, as a part of a sentence."""
        values: dict[str, Value] = {"pid": self.pid, "host": self.host, "since": self.utc}
        if self.job is None:
            return Problem("lock_holder.process", values)
        return Problem("lock_holder.job", values | {"job": self.job})


def this_process(job: str | None, now: datetime) -> LockHolder:
    """The holder that this process would be."""
    return LockHolder(socket.gethostname(), _boot(), os.getpid(), job, format_instant(now))


@contextlib.contextmanager
def locked(folder: Path, name: str, me: LockHolder, patience: float = 0) -> Iterator[LockHolder | None]:
    """Holds the lock ``name``. Gives the ended process whose lock was taken over, or None. ``patience``: seconds to wait for others.

    Raises ``Pkcs12Error``: ``locked``. Raises ``OSError`` when the folder cannot be written.
    """
    path = folder / f".{name}.lock"
    ends = time.monotonic() + patience
    while True:
        try:
            descriptor, former = _acquire(path, me)
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
            if _is_at(descriptor, path):
                path.unlink()
        os.close(descriptor)


def _acquire(path: Path, me: LockHolder) -> tuple[int, LockHolder | None]:
    """The open lock, and the ended process whose lock was taken over."""
    for _try in range(TRIES):
        descriptor = _create(path, me)
        if descriptor is not None:
            return descriptor, None
        with contextlib.suppress(FileNotFoundError):  # released in between
            taken_over = _take_over(path, me)
            if taken_over is not None:
                return taken_over
    raise Pkcs12Error(Problem("locked.unknown", {"path": str(path)}))


def _create(path: Path, me: LockHolder) -> int | None:
    """Makes the lock file with its content in one step, so that nobody finds it empty. Returns None if there is one."""
    descriptor, new = _written(path, me)
    is_made = False
    try:
        os.link(new, path)
        is_made = True
    except FileExistsError:
        # NFS says that the name exists, too, when its first answer was lost (link(2)).
        is_made = os.fstat(descriptor).st_nlink > 1
    except FileNotFoundError:  # who has just got the lock took the new file for a leftover
        pass
    except OSError:
        return _create_exclusively(path, me)
    finally:
        new.unlink(missing_ok=True)
        if not is_made:
            os.close(descriptor)
    return descriptor if is_made else None


def _written(path: Path, me: LockHolder) -> tuple[int, Path]:
    """A file beside the lock with the content of a lock. Its name is its own: processes of two nodes can have one number."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    _fill(descriptor, Path(name), me)
    return descriptor, Path(name)


def _create_exclusively(path: Path, me: LockHolder) -> int | None:
    """The way for file systems without hard links."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    _fill(descriptor, path, me)
    return descriptor


def _fill(descriptor: int, path: Path, me: LockHolder) -> None:
    """``flock`` is first: a lock that has content and no ``flock`` is one whose process has ended.

    On a full disk the file goes again: a lock without content would stop everybody.
    """
    try:
        with contextlib.suppress(OSError):  # a file system without it
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        holder = replace(me, device=os.fstat(descriptor).st_dev)
        os.write(descriptor, json.dumps(asdict(holder)).encode("utf-8"))
        os.fsync(descriptor)
    except OSError:
        path.unlink(missing_ok=True)
        os.close(descriptor)
        raise


def _take_over(path: Path, me: LockHolder) -> tuple[int, LockHolder] | None:
    """Replaces the lock of an ended process. Returns None if somebody else has just done so.

    Raises ``Pkcs12Error`` (``locked``) for any other lock, ``FileNotFoundError`` for none.
    """
    try:
        old = os.open(path, os.O_RDWR)
    except PermissionError:  # another account's
        raise Pkcs12Error(Problem("locked.unknown", {"path": str(path)})) from None
    try:
        is_free = _is_free(old)
        if not _is_at(old, path):
            return None
        holder = _read(old)
        if holder is None:
            raise Pkcs12Error(Problem("locked.unknown", {"path": str(path)}))
        if is_free is None or not _is_seen(holder, old, me):
            raise Pkcs12Error(Problem("locked.elsewhere", {"path": str(path)}, causes=(holder.told,)))
        if not is_free:
            raise Pkcs12Error(Problem("locked.held", {"path": str(path)}, causes=(holder.told,)))
        descriptor, new = _written(path, me)
        try:
            new.replace(path)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor, holder
    finally:
        os.close(old)


def _remove_leftovers(path: Path, me: LockHolder) -> None:
    """Removes what processes left that ended while they made a lock file."""
    for new in path.parent.glob(f"{path.name}.*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(new, os.O_RDWR)
            try:
                holder = _read(descriptor)
                if _is_free(descriptor) and (holder is None or _is_seen(holder, descriptor, me)):
                    new.unlink()
            finally:
                os.close(descriptor)


def _is_free(descriptor: int) -> bool | None:
    """Whether no process holds ``flock`` on the file, and now this one does. None: the file system does not know it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True


def _is_seen(holder: LockHolder, descriptor: int, me: LockHolder) -> bool:
    """Whether ``flock`` of the holder would be seen here: it has this kernel and, by its number, this mount."""
    return holder.boot is not None and (holder.boot, holder.device) == (me.boot, os.fstat(descriptor).st_dev)


def _is_at(descriptor: int, path: Path) -> bool:
    return os.path.samestat(os.fstat(descriptor), path.stat())


def _read(descriptor: int) -> LockHolder | None:
    try:
        return LockHolder(**json.loads(os.read(descriptor, 4096)))
    except (OSError, ValueError, TypeError):
        return None


def _boot() -> str | None:
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return None
