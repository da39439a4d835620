# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The result of ``reminder_mails``: what was sent or would be, and a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..._errors import ErrorRow, Pkcs12Error, Problem
from ..model import Report
from ..no_answer import with_unusable_variables
from .addresses import Letter
from .mails import ReminderMail
from .sending import Outcome

MOST_NAMED = 5
"""Failures that the sentence names. The result has all."""

RUN_AGAIN = Problem("only_what_was_not_sent")
"""How to go on after a failure."""


def reminders_result(
    report: Report,
    letters: Sequence[Letter],
    mails: Sequence[ReminderMail],
    outcomes: Sequence[Outcome] | None,
    check_mode: bool,
) -> dict[str, Any]:
    """The documented result. ``letters``: also what was sent by earlier runs. ``outcomes`` is None if nothing was to be sent.

    Raises ``Pkcs12Error`` with the same keys if a mail was not sent (``reminders_not_sent``), or if nobody knows what holders of a
    workstation have to do (``unusable_variables``), or which certificates are revoked (``revocation_not_checked``), or if rows of the
    register are wrong (``register_row``).
    """
    failed = [each for each in outcomes or () if each.problem]
    rows = (
        [_row(mail) | {"state": "planned", "body": mail.content.body, "msg": None, "error": None} for mail in mails]
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
        raise Pkcs12Error(_not_sent(len(mails), failed), changed=len(failed) < len(mails), details=details)
    changed = bool(mails) and (check_mode or outcomes is not None)
    said = _done(report, len(letters), mails, outcomes)
    if unusable := with_unusable_variables(report):
        # What was sent to the holders of other workstations is said first.
        places = [
            Problem("bad_arguments.at_workstations", {"workstations": (name,)}, causes=(why,))
            for name, why in unusable.items()
        ]
        problem = Problem(
            "unusable_variables.reminders", {"count": len(places)}, causes=(said, *places[:MOST_NAMED], RUN_AGAIN)
        )
        raise Pkcs12Error(problem, changed=changed, details=details)
    if lists := tuple(f"{row.source} ({row.problem.value})" for row in report.revocation_lists if row.problem):
        # Who has asked for a check has to know that it was not one.
        raise Pkcs12Error(
            Problem("revocation_not_checked", {"lists": lists}, causes=(said,)), changed=changed, details=details
        )
    if wrong := report.register.problems:  # nobody is reminded of what a wrong row should say
        problem = Problem("register_row.reminders", causes=(said, *wrong))
        raise Pkcs12Error(problem, changed=changed, details=details)
    return {"changed": changed, "msg": said, **details}


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
    return _row(outcome.mail) | {"state": state, "msg": problem, "error": problem and ErrorRow(problem)}


def _done(report: Report, due: int, mails: Sequence[ReminderMail], outcomes: Sequence[Outcome] | None) -> Problem:
    if mails:
        return Problem("done.reminders_planned" if outcomes is None else "done.reminders_sent", {"count": len(mails)})
    holders = len(report.holders) + len(report.without_workstation)
    return Problem("done.all_reminders_sent_before" if due else "done.no_reminder_due", {"holders": holders})


def _not_sent(total: int, failed: Sequence[Outcome]) -> Problem:
    """Why mails were not sent, and what to do, each once."""
    tried = [
        Problem(
            "reminder_refused" if each.problem.kind == "mail_refused" else "reminder_failed",
            {"address": each.mail.letter.address},
            causes=(each.problem,),
        )
        for each in failed
        if each.problem and each.tried
    ][:MOST_NAMED]
    counts = {"failed": len(failed), "total": total}
    others = len(failed) - len(tried)
    more = (Problem("more_reminders_not_sent", {"count": others}),) if others else ()
    return Problem("reminders_not_sent", counts, causes=(*tried, *more, RUN_AGAIN))
