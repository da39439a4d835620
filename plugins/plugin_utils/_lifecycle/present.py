# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``state: present``: installs a holder's bundle which supersedes the older certificates."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone, tzinfo
from enum import Enum
from functools import partial

from .._crypto.pkcs12 import Bundle, check_dates
from .._crypto.store import CertificateStore, KeyResult, StoreCertificate
from .._errors import Pkcs12Error, Problem
from .._facts.holders import HolderEntry
from .._facts.schema import CURRENT_USER, KeyId
from .._facts.shared_accounts import Accounts
from .._policy.bundles import BundleFolder
from .._policy.held import signed_for
from .._policy.issuers import Issuers
from .._policy.plan import DesiredCertificate, Plan, Prove, plan_present
from .._policy.status import Status
from .._policy.subject import ExpectedSubject, check_subject
from .._policy.superseding import RemovalPolicy, is_software, predecessors
from .._policy.use import Use, use_of
from .._policy.validity import Calendar, best_certificate, status_in_time
from .._workstation.failures import SIGNING_ERRORS
from .._workstation.protocol import TOLERATED_SKEW, Drivers
from .issuer_check import check_issuer
from .number_look import check_own_account
from .other_number import check_no_other_number
from .transaction import (
    ExecutionOptions,
    HolderStore,
    ImportMaterial,
    SkipReason,
    Transaction,
    execute,
    plan_transaction,
    skip_transaction,
)


class Install(str, Enum):
    """When a bundle of a folder is installed: if it is newer, only if renewal is due, or only if the holder has no certificate."""

    ALWAYS = "always"
    DUE = "due"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class PresentOptions:
    """``state: present`` for one holder, without the bundle. ``unusable``: keys that did not sign in the last attempt.

    ``portal``: address of the portal that has to accept a certificate before older ones are superseded, or None.
    ``others``: the other holders of the workstation. ``site``: its issuers. ``accounts``: whom the inventory gives them to.
    """

    person: ExpectedSubject
    friendly_name: str | None
    exportable: bool
    chain: bool
    prove: Prove
    policy: RemovalPolicy
    execution: ExecutionOptions
    unusable: Set[KeyId] = frozenset()
    portal: str | None = None
    others: tuple[HolderEntry, ...] = ()
    site: Issuers = field(default_factory=Issuers)
    accounts: Accounts = field(default_factory=Accounts)


@dataclass(frozen=True, slots=True)
class PresentBundle:
    """``state: present`` with one given bundle. ``zone``: that of the site."""

    options: PresentOptions
    bundle: Bundle = field(repr=False)
    zone: tzinfo = timezone.utc

    def check(self, now: datetime) -> None:
        """The checks that need no workstation. Raises ``Pkcs12Error``."""
        check_subject(self.bundle.leaf, self.options.person)
        check_issuer(self.options.site, self.bundle)
        check_dates(self.bundle, now, self.zone)

    def apply(self, holder: HolderStore, drivers: Drivers, _now: datetime) -> Transaction:
        """Imports, proves, then removes or archives the older ones. Raises ``Pkcs12Error`` before anything is sent."""
        return _install(self.options, self.bundle, drivers, _with_known_keys(holder, self.options))


@dataclass(frozen=True, slots=True)
class PresentFromFolder:
    """``state: present`` with the holder's bundle in a folder that ends last, when ``install`` says so.

    The site of the options is that of this bundle's issuer alone: a certificate of another issuer makes no bundle needless.
    """

    options: PresentOptions
    folder: BundleFolder = field(repr=False)
    install: Install
    calendar: Calendar

    def concerns(self, store: CertificateStore | None) -> bool:
        """Whether the holder has a bundle or a certificate of this issuer. ``store``: None where nobody knows it."""
        has_one = store is not None and any(signed_for(store, self.options.site, self.options.person))
        return self.folder.last is not None or has_one

    def check(self, now: datetime) -> None:
        """The checks that need no workstation. Raises ``Pkcs12Error``."""
        self.folder.check_ends_last(lambda bundle: check_subject(bundle.leaf, self.options.person))
        self.folder.check_ends_last(lambda bundle: check_issuer(self.options.site, bundle))

    def apply(self, holder: HolderStore, drivers: Drivers, now: datetime) -> Transaction:
        """Installs the bundle, or says why not. Raises ``Pkcs12Error``, also when the holder never had a certificate and has no bundle."""
        bundle, holder, site = self.folder.ends_last, _with_known_keys(holder, self.options), self.options.site
        leaf = bundle.leaf.thumbprint if bundle else None
        installed = best_certificate(holder.store, self.options.person, leaf, now, site)
        due = installed is None or status_in_time(installed.certificate, now, self.calendar) is not Status.VALID
        if installed and (bundle is None or bundle.leaf.not_after <= installed.certificate.not_after):
            return self._keep(installed, due, holder, drivers)
        if installed and self.install is Install.MISSING:
            return plan_transaction(holder, Plan(()))
        if installed and not due and self.install is Install.DUE:
            return skip_transaction(holder, SkipReason.NOT_DUE)
        if self.folder.has_nothing_new(now) and last_end(holder.store, self.options.person, now, site):
            return skip_transaction(holder, SkipReason.WAITING_FOR_ISSUER)
        if bundle is None:
            raise self.folder.refusal()
        self.folder.check_ends_last(lambda each: check_dates(each, now, self.calendar.zone))
        return _install(self.options, bundle, drivers, holder)

    def _keep(self, installed: StoreCertificate, due: bool, holder: HolderStore, drivers: Drivers) -> Transaction:
        """For a folder without a newer bundle. If it has the bundle of the installed certificate, missing parts are installed.

        It is a failure when a new bundle is wanted, and a file that may be the new one does not open.
        """
        bundle = self.folder.ends_last
        if bundle and bundle.leaf.thumbprint == installed.thumbprint:
            kept = _install(self.options, bundle, drivers, holder)
        else:
            kept = plan_transaction(holder, Plan(()))
        # A site may forget a passphrase after the installation. Then none of the holder's files opens, and that is fine until one is due.
        wanted = due or (bundle is not None and self.install is Install.ALWAYS)
        if wanted and not kept.error and (refusal := self.folder.later_refusal()):
            return _failed(kept, refusal)
        return replace(kept, skipped=SkipReason.WAITING_FOR_ISSUER) if due and not kept.plan.changes else kept


