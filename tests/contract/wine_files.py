# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a Wine prefix, made past Wine: a hundred thousand of them, or one of gigabytes, take no time.

Wine shows a link of Unix to a folder as a reparse point, and one to a file as the file that it leads to.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from contract.placed import PutFile


def place(prefix: Path, file: PutFile, profile: str) -> None:
    """Makes a file with its copies, or a link to a new folder. ``profile``: the owner's folder."""
    folder = file.path.replace("<profile>", profile).rpartition("\\")[0]
    parent = _unix_path(prefix, folder)
    parent.mkdir(parents=True, exist_ok=True)
    for each in file.paths:
        path = parent / each.rpartition("\\")[2]
        if file.link:
            target = prefix / "drive_c" / "behind links" / path.name
            target.mkdir(parents=True)
            # Wine makes the usual folders of a profile, or links to those of the Unix user.
            if path.is_symlink():
                path.unlink()
            elif path.is_dir():
                shutil.rmtree(path)
            path.symlink_to(target)
            continue
        path.write_bytes(file.data)
        if file.sparse:
            os.truncate(path, file.sparse)


def _unix_path(prefix: Path, path: str) -> Path:
    """Where a path of drive C is. Names are the same in small and capital letters."""
    found = prefix / "drive_c"
    for part in filter(None, path.removeprefix("C:").split("\\")):
        known = {each.name.casefold(): each.name for each in found.iterdir()} if found.is_dir() else {}
        found /= known.get(part.casefold(), part)
    return found
