# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Reads a mailbox and tells its deliveries: the work of ``delivery_info``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message

from .._errors import Pkcs12Error, counted, named
from . import mail_header
from .deliveries import Delivery, compared, delivery_of, verdict_of
from .delivery_content import is_asked_for
from .delivery_options import DeliveryRules
from .letters import Letter, Stranger, has_sender, letters_in
from .mail_moves import moves_in
from .mail_source import MailSource, Problem, ReadMail, read_mails
from .patterns import limited_time

IGNORED = ("other_mails", "other_subjects", "too_old", "other_authorisations")
"""Why mails are in no row, as the result counts them."""


@dataclass
class Reading:
    """What was found by now. ``ignored``: how many mails are in no row, by the reason.

    ``access``: mails with an access code, which came to the wrong mailbox. They are told and left alone, wherever they are from.
    ``no_subject_fits``: no mail has the subject of a delivery. ``other_subject``: the place of the newest mail of a sender with another.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    access: list[Letter] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    moved: list[str] = field(default_factory=list)
    mails: int = 0
    no_subject_fits: bool = True
    other_subject: str | None = None


def read_deliveries(source: MailSource, rules: DeliveryRules, now: datetime, *, check_mode: bool) -> Reading:
    """All that a mailbox delivers. Raises ``Pkcs12Error`` only if the mailbox itself cannot be read."""
    reading = Reading()
    with source:
        for read in read_mails(source.entries(), rules.limits):
            if isinstance(read, Problem):
                reading.problems.append(read)
            else:
                reading.mails += 1
                _read_mail(read, rules, now, reading)
        reading.mails += source.older
        reading.ignored["too_old"] += source.older
        if reading.no_subject_fits and reading.other_subject is not None:
            reading.problems.append(Problem(reading.other_subject, _no_subject_fits(reading)))
        reading.deliveries = compared(reading.deliveries)
        asked = [each for each in reading.deliveries if is_asked_for(each.content, rules.content)]
        reading.ignored["other_authorisations"] = len(reading.deliveries) - len(asked)
        reading.deliveries = asked
        if rules.moves:
            _move(source, rules, reading, check_mode)
    return reading


def _read_mail(read: ReadMail, rules: DeliveryRules, now: datetime, reading: Reading) -> None:
    """Adds what is in one mail. A mail that breaks Python's library costs only itself."""
    place = read.entry.place
    try:
        with limited_time():
            message = mail_header.parsed(read.data)
            arrived = read.entry.arrived or mail_header.date(message)
            if rules.since is not None and arrived is not None and arrived < rules.since:
                reading.ignored["too_old"] += 1
                return
            found = list(letters_in(message, place, rules.wanted))
            if not found:
                _leave(message, place, rules, reading)
            for each in found:
                _sort(each, rules, now, reading)
    except Pkcs12Error as refusal:
        reading.problems.append(Problem(place, error=refusal))
    except Exception as problem:  # noqa: BLE001  the library raises errors of many kinds for mails that are made to break it
        reading.problems.append(Problem(place, mail_header.unreadable(type(problem).__name__)))


def _leave(message: Message, place: str, rules: DeliveryRules, reading: Reading) -> None:
    """Counts a mail in which nothing was found."""
    if has_sender(message, rules.wanted):
        reading.ignored["other_subjects"] += 1
        reading.other_subject = reading.other_subject or place
    else:
        reading.ignored["other_mails"] += 1


def _no_subject_fits(reading: Reading) -> Pkcs12Error:
    others = counted(reading.ignored["other_subjects"], "mail is", "mails are")
    return Pkcs12Error(
        code="no_subject_fits",
        cause=f"{others} from {named('issuer_senders')}, and no mail has a subject that {named('mail_subject_pattern')} finds.",
        next_step=f"Compare {named('mail_subject_pattern')} with the subjects in the mailbox. If there is no delivery mail,"
        " acknowledge this mail.",
    )


def _sort(found: Letter | Stranger, rules: DeliveryRules, now: datetime, reading: Reading) -> None:
    if isinstance(found, Stranger) or found.body is not None:
        reading.no_subject_fits = False
    if isinstance(found, Stranger):
        reading.problems.append(Problem(found.place, _stranger(found, rules)))
        return
    if found.body is None:
        reading.access.append(found)
        return
    verdict = verdict_of(found, rules.authentication)
    reading.deliveries.append(delivery_of(found, verdict, rules.content, now))


def _stranger(found: Stranger, rules: DeliveryRules) -> Pkcs12Error:
    known = named("issuer_senders")
    who = "has no clear sender" if found.sender is None else f"is from {found.sender[:200]}, who is not in {known}"
    # A mail that is quoted in another one never passes authentication.
    text = f", or set {named('inline_forwards')}" if rules.authentication.authserv_id is None else ""
    return Pkcs12Error(
        code="sender_differs",
        cause=f"It has the subject of a delivery ({found.subject[:100]}) and {who}.",
        next_step=f"Do not open its link. If this is the issuer's address, correct {known}. If a colleague forwarded the mail as text,"
        f" have it attached{text}.",
    )


def _move(source: MailSource, rules: DeliveryRules, reading: Reading, check_mode: bool) -> None:
    """Moves the mails of usable deliveries, for each number the one that counts last. What a person has to look at stays where it is.

    When one of a number cannot be moved, the later ones stay too. Otherwise the one that stays would count in the next run.
    """
    stuck: set[str | None] = set()
    left_alone = frozenset(letter.place for letter in reading.access)
    for move in moves_in(reading.deliveries, rules.move_ids, left_alone):
        if not stuck.isdisjoint(move.authorisations):
            continue
        try:
            if not check_mode:
                source.move(move.place, str(rules.move_to))
            reading.moved.append(move.place)
        except Pkcs12Error as refusal:
            reading.problems.append(Problem(move.place, error=refusal))
            stuck |= move.authorisations
