# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a registered result of one host says: a row for each holder, or one for the host itself. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from .._errors import Pkcs12Error, Problem
from .._facts.holders import parse_holder
from .._facts.leavers import has_left
from .._policy.accounts import account_key
from .._policy.names import number_key
from .._policy.status import GivesAccess
from .audit import is_audit, is_of_authorisation, status_of, was_audited
from .outcomes import (
    AWAITED,
    FAILED,
    LEFT,
    LEFT_WITH_CERTIFICATE,
    NOT_REACHED,
    NOT_READY,
    ON_LEAVE,
    READY,
    SILENT,
    SKIPPED,
    WAITING,
    WITHOUT_HOLDERS,
)
from .result import shown_outcome

VALID, MISSING = "valid", "missing"  # statuses of a holder
Result = Mapping[str, Any]
HolderKey = tuple[str, str]
"""Account and authorisation number, in small letters."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A holder at a host, under one issuer if the site has several; or a host. ``person``: who the holder is. ``told``: why, as words of a
    registered result or as a problem. ``needs_somebody``: a person has to do something. ``bundle``: what the folder has for the holder.
    ``other_uses``: the holder's files for another use. ``not_opened``: a file does not open that may be the new bundle."""

    host: str
    outcome: str
    told: str | Problem = ""
    who: str = ""
    needs_somebody: bool = False
    bundle: Mapping[str, Any] | None = None
    not_opened: bool = False
    other_uses: Sequence[Mapping[str, Any]] = ()
    person: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the inventory says of a host: the entries of ``pkcs12_holders``, and the numbers of those who have left.

    ``unexpected``: see ``not_expected``. ``is_empty_list``: somebody has written that nobody works there.
    """

    holders: Sequence[Mapping[str, Any]]
    leavers: Set[str]
    unexpected: Mapping[HolderKey, str] = field(default_factory=dict)
    is_empty_list: bool = False

    def has_left(self, holder: Mapping[str, Any]) -> bool:
        """Whether this holder is a leaver."""
        return has_left(holder, self.leavers)

    @property
    def gone(self) -> list[Mapping[str, Any]]:
        """The entries of those who have left."""
        return [holder for holder in self.holders if self.has_left(holder)]


def has_several_issuers(results: Iterable[Result | None]) -> bool:
    """Whether the audits of a run have records of several issuers."""
    return len({row.get("issuer_setting") for result in results for row in _facts_of(result)}) > 1


def rows_of(
    host: str, result: Result | None, listed: Listed | None = None, by_issuer: bool = False
) -> Iterator[SummaryRow]:
    """The rows of a host. ``result`` is None if the run ended before the host's turn; ``listed`` if the inventory does not matter;
    ``by_issuer``: an audit's rows name their issuer."""
    rows = list(_rows_of(host, result, listed, by_issuer))
    if listed is None or not result:
        yield from rows
    elif not listed.holders and ("ready" in result or not rows) and all(row.outcome == READY for row in rows):
        yield SummaryRow(host, WITHOUT_HOLDERS)
    else:
        yield from rows
        yield from _left(host, result, listed)


def _left(host: str, result: Result, listed: Listed) -> Iterator[SummaryRow]:
    """The leavers of whom the task was told nothing."""
    if isinstance(result.get("holders"), list):
        told = {(row.get("user"), row.get("authorisation")) for row in result["holders"]}
        for holder in listed.gone:
            if (holder.get("user"), holder.get("authorisation")) not in told:
                if str(holder.get("authorisation")) in (result.get("numbers_here") or ()):
                    yield _left_with_certificate(host, holder)
                else:
                    yield _of_holder(host, LEFT, holder)


def not_expected(holders: Iterable[Any], today: date) -> dict[HolderKey, str]:
    """Who of these entries of the inventory needs no certificate today, and why: a newcomer whose first one is awaited, or one on leave."""
    found: dict[HolderKey, str] = {}
    for raw in holders:
        with suppress(
            Pkcs12Error, ValueError, KeyError, TypeError, AttributeError
        ):  # the task itself refuses such an entry
            entry = parse_holder(raw)
            if entry.is_awaited(today):
                found[_key(raw)] = AWAITED
            elif entry.is_on_leave(today):
                found[_key(raw)] = ON_LEAVE
    return found


def _key(row: Mapping[str, Any]) -> HolderKey:
    return account_key(row["user"]), number_key(row.get("authorisation"))


def _facts_of(result: Result | None) -> Iterable[Mapping[str, Any]]:
    """The holders in the facts of a task that read a workstation."""
    if not result or not (was_audited(result) or not is_audit(result)):
        return ()
    found: Iterable[Mapping[str, Any]] = (result.get("ansible_facts") or {}).get("pkcs12", {}).get("holders", ())
    return found


