# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Where mails come from: what all sources have in common, and their limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from .._errors import Pkcs12Error, counted, named


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
class Problem:
    """Why a mail, or a part of the mailbox, was not read."""

    place: str
    error: Pkcs12Error


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


def read_mails(entries: Sequence[Entry], limits: Limits) -> Iterator[ReadMail | Problem]:
    """The mails one after the other, so that only one is in memory. What the limits leave out is told."""
    for entry in entries[: limits.max_mails]:
        if entry.size > limits.max_bytes:
            yield Problem(entry.place, too_large(entry.size, limits.max_bytes))
            continue
        try:
            yield ReadMail(entry, entry.read())
        except OSError as problem:
            yield Problem(entry.place, mail_file(problem))
    left = len(entries) - limits.max_mails
    if left > 0:
        yield Problem(entries[limits.max_mails].place, too_many(left, limits.max_mails))


def too_large(size: int, most: int) -> Pkcs12Error:
    """The error of a mail that is not read because of its size."""
    return Pkcs12Error(
        code="mail_too_large",
        cause=f"The mail has {counted(size, 'byte')}, and {named('max_mail_bytes')} allows {most}.",
        next_step=f"Look at it in a mail program. Raise {named('max_mail_bytes')} if it is the issuer's.",
    )


def too_many(left: int, most: int) -> Pkcs12Error:
    """The error of a mailbox with more mails than are read."""
    return Pkcs12Error(
        code="too_many_mails",
        cause=f"{counted(left, 'older mail was', 'older mails were')} not read, because {named('max_mails')} allows {most}.",
        next_step=f"Set {named('since_days')}, move old mails to another folder, or raise {named('max_mails')}.",
    )


def mail_file(problem: OSError) -> Pkcs12Error:
    """The error of a file that cannot be read."""
    return Pkcs12Error(
        code="mail_file",
        cause=f"The file cannot be read: {problem.strerror or type(problem).__name__}.",
        next_step="Give the user that runs Ansible the right to read it.",
    )


def cannot_move(cause: str, next_step: str) -> Pkcs12Error:
    """The error of a mail that stays where it is."""
    return Pkcs12Error(code="mail_not_moved", cause=cause, next_step=next_step)
