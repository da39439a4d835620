# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Carries a plan out on a workstation: one exchange, checked, written down as evidence. Knows neither Ansible nor sockets."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from .._crypto.certificate import Certificate
from .._crypto.pkcs12 import Bundle, transcode
from .._crypto.store import CertificateStore, parse_elements, parse_store
from .._errors import CollectionError, Deferred
from .._policy.plan import AddAuthority, ImportLeaf, NameLeaf, Plan, PlannedStep, ProveKey, RetireOld
from .._workstation.account import HolderAccount, check_store_readable, deferral_reason, resolve_holder, run_context
from .._workstation.failures import exchange_error
from .._workstation.protocol import (
    ChainStep,
    Drivers,
    ExchangeAnswer,
    ExchangeRequest,
    ImportStep,
    Inventory,
    JournalEntry,
    NameStep,
    ProveStep,
    RemoveStep,
    RetireStep,
    RunAs,
    Step,
)
from .._workstation.wire import AnswerError
from .evidence import Evidence, ExecutedChange
from .verify import ExpectedResult, check_answer

NONCE_BYTES = 32
EMPTY = parse_elements(())


@dataclass(frozen=True, slots=True)
class ExecutionOptions:
    """Under what a transaction runs. ``holder_password`` is the Windows password of the holder's own entry, or None."""

    holder: str
    holder_password: str | None = field(repr=False)
    allow_logged_secrets: bool
    check_mode: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ImportMaterial:
    """The bundle that an import needs, and whether its key may leave the workstation again."""

    bundle: Bundle = field(repr=False)
    exportable: bool


class SkipReason(str, Enum):
    """Why a renewal left things as they are."""

    NOT_DUE = "not_due"
    WAITING_FOR_ISSUER = "waiting_for_issuer"


@dataclass(frozen=True, slots=True)
class Transaction:
    """What was found and done.

    ``observed_at`` is the controller's clock when the inventory came. ``after`` equals ``before`` unless an exchange ran.
    ``leaf`` is the certificate that was wanted, ``deferred`` the reason for waiting, or None.
    """

    owner: HolderAccount
    inventory: Inventory
    observed_at: datetime
    before: CertificateStore
    after: CertificateStore
    leaf: Certificate | None = None
    plan: Plan = field(default_factory=lambda: Plan(()))
    journal: tuple[JournalEntry, ...] = ()
    proven: bool = False
    deferred: str | None = None
    note: SkipReason | None = None


def observe(holder: str, drivers: Drivers, now: Callable[[], datetime]) -> Transaction:
    """Reads the workstation: one command. Raises ``CollectionError`` when the holder or his store cannot be worked with."""
    inventory = drivers.inventory([holder])
    return locate_holder(inventory, holder, now())


def locate_holder(inventory: Inventory, holder: str, observed_at: datetime) -> Transaction:
    """A holder in a workstation that was read before. Raises ``CollectionError`` like ``observe``."""
    owner = resolve_holder(inventory, holder)
    check_store_readable(owner, inventory.computer)
    before = parse_store(owner.profile.my) if owner.profile else EMPTY
    return Transaction(owner, inventory, observed_at, before, before)


def execute(
    terms: ExecutionOptions, drivers: Drivers, found: Transaction, sealed: ImportMaterial | None
) -> Transaction:
    """Does what the plan says, or says why it has to wait. In check mode nothing is sent. Raises ``CollectionError``."""
    if not found.plan.steps:
        return found
    waiting = deferral_reason(found.owner, found.inventory, terms.holder_password)
    if waiting:
        return replace(found, deferred=waiting)
    if sealed and found.plan.imports:
        _check_logging(found.inventory, terms.allow_logged_secrets)
    _check_dialogs(found.inventory)
    context = run_context(found.owner, found.inventory, terms.holder_password)
    if terms.check_mode:
        return found
    try:
        return _exchange(terms, drivers, found, sealed, context)
    except Deferred as reason:
        return replace(found, deferred=str(reason))


def _exchange(
    terms: ExecutionOptions, drivers: Drivers, found: Transaction, sealed: ImportMaterial | None, context: RunAs
) -> Transaction:
    nonce = secrets.token_bytes(NONCE_BYTES)
    steps = tuple(_request(step, str(number), nonce, found, sealed) for number, step in enumerate(found.plan.steps, 1))
    if found.plan.changes:
        terms.evidence.prepare()
    answer = _ask(terms, drivers, found, ExchangeRequest(found.owner.sid, found.before.store_hash, steps), context)
    after = parse_elements(answer.after)
    bundle = sealed.bundle if sealed else None
    if answer.changed:
        terms.evidence.record(ExecutedChange(found.inventory.computer, found.owner.sid, found.before, answer, bundle))
    if answer.error:
        raise exchange_error(answer, context, found.inventory.computer)
    expected = ExpectedResult(found.owner.sid, found.leaf, found.plan, nonce)
    check_answer(expected, answer, after, found.inventory.computer)
    if found.leaf and found.plan.proves:
        after = after.with_tried_keys({found.leaf.thumbprint: True})
    return replace(found, after=after, journal=answer.journal, proven=found.plan.proves)


def _ask(
    terms: ExecutionOptions, drivers: Drivers, found: Transaction, request: ExchangeRequest, context: RunAs
) -> ExchangeAnswer:
    """Sends the exchange. When no answer comes, the workstation may have carried it out all the same: that is written down."""
    try:
        return drivers.exchange(request, context)
    except Exception as problem:
        refused = isinstance(problem, (Deferred, CollectionError)) and not isinstance(problem, AnswerError)
        if found.plan.changes and not refused:
            planned = [f"{step.TYPE} {step.thumbprint}" for step in request.steps]
            terms.evidence.record_unknown(found.inventory.computer, found.owner.sid, planned, found.observed_at)
        raise


def _request(step: PlannedStep, number: str, nonce: bytes, found: Transaction, sealed: ImportMaterial | None) -> Step:
    if isinstance(step, ImportLeaf) and sealed:
        one_use = transcode(sealed.bundle, found.inventory.os_build)
        return ImportStep(number, step.thumbprint, one_use.data, one_use.passphrase, sealed.exportable)
    if isinstance(step, ProveKey):
        return ProveStep(number, step.thumbprint, nonce)
    if isinstance(step, AddAuthority):
        return ChainStep(number, step.thumbprint, step.der)
    if isinstance(step, NameLeaf):
        return NameStep(number, step.thumbprint, step.friendly_name)
    if isinstance(step, RetireOld):
        return RetireStep(number, step.thumbprint, step.method.value)
    return RemoveStep(number, step.thumbprint)


def _check_dialogs(inventory: Inventory) -> None:
    """Refuses a workstation where Windows would ask for consent in a dialog that nobody sees, and wait."""
    if inventory.force_key_protection:
        raise CollectionError(
            code="force_key_protection",
            cause=f"A policy of {inventory.computer} (ForceKeyProtection) makes Windows ask in a dialog before a key is used.",
            next_step="Take the policy away for this workstation: nobody could answer the dialog.",
        )


def _check_logging(inventory: Inventory, allowed: bool) -> None:
    """Refuses a workstation that writes down what PowerShell runs: the one-use bundle would be in its event log."""
    if inventory.logging.kinds and not allowed:
        raise CollectionError(
            code="logged_secrets",
            cause=f"{inventory.computer} keeps what PowerShell runs: {', '.join(inventory.logging.kinds)} is on.",
            next_step="Exempt the workstation from this policy while the task runs, or set allow_logged_secrets: true.",
        )
