# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders about folders: other people's profiles, and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

DISCARDED = 0x1 | 0x80 | 0x800
"""Bits of ``State`` in ``ProfileList``: a mandatory profile, that of a guest, a temporary one. Windows discards them at logoff."""


@dataclass(frozen=True, slots=True)
class PutPerson:
    """Someone else's profile with the elements in it. ``appdata``: its folder is there. ``local``: the SID is one of the computer's own."""

    sid: str
    name: str
    elements: Mapping[str, bytes]
    logged_on: bool = False
    redirected_to: str | None = None
    appdata: bool = True
    path: str | None = None
    store: bool = True
    state: int = 0
    twin: bool = False
    locked: bool = False
    denied: bool = False
    local: bool = False

    @property
    def folder(self) -> str:
        """Where the profile is."""
        return self.path or rf"C:\Users\{self.name}"

    @property
    def temporary(self) -> bool:
        """Windows shows it by the entry's state or twin, or by the folder's name."""
        return bool(self.state & DISCARDED) or self.twin or self.name.upper().partition(".")[0] == "TEMP"


@dataclass(frozen=True, slots=True)
class PutFile:
    """A file, or a link to a folder. ``<profile>`` in its path is the owner's folder.

    ``sparse``: so many zero bytes, also without ``data``.
    """

    path: str
    data: bytes
    sparse: int = 0
    copies: int = 1
    locked: bool = False
    link: bool = False
    shared: bool = False
    read_only: bool = False

    @property
    def paths(self) -> Iterator[str]:
        """Of all copies."""
        return (self.path.replace("{number}", f"{number:040X}") for number in range(self.copies))
