# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a file from the registration authority is: whole, opened by which secret, and whose; and its copy under a passphrase of the site."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .._crypto.pfx import count_private_keys, extract_pfx
from .._crypto.pkcs12 import Bundle, encrypt_again, open_bundle
from .._errors import Pkcs12Error
from .._io.durable_files import free_name, replace_file, sync_folder
from .._policy.subject import ExpectedSubject, check_subject
from .._policy.use import check_use

OF_PASSPHRASE = ("wrong_passphrase", "no_passphrase")
LAST_ZEROS = 64
"""A PKCS#12 file may end with octets of value 0: of a number, or end-of-contents octets (X.690)."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret that may open a file, and the name of its option."""

    option: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is the holder's bundle, and which option opened it."""

    data: bytes = field(repr=False)
    bundle: Bundle
    key: Key


def judge(data: bytes, keys: Sequence[Key], person: ExpectedSubject) -> Opened:
    """Opens a file with the first key that fits, and checks what it is for and whose it is.

    Raises what ``open_bundle``, ``check_use`` and ``check_subject`` raise.
    """
    refusal: Pkcs12Error | None = None
    for key in keys:
        try:
            bundle = open_bundle(data, key.secret)
        except Pkcs12Error as problem:
            if problem.code not in OF_PASSPHRASE:
                raise
            refusal = refusal or problem
        else:
            check_use(bundle.leaf)
            check_subject(bundle.leaf, person)
            return Opened(data, bundle, key)
    raise refusal or ValueError("no key to open the file with")


def is_whole(data: bytes) -> bool:
    """Whether these bytes are a complete PKCS#12 file. Whether it opens is another question."""
    try:
        count_private_keys(extract_pfx(data))
    except Pkcs12Error:
        return False
    return True


def without_reserve(data: bytes) -> bytes:
    """The bytes of a download that was killed, without the zeros of its reserved space. Of a whole file, all of it."""
    written = data.rstrip(b"\0")
    for zeros in range(min(LAST_ZEROS, len(data) - len(written)) + 1):
        candidate = written + bytes(zeros)
        if is_whole(candidate):
            return candidate
    return written


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
