# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Outcomes as the results that users see: documented keys, no secret, the same in check mode. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .._crypto.pkcs12 import Bundle
from .._crypto.pkcs12_files import UnopenedFile
from .._crypto.store import StoreCertificate
from .._facts.build import FactsScope, certificate_row, workstation_record
from .._facts.codec import to_map
from .._facts.holders import resolve_accounts, with_outcome
from .._policy.retirement import RetirementMethod
from .._policy.subject import ExpectedSubject
from .._policy.validity import Calendar, best_certificate
from .._workstation.protocol import journal_row
from .._workstation.wire import TIME_FORMAT
from .transaction import SkipReason, Transaction

NOTHING = "(?!)"
"""A regular expression that matches no issuer."""

PENDING = {"key_state": "planned", "key_provider": None}


@dataclass(frozen=True, slots=True)
class PresentTask:
    """What of the task a result depends on. ``unopened``: files of the folder that are the holder's by name and do not open."""

    person: ExpectedSubject
    check_mode: bool
    unopened: Sequence[UnopenedFile] = ()


def present_result(task: PresentTask, outcome: Transaction, scope: FactsScope, now: datetime) -> dict[str, Any]:
    """``state: present``. In check mode and while deferred, ``certificate`` shows what is planned."""
    access = best_certificate(outcome.after, task.person, outcome.leaf.thumbprint if outcome.leaf else None, now)
    result = _result(task.check_mode, outcome, _related(scope, outcome, access)) | {
        "certificate": _certificate(outcome, access, scope.calendar, now),
        "unopened": [{"path": str(each.path), "code": each.refusal.code} for each in task.unopened],
        "access_until": access.certificate.not_after.strftime(TIME_FORMAT) if access else None,
        "access_days_left": scope.calendar.days_left(access.certificate.not_after, now) if access else None,
    }
    sentence = _sentence(task.check_mode, outcome, access)
    if outcome.note and task.unopened:
        files = ", ".join(f"{each.path.name} ({each.refusal.code})" for each in task.unopened)
        sentence += f" Not opened: {files}."
    return result | {"msg": outcome.deferred or sentence}


def _related(scope: FactsScope, outcome: Transaction, access: StoreCertificate | None) -> FactsScope:
    """Facts list what comes from the same issuer, unless the task names one: a person's other certificates are counted."""
    if scope.selection.issuer is not None:
        return scope
    example = outcome.leaf or (access.certificate if access else None)
    issuer = f"^{re.escape(example.issuer)}$" if example else NOTHING
    return replace(scope, selection=replace(scope.selection, issuer=issuer))


def absent_result(check_mode: bool, outcome: Transaction, scope: FactsScope) -> dict[str, Any]:
    """``state: absent``."""
    count = len(outcome.plan.leaving)
    what = "1 certificate" if count == 1 else f"{count} certificates"
    verb = "would be" if check_mode else "was" if count == 1 else "were"
    sentence = f"{what} {verb} retired for {outcome.owner.name} on {outcome.inventory.computer}."
    chosen = next((outcome.before.find(thumbprint) for thumbprint in outcome.plan.leaving), None)
    return _result(check_mode, outcome, _related(scope, outcome, chosen)) | {"msg": outcome.deferred or sentence}


