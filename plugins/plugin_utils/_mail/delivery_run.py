# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Reads a mailbox and tells its deliveries: the work of ``delivery_info``, and its result.

Withdrawal codes are in the result only where the task asks for them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from .._errors import ErrorRow, Pkcs12Error, Problem
from . import received
from .deliveries import BAD, Delivery, MailState, compared, delivery_of, moves_in, verdict_of
from .delivery_content import is_asked_for
from .delivery_options import DeliveryRules
from .letters import Letter, UnexpectedSender, has_sender, letters_in
from .mail_source import MailSource, ReadMail, UnreadMail, read_mails
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
    problems: list[UnreadMail] = field(default_factory=list)
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
            if isinstance(read, UnreadMail):
                reading.problems.append(read)
            else:
                reading.mails += 1
                _read_mail(read, rules, now, reading)
        reading.mails += source.older
        reading.ignored["too_old"] += source.older
        if reading.no_subject_fits and reading.other_subject is not None:
            others = Problem("no_subject_fits", {"count": reading.ignored["other_subjects"]})
            reading.problems.append(UnreadMail(reading.other_subject, others))
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
            message = received.parsed(read.data)
            arrived = read.entry.arrived or received.date(message)
            if rules.since is not None and arrived is not None and arrived < rules.since:
                reading.ignored["too_old"] += 1
                return
            found = list(letters_in(message, place, rules.mail_filter))
            if not found:
                _leave(message, place, rules, reading)
            for each in found:
                _sort(each, rules, now, reading)
    except Pkcs12Error as refusal:
        reading.problems.append(UnreadMail(place, problem=refusal.problem))
    except Exception as problem:  # noqa: BLE001  the library raises errors of many kinds for mails that are made to break it
        broken = Problem("mail_unreadable.broken", {"kind": type(problem).__name__})
        reading.problems.append(UnreadMail(place, broken))


def _leave(message: Message, place: str, rules: DeliveryRules, reading: Reading) -> None:
    """Counts a mail in which nothing was found."""
    if has_sender(message, rules.mail_filter):
        reading.ignored["other_subjects"] += 1
        reading.other_subject = reading.other_subject or place
    else:
        reading.ignored["other_mails"] += 1


def _sort(found: Letter | UnexpectedSender, rules: DeliveryRules, now: datetime, reading: Reading) -> None:
    if isinstance(found, UnexpectedSender) or found.body is not None:
        reading.no_subject_fits = False
    if isinstance(found, UnexpectedSender):
        reading.problems.append(UnreadMail(found.place, _unexpected(found, rules)))
        return
    if found.body is None:
        reading.access.append(found)
        return
    verdict = verdict_of(found, rules.authentication)
    reading.deliveries.append(delivery_of(found, verdict, rules.content, now))


def _unexpected(found: UnexpectedSender, rules: DeliveryRules) -> Problem:
    # A mail that is quoted in another one never passes authentication.
    may_quote = "_or_quoted" if rules.authentication.authserv_id is None else ""
    subject = found.subject[:100]
    if found.sender is None:
        return Problem(f"sender_differs.unclear{may_quote}", {"subject": subject})
    return Problem(f"sender_differs.other{may_quote}", {"subject": subject, "sender": found.sender[:200]})


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
            reading.problems.append(UnreadMail(move.place, problem=refusal.problem))
            stuck |= move.authorisations


def delivery_result(reading: Reading, rules: DeliveryRules) -> dict[str, Any]:
    """The documented result: ``deliveries``, oldest first; ``newest`` by authorisation number; ``told``, the message as a value."""
    rows = [_row(each, rules) for each in reading.deliveries]
    told = _told(reading, rules)
    return {
        "changed": bool(reading.moved),
        "deliveries": rows,
        "newest": {row["authorisation"]: row for row in rows if row["state"] == MailState.NEW.value},
        "access_mails": [
            {"date": _utc(each.date), "message_id": each.message_id, "place": each.place} for each in reading.access
        ],
        "problems": [
            {"place": each.place, "msg": each.problem, "error": ErrorRow(each.problem)} for each in reading.problems
        ],
        "ignored": {name: reading.ignored[name] for name in IGNORED},
        "moved": reading.moved,
        "told": told.to_map(),
        "msg": told,
    }


def _row(delivery: Delivery, rules: DeliveryRules) -> dict[str, Any]:
    letter, content, verdict = delivery.letter, delivery.content, delivery.verdict
    row: dict[str, Any] = {
        "authorisation": content.authorisation,
        "name": content.name,
        "url": content.url if rules.include_codes else _host_only(content.url),
        "date": _utc(letter.date),
        "message_id": letter.message_id,
        "place": letter.place,
        "sender": letter.sender,
        "subject": letter.subject,
        "forwarded": letter.forwarded.value,
        "forwarder": letter.forwarder,
        "authenticity": {
            "method": "none" if rules.authentication.authserv_id is None else "authentication_results",
            "authserv_id": rules.authentication.authserv_id,
            "result": verdict.result,
            "checked_by": verdict.checked_by,
            "domain": verdict.domain,
        },
        "state": delivery.state.value,
        "superseded_by": delivery.superseded_by,
        "msg": content.problem,
        "error": content.problem and ErrorRow(content.problem),
    }
    return row | ({"code": content.code} if rules.include_codes else {})


def _host_only(url: str | None) -> str | None:
    """The URL without its path and query, which are half of what is needed to get the bundle."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}/..." if url else None


def _utc(instant: datetime | None) -> str | None:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}" if instant else None


def _told(reading: Reading, rules: DeliveryRules) -> Problem:
    """What became of each mail that was read, so that a wrong mailbox is seen."""
    ignored = reading.ignored
    new = sum(each.state is MailState.NEW for each in reading.deliveries)
    bad = sum(each.state in BAD for each in reading.deliveries)
    counts = (
        (Problem("mails_read.bad", {"count": bad}), bad),
        (Problem("mails_read.replaced", {"count": (replaced := len(reading.deliveries) - new - bad)}), replaced),
        (
            Problem("mails_read.not_asked_for", {"count": ignored["other_authorisations"]}),
            ignored["other_authorisations"],
        ),
        (Problem("mails_read.access", {"count": len(reading.access)}), len(reading.access)),
        (Problem("mails_read.other_subjects", {"count": ignored["other_subjects"]}), ignored["other_subjects"]),
        (Problem("mails_read.other_senders", {"count": ignored["other_mails"]}), ignored["other_mails"]),
        (Problem("mails_read.too_old", {"count": ignored["too_old"], "days": rules.days or 0}), ignored["too_old"]),
        (Problem("mails_read.problems", {"count": len(reading.problems)}), len(reading.problems)),
    )
    parts = (Problem("mails_read.new", {"count": new}), *(each for each, count in counts if count))
    # That mails came to the wrong mailbox. With bundle, passphrase and access code, IT could log on as the holder.
    places = tuple(dict.fromkeys(each.place for each in reading.access))
    access = Problem("access_code_received", {"count": len(reading.access), "places": places})
    causes = (*parts, access) if reading.access else parts
    return Problem("done.mails_read", {"count": reading.mails}, causes=causes)
