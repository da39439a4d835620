# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Files of the report in their folder: written as a whole or not at all, and only when they change."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from .._errors import Pkcs12Error, Problem, file_reason
from .durable_files import replace_file

MODE = 0o640
"""The report has names of people, so only the owner and the group of the folder may read it."""


def write(path: Path, data: bytes, check_mode: bool) -> bool:
    """Replaces a file in one step, so that a reader never sees half of it. Returns whether it changes, or would in check mode.

    Raises ``Pkcs12Error``: ``report_file``.
    """
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        _check_destination(path)
        if not check_mode:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, data, MODE)
    except OSError as problem:
        raise Pkcs12Error(
            Problem("report_file.not_written", {"path": str(path), "reason": file_reason(problem)})
        ) from None
    return True


def write_new(path: Path, data: bytes, check_mode: bool) -> bool:
    """Writes a file that is not there yet. Returns whether it is new, or would be in check mode. Raises ``OSError``, also for another
    file of this name."""
    if path.is_file() and path.read_bytes() == data:
        return False
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    _check_destination(path)
    if not check_mode:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data, MODE)
    return True


def read(path: Path) -> str:
    """An earlier report. Raises ``Pkcs12Error`` (``report_file``)."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise Pkcs12Error(Problem("report_file.not_utf_8", {"path": str(path)})) from None


def read_bytes(path: Path) -> bytes:
    """A file as it is. Raises ``Pkcs12Error`` (``report_file``)."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Pkcs12Error(
            Problem("report_file.not_read", {"path": str(path), "reason": file_reason(problem)})
        ) from None


def _check_destination(path: Path) -> None:
    """Raises ``OSError`` if the file cannot be written. In check mode nothing else would find out."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