def bundle_result(bundle: Bundle, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """What is inside a p12, without its key."""
    leaf = certificate_row(StoreCertificate(bundle.leaf, bundle.friendly_name, False, None), calendar, now)
    leaf |= {"key_state": "in_bundle", "sha256": bundle.leaf.sha256, "key_usage": list(bundle.leaf.key_usage or ())}
    leaf |= {"upn": bundle.leaf.upn, "emails": list(bundle.leaf.emails), "spki_sha256": bundle.leaf.spki_sha256}
    chain = [
        {
            "thumbprint": other.thumbprint,
            "subject": other.subject,
            "issuer": other.issuer,
            "not_after": other.not_after.strftime(TIME_FORMAT),
        }
        for other in bundle.chain
    ]
    return {"certificate": leaf, "chain": chain, "bundle_sha256": bundle.sha256}


def _result(check_mode: bool, outcome: Transaction, scope: FactsScope) -> dict[str, Any]:
    entries = resolve_accounts(scope.entries, outcome.inventory)
    if not check_mode:  # facts outlive the run, and a plan is no outcome
        entries = with_outcome(entries, outcome.owner.account.asked, _outcome(outcome), outcome.observed_at)
    scope = replace(scope, entries=entries)
    views = {outcome.owner.sid: outcome.after}
    facts = to_map(workstation_record(outcome.inventory, views, scope, outcome.observed_at))
    return {
        "changed": outcome.plan.changes and outcome.deferred is None,
        "deferred": outcome.deferred is not None,
        "outcome": _outcome(outcome),
        "workstation": outcome.inventory.computer,
        "clock_skew_seconds": facts["clock_skew_seconds"],
        "owner": {"sid": outcome.owner.sid, "account": outcome.owner.account.name},
        "retired": [_leaving(outcome, thumbprint, method) for thumbprint, method in outcome.plan.leaving.items()],
        "journal": [journal_row(entry) for entry in outcome.journal],
        "ansible_facts": {"pkcs12": facts},
    }


def _leaving(outcome: Transaction, thumbprint: str, method: RetirementMethod) -> dict[str, Any]:
    """A certificate that went or would go, and what became of its key."""
    found = outcome.before.find(thumbprint)
    done = [
        entry.facts
        for entry in outcome.journal
        if entry.facts.get("thumbprint") == thumbprint and entry.outcome == "done"
    ]
    key = done[-1] if done else {}
    return {
        "thumbprint": thumbprint,
        "subject_cn": found.certificate.subject_cn if found else None,
        "not_after": found.certificate.not_after.strftime(TIME_FORMAT) if found else None,
        "method": method.value,
        "key": key.get("key", "kept" if done else "planned"),
        "kept_because": key.get("kept_because", method.value if done and method is RetirementMethod.ARCHIVE else None),
    }


def _outcome(outcome: Transaction) -> str:
    plan = outcome.plan
    if outcome.deferred is not None:
        return "deferred"
    if outcome.note:
        return outcome.note.value
    if plan.imports:
        return "renewed" if plan.leaving else "installed"
    if plan.leaving:
        return "retired" if outcome.leaf else "removed"
    return "changed" if plan.changes else "unchanged"


def _sentence(check_mode: bool, outcome: Transaction, access: StoreCertificate | None) -> str:
    if outcome.note and access:
        reason = "no new bundle is there" if outcome.note is SkipReason.WAITING_FOR_ISSUER else "renewal is not due"
        return f"{outcome.owner.name}: {reason}; access works until {access.certificate.not_after:%Y-%m-%d}."
    leaf = outcome.leaf or (access.certificate if access else None)
    if leaf is None:
        return f"Nothing was done for {outcome.owner.name}."
    would = "would be" if check_mode else "was"
    verb = f"{would} installed" if outcome.plan.imports else "is installed"
    proof = " and its key signs" if outcome.proven else ""
    retired = _retired(len(outcome.plan.leaving), check_mode)
    name = leaf.subject_cn or leaf.thumbprint
    return f"{name} {verb} for {outcome.owner.name}{proof}{retired}; valid until {leaf.not_after:%Y-%m-%d}."


def _retired(count: int, check_mode: bool) -> str:
    if not count:
        return ""
    noun, were = ("certificate", "was") if count == 1 else ("certificates", "were")
    return f"; {count} older {noun} {'would be' if check_mode else were} retired"


def _certificate(
    outcome: Transaction, access: StoreCertificate | None, calendar: Calendar, now: datetime
) -> dict[str, Any] | None:
    """The wanted certificate, or the one that gives access now where none was wanted."""
    leaf = outcome.leaf
    installed = outcome.after.find(leaf.thumbprint) if leaf else access
    if leaf and (installed is None or not installed.has_key):
        return certificate_row(StoreCertificate(leaf, None, False, None), calendar, now) | PENDING
    return certificate_row(installed, calendar, now) if installed else None
