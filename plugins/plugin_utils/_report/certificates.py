# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The certificates of the report: each in its store, with what has to be done about those that nobody should have. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from .exceptions import Finding
from .model import Actor, CertificateRow, NextStep
from .next_step import NOTHING
from .rules import EvaluatedHost, Rules


def certificate_rows(seen: EvaluatedHost, rules: Rules) -> Iterable[CertificateRow]:
    """All certificates of a workstation. A workstation that never answered has none.

    A certificate that nobody should have any more has a next step, unless Windows offers it to no program. If it is in the store of a
    holder who has no other, the number in the inventory is the first suspect.
    """
    served = {(each.holder, each.record.owner_sid) for each in seen.rated}
    unserved = {
        entry.owner_sid for entry in seen.host.entries if (entry.person.authorisation, entry.owner_sid) not in served
    }
    for gathered, each in zip(seen.host.certificates, seen.rated, strict=True):
        if seen.host.facts_at:
            now = each.record
            is_left = (
                gathered.related and (each.holder is None or each.holder in rules.leavers) and not gathered.archived
            )
            what = Finding.WITHOUT_HOLDER.value if is_left else now.status.value
            accepted = rules.exceptions.accepted(each.holder, what, seen.host.name)
            is_suspect = each.holder is None and gathered.owner_sid in unserved
            left = NextStep.CORRECT_INVENTORY if is_suspect else NextStep.RETIRE_LEAVER
            step = (left, Actor.IT) if is_left and not accepted else NOTHING
            yield CertificateRow(
                seen.host.name,
                each.holder,
                now.status,
                now.days_left,
                seen.host.facts_at,
                *step,
                gathered,
                accepted,
                seen.status_rules.revocation(gathered),
            )
