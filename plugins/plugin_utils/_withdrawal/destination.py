# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Where a withdrawn bundle goes: its names in the folder, whether the folder can take it, and what has a former name.

It reads files and changes nothing.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .._errors import Pkcs12Error, Problem, file_reason
from .._io.lasting_storage import check_lasting
from .record import WithdrawalRecord, read_record

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Destination:
    """``path`` is the file's final name, absolute. ``link`` is the hash of the URL.

    Names of files that are no bundle end otherwise than ``.p12``, so that no pattern of a bundle folder finds them. Lock and record begin
    with a dot.
    """

    path: Path
    link: str

    @property
    def part(self) -> Path:
        """The download while it runs."""
        return self.path.with_name(f"{self.path.name}.part")

    @property
    def page(self) -> Path:
        """The last page that came before the code was sent, if it did not lead on."""
        return self.path.with_name(f"{self.path.name}.page")

    @property
    def record(self) -> Path:
        """The record of the withdrawal."""
        return self.path.with_name(f".{self.path.name}.withdrawal.json")

    @property
    def lock(self) -> str:
        """The name of the lock, the same for all jobs with this link."""
        return f"withdrawal-{self.link[:32]}"

    @property
    def rescued(self) -> tuple[Path, Path]:
        """Where a download goes that could not be written to ``part``: beside it, or to the temporary folder of this machine.

        The name there has the hash of the URL, which nobody else knows.
        """
        return (
            self.path.with_name(f"{self.path.name}.rescued"),
            Path(tempfile.gettempdir()) / f"hospital_it.pkcs12-{self.link}.p12",
        )

    def leftovers(self) -> list[Path]:
        """What was kept of downloads that could not be used."""
        return sorted(
            path
            for path in self.path.parent.iterdir()
            if path.name.startswith(f"{self.path.name}.") and path.suffix in (".cut", ".rejected", ".rescued", ".part")
        )


def check_destination(place: Destination, needed: int, allow_ephemeral: bool) -> None:
    """Checks the folder without writing to it. ``needed``: bytes.

    Raises ``Pkcs12Error``: ``dest_folder``, ``ephemeral_dest``, ``disk_full``.
    """
    folder = place.path.parent
    if not folder.is_dir():
        variant = "no_folder" if folder.exists() else "missing"
        raise Pkcs12Error(Problem(f"dest_folder.{variant}", {"folder": str(folder)}))
    if place.path.is_dir():
        raise Pkcs12Error(Problem("dest_folder.is_folder", {"folder": str(place.path)}))
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Pkcs12Error(storage_problem(PermissionError(errno.EACCES, os.strerror(errno.EACCES)), folder))
    if not allow_ephemeral:
        try:
            check_lasting(folder)
        except Pkcs12Error as refusal:
            raise Pkcs12Error(Problem("ephemeral_dest", causes=(refusal.problem,))) from None
    room = os.statvfs(folder)
    if room.f_bavail * room.f_frsize < needed:
        raise Pkcs12Error(_full(folder))


def storage_problem(problem: OSError, folder: Path) -> Problem:
    """An operation on files that failed."""
    if problem.errno in NO_SPACE:
        return _full(folder)
    return Problem("dest_folder.refused", {"folder": str(folder), "reason": file_reason(problem)})


def kept_as(problem: Problem, path: Path, clause: str = "kept.file") -> Problem:
    """The same problem, with the place where the delivered file is."""
    return replace(problem, causes=(*problem.causes, Problem(clause, {"path": str(path)})))


def is_own_file(path: Path) -> bool:
    """Whether it is a regular file of this account that nobody else could have written."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _full(folder: Path) -> Problem:
    return Problem("disk_full.no_space", {"folder": str(folder)})


RECORD_END = ".withdrawal.json"


@dataclass(frozen=True, slots=True)
class Former:
    """A destination in the same folder whose record is of the same link."""

    place: Destination
    record: WithdrawalRecord

    def files(self) -> Iterator[Path]:
        """Files of this account that came from the link: the final one, one that was set aside, and a download that was not ended."""
        kept = [self.place.path.with_name(self.record.kept)] if self.record.kept else []
        for path in (self.place.path, *kept, self.place.rescued[0], self.place.part):
            if is_own_file(path):
                yield path


def formers(place: Destination) -> list[Former]:
    """The former destinations of this link, sorted by name. Raises ``OSError``."""
    found = []
    for path in sorted(place.path.parent.glob(f".*{RECORD_END}")):
        record = read_record(path) if path != place.record and is_own_file(path) else None
        if record is not None and record.link == place.link:
            name = path.name.removeprefix(".").removesuffix(RECORD_END)
            found.append(Former(Destination(path.with_name(name), place.link), record))
    return found
