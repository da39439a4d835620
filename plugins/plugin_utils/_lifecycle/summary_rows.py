# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a registered result of one host says: a row for each holder, or one for the host itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from .._errors import CollectionError
from .._facts.holders import is_before, parse_day
from .result import shown_outcome

FAILED, SILENT, NOT_REACHED, SKIPPED = "failed", "did not answer", "not reached", "skipped"
WAITING = ("deferred", "waiting for issuer")
READY, NOT_READY = "ready", "not ready"
VALID, MISSING = "valid", "missing"
AWAITED, ON_LEAVE = "awaited", "on leave"

Result = Mapping[str, Any]
HolderKey = tuple[str, str]
"""Account and authorisation number, in small letters."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A holder at a host, or a host. ``needs_somebody``: a person has to do something. ``bundle``: what the folder has for the holder."""

    host: str
    outcome: str
    sentence: str = ""
    who: str = ""
    needs_somebody: bool = False
    bundle: Mapping[str, Any] | None = None


def not_expected(holders: Iterable[Any], today: date) -> dict[HolderKey, str]:
    """Who of these entries of the inventory needs no certificate today, and why: a newcomer whose first one is awaited, or one on leave."""
    found: dict[HolderKey, str] = {}
    for raw in holders:
        with suppress(
            CollectionError, ValueError, KeyError, TypeError, AttributeError
        ):  # the task itself refuses such an entry
            until, expected = (parse_day(raw.get(name), name) for name in ("absent_until", "expected_from"))
            if raw.get("awaiting") and is_before(today, expected, never=True):
                found[_key(raw)] = AWAITED
            elif is_before(today, until, never=False):
                found[_key(raw)] = ON_LEAVE
    return found


def _key(row: Mapping[str, Any]) -> HolderKey:
    return str(row["user"]).casefold(), str(row.get("authorisation") or "").casefold()


def rows_of(
    host: str, result: Result | None, unexpected: Mapping[HolderKey, str] | None = None
) -> Iterator[SummaryRow]:
    """The rows of a host. ``result`` is None if the run ended before the host's turn. ``unexpected``: see ``not_expected``."""
    if result is None:
        yield SummaryRow(host, NOT_REACHED, needs_somebody=True)
    elif result.get("unreachable"):
        yield SummaryRow(host, SILENT, _said(result), needs_somebody=True)
    elif result.get("skipped"):
        yield SummaryRow(host, SKIPPED, _said(result))
    elif isinstance(result.get("holders"), list):
        yield from (_holder(host, row) for row in result["holders"])
    elif "ready" in result:
        yield _checked(host, result)
    elif result.get("ansible_facts"):
        yield from (
            _audited(host, row, unexpected or {})
            for row in result["ansible_facts"].get("pkcs12", {}).get("holders", ())
        )
    else:
        yield SummaryRow(host, FAILED, _said(result), needs_somebody=True)


def is_failed(result: Result | None) -> bool:
    """Whether work failed on a host that answered. A holder who has to log on and a host that is off are no failures of the work."""
    return any(row.outcome == FAILED for row in rows_of("", result))


def _said(result: Result) -> str:
    text = re.sub(r"^Task failed: ", "", str(result.get("msg") or "no reason was given"))
    return " ".join(text.split())


def _label(row: Mapping[str, Any]) -> str:
    """A holder as people know him: name, number, account."""
    known = [row.get("name"), row.get("authorisation")]
    return f"{', '.join(str(each) for each in known if each) or 'no name'} ({row.get('user')})"


def _holder(host: str, row: Mapping[str, Any]) -> SummaryRow:
    outcome = str(row["outcome"]).replace("_", " ")
    needs = bool(row["failed"]) or outcome in WAITING
    return SummaryRow(host, shown_outcome(row), _said(row), _label(row), needs, row.get("bundle"))


def _checked(host: str, result: Result) -> SummaryRow:
    """A workstation that was checked, with what has to be done first."""
    if result["ready"]:
        return SummaryRow(host, READY, _said(result))
    errors = [row for row in result["findings"] if row["severity"] == "error"]
    todo = " ".join(f"{row['sentence']} {row['cure']}" for row in errors)
    return SummaryRow(host, NOT_READY, todo or _said(result), needs_somebody=True)


def _audited(host: str, row: Mapping[str, Any], unexpected: Mapping[HolderKey, str]) -> SummaryRow:
    status = str(row["status"])
    why = unexpected.get(_key(row)) if status == MISSING and unexpected else None
    if why:
        return SummaryRow(host, why, "", _label(row))
    until = row.get("access_until")
    sentence = f"access until {str(until)[:10]}." if until else "no certificate gives access."
    return SummaryRow(host, status.replace("_", " "), sentence, _label(row), status != VALID)
