# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the audit of a workstation came to: the fact ``pkcs12_fact_audit`` and a sentence. Pure.

Ansible keeps the facts of a task only if the task did not fail. So a workstation that could not be audited is a result with facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from .._errors import ErrorRow, Pkcs12Error, Problem, Sentences
from .._facts.codec import to_map
from .._facts.holders import HolderEntry
from .._facts.issuers import short_issuer
from .._facts.schema import AuditRecord, Strangers
from .._facts.shared_numbers import Shared, shared_by
from .._workstation.lost_connection import may_be_off
from .number_look import refusal_of
from .outcomes import outcome

MISTAKES = {"bad_arguments", "bad_authority", "bad_pattern", "bad_time_zone", "missing_library"}
"""Errors in the task or on the controller: the workstation was not called, and its facts stay as they were."""


def audited(result: Mapping[str, Any], host: str, at: datetime, fail_on_unreachable: bool) -> dict[str, Any]:
    """The result of ``certificate_facts`` for an audit. It is never unreachable, and has ``answered`` and the fact; a mistake has neither.

    ``sentence`` is that with which a workstation ends that could not be audited.
    """
    is_failed = bool(result.get("failed") or result.get("unreachable"))
    if result.get("no_workstation") or (is_failed and result["error"].problem.kind in MISTAKES):
        return dict(result)
    if not is_failed:
        return _with_fact(result, None, at) | {"msg": found(result["ansible_facts"]["pkcs12"])}
    silent = bool(result.get("unreachable"))
    problem = result["error"].problem
    code = "not_audited.silent" if silent else "not_audited.answered"
    told = _with_fact(result, problem, at) | {"answered": not silent, "failed": False}
    told.pop("unreachable", None)
    if fail_on_unreachable or not may_be_off(result):
        told["failed"] = True
        return told | {"sentence": Problem(code, {"host": host}, causes=(problem, Problem("earlier_facts")))}
    return told | {"warnings": [Problem(code, {"host": host}, causes=(problem,))]}


def with_refused(result: Mapping[str, Any], asked: Iterable[HolderEntry], shared: Shared) -> dict[str, Any]:
    """The result of the audit of a workstation that was read, failed for each holder whose number is another person's, too.

    The facts of all are there: what is in a store is true, only whose it is nobody can say.
    """
    if not was_audited(result):
        return dict(result)
    numbers = [(entry, shared_by(entry.person.authorisation, shared)) for entry in asked]
    rows = [_refused(entry, refusal_of(number)) for entry, number in numbers if number]
    if not rows:
        return dict(result)
    told = Sentences(tuple(dict.fromkeys(row["msg"] for row in rows)))
    return {**result, "failed": True, "msg": told, "sentence": told, "error": rows[0]["error"], "refused": rows}


def _refused(entry: HolderEntry, refusal: Pkcs12Error) -> dict[str, Any]:
    holder = {"user": entry.user, "name": entry.person.name, "authorisation": entry.person.authorisation}
    return holder | {"msg": refusal.problem, "error": ErrorRow(refusal.problem)}


def found(facts: Mapping[str, Any]) -> Problem:
    """The number of certificates and of unread places, and the status of each holder."""
    counts = {"certificates": len(facts["certificates"]), "unread": len(facts["unread"])}
    if not facts["holders"]:
        return Problem("done.audited_nobody", counts)
    holders = (
        Problem("holder_is", {"user": row.get("account") or row["user"]}, causes=(outcome(status_of(row)),))
        for row in facts["holders"]
    )
    return Problem("done.audited", counts, causes=tuple(holders))


def is_of_authorisation(row: Mapping[str, Any]) -> bool:
    """Whether the yearly authorisation, and no certificate, makes the status of a holder in facts."""
    return row.get("certificate_status") not in (None, row["status"])


def status_of(row: Mapping[str, Any]) -> str:
    """The status as people read it: that of the authorisation where no certificate makes it."""
    return f"authorisation_{row['status']}" if is_of_authorisation(row) else str(row["status"])


def _with_fact(result: Mapping[str, Any], problem: Problem | None, at: datetime) -> dict[str, Any]:
    facts = {**(result.get("ansible_facts") or {}), "pkcs12_fact_audit": to_map(AuditRecord(problem, at))}
    return {**result, "answered": True, "ansible_facts": facts}


def is_audit(result: Mapping[str, Any] | None) -> bool:
    """Whether a result is one of an audit."""
    return isinstance(((result or {}).get("ansible_facts") or {}).get("pkcs12_fact_audit"), Mapping)


def was_audited(result: Mapping[str, Any] | None) -> bool:
    """Whether it is that of a workstation which was audited."""
    return result is not None and is_audit(result) and not result["ansible_facts"]["pkcs12_fact_audit"].get("problem")


def unmatched(results: Mapping[str, Mapping[str, Any] | None]) -> Sequence[Problem]:
    """That the pattern of the issuer matches no certificate of the audited workstations although there are some, and whose these are."""
    found = [
        each
        for result in results.values()
        if (each := _facts(result)) and each["strangers"] != Strangers.NOT_SEARCHED.value
    ]
    if any(each["strangers"] == Strangers.SEARCHED.value for each in found):
        return []
    issuers = Counter(
        short_issuer(row["issuer"], row["issuer_cn"])
        for each in found
        for row in each["certificates"]
        if row["related"]
    )
    there = (Problem("certificates_of", {"issuer": each, "count": number}) for each, number in sorted(issuers.items()))
    return [Problem("issuer_matches_nothing", causes=tuple(there))] if issuers else []


def _facts(result: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The facts of a workstation that was audited now."""
    return result["ansible_facts"].get("pkcs12") if result and was_audited(result) else None
