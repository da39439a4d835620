# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Where mails come from: what all sources have in common, and those in files on the controller: single files (.eml), an mbox (RFC 4155),
a Maildir. Nothing is written but the files that are moved."""

from __future__ import annotations

import mailbox
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol

from .._errors import Pkcs12Error, Problem, file_reason


@dataclass(frozen=True, slots=True)
class Entry:
    """A mail that is there. ``place`` names it for people and is unique; ``size`` in bytes; ``arrived`` is None where nothing tells it."""

    place: str
    size: int
    read: Callable[[], bytes] = field(repr=False)
    arrived: datetime | None = None


class MailSource(AbstractContextManager["MailSource"], Protocol):
    """A place with mails. It is open inside of ``with``. ``older``: mails that ``entries`` has left out for their age."""

    older: int

    def entries(self) -> Sequence[Entry]:
        """The mails, the newest first. Raises ``Pkcs12Error`` if the source cannot be read."""

    def move(self, place: str, folder: str) -> None:
        """Moves one mail. Raises ``Pkcs12Error``: ``mail_not_moved``."""


@dataclass(frozen=True, slots=True)
class UnreadMail:
    """Why a mail, or a part of the mailbox, was not read."""

    place: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class ReadMail:
    """The bytes of a mail."""

    entry: Entry
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read: mails, and bytes of each."""

    max_mails: int
    max_bytes: int


def read_mails(entries: Sequence[Entry], limits: Limits) -> Iterator[ReadMail | UnreadMail]:
    """The mails one after the other, so that only one is in memory. What the limits leave out is told."""
    for entry in entries[: limits.max_mails]:
        if entry.size > limits.max_bytes:
            too_large = Problem("mail_too_large.unread", {"size": entry.size, "most": limits.max_bytes})
            yield UnreadMail(entry.place, too_large)
            continue
        try:
            yield ReadMail(entry, entry.read())
        except OSError as problem:
            yield UnreadMail(entry.place, Problem("mail_file", {"reason": file_reason(problem)}))
    left = len(entries) - limits.max_mails
    if left > 0:
        too_many = Problem("too_many_mails", {"count": left, "most": limits.max_mails})
        yield UnreadMail(entries[limits.max_mails].place, too_many)


class _Files:
    """A source that needs no connection, and leaves no mail out."""

    older = 0

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> _Files:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def entries(self) -> Sequence[Entry]:
        """See ``MailSource``."""
        raise NotImplementedError

    def move(self, place: str, _folder: str) -> None:
        """See ``MailSource``."""
        raise Pkcs12Error(Problem("mail_not_moved.no_folders", {"place": place}))


class EmlFiles(_Files):
    """One file with one mail, or all ``.eml`` files of a folder."""

    def entries(self) -> Sequence[Entry]:
        """The newest file first."""
        try:
            if (self._path / "cur").is_dir() and (self._path / "new").is_dir():
                raise Pkcs12Error(Problem("mail_source.is_maildir", {"path": str(self._path)}))
            if self._path.is_dir():
                paths = [path for path in _regular_files(self._path) if path.suffix.lower() == ".eml"]
            else:
                self._path.stat()
                paths = [self._path]
            return _newest_first(paths)
        except OSError as problem:
            raise _source(self._path, problem) from None


class Mbox(_Files):
    """A file with mails, each behind a line that begins with ``From``."""

    def entries(self) -> Sequence[Entry]:
        """The last mail first."""
        try:
            with self._path.open("rb") as file:
                if file.read(5) not in (b"", b"From "):
                    raise Pkcs12Error(Problem("mail_source.no_mbox", {"path": str(self._path)}))
            box = mailbox.mbox(self._path, create=False)
            return [self._entry(box, key) for key in reversed(box.keys())]
        except OSError as problem:
            raise _source(self._path, problem) from None

    def _entry(self, box: mailbox.mbox, key: str) -> Entry:
        file = box.get_file(key)
        file.seek(0, os.SEEK_END)
        return Entry(f"{self._path}, mail {int(key) + 1}", file.tell(), partial(box.get_bytes, key))


class Maildir(_Files):
    """A folder of the format Maildir, with its subfolders ``cur`` and ``new``."""

    def entries(self) -> Sequence[Entry]:
        """The newest file first. Mails stay unread."""
        try:
            return _newest_first([path for part in ("cur", "new") for path in _regular_files(self._path / part)])
        except (FileNotFoundError, NotADirectoryError) as problem:
            raise _no_maildir(self._path) or _source(self._path, problem) from None
        except OSError as problem:
            raise _source(self._path, problem) from None

    def move(self, place: str, folder: str) -> None:
        """Moves a mail to a folder of Maildir++, which is made if it is not there."""
        source = Path(place)
        try:
            target = self._folder(folder) / "cur" / (source.name if ":2," in source.name else f"{source.name}:2,")
            os.link(source, target)  # unlike a rename, it replaces nothing
            source.unlink()
        except OSError as problem:
            values = {"name": source.name, "folder": folder, "reason": file_reason(problem)}
            raise Pkcs12Error(Problem("mail_not_moved.maildir", values)) from None

    def _folder(self, name: str) -> Path:
        if not name.strip(".") or "/" in name or "\0" in name or name.startswith(".") or ".." in name:
            raise Pkcs12Error(Problem("mail_not_moved.folder_name", {"folder": name}))
        folder = self._path / f".{name}"
        for part in (folder, folder / "tmp", folder / "new", folder / "cur"):
            with suppress(FileExistsError):
                part.mkdir(mode=0o700)
        (folder / "maildirfolder").touch(mode=0o600)
        return folder


def _regular_files(folder: Path) -> Iterator[Path]:
    """No hidden files, and no links: who may write here does not choose what else is read."""
    with os.scandir(folder) as entries:
        yield from (
            Path(entry.path)
            for entry in entries
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
        )


def _newest_first(paths: Sequence[Path]) -> list[Entry]:
    found = []
    for path in paths:
        with suppress(FileNotFoundError):  # a mail program may move a mail at any time
            found.append((path.stat(), path))
    found.sort(key=lambda each: (each[0].st_mtime, each[1].name), reverse=True)
    return [Entry(str(path), stat.st_size, path.read_bytes) for stat, path in found]


def _no_maildir(path: Path) -> Pkcs12Error | None:
    """The error of a folder that is there and is no Maildir. None if there is no such folder."""
    if not path.is_dir():
        return None
    if path.name in ("cur", "new", "tmp"):
        return Pkcs12Error(Problem("mail_source.part_of_maildir", {"path": str(path), "above": str(path.parent)}))
    return Pkcs12Error(Problem("mail_source.no_maildir", {"path": str(path)}))


def _source(path: Path, problem: OSError) -> Pkcs12Error:
    return Pkcs12Error(Problem("mail_source.unreadable", {"path": str(path), "reason": file_reason(problem)}))
