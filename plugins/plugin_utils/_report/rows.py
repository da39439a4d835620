# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The rows of the report: each workstation rated, and each holder summed up over his workstations. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from .._errors import Actor
from .._facts.delivery_records import DeliveryRecord
from .._facts.holders import HolderEntry
from .._facts.shared_numbers import Shared, shared_by
from .._messages.words import SID
from .._policy.access import NOWHERE, AccessThere, Authorisation, access_of
from .._policy.status import WORST_FIRST, GivesAccess, Status
from .acceptance import AUTHORISATION
from .deliveries import with_delivery
from .model import HolderRow, HolderWorkstation, NextStep, WorkstationRow
from .next_step import AWAITED, NOTHING, RemainingCertificates, at_last, with_authorisation
from .places import place_of
from .rules import EvaluatedHost, Rules, person_key


def holder_key(entry: HolderEntry, sids: Mapping[str, str], shared: Shared) -> tuple[str, str]:
    """By whom rows are gathered: the authorisation number, with the name where two people have it (``shared``); without one, the
    account by its SID. ``sids``: of accounts as they are written.

    Several people may share an account, and one person may have an account under several names.
    """
    if entry.person.authorisation:
        return person_key(entry, shared)
    account = entry.user.casefold()
    return "", entry.owner_sid or sids.get(account) or account


def holder_row(
    entries: Sequence[tuple[HolderEntry, EvaluatedHost]],
    rules: Rules,
    left: RemainingCertificates = RemainingCertificates(),  # noqa: B008
) -> HolderRow:
    """One holder at all workstations. ``left``: work that certificates cause, also at workstations where the holder does not work."""
    places = sorted(
        (place_of(entry, seen, rules) for entry, seen in entries), key=lambda place: (place.workstation, place.account)
    )
    number = entries[0][0].person.authorisation
    if shared_by(number, rules.shared):
        return _with_shared_number(blank_row([entry for entry, _seen in entries], rules), places, entries[0][0], rules)
    delivery = rules.deliveries.get(number or "")
    places = [_delivered(place, delivery, places) for place in places]
    held = [rules.exceptions.accepted(number, place.status.value, place.workstation) for place in places]
    worst = min(places, key=_severity)
    # The status stays the worst one. Nobody has to act where the site has accepted it.
    pressing = min(
        (place for place, found in zip(places, held, strict=True) if found is None), key=_severity, default=None
    )
    dated = sorted((place for place in places if place.valid_until), key=lambda place: str(place.valid_until))
    # Access lasts as long as that of one workstation, so it ends with the certificate that ends last.
    ends = [place for place in dated if place.access_until] or dated
    return person_row(
        replace(
            blank_row([entry for entry, _seen in entries], rules),
            status=worst.status,
            next_step=pressing.next_step if pressing else NextStep.NOTHING,
            actor=pressing.actor if pressing else Actor.NOBODY,
            accepted=tuple(dict.fromkeys(filter(None, held))),
            valid_from=ends[-1].valid_from if ends else None,
            valid_until=ends[-1].valid_until if ends else None,
            certificate_ends_on=ends[-1].ends_on if ends else None,
            certificate_days_left=ends[-1].days_left if ends else None,
            places=tuple(places),
        ),
        [AccessThere(place.gives_access, place.access_until) for place in places],
        rules.authorisation(rules.all_entries([entry for entry, _seen in entries])),
        left,
        rules,
    )


def _with_shared_number(
    row: HolderRow, places: Sequence[HolderWorkstation], entry: HolderEntry, rules: Rules
) -> HolderRow:
    """The row of one of several people with one number: whose the certificates are nobody can say. No exception accepts that."""
    authorisation = rules.authorisation(rules.all_entries([entry]))
    return replace(
        row,
        status=Status.UNKNOWN,
        next_step=NextStep.GIVE_OWN_NUMBER,
        actor=Actor.IT,
        certificate_step=NextStep.GIVE_OWN_NUMBER,
        certificate_actor=Actor.IT,
        authorisation_until=authorisation.end,
        authorisation_of_site=authorisation.of_site,
        authorisation_days_left=rules.calendar.days_left(authorisation.end, rules.now) if authorisation.end else None,
        authorisation_status=authorisation.status(rules.calendar, rules.now),
        places=tuple(
            replace(
                place,
                status=Status.UNKNOWN,
                next_step=NextStep.GIVE_OWN_NUMBER,
                actor=Actor.IT,
                valid_from=None,
                valid_until=None,
                ends_on=None,
                days_left=None,
                thumbprint=None,
                revocation=None,
                gives_access=GivesAccess.UNKNOWN,
                access_until=None,
            )
            for place in places
        ),
    )


def _delivered(
    place: HolderWorkstation, delivery: DeliveryRecord | None, places: Sequence[HolderWorkstation]
) -> HolderWorkstation:
    step, actor = with_delivery((place.next_step, place.actor), place, delivery, places)
    return replace(place, next_step=step, actor=actor)


