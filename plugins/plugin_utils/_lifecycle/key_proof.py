# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``certificate_facts`` with ``prove: true``: each key that gives a holder access signs, as its holder. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .._crypto.store import StoreCertificate, parse_store
from .._errors import CollectionError
from .._facts.build import FactsScope, workstation_record
from .._facts.evaluation import ACCESS_STATUSES
from .._facts.history import KeyId
from .._facts.schema import HolderRecord, Proof, WorkstationRecord
from .._policy.plan import Plan, ProveStep
from .._policy.retirement import is_software
from .._workstation.failures import NOT_SIGNING
from .._workstation.protocol import Drivers, Inventory
from .evidence import Evidence
from .transaction import ExecutionOptions, Transaction, begin, execute, locate_holder


@dataclass(frozen=True, slots=True)
class WorkstationReading:
    """A workstation as it was read, and what its facts are about. ``at`` is the controller's clock when the answer came."""

    inventory: Inventory
    scope: FactsScope
    at: datetime

    def record(self, signs: Mapping[KeyId, bool]) -> WorkstationRecord:
        """The facts; ``signs``: the keys that were tried, and whether they have signed."""
        newer_stores = {
            profile.owner_sid: parse_store(profile.my).with_key_results(
                {thumbprint: signed for (owner, thumbprint), signed in signs.items() if owner == profile.owner_sid}
            )
            for profile in self.inventory.profiles
        }
        return workstation_record(self.inventory, newer_stores, self.scope, self.at)


@dataclass(frozen=True, slots=True)
class ProofResult:
    """What came of one key, and the reason where it has not signed."""

    proof: Proof
    detail: str | None


NOTHING_TO_TRY = ProofResult(Proof.NOT_PROVEN, "There is no usable certificate whose key could be tried.")


def proven_record(gathered: WorkstationReading, drivers: Drivers, check_mode: bool) -> WorkstationRecord:
    """The facts after the holders' keys were tried: one more command for each who is logged on.

    A holder whose key does not sign stands by the next certificate, whose key is tried in its turn. What stands in the way of one
    proof is that holder's detail; it stops nobody else's, and is no error.
    """
    dead = gathered.scope.unusable
    # Whose turn it is, a key that was dead has no say in: it may have come back.
    unbiased = replace(gathered, scope=replace(gathered.scope, unusable=frozenset()))
    tried: dict[KeyId, ProofResult] = {}
    record = unbiased.record({})
    while holder := next(
        (each for each in record.holders if each.status in ACCESS_STATUSES and _key(each) not in tried), None
    ):
        tried[_key(holder)] = _remembered(_try(gathered, holder, drivers, check_mode), _key(holder) in dead)
        record = unbiased.record(_known(tried))
    record = gathered.record(_known(tried))
    return replace(record, holders=tuple(_told(each, tried.get(_key(each), NOTHING_TO_TRY)) for each in record.holders))


def _key(holder: HolderRecord) -> KeyId:
    return holder.owner_sid or "", holder.thumbprint or ""


def _known(tried: Mapping[KeyId, ProofResult]) -> dict[KeyId, bool]:
    return {key: each.proof is Proof.PROVEN for key, each in tried.items() if each.proof is not Proof.NOT_PROVEN}


def _told(holder: HolderRecord, tried: ProofResult) -> HolderRecord:
    return replace(holder, proof=tried.proof, proof_detail=tried.detail)


def _try(gathered: WorkstationReading, holder: HolderRecord, drivers: Drivers, check_mode: bool) -> ProofResult:
    """One exchange of one step, as ``certificate`` proves a key."""
    try:
        found = locate_holder(gathered.inventory, holder.user, gathered.at)
        installed = found.store.find(holder.thumbprint or "")
        if installed is None or not is_software(installed):
            return ProofResult(Proof.NOT_PROVEN, _elsewhere(installed))
        planned = begin(found, Plan((ProveStep(installed.thumbprint),)), installed.certificate)
        options = ExecutionOptions(None, False, check_mode, Evidence(None, None, ""))
        return _result_of(execute(options, drivers, planned, None))
    except CollectionError as refusal:
        return ProofResult(Proof.NOT_PROVEN, refusal.cause)


def _remembered(tried: ProofResult, dead: bool) -> ProofResult:
    """A key that cannot be tried now is what it was when it was tried last."""
    if not dead or tried.proof is not Proof.NOT_PROVEN:
        return tried
    return ProofResult(
        Proof.UNUSABLE, f"It did not sign when it was tried last, and cannot be tried now: {tried.detail}"
    )


def _result_of(done: Transaction) -> ProofResult:
    if done.error:
        proof = Proof.UNUSABLE if done.error.code in NOT_SIGNING else Proof.NOT_PROVEN
        return ProofResult(proof, done.error.cause)
    if done.proven:
        return ProofResult(Proof.PROVEN, None)
    return ProofResult(Proof.NOT_PROVEN, done.deferred or "In check mode no key is tried.")


def _elsewhere(installed: StoreCertificate | None) -> str:
    provider = installed.key.provider if installed and installed.key else "an unknown provider"
    return f"The key is in {provider}; only keys that Windows itself keeps on the disk are tried."
