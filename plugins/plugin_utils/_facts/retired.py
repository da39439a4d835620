# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who is retired stays retired: a note per number in the bundle folder, and a folder ``retired`` there for the person's bundles.

Nothing is installed or withdrawn for a number with a note, whatever the inventory says, until somebody takes the person back.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, unquote

from .._crypto.instants import day_and_time, format_instant, parse_instant
from .._crypto.pkcs12_files import ASIDE, not_listed
from .._errors import Pkcs12Error, Problem, Value, file_reason
from .._io.durable_files import move, replace_file, sync_folder
from .._messages.words import LANGUAGES, Words
from .._policy.names import has_number, number_key
from .._policy.subject import ExpectedSubject, HasSubject

SITE_FOLDER = "pkcs12_bundle_folder"
"""The variable with the bundle folder of the site, in which the notes are."""
SUFFIX = ".retired.json"
BUNDLES = frozenset({".p12", ".pfx"})
READABLE = 0o644
"""A note has no secret, and jobs of other accounts have to read it."""
MOST_SHOWN = 200
"""Characters of a note that a sentence shows."""


def note_name(number: str) -> str:
    """The file name of a number's note. What a file system may refuse, or takes for a folder or a hidden file, is written as in a URL."""
    name = quote(number.strip(), safe=" ")
    return f"{'%2E' + name[1:] if name.startswith('.') else name}{SUFFIX}"