def _severity(place: HolderWorkstation) -> tuple[int, bool]:
    return WORST_FIRST.index(place.status), (place.next_step, place.actor) == NOTHING


def blank_row(named: Sequence[HolderEntry], rules: Rules) -> HolderRow:
    """The row of a holder without any workstation or certificate. Of several entries, the first that says something counts."""
    first = min(named, key=lambda entry: (entry.person.name or "", entry.user))
    entries = rules.all_entries(named)
    newcomer = next((entry for entry in entries if entry.awaiting), None)
    today = rules.calendar.day(rules.now)
    step, actor = (
        AWAITED[newcomer.awaiting] if newcomer and newcomer.awaiting else (NextStep.ASSIGN_WORKSTATION, Actor.IT)
    )
    return HolderRow(
        name=first.person.name or (first.person.authorisation if SID.fullmatch(first.user) else None) or first.user,
        authorisation=first.person.authorisation or "",
        function=next((entry.function for entry in entries if entry.function), None),
        absent_until=max(
            (each.absent_until for each in entries if each.absent_until and each.is_on_leave(today)), default=None
        ),
        awaiting=newcomer.awaiting if newcomer else None,
        expected_from=next((entry.expected_from for entry in entries if entry.expected_from), None),
        status=Status.AWAITED if newcomer and newcomer.is_awaited(today) else Status.MISSING,
        next_step=step,
        actor=actor,
        access_until=None,
        ends_on=None,
        days_left=None,
        valid_from=None,
        valid_until=None,
        certificate_ends_on=None,
        certificate_days_left=None,
        authorisation_until=None,
        authorisation_of_site=False,
        authorisation_days_left=None,
        authorisation_status=None,
        places=(),
        former_name=next((entry.person.former_name for entry in entries if entry.person.former_name), None),
        issuer_setting=first.issuer_setting,
    )


def lone_row(entry: HolderEntry, rules: Rules) -> HolderRow:
    """The row of a holder without a workstation, which an exception may accept."""
    row = blank_row([entry], rules)
    if shared_by(row.authorisation, rules.shared):
        return _with_shared_number(row, (), entry, rules)
    accepted = rules.exceptions.accepted(row.authorisation, row.status.value)
    step, actor = with_delivery((row.next_step, row.actor), row, rules.deliveries.get(row.authorisation))
    row = replace(row, next_step=step, actor=actor)
    row = replace(row, next_step=NextStep.NOTHING, actor=Actor.NOBODY, accepted=(accepted,)) if accepted else row
    return person_row(row, NOWHERE, rules.authorisation(rules.all_entries([entry])), RemainingCertificates(), rules)


def person_row(
    row: HolderRow,
    places: Sequence[AccessThere],
    authorisation: Authorisation,
    left: RemainingCertificates,
    rules: Rules,
) -> HolderRow:
    """A row with what certificates and authorisation come to together: access and its end, status and next step."""
    access = access_of(row.status, places, authorisation, rules.calendar, rules.now)
    status = authorisation.status(rules.calendar, rules.now)
    accepted = rules.exceptions.accepted(row.authorisation, f"{AUTHORISATION}{status.value}") if status else None
    own = at_last((row.next_step, row.actor), left)
    # The issuer sends no certificate without it, so it comes first where it also ends first.
    is_first = status is Status.RENEWAL_DUE and access.until not in (None, *(each.until for each in places))
    step, actor = with_authorisation(own, None if accepted else status, is_first)
    return replace(
        row,
        delivery=rules.deliveries.get(row.authorisation),
        accepted=(*row.accepted, accepted) if accepted else row.accepted,
        status=access.status,
        next_step=step,
        actor=actor,
        certificate_step=own[0],
        certificate_actor=own[1],
        gives_access=access.given,
        access_until=access.until,
        days_left=access.days_left,
        ends_on=access.ends_on,
        authorisation_until=authorisation.end,
        authorisation_of_site=authorisation.of_site,
        authorisation_days_left=rules.calendar.days_left(authorisation.end, rules.now) if authorisation.end else None,
        authorisation_status=status,
    )


def workstation_row(seen: EvaluatedHost, rules: Rules) -> WorkstationRow:
    """Whether a workstation answered, and what could not be read there."""
    host = seen.host
    return WorkstationRow(
        workstation=host.name,
        computer=host.computer,
        answer=seen.answer,
        facts_at=host.facts_at,
        facts_age_days=_age(host.facts_at, rules) if host.facts_at else None,
        problem=host.problem,
        holders=len({entry.key for entry in host.entries}),
        certificates=len(host.certificates),
        not_listed=host.not_listed,
        clock_skew_seconds=host.clock_skew_seconds,
        unread=host.unread,
        browsers=host.browsers,
        store_owners=host.store_owners,
        strangers=host.strangers,
    )


def _age(moment: datetime, rules: Rules) -> int:
    """Calendar days of the site since then."""
    return -rules.calendar.days_left(rules.calendar.day(moment), rules.now)
