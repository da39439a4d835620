# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The result of ``delivery_info``: rows for people and roles. Withdrawal codes are in it only where the task asks for them. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from .._errors import Pkcs12Error, counted
from .deliveries import BAD, Delivery, MailState
from .delivery_options import DeliveryRules
from .delivery_run import IGNORED, Reading
from .mail_source import Problem


def delivery_result(reading: Reading, rules: DeliveryRules) -> dict[str, Any]:
    """``deliveries``, oldest first; ``newest`` by authorisation number; ``access_mails``, ``problems``, ``ignored``, ``moved``."""
    rows = [_row(each, rules) for each in reading.deliveries]
    return {
        "changed": bool(reading.moved),
        "deliveries": rows,
        "newest": {row["authorisation"]: row for row in rows if row["state"] == MailState.NEW.value},
        "access_mails": [
            {"date": _utc(each.date), "message_id": each.message_id, "place": each.place} for each in reading.access
        ],
        "problems": [_problem(each) for each in reading.problems],
        "ignored": {name: reading.ignored[name] for name in IGNORED},
        "moved": reading.moved,
        "msg": _message(reading, rules),
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
        "error": _error(content.error),
    }
    return row | ({"code": content.code} if rules.include_codes else {})


def _host_only(url: str | None) -> str | None:
    """The URL without its path and query, which are half of what is needed to get the bundle."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}/..." if url else None


def _problem(problem: Problem) -> dict[str, Any]:
    return {"place": problem.place, **(_error(problem.error) or {})}


def _error(error: Pkcs12Error | None) -> dict[str, str] | None:
    return None if error is None else {"code": error.code, "cause": error.cause, "next_step": error.next_step}


def _utc(instant: datetime | None) -> str | None:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}" if instant else None


def _message(reading: Reading, rules: DeliveryRules) -> str:
    """What became of each mail that was read, so that a wrong mailbox is seen."""
    ignored = reading.ignored
    new = sum(each.state is MailState.NEW for each in reading.deliveries)
    bad = sum(each.state in BAD for each in reading.deliveries)
    others = (
        (bad, "that cannot be used"),
        (len(reading.deliveries) - new - bad, "superseded or duplicate"),
        (ignored["other_authorisations"], "for others than the asked-for numbers"),
        (len(reading.access), "with an access code"),
        (ignored["other_subjects"], "of the sender with other subjects"),
        (ignored["other_mails"], "of other senders"),
        (ignored["too_old"], f"older than {counted(rules.days or 0, 'day')}"),
    )
    parts = [counted(new, "new delivery", "new deliveries"), *(f"{count} {what}" for count, what in others if count)]
    if reading.problems:
        parts.append(counted(len(reading.problems), "problem"))
    return f"{counted(reading.mails, 'mail')} read: {', '.join(parts)}.{_misdirected(reading)}"


def _misdirected(reading: Reading) -> str:
    """That mails came to the wrong mailbox. With bundle, passphrase and access code, IT could log on as the holder."""
    if not reading.access:
        return ""
    places = ", ".join(dict.fromkeys(each.place for each in reading.access))
    if len(reading.access) == 1:
        return (
            " A mail with an access code came to the wrong mailbox: it is for the holder alone. The code was not read, and the mail"
            " is as it was. Ask whoever redirects or forwards mails to leave this one out, and let the holder ask the issuer for"
            f" another code. The mail is {places}."
        )
    return (
        f" {counted(len(reading.access), 'mail')} with access codes came to the wrong mailbox: they are for the holders alone. No code was"
        " read, and the mails are as they were. Ask whoever redirects or forwards mails to leave these out, and let the holders ask the"
        f" issuer for other codes. The mails are {places}."
    )
