# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A person's certificate with another number than the inventory has: one of both numbers is wrong, or is a homonym's."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .._crypto.certificate import Certificate
from .._errors import Pkcs12Error, Problem
from .._facts.holders import HolderEntry
from .._policy.held import signed_for
from .._policy.issuers import Issuers
from .._policy.subject import ExpectedSubject
from .transaction import HolderStore


def check_no_other_number(
    holder: HolderStore,
    person: ExpectedSubject,
    others: Iterable[HolderEntry],
    site: Issuers,
    is_meant: Callable[[Certificate], bool],
) -> None:
    """Refuses where the store has no certificate with the person's number that the site's issuer signed, and a valid one of the person with
    another. The report calls for a check of the number by the same rule.

    ``others``: of the inventory; one of this account may have that number. ``is_meant``: which certificates the task is about.
    Raises ``Pkcs12Error``: ``number_differs``.
    """
    if any(signed_for(holder.store, site, person)):
        return
    owners = {account.asked: account.sid for account in holder.inventory.accounts}
    beside = [each for each in others if (owners.get(each.user) or each.owner_sid) == holder.owner.sid]
    for stored in holder.store.certificates:
        found = stored.certificate
        is_current = found.is_in_date(holder.observed_at) and not stored.archived
        if not is_current or not is_meant(found) or not person.has_another_number(found):
            continue
        if any(each.person.owns(found) for each in beside):
            continue
        values = {
            "account": holder.owner.name,
            "name": person.name or "",
            "found": found.subject_cn or found.subject,
            "number": person.authorisation or "",
        }
        raise Pkcs12Error(Problem("number_differs", values))
