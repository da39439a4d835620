# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Files that survive a crash: what a function here has written is on the disk when it returns. All functions raise ``OSError``."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

PRIVATE = 0o600
"""Only the account that runs Ansible may read the file."""

_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES}
"""What file systems answer that cannot write a folder to the disk, such as some network shares."""


def append_line(path: Path, line: bytes) -> None:
    """Appends a line. A short line in one write to a file opened for appending does not mix with another job's line."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_appendable(path: Path) -> None:
    """Raises the ``OSError`` with which ``append_line`` would fail, and neither makes nor changes anything."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
    except FileNotFoundError:
        folder = Path(os.path.realpath(path)).parent  # where a link that leads to no file would make it
        folder.stat()
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from None


def replace_file(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Replaces a file, or makes it, in one step, so that a reader never sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """Gives a file another name. Raises ``FileExistsError`` when the name is taken, also by a broken link."""
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)
    sync_folder(target.parent)
    if source.parent != target.parent:
        sync_folder(source.parent)


def sync_folder(folder: Path) -> None:
    """Writes the names in a folder to the disk, where the file system can do so."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def free_name(path: Path, suffix: str) -> Path:
    """``path`` with a suffix, and with a number before it when that name is taken: ``a.p12.rejected``, ``a.p12.2.rejected``."""
    number, found = 1, path.with_name(f"{path.name}{suffix}")
    while os.path.lexists(found):
        number += 1
        found = path.with_name(f"{path.name}.{number}{suffix}")
    return found


class PartFile:
    """A new file that grows. Space for it is reserved first, so that a full disk is seen before a link is used.

    Until ``close``, bytes of value 0 follow what was written.
    """

    def __init__(self, path: Path, reserved: int) -> None:
        """Raises ``FileExistsError`` if the file exists, and another ``OSError`` if there are not ``reserved`` bytes left."""
        self.path = path
        self._written = 0
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        try:
            _reserve(self._descriptor, reserved)
            os.fsync(self._descriptor)
            sync_folder(path.parent)
        except BaseException:
            self.discard()
            raise

    def write(self, data: bytes) -> None:
        """Writes bytes after those that came before."""
        view = memoryview(data)
        while view:
            count = os.pwrite(self._descriptor, view, self._written)
            self._written += count
            view = view[count:]

    def close(self) -> int:
        """Cuts the file to what was written. Returns the number of bytes."""
        try:
            os.ftruncate(self._descriptor, self._written)
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)
        return self._written

    def discard(self) -> None:
        """Removes the file. For one in which nothing was written."""
        os.close(self._descriptor)
        self.path.unlink()


def _reserve(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        with contextlib.suppress(OSError):
            os.posix_fallocate(descriptor, 0, size)
            return
    # macOS has no such call, and some file systems do not know it. A full disk fails here as well.
    os.pwrite(descriptor, bytes(size), 0)
