# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Carries a plan out on a workstation: one exchange, checked, written down as evidence. Knows neither Ansible nor sockets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from .._crypto.certificate import Certificate
from .._crypto.pkcs12 import Bundle, transcode
from .._crypto.store import CertificateStore, KeyResult, StoreContents, UnreadSource, parse_elements, parse_store
from .._errors import Deferred, Pkcs12Error, Problem
from .._policy.plan import ImportStep, Plan, ProveStep
from .._workstation.account import (
    HolderAccount,
    check_logged_password,
    check_store_readable,
    deferral_reason,
    resolve_holder,
    run_context,
)
from .._workstation.failures import NO_STEP, exchange_error, offline_error
from .._workstation.findings import AFTER_UNREAD
from .._workstation.protocol import (
    Context,
    Drivers,
    ExchangeAnswer,
    ExchangeRequest,
    Inventory,
    JournalEntry,
    RunAs,
    StepRequest,
)
from .._workstation.wire import AnswerError
from .evidence import Evidence, ExecutedChange
from .portal_step import was_not_asked, with_portal_cause
from .sealing import SEALED_IMPORT, needs_sealing, no_key_left, obtain_transport_key, sealed_arguments
from .verify import ExpectedResult, check_answer, exportable_key

NONCE_BYTES = 32
EMPTY = parse_elements(())
UNREAD = parse_store(StoreContents((), (UnreadSource(AFTER_UNREAD, "CurrentUser\\My", None),)))
"""A store that could not be read after an exchange: nothing is known of it, until the next run reads it."""


@dataclass(frozen=True, slots=True)
class ExecutionOptions:
    """How an exchange runs. ``holder_password`` is the Windows password of the holder's own entry, or None."""

    holder_password: str | None = field(repr=False)
    check_mode: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ImportMaterial:
    """What an import needs: the bundle, and whether the imported key may be exported."""

    bundle: Bundle = field(repr=False)
    exportable: bool


class SkipReason(str, Enum):
    """Why a renewal changed nothing."""

    NOT_DUE = "not_due"
    WAITING_FOR_ISSUER = "waiting_for_issuer"


@dataclass(frozen=True, slots=True)
class HolderStore:
    """A holder's personal store in an inventory. ``observed_at`` is the controller's clock when the inventory came."""

    owner: HolderAccount
    inventory: Inventory
    observed_at: datetime
    store: CertificateStore


@dataclass(frozen=True, slots=True)
class Transaction:
    """One holder's plan and its result.

    ``after`` equals ``before`` unless an exchange ran; it is ``UNREAD`` when nobody could read the store after that. ``leaf`` is the
    certificate to install, None for a removal. ``deferred`` says why the change has to wait, or is None. ``skipped``
    says why nothing was planned. ``error`` is the error of an exchange that ran. ``left`` says why the plan, which is whole, leaves a part
    of the work undone.
    """

    holder: HolderStore
    after: CertificateStore
    leaf: Certificate | None = None
    plan: Plan = field(default_factory=lambda: Plan(()))
    journal: tuple[JournalEntry, ...] = ()
    proven: bool = False
    deferred: Problem | None = None
    skipped: SkipReason | None = None
    error: Pkcs12Error | None = None
    left: Pkcs12Error | None = None

    @property
    def owner(self) -> HolderAccount:
        """The holder's account."""
        return self.holder.owner

    @property
    def inventory(self) -> Inventory:
        """The inventory of the workstation."""
        return self.holder.inventory

    @property
    def before(self) -> CertificateStore:
        """The store before the exchange."""
        return self.holder.store


def locate_holder(inventory: Inventory, holder: str, observed_at: datetime) -> HolderStore:
    """A holder's store in an inventory. Raises ``Pkcs12Error`` if the account is unknown or its store cannot be read."""
    owner = resolve_holder(inventory, holder)
    check_store_readable(owner, inventory.computer)
    return HolderStore(owner, inventory, observed_at, parse_store(owner.profile.my) if owner.profile else EMPTY)


def plan_transaction(holder: HolderStore, plan: Plan, leaf: Certificate | None = None) -> Transaction:
    """A transaction with a plan that has not run yet."""
    return Transaction(holder, holder.store, leaf, plan)


def skip_transaction(holder: HolderStore, reason: SkipReason) -> Transaction:
    """A transaction without a plan."""
    return Transaction(holder, holder.store, skipped=reason)


def execute(
    options: ExecutionOptions, drivers: Drivers, planned: Transaction, material: ImportMaterial | None
) -> Transaction:
    """Runs the plan, or says why it has to wait. In check mode nothing is sent.

    Raises ``Pkcs12Error`` before anything is sent. A later error is the ``error`` of the transaction that it returns.
    """
    if not planned.plan.steps:
        return planned
    if planned.plan.imports or options.holder_password:
        _check_receiver(planned.inventory)
    deferral = deferral_reason(planned.owner, planned.inventory, options.holder_password)
    if deferral:
        return replace(planned, deferred=deferral)
    _check_dialogs(planned.inventory)
    context = run_context(planned.owner, planned.inventory, options.holder_password)
    check_logged_password(planned.inventory, context)
    return _exchange_or_defer(options, drivers, planned, material, context)


def execute_offline(options: ExecutionOptions, drivers: Drivers, planned: Transaction) -> Transaction:
    """Runs a plan on the files of a profile that is not loaded, as the connection's account. In check mode nothing is sent.

    Raises ``Pkcs12Error`` before anything is sent. A later error is the ``error`` of the transaction that it returns.
    """
    context = RunAs(Context.OFFLINE, planned.owner.name)
    return _exchange_or_defer(options, drivers, planned, None, context)


