# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``certificate_facts`` with ``prove_keys: true``: each key that gives a holder access signs, as its holder. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .._crypto.store import KeyResult, StoreCertificate, parse_store
from .._errors import Pkcs12Error, Problem
from .._facts.build import FactsScope, workstation_record
from .._facts.schema import CURRENT_USER, HolderRecord, KeyId, Proof, WorkstationRecord
from .._policy.plan import Plan, ProveStep
from .._policy.status import ACCESS_STATUSES
from .._policy.superseding import is_software
from .._workstation.failures import SIGNING_ERRORS
from .._workstation.protocol import Drivers, Inventory
from .evidence import Evidence
from .transaction import ExecutionOptions, Transaction, execute, locate_holder, plan_transaction
from .verify import exportable_key


@dataclass(frozen=True, slots=True)
class WorkstationReading:
    """The inventory of a workstation, and the scope of its facts. ``at`` is the controller's clock when the inventory came."""

    inventory: Inventory
    scope: FactsScope
    at: datetime

    def record(self, results: Mapping[KeyId, KeyResult]) -> WorkstationRecord:
        """The facts. ``results``: of each key that was tried."""
        newer_stores = {
            profile.owner_sid: parse_store(profile.my).with_key_results(
                {
                    key.thumbprint: each
                    for key, each in results.items()
                    if (key.owner_sid, key.location) == (profile.owner_sid, CURRENT_USER)
                }
            )
            for profile in self.inventory.profiles
        }
        return workstation_record(self.inventory, newer_stores, self.scope, self.at)


@dataclass(frozen=True, slots=True)
class ProofResult:
    """The result for one key. ``detail`` says why it did not sign; None if it did. ``exportable``: see ``KeyResult``."""

    proof: Proof
    detail: Problem | None
    exportable: bool | None = None


NOTHING_TO_TRY = ProofResult(Proof.NOT_PROVEN, Problem("proof.no_certificate"))


def proven_record(reading: WorkstationReading, drivers: Drivers, check_mode: bool) -> WorkstationRecord:
    """The facts after the key of each holder was tried. This takes one more command per holder who is logged on.

    If a key does not sign, the holder's status comes from the next certificate, and its key is tried too. If a key cannot be tried,
    the reason is that holder's ``proof_detail``. It is no error, and the other holders' keys are tried all the same.
    """
    unusable = reading.scope.unusable
    # What earlier facts know must not decide which key is tried, because a key may work again.
    without_history = replace(reading, scope=replace(reading.scope, unusable=frozenset()))
    results: dict[KeyId, ProofResult] = {}
    record = without_history.record({})
    asked = {(*entry.key, entry.issuer_setting) for entry in reading.scope.asked()}
    while holder := next(
        (
            each
            for each in record.holders
            if each.certificate_status in ACCESS_STATUSES
            and _key_id(each) not in results
            and _record_key(each) in asked
        ),
        None,
    ):
        results[_key_id(holder)] = _with_history(
            _try(reading, holder, drivers, check_mode), _key_id(holder) in unusable
        )
        record = without_history.record(_tried(results))
    record = reading.record(_tried(results))
    return replace(
        record,
        holders=tuple(
            _with_proof(each, results.get(_key_id(each), NOTHING_TO_TRY)) if _record_key(each) in asked else each
            for each in record.holders
        ),
    )


def _record_key(holder: HolderRecord) -> tuple[str, str | None, str]:
    """The key of the holder's entry, and the setting of the issuer."""
    return holder.user.casefold(), holder.authorisation, holder.issuer_setting


def _key_id(holder: HolderRecord) -> KeyId:
    return KeyId(holder.owner_sid or "", holder.thumbprint or "")


def _tried(results: Mapping[KeyId, ProofResult]) -> dict[KeyId, KeyResult]:
    tried = {key: each for key, each in results.items() if each.proof is not Proof.NOT_PROVEN}
    return {key: KeyResult(each.proof is Proof.PROVEN, each.exportable) for key, each in tried.items()}


def _with_proof(holder: HolderRecord, result: ProofResult) -> HolderRecord:
    return replace(holder, proof=result.proof, proof_detail=result.detail)


def _try(reading: WorkstationReading, holder: HolderRecord, drivers: Drivers, check_mode: bool) -> ProofResult:
    """Tries a key with an exchange of one step."""
    try:
        found = locate_holder(reading.inventory, holder.user, reading.at)
        installed = found.store.find(holder.thumbprint or "")
        if installed is None or not is_software(installed):
            return ProofResult(Proof.NOT_PROVEN, _not_software(installed))
        planned = plan_transaction(found, Plan((ProveStep(installed.thumbprint),)), installed.certificate)
        options = ExecutionOptions(None, check_mode, Evidence(None, None, ""))
        return _result_of(execute(options, drivers, planned, None))
    except Pkcs12Error as refusal:
        return ProofResult(Proof.NOT_PROVEN, refusal.problem)


def _with_history(result: ProofResult, unusable: bool) -> ProofResult:
    """A key that cannot be tried now keeps the result of the last attempt, if that was ``unusable``."""
    if not unusable or result.proof is not Proof.NOT_PROVEN:
        return result
    return ProofResult(
        Proof.UNUSABLE, Problem("proof.not_tried_again", causes=(result.detail,) if result.detail else ())
    )


def _result_of(done: Transaction) -> ProofResult:
    if done.error:
        proof = Proof.UNUSABLE if done.error.code in SIGNING_ERRORS else Proof.NOT_PROVEN
        return ProofResult(proof, done.error.problem)
    if done.proven:
        return ProofResult(Proof.PROVEN, None, exportable_key(done.journal))
    return ProofResult(Proof.NOT_PROVEN, done.deferred or Problem("proof.check_mode"))


def _not_software(installed: StoreCertificate | None) -> Problem:
    if installed and installed.key and installed.key.provider:
        return Problem("proof.not_software", {"provider": installed.key.provider})
    return Problem("proof.unknown_provider")
