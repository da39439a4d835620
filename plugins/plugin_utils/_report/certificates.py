# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The certificates of the report: each in its store, with what has to be done about those that nobody should have. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from .._errors import Actor
from .._facts.holders import HolderEntry
from .._facts.schema import CertificateRecord
from .._messages.codes import actor_of
from .._policy.status import Status
from .exceptions import Acceptable
from .model import CertificateRow, NextStep
from .next_step import NOTHING
from .rules import EvaluatedHost, Rules


def certificate_rows(seen: EvaluatedHost, rules: Rules) -> Iterable[CertificateRow]:
    """All certificates of a workstation. A workstation that never answered has none.

    A certificate that nobody should have any more has a next step, unless Windows offers it to no program.
    """
    signed = [each for each in seen.rated if seen.status_rules.counts(each.record)]
    served = {(each.holder, each.record.owner_sid) for each in signed}
    unserved = [
        entry
        for entry in seen.host.entries
        if (entry.person.authorisation, entry.owner_sid) not in served or entry.row_problem
    ]
    for gathered, each in zip(seen.host.certificates, seen.rated, strict=True):
        if seen.host.facts_at:
            now = each.record
            is_nobodys = each.holder is None and seen.status_rules.counts(now)
            is_left = gathered.related and (is_nobodys or each.holder in rules.leavers) and not gathered.archived
            what = Acceptable.WITHOUT_HOLDER.value if is_left else now.status.value
            accepted = rules.exceptions.accepted(each.holder, what, seen.host.name)
            is_suspect = each.holder is None and any(_may_be_of(entry, gathered) for entry in unserved)
            left = NextStep.CHECK_NUMBER if is_suspect else NextStep.RETIRE_LEAVER
            if seen.status_rules.is_refused(now):  # retire keeps it
                left = NextStep.REMOVE_BY_THUMBPRINT
            is_leavers = is_left and each.holder in rules.leavers
            problem = rules.removals.get((seen.host.name, each.holder, now.owner_sid)) if is_leavers else None
            work = (NextStep.MEND_FAILURE, actor_of(problem)) if problem else (left, Actor.IT)
            step = work if is_left and not accepted else NOTHING
            is_kept = is_leavers and now.status is Status.RENEWAL_DUE  # nobody renews it
            yield CertificateRow(
                seen.host.name,
                each.holder,
                Status.VALID if is_kept else now.status,
                rules.calendar.ends_on(seen.status_rules.end(gathered)),
                now.days_left,
                seen.host.facts_at,
                *step,
                gathered,
                accepted,
                seen.status_rules.revocation(gathered),
                problem,
            )


def _may_be_of(entry: HolderEntry, found: CertificateRecord) -> bool:
    """Whether the number of a holder without a certificate is the first suspect: this one is in his store, and in his name.

    In the name of somebody else, it is left from whoever had the account before.
    """
    is_nameless = not (entry.person.name or entry.person.former_name)
    return entry.owner_sid == found.owner_sid and (is_nameless or entry.person.is_by_name(found))
