# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The story of ``certificate_facts``, ``prove: true``: the keys that give holders access sign, each as its holder. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .._crypto.store import StoreCertificate, view_store
from .._errors import PkcsError
from .._facts.build import Scope, workstation_record
from .._facts.evaluation import ACCESS
from .._facts.history import Key
from .._facts.schema import HolderRecord, Proof, WorkstationRecord
from .._policy.plan import Plan, ProveKey
from .._policy.retirement import is_software
from .._workstation.failures import NOT_SIGNING
from .._workstation.protocol import Drivers, Inventory
from .evidence import Evidence
from .transaction import Outcome, Terms, carry_out, found_in


@dataclass(frozen=True, slots=True)
class Gathered:
    """A workstation as it was read, and what its facts are about. ``at`` is the controller's clock when the answer came."""

    inventory: Inventory
    scope: Scope
    at: datetime

    def record(self, signs: Mapping[Key, bool]) -> WorkstationRecord:
        """The facts; ``signs``: the keys that were tried, and whether they have signed."""
        views = {
            profile.owner_sid: view_store(profile.my).tried(
                {thumbprint: signed for (owner, thumbprint), signed in signs.items() if owner == profile.owner_sid}
            )
            for profile in self.inventory.profiles
        }
        return workstation_record(self.inventory, views, self.scope, self.at)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one key, and the reason where it has not signed."""

    proof: Proof
    detail: str | None


NOTHING_TO_TRY = Tried(Proof.NOT_PROVEN, "There is no usable certificate whose key could be tried.")


def proven_record(gathered: Gathered, drivers: Drivers, check_mode: bool) -> WorkstationRecord:
    """The facts after the holders' keys were tried: one more command for each who is logged on.

    A holder whose key does not sign stands by the next certificate, whose key is tried in its turn. What stands in the way of one
    proof is that holder's detail; it stops nobody else's, and is no error.
    """
    dead = gathered.scope.dead
    # Whose turn it is, a key that was dead has no say in: it may have come back.
    unbiased = replace(gathered, scope=replace(gathered.scope, dead=frozenset()))
    tried: dict[Key, Tried] = {}
    record = unbiased.record({})
    while holder := next((each for each in record.holders if each.status in ACCESS and _key(each) not in tried), None):
        tried[_key(holder)] = _remembered(_try(gathered, holder, drivers, check_mode), _key(holder) in dead)
        record = unbiased.record(_known(tried))
    record = gathered.record(_known(tried))
    return replace(record, holders=tuple(_told(each, tried.get(_key(each), NOTHING_TO_TRY)) for each in record.holders))


def _key(holder: HolderRecord) -> Key:
    return holder.owner_sid or "", holder.thumbprint or ""


def _known(tried: Mapping[Key, Tried]) -> dict[Key, bool]:
    return {key: each.proof is Proof.PROVEN for key, each in tried.items() if each.proof is not Proof.NOT_PROVEN}


def _told(holder: HolderRecord, tried: Tried) -> HolderRecord:
    return replace(holder, proof=tried.proof, proof_detail=tried.detail)


def _try(gathered: Gathered, holder: HolderRecord, drivers: Drivers, check_mode: bool) -> Tried:
    """One exchange of one step, as ``certificate`` proves a key."""
    try:
        found = found_in(gathered.inventory, holder.user, gathered.at)
        installed = found.before.find(holder.thumbprint or "")
        if installed is None or not is_software(installed):
            return Tried(Proof.NOT_PROVEN, _elsewhere(installed))
        planned = replace(found, plan=Plan((ProveKey(installed.thumbprint),)), leaf=installed.certificate)
        terms = Terms(holder.user, None, False, check_mode, Evidence(None, None, ""))
        return _outcome(carry_out(terms, drivers, planned, None))
    except PkcsError as refusal:
        proof = Proof.UNUSABLE if refusal.code in NOT_SIGNING else Proof.NOT_PROVEN
        return Tried(proof, refusal.cause)


def _remembered(tried: Tried, dead: bool) -> Tried:
    """A key that cannot be tried now is what it was when it was tried last."""
    if not dead or tried.proof is not Proof.NOT_PROVEN:
        return tried
    return Tried(Proof.UNUSABLE, f"It did not sign when it was tried last, and cannot be tried now: {tried.detail}")


def _outcome(outcome: Outcome) -> Tried:
    if outcome.proven:
        return Tried(Proof.PROVEN, None)
    return Tried(Proof.NOT_PROVEN, outcome.deferred or "In check mode no key is tried.")


def _elsewhere(installed: StoreCertificate | None) -> str:
    provider = installed.key.provider if installed and installed.key else "an unknown provider"
    return f"The key is in {provider}; only keys that Windows itself keeps on the disk are tried."
