# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left after a run, piece by piece: files as they are, and the values in the files of a registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

KEY = re.compile(rb"^\[(.+)\] \d+$", re.MULTILINE)
HEX_VALUE = re.compile(rb"=hex(?:\([0-9a-f]+\))?:((?:[0-9a-f]{2},?|\\\n\s*)+)")

Piece = tuple[str, bytes]


def files(*folders: Path) -> Iterator[Piece]:
    """Every file under the folders; symbolic links are not followed."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield str(path), path.read_bytes()


def registry(path: Path) -> Iterator[Piece]:
    """A registry file of Wine, key by key: its text, and the bytes that it has in hexadecimal digits between commas."""
    parts = KEY.split(path.read_bytes())
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        place = f"{path.name} {name.decode('utf-8', 'replace')}"
        yield place, text
        for value in HEX_VALUE.finditer(text):
            yield place, bytes.fromhex(re.sub(rb"[^0-9a-f]", b"", value[1]).decode())


def wine_prefix(prefix: Path) -> Iterator[Piece]:
    """What is a workstation's own: its registry and its files. Programs are hard links to those of all workstations."""
    for path in sorted(prefix.glob("*.reg")):
        yield from registry(path)
    for place, data in files(prefix / "drive_c"):
        if Path(place).stat().st_nlink == 1:
            yield place, data