def _exchange_or_defer(
    options: ExecutionOptions, drivers: Drivers, planned: Transaction, material: ImportMaterial | None, context: RunAs
) -> Transaction:
    if planned.plan.changes:
        options.evidence.prepare(options.check_mode)
    if options.check_mode:
        return planned
    try:
        return _exchange(options, drivers, planned, material, context)
    except Deferred as reason:
        return replace(planned, deferred=reason.problem)


def _exchange(
    options: ExecutionOptions, drivers: Drivers, planned: Transaction, material: ImportMaterial | None, context: RunAs
) -> Transaction:
    nonce = secrets.token_bytes(NONCE_BYTES)
    request = _request(planned, nonce)
    if material and planned.plan.imports:
        request = _with_bundle(request, planned, material, drivers, context)
    with no_key_left(drivers, request, context.account):
        answer = _send(options.evidence, drivers, planned, request, context)
        bundle = material.bundle if material else None
        after = UNREAD if answer.after is None else parse_elements(answer.after)
        done = replace(planned, after=after, journal=answer.journal)
        computer = planned.inventory.computer
        try:
            error = _error(answer, context, planned)
            if answer.changed:
                offline, problem = context.context is Context.OFFLINE, getattr(error, "problem", None)
                options.evidence.record(
                    ExecutedChange(computer, planned.owner.sid, planned.before, answer, bundle, offline, problem)
                )
            if error:
                raise error
            expected = ExpectedResult(planned.owner.sid, planned.leaf, planned.plan, nonce)
            check_answer(expected, answer, done.after, computer)
        except Pkcs12Error as problem:
            return replace(done, error=problem)
        if planned.leaf and planned.plan.proves:
            result = KeyResult(works=True, exportable=exportable_key(answer.journal))
            done = replace(done, after=done.after.with_key_results({planned.leaf.thumbprint: result}))
        return replace(done, proven=planned.plan.proves)


def _error(answer: ExchangeAnswer, context: RunAs, planned: Transaction) -> Exception | None:
    """Why an exchange has stopped; None if it has not."""
    if answer.error is None:
        return None
    computer, about = planned.inventory.computer, _about(answer.error.step, planned)
    if context.context is Context.OFFLINE:
        return offline_error(answer, context.account, computer, about)
    error = exchange_error(answer, context, computer, was_not_asked(answer), about)
    return with_portal_cause(error, answer, context, computer, planned.plan)


def _about(stopped: str, planned: Transaction) -> Mapping[str, str]:
    """The certificate of the step that stopped, by name and thumbprint. ``stopped``: its number, as ``_request`` gives it."""
    numbered = {str(number): step for number, step in enumerate(planned.plan.steps, 1)}
    if stopped not in numbered:
        return NO_STEP
    thumbprint = numbered[stopped].thumbprint
    found = planned.before.find(thumbprint)
    return {"certificate": (found and found.certificate.subject_cn) or "-", "thumbprint": thumbprint}


def _request(planned: Transaction, nonce: bytes) -> ExchangeRequest:
    """The request without the bundle of an import."""
    steps = tuple(
        StepRequest(
            str(number),
            step.TYPE,
            step.thumbprint,
            {**step.arguments, **({"nonce": nonce} if isinstance(step, ProveStep) else {})},
        )
        for number, step in enumerate(planned.plan.steps, 1)
    )
    return ExchangeRequest(planned.owner.sid, planned.before.store_hash, steps)


def _with_bundle(
    request: ExchangeRequest, planned: Transaction, material: ImportMaterial, drivers: Drivers, context: RunAs
) -> ExchangeRequest:
    """The request with the p12 of its import. Where PowerShell may log, its passphrase is sealed to a key that is made for it now."""
    inventory = planned.inventory
    transport = transcode(material.bundle, inventory.os_build, inventory.utc)
    arguments: dict[str, Any] = {"exportable": material.exportable}
    if needs_sealing(inventory, context):
        key = obtain_transport_key(drivers, inventory, request, material.bundle.leaf.thumbprint, context)
        kind, arguments = SEALED_IMPORT, arguments | sealed_arguments(transport, key)
    else:
        kind = ImportStep.TYPE
        arguments |= {"bundle": transport.data, "passphrase": transport.passphrase}
    steps = (
        replace(step, type=kind, arguments=arguments) if step.type == ImportStep.TYPE else step
        for step in request.steps
    )
    return replace(request, steps=tuple(steps))


def _send(
    evidence: Evidence, drivers: Drivers, planned: Transaction, request: ExchangeRequest, context: RunAs
) -> ExchangeAnswer:
    """Sends the exchange. If no answer comes, the workstation may have run it, so the evidence file gets a line."""
    try:
        return drivers.exchange(request, context)
    except Exception as problem:
        refused = isinstance(problem, (Deferred, Pkcs12Error)) and not isinstance(problem, AnswerError)
        if planned.plan.changes and not refused:
            steps = [f"{step.type} {step.thumbprint}" for step in request.steps]
            evidence.record_unknown(planned.inventory.computer, planned.owner.sid, steps, planned.holder.observed_at)
        raise


def _check_receiver(inventory: Inventory) -> None:
    """Raises ``Pkcs12Error`` where a secret could be read by another: ``unencrypted_connection``, ``unverified_workstation``."""
    if refusal := inventory.receiver.refusal(inventory.computer):
        raise Pkcs12Error(refusal)


def _check_dialogs(inventory: Inventory) -> None:
    """Refuses a workstation where Windows would wait for consent in a dialog that nobody sees."""
    if inventory.force_key_protection:
        raise Pkcs12Error(Problem("force_key_protection", {"computer": inventory.computer}))
