# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A bundle under the site's own passphrase takes the place of the delivered file, which goes to the folder of originals first."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .._crypto.pkcs12 import encrypt_again
from .._io.durable_files import free_name, replace_file, sync_folder
from .judgement import Opened

ORIGINALS = "originals"
FOLDER_MODE = 0o700


def keep_original(opened: Opened, dest: Path, folder: Path | None) -> Path:
    """Writes the delivered file to the folder of originals, if it is not there. Returns its path. Raises ``OSError``."""
    folder = folder or dest.parent / ORIGINALS
    if not folder.is_dir():
        folder.mkdir(mode=FOLDER_MODE, parents=True)
        sync_folder(folder.parent)
    path = folder / dest.name
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == opened.bundle.sha256:
        return path
    path = path if not path.exists() else free_name(path, f".{opened.bundle.sha256[:8]}.p12")
    replace_file(path, opened.data)
    return path


def put_copy(opened: Opened, dest: Path, new_passphrase: str) -> None:
    """Replaces the delivered file by a copy under the new passphrase. The key is decrypted in memory only. Raises ``OSError``."""
    replace_file(dest, encrypt_again(opened.data, opened.key.secret, new_passphrase))
