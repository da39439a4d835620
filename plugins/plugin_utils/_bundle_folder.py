# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Finds a bundle in a folder by the form of its name, whatever Unicode form the file system or the mail gave it."""

from __future__ import annotations

import fnmatch
import unicodedata
from pathlib import Path

from ._errors import PkcsError


def find_bundles(folder: Path, pattern: str) -> list[Path]:
    """The files whose names fit the pattern, by name.

    The pattern knows ``*``, ``?`` and ``[...]``; both sides are compared after Unicode NFC (UAX 15), since macOS and
    some mail programs write an accent as a character of its own. Hidden files are left out, as a shell does: macOS puts
    a ``._`` twin beside each file that it copies to a share.
    Raises ``PkcsError``: ``bundle_folder``.
    """
    return [path for path in _files(folder) if fnmatch.fnmatchcase(_nfc(path.name), _nfc(pattern))]


def find_bundle(folder: Path, pattern: str) -> Path:
    """The one file whose name fits the pattern. Raises ``PkcsError``: ``bundle_folder``, ``no_bundle``, ``several_bundles``."""
    found = find_bundles(folder, pattern)
    if not found:
        raise PkcsError(
            code="no_bundle",
            cause=f"No file in {folder} is named like {pattern!r} ({len(_files(folder))} files are there).",
            next_step="Put the holder's p12 there under that name, or correct the pattern.",
        )
    if len(found) > 1:
        raise PkcsError(
            code="several_bundles",
            cause=f"Several files in {folder} are named like {pattern!r}: {', '.join(path.name for path in found)}.",
            next_step="Leave the one that counts in the folder, or narrow the pattern.",
        )
    return found[0]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as problem:
        raise PkcsError(
            code="bundle_folder",
            cause=f"The bundle folder {folder} cannot be listed: {problem.strerror}.",
            next_step="Check the path on the controller; in an execution environment the folder has to be mounted.",
        ) from None


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
