# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From the matters of a letter to a mail that can be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..._mail.message import Attachment, MailContent
from ..._policy.validity import Ending
from ..formats.calendar_file import Event, calendar_file
from ..formats.reminder_texts import ReminderTemplates, Texts
from ..language.wording import Wording
from .addresses import Letter
from .plan import Recipient, ReminderItem

CALENDAR_NAME = "access.ics"
WORD = {"en": "authorisation", "fr": "autorisation"}
"""What a site calls an authorisation that has no other word for it."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What mails have in common. ``forward_to``: where holders forward the issuer's mail to, empty where the issuer's mails reach IT
    without them; ``contact``: whom people may ask.

    ``issuer``: sender and subject of the issuer's mail, empty where the site does not say them.
    ``word``: what the site calls an authorisation, None for the word of the language.
    """

    address: str
    forward_to: str
    contact: str
    calendar: bool
    word: str | None
    issuer: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class ReminderMail:
    """A letter with its texts."""

    letter: Letter
    content: MailContent


def mail_of(letter: Letter, templates: ReminderTemplates, say: Wording, sender: Sender, now: datetime) -> ReminderMail:
    """The mail. Raises ``Pkcs12Error``: ``reminder_template``."""
    texts = _texts(letter, letter.matters, templates, say, sender, _values)
    files = _calendar(letter, templates, say, sender, now) if sender.calendar else []
    content = MailContent(sender.address, [letter.address], texts.subject, texts.text, files, texts.html)
    return ReminderMail(letter, replace(content, kind="reminders", about=say("counts.subject")))


def _texts(
    letter: Letter,
    matters: Sequence[ReminderItem],
    templates: ReminderTemplates,
    say: Wording,
    sender: Sender,
    values_of: Callable[[ReminderItem, Wording], Mapping[str, Any]],
) -> Texts:
    """The texts about some of the letter's matters."""
    known = [values_of(matter, say) for matter in matters]
    values = {
        "matters": known,
        "matter": known[0],
        "today": say.day(say.today),
        "forward_to": sender.forward_to,
        "issuer_sender": sender.issuer[0],
        "issuer_subject": sender.issuer[1],
        "contact": sender.contact,
        "authorisation_word": sender.word or WORD[say.words.language],
        **{name: say.words.details[name] for name in ("who", "service", "document", "to")},
    }
    return templates.texts(letter.recipient.value, values)


def _values(matter: ReminderItem, say: Wording) -> Mapping[str, Any]:
    """What a template knows: names and days. Nothing else of a certificate, and no number."""
    return {
        "name": matter.name or _of_nobody(matter, say),
        "has_holder": bool(matter.name),
        "function": matter.function,
        "workstations": matter.workstations,
        "next_step": matter.next_step.value,
        "words": _step(matter, say),
        "actor": matter.actor.value,
        "failures": [say.told.cause(each) for each in matter.problems],
        "ends_on": say.day(matter.ends_on),
        "days_left": matter.days_left,
        "distance": say.distance(matter.days_left),
        "certificate_until": say.day(matter.certificate_until),
        "authorisation_until": say.day(matter.authorisation_until),
        "instead_of": matter.instead_of.value if matter.instead_of else None,
    }


def _of_nobody(matter: ReminderItem, say: Wording) -> str:
    """What a matter without a holder is about, and whom the certificate names."""
    nobody = say("acceptable.without_holder")
    return f"{matter.issued_to} ({nobody})" if matter.issued_to else nobody


def _step(matter: ReminderItem, say: Wording) -> str:
    """The next step. What mends the failure of the last run, its problem says."""
    steps = filter(None, dict.fromkeys(map(say.told.next_step, matter.problems)))
    return " ".join(steps).rstrip(".") or say.of(matter.next_step)


def _values_of_event(matter: ReminderItem, say: Wording) -> Mapping[str, Any]:
    """The values for an event. Whoever reads it does so on another day than that of the mail, so it has no distance from that day."""
    return {**_values(replace(matter, days_left=1), say), "distance": ""}


def _calendar(
    letter: Letter, templates: ReminderTemplates, say: Wording, sender: Sender, now: datetime
) -> list[Attachment]:
    """One event for each last full day of access that has not passed. IT gets none: its list is work, not an appointment.

    What is due at once, such as closing the browser, is no event of a day in years.
    """
    if letter.recipient is Recipient.IT:
        return []
    dated = [each for each in letter.matters if each.reminder_day is not None]
    events = []
    for day in sorted({each.ends_on for each in dated if each.ends_on and each.ends_on > say.today}):
        matters = [each for each in dated if each.ends_on == day]
        texts = _texts(letter, matters, templates, say, sender, _values_of_event)
        identity = f"{letter.recipient.value} {letter.address} {day} {matters[0].person}"
        events.append(Event(identity, Ending(day, 1).last_full_day, texts.subject, texts.text))
    return [Attachment(CALENDAR_NAME, calendar_file(events, now))] if events else []
