# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The result of ``reminder_mails``: what was sent or would be, and a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._errors import Pkcs12Error, counted, named
from ..crl_row import CrlRow
from ..language.wording import Wording
from ..model import Report
from ..no_answer import with_unusable_variables
from .addresses import Letter
from .mails import ReminderMail
from .sending import Outcome

REFUSED = f"Check the address, and {named('mail_sender')}. Ask the administrator of the mail server what this controller may send."
"""What to do about a mail that the server refuses. A reminder's address is of no option."""

MOST_NAMED = 5
"""Failures that the sentence names. The result has all."""


def reminders_result(
    report: Report,
    letters: Sequence[Letter],
    mails: Sequence[ReminderMail],
    outcomes: Sequence[Outcome] | None,
    check_mode: bool,
) -> dict[str, Any]:
    """The documented result. ``letters``: also what was sent by earlier runs. ``outcomes`` is None if nothing was to be sent.

    Raises ``Pkcs12Error`` with the same keys if a mail was not sent (``reminders_not_sent``), or if nobody knows what holders of a
    workstation have to do (``unusable_variables``), or which certificates are revoked (``revocation_not_checked``).
    """
    failed = [each for each in outcomes or () if each.problem]
    rows = (
        [_row(mail) | {"state": "planned", "body": mail.content.body, "error": None} for mail in mails]
        if outcomes is None
        else [_outcome_row(each) for each in outcomes]
    )
    matters = sum(len(letter.matters) for letter in letters)
    details = {
        "mails": rows,
        "counts": dict(Counter(row["state"] for row in rows)),
        "already_reminded": matters - sum(len(mail.letter.matters) for mail in mails),
    }
    if failed:
        raise Pkcs12Error(
            code="reminders_not_sent",
            cause=_failures(len(mails), failed),
            next_step=_cure(failed),
            changed=len(failed) < len(mails),
            details=details,
        )
    changed = bool(mails) and (check_mode or outcomes is not None)
    said = _sentence(report, len(letters), mails, outcomes)
    if unusable := with_unusable_variables(report):
        raise _unusable(said, unusable, changed, details)
    if problems := [row for row in report.revocation_lists if row.problem]:
        raise _unchecked(said, problems, report, changed, details)
    return {"changed": changed, "msg": said, **details}


def _unusable(said: str, unusable: Mapping[str, str], changed: bool, details: Mapping[str, Any]) -> Pkcs12Error:
    """The error that names the workstations; ``said``: what was sent to the holders of the others."""
    first = [f"{name}: {reason}" for name, reason in unusable.items()][:MOST_NAMED]
    more = f" {others} more." if (others := len(unusable) - len(first)) else ""
    return Pkcs12Error(
        code="unusable_variables",
        cause=f"{said} The variables of {counted(len(unusable), 'workstation')} cannot be used. {' '.join(first)}{more}",
        next_step="Then run it again. Only what was not sent is sent.",
        changed=changed,
        details=details,
    )


def _unchecked(
    said: str, problems: Sequence[CrlRow], report: Report, changed: bool, details: Mapping[str, Any]
) -> Pkcs12Error:
    """The error for revocation lists. Who has asked for a check has to know that it was not one."""
    say = Wording(replace(report.parameters, language="en"))
    first = say("crl.incomplete", problems=" ".join(map(say.crl_problem, problems[:MOST_NAMED])))
    more = f" {others} more." if (others := len(problems[MOST_NAMED:])) else ""
    return Pkcs12Error(
        code="revocation_not_checked",
        cause=f"{said} {first}{more}",
        next_step=f"Correct {named('crl')}, {named('crl_issuer_files')} or {named('crl_hosts')}, and run it again."
        " Only what was not sent is sent.",
        changed=changed,
        details=details,
    )


def _row(mail: ReminderMail) -> dict[str, Any]:
    letter = mail.letter
    return {
        "recipient": letter.recipient.value,
        "to": letter.address,
        "subject": mail.content.subject,
        "holders": [matter.name for matter in letter.matters if matter.name],
        "next_steps": sorted({matter.next_step.value for matter in letter.matters}),
        "reminder_days": sorted({matter.reminder_day for matter in letter.matters if matter.reminder_day is not None}),
    }


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    problem = outcome.problem
    state = "sent" if problem is None else "failed" if outcome.tried else "not_tried"
    error = problem and {
        "code": problem.code,
        "next_step": problem.next_step,
        "msg": f"{problem.cause} {problem.next_step}",
    }
    return _row(outcome.mail) | {"state": state, "error": error}


def _sentence(report: Report, due: int, mails: Sequence[ReminderMail], outcomes: Sequence[Outcome] | None) -> str:
    if not mails:
        holders = len(report.holders) + len(report.without_workstation)
        reason = "all that is due was sent before" if due else "nothing is due today"
        return f"No reminder to send for {counted(holders, 'holder')}: {reason}."
    if outcomes is None:
        return f"{counted(len(mails), 'reminder')} would be sent. Nothing was sent."
    return f"{counted(len(mails), 'reminder')} sent."


def _cure(failed: Sequence[Outcome]) -> str:
    """What to do about the failures, each once, and how to go on."""
    problems = [each.problem for each in failed if each.problem]
    steps = dict.fromkeys(REFUSED if each.code == "mail_refused" else each.next_step for each in problems)
    return f"{' '.join(list(steps)[:MOST_NAMED])} Then run it again. Only what was not sent is tried again."


def _failures(total: int, failed: Sequence[Outcome]) -> str:
    first = [f"{each.mail.letter.address}: {each.problem.cause}" for each in failed if each.problem and each.tried]
    others = len(failed) - len(first[:MOST_NAMED])
    more = f" {others} more not sent." if others else ""
    return f"{len(failed)} of {counted(total, 'reminder')} not sent. {' '.join(first[:MOST_NAMED])}{more}"
