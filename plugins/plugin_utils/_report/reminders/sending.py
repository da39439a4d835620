# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Sends mails one after the other, and writes down each one that the server took before the next goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..._errors import Pkcs12Error, Problem
from ..._io.file_lock import locked, this_process
from ..._mail.message import compose
from ..._mail.smtp import SmtpServer, send
from .mails import ReminderMail
from .sent import Key, SentReminder, read_sent, unwritable, with_letter, write_sent

STOP_AFTER = {"mail_tls": 1, "mail_login": 1, "mail_unreachable": 2}
"""After so many failures of this kind in a row, no other mail is tried: it is the server. Some lock an account after wrong passwords."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Where mails go, and the file that says which went. ``now``: aware. ``job``: of a job server, for those who wait for it."""

    path: Path
    server: SmtpServer
    now: datetime
    job: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail. ``problem`` is None if the server took it. ``tried`` is False after a failure that concerns the server."""

    mail: ReminderMail
    problem: Problem | None
    tried: bool = True


def send_all(
    open_mails: Callable[[Mapping[Key, SentReminder]], Sequence[ReminderMail]], outbox: Outbox
) -> tuple[Sequence[ReminderMail], Sequence[Outcome]]:
    """Sends the mails that are open when this run alone has the file. One that fails does not stop the others.

    Raises ``Pkcs12Error``: ``locked``, ``reminder_state``. It raises the latter also in the middle, because without the file nobody
    could know what was sent.
    """
    with _alone(outbox):
        sent = read_sent(outbox.path)
        mails = open_mails(sent)
        if mails:
            write_sent(outbox.path, sent, outbox.now)  # if the disk is full, it is seen before a mail is out
        return mails, list(_outcomes(mails, sent, outbox))


def _outcomes(mails: Sequence[ReminderMail], sent: dict[Key, SentReminder], outbox: Outbox) -> Iterator[Outcome]:
    failures: list[Problem] = []
    for mail in mails:
        if _is_hopeless(failures):
            yield Outcome(mail, failures[-1], tried=False)
            continue
        problem = _sent(mail, outbox)
        failures = [*failures, problem] if problem else []
        if problem is None:
            sent = with_letter(sent, mail.letter, outbox.now)
            _write_down(sent, outbox)
        yield Outcome(mail, problem)


def _is_hopeless(failures: Sequence[Problem]) -> bool:
    """Whether the last failures in a row are the server's."""
    kind = failures[-1].kind if failures else ""
    last = failures[-STOP_AFTER.get(kind, 0) :]
    return kind in STOP_AFTER and len(last) == STOP_AFTER[kind] and {each.kind for each in last} == {kind}


def _sent(mail: ReminderMail, outbox: Outbox) -> Problem | None:
    try:
        send(compose(mail.content, outbox.now), outbox.server)
    except Pkcs12Error as refusal:
        return refusal.problem
    return None


def _write_down(sent: Mapping[Key, SentReminder], outbox: Outbox) -> None:
    try:
        write_sent(outbox.path, sent, outbox.now)
    except Pkcs12Error as problem:
        problem.changed = True  # a mail is out
        raise


@contextmanager
def _alone(outbox: Outbox) -> Iterator[None]:
    """Two runs at once would send everything twice."""
    try:
        with _lock(outbox):
            yield
    except OSError as problem:
        raise unwritable(outbox.path, problem) from None


@contextmanager
def _lock(outbox: Outbox) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(outbox.path.parent, outbox.path.name, this_process(outbox.job, outbox.now)))
        except Pkcs12Error as taken:
            path = {"path": str(outbox.path)}
            raise Pkcs12Error(Problem("locked.reminders", path, causes=(taken.problem,))) from None
        yield
