# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``state: present``: the holder has the certificate of this bundle, and the older ones are retired."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from .._crypto.pkcs12 import Bundle, check_dates
from .._crypto.pkcs12_files import BundleFolder
from .._errors import CollectionError
from .._facts.history import KeyId
from .._policy.plan import DesiredCertificate, Prove, plan_present
from .._policy.retirement import RetirementPolicy, is_software, predecessors
from .._policy.subject import ExpectedSubject, check_subject
from .._policy.validity import Calendar, Status, best_certificate, status_in_time
from .._workstation.failures import NOT_SIGNING
from .._workstation.protocol import TOLERATED_SKEW, Drivers
from .transaction import ExecutionOptions, ImportMaterial, SkipReason, Transaction, execute, observe


@dataclass(frozen=True, slots=True)
class Present:
    """What the task asks for, whichever bundle it is. ``dead``: keys that did not sign when they were tried last."""

    person: ExpectedSubject
    friendly_name: str | None
    exportable: bool
    chain: bool
    prove: Prove
    policy: RetirementPolicy
    terms: ExecutionOptions
    dead: Set[KeyId] = frozenset()


@dataclass(frozen=True, slots=True)
class Renewal:
    """When a bundle from a folder is installed: always when it is newer, or only once renewal is due."""

    shelf: BundleFolder = field(repr=False)
    only_due: bool
    calendar: Calendar


def present(wanted: Present, bundle: Bundle, drivers: Drivers, now: Callable[[], datetime]) -> Transaction:
    """Import, prove, then retire. Raises ``CollectionError``; before anything was retired, that means with nothing changed."""
    check_subject(bundle.leaf, wanted.person)
    check_dates(bundle, now())
    return _install(wanted, bundle, drivers, _observe(wanted, drivers, now))


def renew(wanted: Present, renewal: Renewal, drivers: Drivers, now: Callable[[], datetime]) -> Transaction:
    """Installs the newest bundle of the folder when it is time. Raises ``CollectionError``: a holder without certificate and bundle."""
    bundle = renewal.shelf.newest
    if bundle:
        check_subject(bundle.leaf, wanted.person)
    found = _observe(wanted, drivers, now)
    today = now()
    has = best_certificate(found.before, wanted.person, bundle.leaf.thumbprint if bundle else None, today)
    due = has is None or status_in_time(has.certificate, today, renewal.calendar) is not Status.VALID
    if has and (bundle is None or bundle.leaf.not_after <= has.certificate.not_after):
        if bundle and bundle.leaf.thumbprint == has.thumbprint:
            found = _install(wanted, bundle, drivers, found)
        return replace(found, note=SkipReason.WAITING_FOR_ISSUER) if due and not found.plan.changes else found
    if has and renewal.only_due and not due:
        return replace(found, note=SkipReason.NOT_DUE)
    if bundle is None:
        raise renewal.shelf.refusal()
    check_dates(bundle, today)
    return _install(wanted, bundle, drivers, found)


def _observe(wanted: Present, drivers: Drivers, now: Callable[[], datetime]) -> Transaction:
    """A store shows a link to a dead key like any other, so what earlier facts know of it counts."""
    found = observe(wanted.terms.holder, drivers, now)
    return _without_keys(found, {thumbprint for owner, thumbprint in wanted.dead if owner == found.owner.sid})


def _without_keys(found: Transaction, thumbprints: Set[str]) -> Transaction:
    before = found.before.with_tried_keys(dict.fromkeys(thumbprints, False))
    return replace(found, before=before, after=before)


def _install(wanted: Present, bundle: Bundle, drivers: Drivers, found: Transaction) -> Transaction:
    _check_clock(bundle, found)
    old = predecessors(found.before, bundle.leaf, wanted.person, wanted.policy)
    what = DesiredCertificate(bundle.leaf, bundle.chain if wanted.chain else (), wanted.friendly_name, wanted.prove)
    sealed = ImportMaterial(bundle, wanted.exportable)
    planned = replace(found, plan=plan_present(what, found.before, old), leaf=bundle.leaf)
    try:
        return execute(wanted.terms, drivers, planned, sealed)
    except CollectionError as refusal:
        if not _is_curable(refusal, planned, bundle):
            raise
    # The certificate is there and its key does not sign: the bundle has the key, so it comes in anew.
    dead = _without_keys(planned, {bundle.leaf.thumbprint})
    return execute(wanted.terms, drivers, replace(dead, plan=plan_present(what, dead.before, old)), sealed)


def _is_curable(refusal: CollectionError, planned: Transaction, bundle: Bundle) -> bool:
    """Whether nothing else is wrong than a key on the disk that was there before and does not sign."""
    installed = planned.before.find(bundle.leaf.thumbprint)
    is_ours = installed is not None and is_software(installed) and not planned.plan.imports
    return is_ours and refusal.code in NOT_SIGNING and not refusal.changed


def _check_clock(bundle: Bundle, found: Transaction) -> None:
    """The workstation judges the dates by its own clock, and a browser there would not offer the certificate."""
    skew = found.inventory.skew(found.observed_at)
    if abs(skew) <= TOLERATED_SKEW or bundle.leaf.not_before <= found.inventory.utc <= bundle.leaf.not_after:
        return
    raise CollectionError(
        code="clock_skew",
        cause=(
            f"The clock of {found.inventory.computer} is {abs(skew)} seconds {'fast' if skew > 0 else 'slow'}; by it the certificate is "
            f"{'no longer' if skew > 0 else 'not yet'} valid."
        ),
        next_step="Set the workstation's clock, then run the task again.",
    )