def number_of_note(name: str) -> str | None:
    """The number of a note by its file name; None for another file."""
    return unquote(name[: -len(SUFFIX)]) if name.casefold().endswith(SUFFIX) and not name.startswith(".") else None


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes that count for a task: their paths by ``number_key``, and whom this run takes back, by the same."""

    paths: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    taken_back: Set[str] = frozenset()
    check_mode: bool = False

    def admit(self, number: str | None) -> None:
        """Refuses a number that is retired. One that this run takes back loses its notes. Raises ``Pkcs12Error``: ``retired``."""
        for note in self.paths.get(number_key(number), ()) if number else ():
            if number_key(number or "") not in self.taken_back:
                _refuse(number or "", note)
            if not self.check_mode:
                _remove(note)

    def forget(self, number: str) -> bool:
        """Removes the notes of somebody whom this run takes back and no inventory knows; whether there are any. Raises ``Pkcs12Error``."""
        notes = self.paths.get(number_key(number), ())
        for note in () if self.check_mode else notes:
            _remove(note)
        return bool(notes)

    def admit_subject(self, person: ExpectedSubject, certificate: HasSubject) -> None:
        """The same for the number in a certificate, where nobody has given one. Raises ``Pkcs12Error``: ``retired``."""
        if person.pattern is not None:
            self.admit(person.number_in(certificate))
            return
        for notes in self.paths.values():
            number = number_of_note(notes[0].name)
            if ExpectedSubject(authorisation=number).owns(certificate):
                self.admit(number)


NO_NOTES = Notes()


def read_notes(own: Iterable[Path], site: Path | None, taken_back: Iterable[str], check_mode: bool) -> Notes:
    """The notes of the site's bundle folder and of the folders in which the task finds its bundles.

    For a folder ``retired`` those of the folder around it count, so that a bundle that was put aside brings nobody back. Raises
    ``Pkcs12Error`` (``bundle_folder``) if one of them cannot be read. A folder of the task that is not there has no bundle either.
    """
    folders = {folder: "bundle_folder" for each in own for folder in _with_outer(each)}
    folders |= {folder: SITE_FOLDER for folder in (_with_outer(site) if site else ()) if folder not in folders}
    paths: dict[str, list[Path]] = {}
    for folder, option in folders.items():
        for path in _listed(folder, option):
            number = number_of_note(path.name)
            if number is not None and number_key(number):
                paths.setdefault(number_key(number), []).append(path)
    return Notes(paths, frozenset(map(number_key, taken_back)), check_mode)


def retired_in(*folders: Path) -> set[str]:
    """The numbers of the notes in bundle folders, for who reads only; none where this account cannot look."""
    names: list[str] = []
    for folder in folders:
        with suppress(OSError):
            names += [path.name for path in folder.iterdir()]
    return {number for name in names if (number := number_of_note(name)) and number_key(number)}


def write_down(folder: Path, numbers: Sequence[str], by: str, now: datetime) -> list[str]:
    """Leaves a note for each number, on the disk when this returns, and puts their bundles aside, which it returns. A note stays.

    Several hosts of one run do the same at the same moment. Raises ``Pkcs12Error``: ``retired_note``.
    """
    try:
        names = [path.name for path in folder.iterdir()]
        meaning = [Words(language).of(Problem("retired.meaning")) for language in LANGUAGES]
        for number in numbers:
            known = [name for name in names if _is_note_of(name, number)]
            if not any(_is_readable(folder / name) for name in known):
                note = {"authorisation": number, "at": format_instant(now), "by": by, "meaning": meaning}
                text = json.dumps(note, indent=1, ensure_ascii=False) + "\n"
                replace_file(folder / (known[0] if known else note_name(number)), text.encode(), READABLE)
        bundles = (name for name in names if any(_is_bundle_of(name, number) for number in numbers))
        return [name for name in bundles if _put_aside(folder / name)]
    except OSError as problem:
        raise Pkcs12Error(_not_written(folder, problem)) from None


def check_can_write(folder: Path) -> None:
    """What check mode can say of it. Raises ``Pkcs12Error``: ``retired_note``."""
    try:
        list(folder.iterdir())
    except OSError as problem:
        raise Pkcs12Error(_not_written(folder, problem)) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        raise Pkcs12Error(_not_written(folder, denied))


def _with_outer(folder: Path) -> list[Path]:
    """The folder, and each folder around one named ``retired``; also where links lead to."""
    found: dict[Path, None] = {}
    for path in (folder.absolute(), Path(os.path.realpath(folder))):
        found[path] = None
        found |= {each.parent: None for each in (path, *path.parents) if each.name == ASIDE}
    return list(found)


def _listed(folder: Path, option: str) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as problem:
        if option != SITE_FOLDER and isinstance(problem, (FileNotFoundError, NotADirectoryError)):
            return []
        raise not_listed(folder, problem, option) from None


def _refuse(number: str, note: Path) -> NoReturn:
    values = {"number": number, "note": str(note)}
    try:
        at, by = _read(note)
    except OSError as problem:
        values["reason"] = file_reason(problem)
        raise Pkcs12Error(Problem("retired.note_unreadable", values)) from None
    except (ValueError, RecursionError):
        raise Pkcs12Error(Problem("retired.note_damaged", values)) from None
    day, clock = day_and_time(at)
    told: dict[str, Value] = {"number": number, "by": by, "day": day, "clock": clock, "note": note.name}
    raise Pkcs12Error(Problem("retired.removed", told))


def _read(note: Path) -> tuple[datetime, str]:
    """When and by whom. Raises ``OSError``, ``ValueError``."""
    content = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else None
    if (
        not isinstance(content, dict)
        or not isinstance(content.get("by"), str)
        or not content["by"].strip()
        or not isinstance(content.get("at"), str)
    ):
        raise ValueError("no note")
    return parse_instant(content["at"]), " ".join(content["by"].split())[:MOST_SHOWN]


def _is_readable(note: Path) -> bool:
    try:
        _read(note)
    except (OSError, ValueError, RecursionError):
        return False
    return True


def _remove(note: Path) -> None:
    try:
        note.unlink(missing_ok=True)
        sync_folder(note.parent)
    except OSError as problem:
        values = {"note": str(note), "reason": file_reason(problem)}
        raise Pkcs12Error(Problem("retired_note.not_removed", values)) from None


def _not_written(folder: Path, problem: OSError) -> Problem:
    path = Path(str(problem.filename2 or problem.filename or folder))
    values = {"folder": str(folder), "reason": file_reason(problem)}
    if path == folder or path.name.startswith("."):
        return Problem("retired_note.not_written", values)
    return Problem("retired_note.not_written_file", values | {"file": path.name})


def _is_note_of(name: str, number: str) -> bool:
    noted = number_of_note(name)
    return noted is not None and number_key(noted) == number_key(number)


def _is_bundle_of(name: str, number: str) -> bool:
    """Whether it is a file with bundles, also one that was rejected, and its name has the number as a whole word."""
    suffixes = {suffix.casefold() for suffix in Path(name).suffixes}
    return not name.startswith(".") and not suffixes.isdisjoint(BUNDLES) and has_number(name.replace("_", " "), number)


def _put_aside(bundle: Path) -> bool:
    """Whether it was there. Another host of the run may put the same file aside at this moment, so it is asked for again. Raises
    ``OSError``."""
    target = bundle.parent / ASIDE / bundle.name
    number = 1
    while bundle.is_file():
        target.parent.mkdir(exist_ok=True)
        try:
            move(bundle, target)
            return True
        except FileExistsError:
            number += 1
            target = target.with_name(f"{bundle.stem}.{number}{bundle.suffix}")
        except FileNotFoundError:
            if bundle.is_file():
                raise
    return False