def _rows_of(host: str, result: Result | None, listed: Listed | None, by_issuer: bool) -> Iterator[SummaryRow]:
    if result is None:
        yield SummaryRow(host, NOT_REACHED, needs_somebody=True)
    elif result.get("unreachable") or result.get("answered") is False:
        yield SummaryRow(host, SILENT, _said(result), needs_somebody=True)
    elif is_left_out(result):
        yield SummaryRow(host, SKIPPED, _said(result))
    elif isinstance(result.get("holders"), list):
        names = account_names(result)
        yield from (
            _holder(host, row | {"user": names.get(row.get("user"), row.get("user"))}) for row in result["holders"]
        )
    elif "ready" in result:
        yield _checked(host, result)
    elif result.get("ansible_facts") and (was_audited(result) or not is_audit(result)):
        refused = {_key(row): str(row["msg"]) for row in result.get("refused") or ()}
        known, here = listed or Listed((), frozenset()), result.get("numbers_here") or ()
        told = (row if by_issuer else {**row, "issuer_setting": ""} for row in _facts_of(result))
        yield from (_audited(host, row, known, refused.get(_key(row)), here) for row in told)
    else:
        yield SummaryRow(host, FAILED, _said(result), needs_somebody=True)


def is_left_out(result: Result | None) -> bool:
    """Whether nothing was to be done: the host is no workstation, or a condition of the task did not hold."""
    return bool(result and (result.get("no_workstation") or result.get("skipped")))


def is_failed(result: Result | None) -> bool:
    """Whether work failed on a host that answered. A holder who has to log on and a host that is off are no failures of the work."""
    return any(row.outcome == FAILED for row in rows_of("", result))


def ends_failed(result: Result | None) -> bool:
    """Whether the host ends failed: its task failed, or one of its holders. The roles take the facts of such a result first."""
    if not result or is_left_out(result):
        return False
    if "failed_holders" in result:
        return bool(result["failed_holders"])
    if "ready" in result:
        return not result["ready"]
    return bool(result.get("failed") or result.get("unreachable") or not result.get("ansible_facts"))


def _said(result: Result) -> str | Problem:
    """The words of the result, on one line. They were made where it was."""
    return " ".join(str(result["msg"]).split()) if result.get("msg") else Problem("no_reason")


def label(row: Mapping[str, Any]) -> str:
    """A holder as people know him: name, number, account. An account that nobody has a name for is shown as the inventory gives it."""
    known = ", ".join(str(each) for each in (row.get("name"), row.get("authorisation")) if each)
    account = row.get("account") or row.get("user")
    return f"{known} ({account})" if known else str(account)


def _of_holder(
    host: str, outcome: str, row: Mapping[str, Any], told: str | Problem = "", needs_somebody: bool = False
) -> SummaryRow:
    """The row of a holder, with the name of one of several issuers."""
    who = ", ".join(filter(None, (label(row), row.get("issuer_setting"))))
    person = number_key(row.get("authorisation")) or account_key(str(row.get("user")))
    return SummaryRow(host, outcome, told, who, needs_somebody, person=person)


def account_names(result: Result) -> Mapping[str, str]:
    """The accounts by their SIDs, by name, else by the folder of the profile: a removal finds a store by the SID."""
    profiles = ((result.get("ansible_facts") or {}).get("pkcs12") or {}).get("profiles") or ()
    known = {str(each["owner_sid"]): each.get("owner") or each.get("path") for each in profiles}
    return {sid: str(name) for sid, name in known.items() if name}


def _holder(host: str, row: Mapping[str, Any]) -> SummaryRow:
    needs = bool(row["failed"]) or row["outcome"] in WAITING
    bundle, is_closed, others = row.get("bundle"), bool(row.get("warning")), row.get("other_uses") or ()
    told = _of_holder(host, shown_outcome(row), row, _said(row), needs)
    return replace(told, bundle=bundle, not_opened=is_closed, other_uses=others)


def _left_with_certificate(host: str, row: Mapping[str, Any]) -> SummaryRow:
    return _of_holder(host, LEFT_WITH_CERTIFICATE, row, Problem("still_there"), True)


def _checked(host: str, result: Result) -> SummaryRow:
    """A workstation that was checked, with what has to be done first."""
    if result["ready"]:
        return SummaryRow(host, READY, _said(result))
    errors = [row for row in result["findings"] if row["severity"] == "error"]
    todo = " ".join(f"{row['sentence']} {row['cure']}" for row in errors)
    return SummaryRow(host, NOT_READY, todo or _said(result), needs_somebody=True)


def _audited(
    host: str, row: Mapping[str, Any], listed: Listed, refused: str | None, numbers: Collection[str]
) -> SummaryRow:
    """``numbers``: those that a certificate at the workstation has, whatever it is for."""
    if refused:
        return _of_holder(host, FAILED, row, refused, True)
    status = str(row["status"])
    if listed.has_left(row):
        here = status != MISSING or str(row.get("authorisation")) in numbers
        return _left_with_certificate(host, row) if here else _of_holder(host, LEFT, row)
    why = listed.unexpected.get(_key(row)) if status == MISSING and listed.unexpected else None
    if why:
        return _of_holder(host, why, row)
    ends_on = row.get("ends_on")
    if ends_on:
        code = "access_ends.by_authorisation" if is_of_authorisation(row) else "access_ends"
        told = Problem(code, {"day": date.fromisoformat(ends_on)})
    elif status == MISSING and row.get("owner_sid", "") is None:
        told = Problem("no_access.unknown_account", {"account": str(row["user"]), "host": host})
    else:
        told = Problem("no_access" if row.get("gives_access") == GivesAccess.NO else "access_not_known")
    return _of_holder(host, status_of(row), row, told, status != VALID)
