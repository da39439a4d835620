# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of an emulated computer that are kept as they are. Folders are there because files are in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lab.emulated.errors import HResult


@dataclass(slots=True)
class PlacedFile:
    """A file, or a link to another place. ``locked``: another program has it open, and shares it with nobody.

    ``shared``: another program has it open, and shares it with everybody.
    ``never_opens``: another program has an oplock on it, and does not answer. ``sparse``: so many bytes are there instead of ``data``.
    ``owner``: the SID of the person whose file it is, with the folders on the way to it; None: Administrators.
    """

    path: str
    data: bytes = field(default=b"", repr=False)
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))
    is_link: bool = False
    locked: bool = False
    shared: bool = False
    read_only: bool = False
    never_opens: bool = False
    sparse: int = 0
    owner: str | None = None

    @property
    def size(self) -> int:
        """In bytes."""
        return self.sparse or len(self.data)

    @property
    def refusal(self) -> tuple[str, HResult] | None:
        """Why nobody can open it: the code of a reader, and what Windows says."""
        if self.never_opens:
            return "timed_out", HResult.COR_E_TIMEOUT
        return ("unreadable", HResult.SHARING_VIOLATION) if self.locked else None


class Files:
    """By path; the names are the same in small and capital letters."""

    def __init__(self) -> None:
        self._files: dict[str, PlacedFile] = {}

    def put(self, file: PlacedFile) -> None:
        """Makes a file or replaces it."""
        self._files[file.path.casefold()] = file

    def find(self, path: str) -> PlacedFile | None:
        """The file, or None."""
        return self._files.get(path.casefold())

    def remove(self, path: str) -> None:
        """Deletes a file that is there, at once, as Windows does from 1809 on: also one that is read-only or shared."""
        del self._files[path.casefold()]

    def inside(self, folder: str) -> Iterator[PlacedFile]:
        """The files in a folder itself, in the order of paths."""
        depth = folder.count("\\") + 1
        yield from (file for file in self.below(folder) if file.path.count("\\") == depth)

    def below(self, folder: str) -> Iterator[PlacedFile]:
        """Everything in a folder and below it, in the order of paths."""
        above = folder.casefold().rstrip("\\") + "\\"
        yield from (self._files[path] for path in sorted(self._files) if path.startswith(above))
