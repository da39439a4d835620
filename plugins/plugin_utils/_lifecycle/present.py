# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``state: present``: the holder has the certificate of this bundle, and the older ones are retired."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from .._crypto.pkcs12 import Bundle, check_dates
from .._crypto.pkcs12_files import BundleFolder
from .._crypto.store import StoreCertificate
from .._errors import CollectionError
from .._facts.history import KeyId
from .._policy.plan import DesiredCertificate, Plan, Prove, plan_present
from .._policy.retirement import RetirementPolicy, is_software, predecessors
from .._policy.subject import ExpectedSubject, check_subject
from .._policy.validity import Calendar, Status, best_certificate, status_in_time
from .._workstation.failures import NOT_SIGNING
from .._workstation.protocol import TOLERATED_SKEW, Drivers
from .transaction import ExecutionOptions, HolderStore, ImportMaterial, SkipReason, Transaction, begin, execute, skip


class Install(str, Enum):
    """When a bundle from a folder is installed."""

    NEWEST = "newest"
    DUE = "due"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Present:
    """``state: present`` for one holder, whichever bundle it will be. ``unusable``: keys that did not sign when they were last tried."""

    person: ExpectedSubject
    friendly_name: str | None
    exportable: bool
    chain: bool
    prove: Prove
    policy: RetirementPolicy
    execution: ExecutionOptions
    unusable: Set[KeyId] = frozenset()


@dataclass(frozen=True, slots=True)
class PresentBundle:
    """This very bundle is installed."""

    wanted: Present
    bundle: Bundle = field(repr=False)

    def check(self, now: datetime) -> None:
        """What can be said before the workstation is read. Raises ``CollectionError``."""
        check_subject(self.bundle.leaf, self.wanted.person)
        check_dates(self.bundle, now)

    def apply(self, found: HolderStore, drivers: Drivers, _now: datetime) -> Transaction:
        """Import, prove, then retire. Raises ``CollectionError`` before anything is sent."""
        return _install(self.wanted, self.bundle, drivers, _with_known_keys(found, self.wanted))


@dataclass(frozen=True, slots=True)
class PresentFromFolder:
    """The newest bundle of the holder's is installed when it is time."""

    wanted: Present
    folder: BundleFolder = field(repr=False)
    install: Install
    calendar: Calendar

    def check(self, now: datetime) -> None:
        """What can be said before the workstation is read. Raises ``CollectionError``."""
        if self.folder.newest:
            check_subject(self.folder.newest.leaf, self.wanted.person)

    def apply(self, found: HolderStore, drivers: Drivers, now: datetime) -> Transaction:
        """Raises ``CollectionError``, also when the holder has neither a certificate nor a bundle."""
        bundle, found = self.folder.newest, _with_known_keys(found, self.wanted)
        has = best_certificate(found.store, self.wanted.person, bundle.leaf.thumbprint if bundle else None, now)
        due = has is None or status_in_time(has.certificate, now, self.calendar) is not Status.VALID
        if has and (bundle is None or bundle.leaf.not_after <= has.certificate.not_after):
            return self._keep(has, due, found, drivers)
        if has and self.install is Install.MISSING:
            return begin(found, Plan(()))
        if has and not due and self.install is Install.DUE:
            return skip(found, SkipReason.NOT_DUE)
        if bundle is None:
            raise self.folder.refusal()
        check_dates(bundle, now)
        return _install(self.wanted, bundle, drivers, found)

    def _keep(self, has: StoreCertificate, due: bool, found: HolderStore, drivers: Drivers) -> Transaction:
        """The folder has nothing newer than what is installed. What is installed is completed if the folder has its bundle."""
        bundle = self.folder.newest
        if bundle is None or bundle.leaf.thumbprint != has.thumbprint:
            return skip(found, SkipReason.WAITING_FOR_ISSUER) if due else begin(found, Plan(()))
        kept = _install(self.wanted, bundle, drivers, found)
        return replace(kept, skipped=SkipReason.WAITING_FOR_ISSUER) if due and not kept.plan.changes else kept


def _with_known_keys(found: HolderStore, wanted: Present) -> HolderStore:
    """A store shows a link to a key that does not work like any other, so what earlier facts know of it counts."""
    return _without_keys(found, {thumbprint for owner, thumbprint in wanted.unusable if owner == found.owner.sid})


def _without_keys(found: HolderStore, thumbprints: Set[str]) -> HolderStore:
    return replace(found, store=found.store.with_key_results(dict.fromkeys(thumbprints, False)))


def _install(wanted: Present, bundle: Bundle, drivers: Drivers, found: HolderStore) -> Transaction:
    _check_clock(bundle, found)
    old = predecessors(found.store, bundle.leaf, wanted.person, wanted.policy)
    desired = DesiredCertificate(bundle.leaf, bundle.chain if wanted.chain else (), wanted.friendly_name, wanted.prove)
    material = ImportMaterial(bundle, wanted.exportable)
    planned = begin(found, plan_present(desired, found.store, old), bundle.leaf)
    done = execute(wanted.execution, drivers, planned, material)
    if not _is_curable(done, bundle):
        return done
    # The certificate is there and its key does not sign: the bundle has the key, so it comes in anew.
    dead = _without_keys(found, {bundle.leaf.thumbprint})
    again = begin(dead, plan_present(desired, dead.store, old), bundle.leaf)
    return execute(wanted.execution, drivers, again, material)


def _is_curable(done: Transaction, bundle: Bundle) -> bool:
    """Whether nothing else is wrong than a key on the disk that was there before and does not sign."""
    installed = done.before.find(bundle.leaf.thumbprint)
    is_ours = installed is not None and is_software(installed) and not done.plan.imports
    return done.error is not None and is_ours and done.error.code in NOT_SIGNING and not done.error.changed


def _check_clock(bundle: Bundle, found: HolderStore) -> None:
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
