# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What was sent already: a file on the controller, which is on the disk before the next mail goes out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from ..._errors import Pkcs12Error, Problem, Value, file_reason
from ..._facts.codec import Mismatch, from_map, to_map
from ..._io.durable_files import replace_file
from ..model import NextStep
from .addresses import Letter
from .plan import Recipient, ReminderItem

SCHEMA = 3
KEPT_FOR = timedelta(days=800)
"""An authorisation lasts a year. What is older is about another end of access."""
REPEATED_AFTER = timedelta(days=30)
"""What no end of access is about has no next reminder day. A month leaves time to do it, and does not let it be forgotten."""

Key = tuple[str, str, Recipient, str, int | None, date | None, NextStep | None]


@dataclass(frozen=True, slots=True)
class SentReminder:
    """A matter in a mail that the server took. ``address`` is in small letters. ``at``: when, aware, in UTC.

    ``next_step``: only of what has neither a reminder day nor an end, which is about nothing else. None of other matters.
    ``issuer_setting``: of the row that the matter was about.
    """

    person: str
    recipient: Recipient
    address: str
    reminder_day: int | None
    ends_on: date | None
    at: datetime
    next_step: NextStep | None = None
    issuer_setting: str = ""

    @property
    def key(self) -> Key:
        """What is never sent twice; without a reminder day and an end, not before ``REPEATED_AFTER``."""
        person = self.issuer_setting, self.person
        return *person, self.recipient, self.address, self.reminder_day, self.ends_on, self.next_step


@dataclass(frozen=True, slots=True)
class SentFile:
    """The content of the file."""

    schema: int
    sent: tuple[SentReminder, ...]


def read_sent(path: Path) -> dict[Key, SentReminder]:
    """What was sent. A file that is not there yet is empty.

    Raises ``Pkcs12Error``: ``reminder_state``, also for a file of another form: taken as empty, everything would be sent again.
    """
    try:
        found = from_map(SentFile, json.loads(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise _unusable("unreadable", path, said=file_reason(problem)) from None
    except (Mismatch, ValueError, RecursionError):
        raise _unusable("form", path) from None
    if found.schema != SCHEMA:
        raise _unusable("schema", path, schema=found.schema)
    return {each.key: each for each in found.sent}


def write_sent(path: Path, sent: Mapping[Key, SentReminder], now: datetime) -> None:
    """Replaces the file, without what is too old. Raises ``Pkcs12Error``: ``reminder_state``."""
    kept = tuple(each for each in sent.values() if each.at >= now - KEPT_FOR)
    text = json.dumps(to_map(SentFile(SCHEMA, kept)), indent=1)
    try:
        replace_file(path, f"{text}\n".encode("ascii"))
    except OSError as problem:
        raise unwritable(path, problem) from None


def unwritable(path: Path, problem: OSError) -> Pkcs12Error:
    """The error for a file that cannot be written."""
    return _unusable("unwritable", path, said=file_reason(problem))


def check_folder(path: Path) -> None:
    """Raises ``Pkcs12Error`` (``reminder_state``) if the file's folder is not there, or cannot be written."""
    if not path.parent.is_dir():
        raise _unusable("no_folder", path)
    if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unusable("no_right", path)


def open_letters(letters: Iterable[Letter], sent: Mapping[Key, SentReminder], now: datetime) -> tuple[Letter, ...]:
    """The letters without the matters that their addresses were reminded of already. An empty letter is left out."""

    def is_open(letter: Letter, matter: ReminderItem) -> bool:
        known = sent.get(_row(letter, matter, now).key)
        return known is None or (_is_undated(matter) and now - known.at >= REPEATED_AFTER)

    left = (
        replace(letter, matters=tuple(matter for matter in letter.matters if is_open(letter, matter)))
        for letter in letters
    )
    return tuple(letter for letter in left if letter.matters)


def with_letter(sent: Mapping[Key, SentReminder], letter: Letter, now: datetime) -> dict[Key, SentReminder]:
    """What was sent, with the matters of a letter."""
    rows = [_row(letter, each, now) for each in letter.matters]
    return {**sent, **{row.key: row for row in rows}}


def _row(letter: Letter, matter: ReminderItem, now: datetime) -> SentReminder:
    step = matter.next_step if _is_undated(matter) else None
    address = letter.address.casefold()
    at = now.replace(microsecond=0)
    return SentReminder(
        matter.person, letter.recipient, address, matter.reminder_day, matter.ends_on, at, step, matter.issuer_setting
    )


def _is_undated(matter: ReminderItem) -> bool:
    return matter.reminder_day is None and matter.ends_on is None


def _unusable(variant: str, path: Path, **values: Value) -> Pkcs12Error:
    return Pkcs12Error(Problem(f"reminder_state.{variant}", {"path": str(path), **values}))
