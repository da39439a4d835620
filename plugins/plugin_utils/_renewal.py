# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The story of ``certificate``, ``state: present``: observe, plan, exchange, verify. Knows neither Ansible nor sockets."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ._become import Deferred
from ._bundle import Bundle, check_dates, transcode
from ._driver import Drivers, ExchangeRequest, ImportStep, Inventory, JournalEntry, NameStep, ProveStep, Step
from ._errors import PkcsError
from ._exchange_errors import exchange_refusal
from ._observed import StoreView, view_elements, view_store
from ._owner import Owner, deferral, find_owner, refuse_unusable, run_as
from ._plan import ImportLeaf, Plan, PlannedStep, Prove, ProveKey, Wanted, plan_present
from ._verify import Expected, refuse_unverified

NONCE_BYTES = 32
EMPTY = view_elements(())


@dataclass(frozen=True, slots=True)
class Present:
    """What the task asks for. ``holder_password`` is the Windows password of the holder's own entry, or None."""

    bundle: Bundle = field(repr=False)
    holder: str
    friendly_name: str | None
    exportable: bool
    prove: Prove
    holder_password: str | None = field(repr=False)
    allow_logged_secrets: bool
    check_mode: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found and done.

    ``observed_at`` is the controller's clock when the inventory came. ``after`` equals ``before`` unless an exchange ran.
    ``deferred`` is the reason for waiting, or None.
    """

    owner: Owner
    inventory: Inventory
    observed_at: datetime
    plan: Plan
    before: StoreView
    after: StoreView
    journal: tuple[JournalEntry, ...] = ()
    proven: bool = False
    deferred: str | None = None


def present(wanted: Present, drivers: Drivers, now: Callable[[], datetime]) -> Outcome:
    """Leaves the bundle's leaf installed and proven in its holder's store. Raises ``PkcsError`` with nothing changed."""
    check_dates(wanted.bundle, now())
    inventory = drivers.inventory([wanted.holder])
    observed_at = now()
    owner = find_owner(inventory, wanted.holder)
    refuse_unusable(owner, inventory.computer)
    before = view_store(owner.profile.my) if owner.profile else EMPTY
    plan = plan_present(Wanted(wanted.bundle.leaf.thumbprint, wanted.friendly_name, wanted.prove), before)
    found = Outcome(owner, inventory, observed_at, plan, before, before)
    if not plan.steps:
        return found
    waiting = deferral(owner, inventory, wanted.holder_password)
    if waiting:
        return replace(found, deferred=waiting)
    refuse_logging(inventory, wanted.allow_logged_secrets)
    if wanted.check_mode:
        return found
    try:
        return _exchange(wanted, drivers, found)
    except Deferred as reason:
        return replace(found, deferred=str(reason))


def refuse_logging(inventory: Inventory, allowed: bool) -> None:
    """Refuses a workstation that writes down what PowerShell runs: the one-use bundle would be in its event log."""
    if inventory.logging.kinds and not allowed:
        raise PkcsError(
            code="logged_secrets",
            cause=f"{inventory.computer} keeps what PowerShell runs: {', '.join(inventory.logging.kinds)} is on.",
            next_step="Exempt the workstation from this policy while the task runs, or accept it with allow_logged_secrets: true.",
        )


def _exchange(wanted: Present, drivers: Drivers, found: Outcome) -> Outcome:
    nonce = secrets.token_bytes(NONCE_BYTES)
    steps = tuple(
        _request(wanted, found.inventory, step, number, nonce) for number, step in enumerate(found.plan.steps, 1)
    )
    context = run_as(found.owner, found.inventory, wanted.holder_password)
    answer = drivers.exchange(ExchangeRequest(found.owner.sid, found.before.observed, steps), context)
    if answer.error:
        raise exchange_refusal(answer, context, found.inventory.computer)
    after = view_elements(answer.after)
    refuse_unverified(
        Expected(found.owner.sid, wanted.bundle.leaf, found.plan, nonce), answer, after, found.inventory.computer
    )
    proven = any(isinstance(step, ProveKey) for step in found.plan.steps)
    return replace(found, after=after, journal=answer.journal, proven=proven)


def _request(wanted: Present, inventory: Inventory, step: PlannedStep, number: int, nonce: bytes) -> Step:
    if isinstance(step, ImportLeaf):
        one_use = transcode(wanted.bundle, inventory.os_build)
        return ImportStep(str(number), step.thumbprint, one_use.data, one_use.passphrase, wanted.exportable)
    if isinstance(step, ProveKey):
        return ProveStep(str(number), step.thumbprint, nonce)
    return NameStep(str(number), step.thumbprint, step.friendly_name)