def last_end(
    store: CertificateStore,
    person: ExpectedSubject,
    now: datetime,
    site: Issuers = Issuers(),  # noqa: B008
) -> datetime | None:
    """When the last of the person's certificates for authentication ended; None where there is none, or one that has not ended."""
    signed = (stored.certificate for stored in signed_for(store, site, person))
    last = max((each.not_after for each in signed if use_of(each) is Use.AUTHENTICATION), default=None)
    return last if last and last < now else None


def _failed(kept: Transaction, refusal: Pkcs12Error) -> Transaction:
    """The installed certificate was seen to, and the new one does not come."""
    changed = kept.plan.changes and kept.deferred is None
    return replace(kept, deferred=None, error=Pkcs12Error(refusal.problem, changed=changed))


def _with_known_keys(holder: HolderStore, options: PresentOptions) -> HolderStore:
    """The store with the keys that earlier facts know as unusable. A store alone cannot show that a key does not work."""
    return _without_keys(
        holder,
        {
            key.thumbprint
            for key in options.unusable
            if (key.owner_sid, key.location) == (holder.owner.sid, CURRENT_USER)
        },
    )


def _without_keys(holder: HolderStore, thumbprints: Set[str]) -> HolderStore:
    return replace(holder, store=holder.store.with_key_results(dict.fromkeys(thumbprints, KeyResult(works=False))))


def _install(options: PresentOptions, bundle: Bundle, drivers: Drivers, holder: HolderStore) -> Transaction:
    _check_clock(bundle, holder)
    is_meant = partial(options.site.are_generations, new=bundle.leaf)
    check_no_other_number(holder, options.person, options.others, options.site, is_meant)
    check_own_account(holder, options.person, options.accounts)
    old = predecessors(holder.store, bundle.leaf, options.person, options.policy, options.site)
    desired = DesiredCertificate(
        bundle.leaf, bundle.chain if options.chain else (), options.friendly_name, options.prove, options.portal
    )
    material = ImportMaterial(bundle, options.exportable)
    planned = plan_transaction(holder, plan_present(desired, holder.store, old), bundle.leaf)
    done = execute(options.execution, drivers, planned, material)
    if not _is_repairable(done, bundle):
        return done
    # The certificate is installed and its key does not sign. The bundle has the key, so this imports it again.
    without_key = _without_keys(holder, {bundle.leaf.thumbprint})
    again = plan_transaction(without_key, plan_present(desired, without_key.store, old), bundle.leaf)
    return execute(options.execution, drivers, again, material)


def _is_repairable(done: Transaction, bundle: Bundle) -> bool:
    """Whether the only problem is an installed key on the disk that does not sign."""
    installed = done.before.find(bundle.leaf.thumbprint)
    is_ours = installed is not None and is_software(installed) and not done.plan.imports
    return done.error is not None and is_ours and done.error.code in SIGNING_ERRORS and not done.error.changed


def _check_clock(bundle: Bundle, holder: HolderStore) -> None:
    """Refuses a certificate that is not valid by the workstation's clock, because a browser there would not offer it."""
    skew = holder.inventory.skew(holder.observed_at)
    if abs(skew) <= TOLERATED_SKEW or bundle.leaf.not_before <= holder.inventory.utc <= bundle.leaf.not_after:
        return
    raise Pkcs12Error(
        Problem(
            "clock_skew.fast" if skew > 0 else "clock_skew.slow",
            {"computer": holder.inventory.computer, "seconds": abs(skew)},
        )
    )
