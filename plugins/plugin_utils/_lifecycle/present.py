# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The story of ``certificate``, ``state: present``: a holder has this bundle's certificate, and his older ones are retired."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from .._crypto.pkcs12 import Bundle, check_dates
from .._crypto.pkcs12_files import Shelf
from .._errors import PkcsError
from .._facts.history import Key
from .._policy.plan import Prove, Wanted, plan_present
from .._policy.retirement import Policy, is_software, predecessors
from .._policy.subject import Person, refuse_wrong_person
from .._policy.validity import Calendar, Status, current, status_in_time
from .._workstation.failures import NOT_SIGNING
from .._workstation.protocol import TOLERATED_SKEW, Drivers
from .transaction import Note, Outcome, Sealed, Terms, carry_out, observe


@dataclass(frozen=True, slots=True)
class Present:
    """What the task asks for, whichever bundle it is. ``dead``: keys that did not sign when they were tried last."""

    person: Person
    friendly_name: str | None
    exportable: bool
    chain: bool
    prove: Prove
    policy: Policy
    terms: Terms
    dead: Set[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Renewal:
    """When a bundle from a folder is installed: always when it is newer, or only once renewal is due."""

    shelf: Shelf = field(repr=False)
    only_due: bool
    calendar: Calendar


def present(wanted: Present, bundle: Bundle, drivers: Drivers, now: Callable[[], datetime]) -> Outcome:
    """Import, prove, then retire. Raises ``PkcsError``; before anything was retired, that means with nothing changed."""
    refuse_wrong_person(bundle.leaf, wanted.person)
    check_dates(bundle, now())
    return _install(wanted, bundle, drivers, _observe(wanted, drivers, now))


def renew(wanted: Present, renewal: Renewal, drivers: Drivers, now: Callable[[], datetime]) -> Outcome:
    """Installs the newest bundle of the folder when it is time. Raises ``PkcsError``: a holder without certificate and bundle."""
    bundle = renewal.shelf.newest
    if bundle:
        refuse_wrong_person(bundle.leaf, wanted.person)
    found = _observe(wanted, drivers, now)
    today = now()
    has = current(found.before, wanted.person, bundle.leaf.thumbprint if bundle else None, today)
    due = has is None or status_in_time(has.certificate, today, renewal.calendar) is not Status.VALID
    if has and (bundle is None or bundle.leaf.not_after <= has.certificate.not_after):
        if bundle and bundle.leaf.thumbprint == has.thumbprint:
            found = _install(wanted, bundle, drivers, found)
        return replace(found, note=Note.WAITING_FOR_ISSUER) if due and not found.plan.changes else found
    if has and renewal.only_due and not due:
        return replace(found, note=Note.NOT_DUE)
    if bundle is None:
        raise renewal.shelf.refusal()
    check_dates(bundle, today)
    return _install(wanted, bundle, drivers, found)


def _observe(wanted: Present, drivers: Drivers, now: Callable[[], datetime]) -> Outcome:
    """A store shows a link to a dead key like any other, so what earlier facts know of it counts."""
    found = observe(wanted.terms.holder, drivers, now)
    return _without_keys(found, {thumbprint for owner, thumbprint in wanted.dead if owner == found.owner.sid})


def _without_keys(found: Outcome, thumbprints: Set[str]) -> Outcome:
    before = found.before.tried(dict.fromkeys(thumbprints, False))
    return replace(found, before=before, after=before)


def _install(wanted: Present, bundle: Bundle, drivers: Drivers, found: Outcome) -> Outcome:
    _refuse_by_their_clock(bundle, found)
    old = predecessors(found.before, bundle.leaf, wanted.person, wanted.policy)
    what = Wanted(bundle.leaf, bundle.chain if wanted.chain else (), wanted.friendly_name, wanted.prove)
    sealed = Sealed(bundle, wanted.exportable)
    planned = replace(found, plan=plan_present(what, found.before, old), leaf=bundle.leaf)
    try:
        return carry_out(wanted.terms, drivers, planned, sealed)
    except PkcsError as refusal:
        if not _is_curable(refusal, planned, bundle):
            raise
    # The certificate is there and its key does not sign: the bundle has the key, so it comes in anew.
    dead = _without_keys(planned, {bundle.leaf.thumbprint})
    return carry_out(wanted.terms, drivers, replace(dead, plan=plan_present(what, dead.before, old)), sealed)


def _is_curable(refusal: PkcsError, planned: Outcome, bundle: Bundle) -> bool:
    """Whether nothing else is wrong than a key on the disk that was there before and does not sign."""
    installed = planned.before.find(bundle.leaf.thumbprint)
    is_ours = installed is not None and is_software(installed) and not planned.plan.imports
    return is_ours and refusal.code in NOT_SIGNING and not refusal.changed


def _refuse_by_their_clock(bundle: Bundle, found: Outcome) -> None:
    """The workstation judges the dates by its own clock, and a browser there would not offer the certificate."""
    skew = found.inventory.skew(found.observed_at)
    if abs(skew) <= TOLERATED_SKEW or bundle.leaf.not_before <= found.inventory.utc <= bundle.leaf.not_after:
        return
    raise PkcsError(
        code="clock_skew",
        cause=(
            f"The clock of {found.inventory.computer} is {abs(skew)} seconds {'fast' if skew > 0 else 'slow'}; by it the certificate is "
            f"{'no longer' if skew > 0 else 'not yet'} valid."
        ),
        next_step="Set the workstation's clock, then run the task again.",
    )
