# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the audit of a workstation came to: the fact ``pkcs12_fact_audit`` and a sentence. Pure.

Ansible keeps the facts of a task only if the task did not fail. So a workstation that could not be audited is a result with facts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .._errors import ErrorRow, Pkcs12Error, Problem, counted
from .._facts.codec import to_map
from .._facts.holders import HolderEntry
from .._facts.issuers import short_issuer
from .._facts.schema import AuditRecord, Strangers
from .._facts.shared_numbers import Shared, shared_by
from .._messages.words import Words
from .._workstation.lost_connection import may_be_off
from .number_look import refusal_of

LONGEST_REASON = 640
"""Characters. What a connection said is shorter, and its cure comes after it."""
MISTAKES = {"bad_arguments", "bad_pattern", "bad_time_zone", "missing_library"}
"""Errors in the task or on the controller. They are the same for every workstation, and say nothing of its facts."""
OBJECT = re.compile(r"<[^<>]* object at 0x[0-9a-fA-F]+>:? *")
"""A part of a text that changes from run to run."""


def audited(result: Mapping[str, Any], host: str, at: datetime, fail_on_unreachable: bool) -> dict[str, Any]:
    """The result of ``certificate_facts`` for an audit. It is never unreachable, and has ``answered`` and the fact.

    ``sentence`` is that with which a workstation ends that could not be audited.
    """
    if result.get("no_workstation"):
        return dict(result)
    if not (result.get("failed") or result.get("unreachable")):
        return _with_fact(result, None, at) | {"msg": found(result["ansible_facts"]["pkcs12"])}
    silent = bool(result.get("unreachable"))
    reason = _reason(str(result.get("msg") or "no reason was given"))
    problem = f"It {'did not answer' if silent else 'could not be audited'}: {reason}."
    code = (result.get("connection_error") or {}).get("code", "connection_failed") if silent else _code(result)
    told = _with_fact(result, Problem(code, {"_cause": problem, "_next_step": ""}), at) | {
        "answered": not silent,
        "failed": False,
    }
    told.pop("unreachable", None)
    if fail_on_unreachable or not may_be_off(result):
        is_mistake = (result.get("error") or {}).get("code") in MISTAKES
        sentence = f"{host}: {problem} Its facts are those of an earlier run, if there was one."
        return told | {"failed": True, "sentence": result["msg"] if is_mistake else sentence}
    return told | {"warnings": [f"{host}: {problem}"]}


def with_refused(result: Mapping[str, Any], asked: Iterable[HolderEntry], shared: Shared) -> dict[str, Any]:
    """The result of the audit of a workstation that was read, failed for each holder whose number is another person's, too.

    The facts of all are there: what is in a store is true, only whose it is nobody can say.
    """
    if problem_of(result) != "":
        return dict(result)
    numbers = [(entry, shared_by(entry.person.authorisation, shared)) for entry in asked]
    rows = [_refused(entry, refusal_of(number)) for entry, number in numbers if number]
    if not rows:
        return dict(result)
    sentences = " ".join(dict.fromkeys(row["msg"] for row in rows))
    return {
        **result,
        "failed": True,
        "msg": sentences,
        "sentence": sentences,
        "error": rows[0]["error"],
        "refused": rows,
    }


def _refused(entry: HolderEntry, refusal: Pkcs12Error) -> dict[str, Any]:
    named = {"user": entry.user, "name": entry.person.name, "authorisation": entry.person.authorisation}
    return named | {"msg": refusal.sentences, "error": {"code": refusal.code, "next_step": refusal.next_step}}


def found(facts: Mapping[str, Any]) -> str:
    """A sentence with the number of certificates and of unread places, and the status of each holder."""
    counts = f"{counted(len(facts['certificates']), 'certificate')}, {counted(len(facts['unread']), 'unread place')}"
    return f"{counts}; {', '.join(': '.join((row['user'], row['status'])) for row in facts['holders'])}"


def _with_fact(result: Mapping[str, Any], problem: Problem | None, at: datetime) -> dict[str, Any]:
    facts = {**(result.get("ansible_facts") or {}), "pkcs12_fact_audit": to_map(AuditRecord(problem, at))}
    return {**result, "answered": True, "ansible_facts": facts}


def _code(result: Mapping[str, Any]) -> str:
    """TRANSITION: the code of a failed audit."""
    error = result.get("error")
    return error.problem.code if isinstance(error, ErrorRow) else "not_audited"


def problem_of(result: Mapping[str, Any]) -> str | None:
    """Why a workstation could not be audited; empty if it was, None for a result that is none of an audit."""
    audit = (result.get("ansible_facts") or {}).get("pkcs12_fact_audit")
    if not isinstance(audit, Mapping):
        return None
    return Words().of(Problem.from_map(audit["problem"])) if audit.get("problem") else ""


def unmatched(results: Mapping[str, Mapping[str, Any] | None]) -> list[str]:
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
    if not issuers:
        return []
    named = ", ".join(f"{issuer} ({counted(number, 'certificate')})" for issuer, number in sorted(issuers.items()))
    said = "pkcs12_issuer matches no certificate of any workstation, so nobody has looked for certificates without a holder."
    return [f"{said} There are: {named}. Correct pkcs12_issuer, and run audit again."]


def _facts(result: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The facts of a workstation that was audited now."""
    return result["ansible_facts"].get("pkcs12") if result and problem_of(result) == "" else None


def _reason(text: str) -> str:
    """The text of Ansible or of the connection as one sentence without its full stop, the same in every run."""
    reason = " ".join(OBJECT.sub("", text.removeprefix("Task failed: ")).split())
    return f"{reason[: LONGEST_REASON - 3]}..." if len(reason) > LONGEST_REASON else reason.removesuffix(".")
