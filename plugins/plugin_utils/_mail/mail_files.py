# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Mails in files on the controller: single files (.eml), an mbox (RFC 4155), a Maildir. Nothing is written but the files that are moved."""

from __future__ import annotations

import mailbox
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from .._errors import Pkcs12Error, named
from .mail_source import Entry, cannot_move


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
        raise cannot_move(f"{place} is not in a mailbox with folders.", "Set move_to with a Maildir or IMAP only.")


class EmlFiles(_Files):
    """One file with one mail, or all ``.eml`` files of a folder."""

    def entries(self) -> Sequence[Entry]:
        """The newest file first."""
        try:
            if _is_maildir(self._path):
                raise Pkcs12Error(
                    code="mail_source",
                    cause=f"{self._path} is a Maildir, because it has the folders cur and new. Its mails are not files named .eml.",
                    next_step=f"Set {named('mail_source')}: maildir.",
                )
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
                    raise Pkcs12Error(
                        code="mail_source",
                        cause=f"{self._path} is not an mbox: it does not begin with a line From.",
                        next_step=f"Check {named('mail_path')}, and set {named('mail_source')}: eml for a file with one mail.",
                    )
            box = mailbox.mbox(self._path, create=False)
            return [self._entry(box, key) for key in reversed(box.keys())]
        except OSError as problem:
            raise _source(self._path, problem) from None

    def _entry(self, box: mailbox.mbox, key: str) -> Entry:
        file = box.get_file(key)
        file.seek(0, os.SEEK_END)
        return Entry(f"{self._path}, mail {int(key) + 1}", file.tell(), _mail_of(box, key))


def _mail_of(box: mailbox.mbox, key: str) -> Callable[[], bytes]:
    return lambda: box.get_bytes(key)


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
            raise cannot_move(
                f"{source.name} cannot be moved to {folder}: {problem.strerror}.",
                "Give the user that runs Ansible the right to write to the Maildir.",
            ) from None

    def _folder(self, name: str) -> Path:
        if not name.strip(".") or "/" in name or "\0" in name or name.startswith(".") or ".." in name:
            raise cannot_move(
                f"{name!r} cannot be the name of a folder.", "Write move_to without slashes and leading dots."
            )
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


def _is_maildir(path: Path) -> bool:
    return (path / "cur").is_dir() and (path / "new").is_dir()


def _no_maildir(path: Path) -> Pkcs12Error | None:
    """The error of a folder that is there and is no Maildir. None if there is no such folder."""
    if not path.is_dir():
        return None
    is_part = path.name in ("cur", "new", "tmp")
    where = f"the folder above, {path.parent}" if is_part else "the folder that has them"
    return Pkcs12Error(
        code="mail_source",
        cause=f"{path} is no Maildir: a Maildir has the folders cur, new and tmp.",
        next_step=f"Set {named('mail_path')} to {where}. For a folder with files named .eml, set {named('mail_source')}: eml.",
    )


def _source(path: Path, problem: OSError) -> Pkcs12Error:
    return Pkcs12Error(
        code="mail_source",
        cause=f"The mails in {path} cannot be read: {problem.strerror}.",
        next_step=f"Check {named('mail_path')} and {named('mail_source')} on the controller. In an execution environment, the folder"
        " has to be mounted.",
    )
