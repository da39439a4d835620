# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``reminder_mails``: from facts to mails, each sent once, and the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..._errors import Actor, Pkcs12Error, Problem
from ..._facts.fact_cache import FactCache
from ..._io.lasting_storage import check_lasting
from ..._mail.message import check_address
from ..._mail.smtp import server_of
from ..formats.reminder_texts import ReminderTemplates
from ..language.wording import Wording
from ..model import Report
from ..query import select
from ..report import check_days, checked, report_of
from .addresses import addresses_of, letters_of
from .mails import ReminderMail, Sender, mail_of
from .plan import Terms, matters_of
from .result import reminders_result
from .sending import Outbox, send_all
from .sent import check_folder, open_letters, read_sent

Variables = Sequence[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Mode:
    """How the task runs. ``now``: the controller's clock, aware. ``job``: of a job server. ``cache``: where facts come from."""

    now: datetime
    check_mode: bool
    job: str | None
    cache: FactCache


def remind(options: Mapping[str, Any], variables: Variables, mode: Mode) -> dict[str, Any]:
    """Sends what is due and was not sent yet. Returns the documented result. Raises ``Pkcs12Error``."""
    _check_needed(options)
    _check_addresses(options)
    outbox = Outbox(Path(options["state_path"]), server_of(options), mode.now, mode.job)
    terms = _terms(options)
    check_folder(outbox.path)
    if not options["allow_ephemeral"]:
        _check_lasting(outbox.path)
    report = _report(options, variables, mode)
    letters = letters_of(matters_of(report, terms), addresses_of(options, variables), report)

    def open_mails(sent: Mapping[Any, Any]) -> Sequence[ReminderMail]:
        return _written(options, report, open_letters(letters, sent, mode.now), mode.now)

    if mode.check_mode or options["dry_run"]:
        return reminders_result(report, letters, open_mails(read_sent(outbox.path)), None, mode.check_mode)
    mails, outcomes = send_all(open_mails, outbox)
    return reminders_result(report, letters, mails, outcomes, mode.check_mode)


def _written(
    options: Mapping[str, Any], report: Report, letters: Sequence[Any], now: datetime
) -> Sequence[ReminderMail]:
    """All mails, before the first one is sent: a template that fails sends nobody anything."""
    templates = ReminderTemplates(options["templates_folder"], options["language"])
    say = Wording(report.parameters)
    address = options["mail_sender"] or ""  # a dry run may have none
    sender = Sender(
        address,
        options["forward_to"] or "",
        options["contact"] or (check_address("mail_sender", address) if address else say.of(Actor.IT)),
        options["calendar"],
        report.parameters.authorisation_word,
        (report.parameters.issuer_mail_sender or "", report.parameters.issuer_mail_subject or ""),
    )
    return [mail_of(letter, templates, say, sender, now) for letter in letters]


def _report(options: Mapping[str, Any], variables: Variables, mode: Mode) -> Report:
    """The report. One without a holder would remind nobody for ever and look as if all were well."""
    report = report_of({**options, "report_title": None}, variables, mode.now)
    if not report.holders and not report.without_workstation:
        raise Pkcs12Error(Problem("no_holders.to_remind"))
    checked(report, mode.cache)
    return select(report, options["report_query"]) if options["report_query"] else report


def _check_needed(options: Mapping[str, Any]) -> None:
    missing = next((name for name in ("mail_host", "mail_sender") if not options[name]), None)
    if missing and not options["dry_run"]:
        raise Pkcs12Error(Problem("bad_arguments.no_mail_server", setting=missing))


def _check_addresses(options: Mapping[str, Any]) -> None:
    """Those of options. A wrong one of a holder fails that mail only. Raises ``Pkcs12Error``: ``mail_address``, ``mail_header``."""
    if options["mail_sender"]:
        check_address("mail_sender", options["mail_sender"])
    if options["forward_to"]:
        check_address("forward_to", options["forward_to"])
    for option in ("it_to", "employer_to"):
        for address in options[option]:
            check_address(option, address)
    if not options["it_to"]:
        raise Pkcs12Error(Problem("bad_arguments.it_to", setting="it_to"))


def _terms(options: Mapping[str, Any]) -> Terms:
    days = options["reminder_days"]
    check_days(options, ["bundle_overdue_days"])
    if not days:
        raise Pkcs12Error(Problem("bad_arguments.reminder_days", setting="reminder_days"))
    return Terms(days, options["bundle_overdue_days"])


def _check_lasting(path: Path) -> None:
    try:
        check_lasting(path.parent)
    except Pkcs12Error as refusal:
        raise Pkcs12Error(Problem("ephemeral_state", setting="state_path", causes=(refusal.problem,))) from None
