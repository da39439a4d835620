# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Can this connection do the work on this workstation? One finding for each thing the work depends on. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from .._errors import Cause, NextStep, Pkcs12Error, Problem, Value
from .account import (
    DISABLED,
    absence,
    check_logged_password,
    check_store_readable,
    resolve_holder,
    run_context,
)
from .computer import ExpectedComputer, own_names
from .findings import APP_CONTROL, constrained, present_locks, unread_problem
from .protocol import TOLERATED_SKEW, Inventory
from .receiver import Proof

OLDEST_BUILD = 10240
"""The first Windows 10, and the first whose Windows PowerShell is 5.1 or can be."""

SERVER_2022, SERVER_2019 = 20348, 17763
"""Builds before the first are Windows 10 and Windows Server 2016, but for the second, which is supported until 2029."""

OLDEST_SPNEGO = (0, 12, 2)
"""The version of pyspnego that requirements.txt asks for."""

FULL_LANGUAGE = "FullLanguage"
RECEIVER = "receiver"
"""The finding on what the connection proves."""
WORKSTATION_CODES = ("secondary_logon", "no_debug_privilege")
"""Codes that are about the workstation, not about one holder. They have findings of their own."""


PLACEHOLDER = "*"
"""In place of a holder's Windows password, which a preflight never gets."""


class Severity(str, Enum):
    """``error``: a task fails. ``warning``: a task works, but a part of it is missing, or will soon fail."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """``subject`` is a stable name. ``account`` is the account that it is about, or None."""

    subject: str
    severity: Severity
    problem: Problem
    account: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is nothing to do."""
        return self.severity is Severity.OK


def preflight(inventory: Inventory, now: datetime, accounts: Sequence[str] = ()) -> tuple[Finding, ...]:
    """All findings on a workstation that answered. ``now`` is the controller's clock when it answered.

    ``accounts``: the accounts for which the site has a Windows password, in any spelling of upper and lower case.
    """
    with_password = {account.casefold() for account in accounts}
    return (
        _connection(inventory),
        _encryption(inventory),
        *(() if inventory.receiver.connection.proof is Proof.CLEAR else (_receiver(inventory),)),
        _administrator(inventory),
        _debug_privilege(inventory),
        _secondary_logon(inventory),
        _language_mode(inventory),
        _administrator_protection(inventory),
        _logging(inventory),
        _force_key_protection(inventory),
        _clock(inventory, now),
        _os_build(inventory),
        *(
            _holder(inventory, account.asked, account.asked.casefold() in with_password)
            for account in inventory.accounts
        ),
        *_profiles(inventory),
    )


def computer_finding(expected: ExpectedComputer, inventory: Inventory) -> Finding:
    """Whether the workstation is the one that the inventory means. With an error, all other findings are about another computer."""
    try:
        expected.refuse_other(inventory.names)
    except Pkcs12Error as refusal:
        return Finding("computer", Severity.ERROR, refusal.problem)
    doubt = expected.doubt(inventory.names)
    if doubt:
        return Finding("computer", Severity.WARNING, doubt)
    return Finding("computer", Severity.OK, Problem("finding.computer", causes=own_names(inventory.names)))


def spnego_finding(version: str | None) -> Finding:
    """Whether the controller's pyspnego, None where it has none, reads the NTLM of every Windows."""
    if version is None:
        return Finding("spnego", Severity.OK, Problem("finding.no_spnego"))
    release = re.match(r"[\d.]*", version)
    numbers = tuple(int(each) for each in release[0].split(".") if each) if release else ()
    if numbers >= OLDEST_SPNEGO:
        return Finding("spnego", Severity.OK, Problem("finding.spnego", {"version": version}))
    return Finding("spnego", Severity.WARNING, Problem("finding.spnego_too_old", {"version": version}))


def lockdown_findings(refusal: Pkcs12Error) -> tuple[Finding, ...]:
    """The finding on a workstation where a policy prevents the driver from starting. Raises any other error again."""
    if refusal.code != "constrained_language":
        raise refusal
    return (Finding("language_mode", Severity.ERROR, refusal.problem),)


def preflight_result(computer: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """The documented result of ``workstation_info``: the findings as maps, and ``ready`` if none is an error.

    What is the same for several holders is told once: they share an account, however the inventory writes it.
    """
    first: dict[tuple[str, Severity, Problem], Finding] = {}
    for finding in findings:
        first.setdefault((finding.subject, finding.severity, finding.problem), finding)
    once = list(first.values())
    errors, warnings = (
        sum(finding.severity is severity for finding in once) for severity in (Severity.ERROR, Severity.WARNING)
    )
    counts: dict[str, Value] = {"computer": computer, "warnings": warnings}
    told = Problem("done.not_ready", counts | {"errors": errors}) if errors else Problem("done.ready", counts)
    return {
        "changed": False,
        "ready": not errors,
        "findings": [_row(finding) for finding in once],
        "lines": [told, *map(_line, once)],
        "msg": told,
    }


def no_holders(host: str) -> tuple[Finding]:
    """That the inventory says nothing of who works at this host: the variable may be misspelt."""
    return (Finding("no_holders", Severity.WARNING, Problem("finding.no_holders", {"host": host})),)


def _line(finding: Finding) -> Problem | Cause:
    """The finding as a line for people: how bad it is, the sentence and, where something has to be done, what."""
    told = Problem(f"play.finding_{finding.severity.value}", causes=(finding.problem,))
    return Cause(told) if finding.ok else told


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "subject": finding.subject,
        "severity": finding.severity.value,
        "ok": finding.ok,
        "sentence": Cause(finding.problem),
        "cure": "" if finding.ok else NextStep(finding.problem),
        "account": finding.account,
        "problem": finding.problem.to_map(),
    }


def _connection(inventory: Inventory) -> Finding:
    account = inventory.identity.account
    problem = Problem("finding.connection", {"computer": inventory.computer, "account": account})
    return Finding("connection", Severity.OK, problem, account)


def _encryption(inventory: Inventory) -> Finding:
    doubt, subject = inventory.receiver.doubt(inventory.computer), "encryption"
    if doubt and inventory.receiver.connection.proof is Proof.CLEAR:
        return Finding(subject, Severity.ERROR, doubt)
    return _ok(subject, "encrypted", computer=inventory.computer)


def _receiver(inventory: Inventory) -> Finding:
    """Whether the connection proves who has answered. Of one that does not encrypt, the finding before says more."""
    receiver, computer = inventory.receiver, inventory.computer
    doubt = receiver.doubt(computer)
    if doubt is None:
        return _ok(RECEIVER, "receiver_proven", computer=computer)
    if receiver.is_named:
        return Finding(RECEIVER, Severity.OK, Problem("finding.receiver_named", {"computer": computer}, doubt.setting))
    refusal = receiver.refusal(computer)
    return Finding(RECEIVER, Severity.ERROR if refusal else Severity.WARNING, refusal or doubt)


def _administrator(inventory: Inventory) -> Finding:
    values = {"account": inventory.identity.account, "computer": inventory.computer}
    if inventory.identity.administrator:
        return _ok("administrator", "administrator", **values)
    return Finding("administrator", _severity_of_rights(inventory), Problem("finding.no_administrator", values))


def _debug_privilege(inventory: Inventory) -> Finding:
    account, computer, subject = inventory.identity.account, inventory.computer, "debug_privilege"
    if inventory.identity.debug_privilege:
        return _ok(subject, subject, account=account, computer=computer)
    problem = Problem("no_debug_privilege.any_holder", {"connection": account, "computer": computer})
    return Finding(subject, _severity_of_rights(inventory), problem)


def _secondary_logon(inventory: Inventory) -> Finding:
    subject, computer = "secondary_logon", {"computer": inventory.computer}
    if inventory.secondary_logon == DISABLED:
        return Finding(subject, _severity_of_rights(inventory), Problem("secondary_logon.any_holder", computer))
    if inventory.secondary_logon is None:
        return Finding(subject, Severity.WARNING, Problem("finding.secondary_logon_unknown", computer))
    return _ok(subject, subject, **computer)


def _language_mode(inventory: Inventory) -> Finding:
    """The driver can tell only the mode of the connection's account. AppLocker's rules may give another one to other accounts."""
    subject, mode = "language_mode", inventory.language_mode
    values = {"computer": inventory.computer, "name": inventory.identity.account}
    if mode != FULL_LANGUAGE:
        refused = constrained(inventory.computer, inventory.locks, mode, inventory.identity.account)
        return Finding(subject, Severity.ERROR, refused.problem)
    rules = present_locks(set(inventory.locks) - {APP_CONTROL})
    if rules:
        return Finding(subject, Severity.WARNING, Problem("script_rules", {**values, "locks": rules}))
    return _ok(subject, "full_language_trusted" if APP_CONTROL in inventory.locks else "full_language", **values)


def _administrator_protection(inventory: Inventory) -> Finding:
    code, computer = "administrator_protection", inventory.computer
    if inventory.administrator_protection:
        return Finding(code, Severity.WARNING, Problem(code, {"computer": computer}))
    return _ok(code, "no_administrator_protection", computer=computer)


def _logging(inventory: Inventory) -> Finding:
    if not inventory.logging.codes:
        return _ok("logging", "no_logging", computer=inventory.computer)
    return _ok("logging", "logging", computer=inventory.computer, kinds=inventory.logging.codes)


def _force_key_protection(inventory: Inventory) -> Finding:
    code, computer = "force_key_protection", inventory.computer
    if not inventory.force_key_protection:
        return _ok(code, "no_force_key_protection", computer=computer)
    return Finding(code, Severity.ERROR, Problem(code, {"computer": computer}))


def _clock(inventory: Inventory, now: datetime) -> Finding:
    skew, computer = inventory.skew(now), inventory.computer
    if abs(skew) <= TOLERATED_SKEW:
        return _ok("clock", "clock", computer=computer)
    code = "finding.clock_fast" if skew > 0 else "finding.clock_slow"
    return Finding("clock", Severity.WARNING, Problem(code, {"computer": computer, "seconds": abs(skew)}))


def _os_build(inventory: Inventory) -> Finding:
    build, computer = inventory.os_build, inventory.computer
    if build < OLDEST_BUILD:
        problem = Problem("finding.os_build_unsupported", {"computer": computer, "build": build})
        return Finding("os_build", Severity.ERROR, problem)
    is_supported = build >= SERVER_2022 or build == SERVER_2019
    return _ok("os_build", "os_build" if is_supported else "os_build_old", computer=computer, build=build)


def _holder(inventory: Inventory, name: str, has_password: bool) -> Finding:
    """It calls the checks that an exchange calls, so that both say the same."""
    try:
        owner = resolve_holder(inventory, name)
        check_store_readable(owner, inventory.computer)
        check_logged_password(inventory, run_context(owner, inventory, PLACEHOLDER if has_password else None))
    except Pkcs12Error as refusal:
        if refusal.code == "logged_password":
            return Finding("holder", Severity.ERROR, replace(refusal.problem, code="logged_password.check"), name)
        if refusal.code not in WORKSTATION_CODES:
            return Finding("holder", Severity.ERROR, refusal.problem, name)
    if owner.sid == inventory.identity.sid:
        return Finding("holder", Severity.WARNING, Problem("own_connection", {"name": owner.name}), name)
    values = {"name": owner.name, "computer": inventory.computer}
    return Finding("holder", Severity.OK, Problem(f"finding.{absence(owner) or 'logged_on'}", values), name)


def _profiles(inventory: Inventory) -> tuple[Finding, ...]:
    """The profiles that cannot be read, without those of the holders: ``_holder`` says so."""
    holders = {account.sid for account in inventory.accounts}
    unread = tuple(
        Finding(
            "profile",
            Severity.WARNING,
            Problem(
                "store_unread.profile",
                {"path": profile.path, "computer": inventory.computer},
                causes=(unread_problem(unread.code, unread.detail),),
            ),
            profile.owner_sid,
        )
        for profile in inventory.profiles
        if profile.owner_sid not in holders
        for unread in profile.my.unread[:1]
    )
    total = len(inventory.profiles)
    if any(profile.my.unread for profile in inventory.profiles):
        return unread
    return (_ok("profile", "profiles", computer=inventory.computer, total=total),)


def _severity_of_rights(inventory: Inventory) -> Severity:
    """A missing right is only a warning if the connection's own account is the only holder, because become is not needed then."""
    asked = {account.sid for account in inventory.accounts}
    return Severity.WARNING if asked == {inventory.identity.sid} else Severity.ERROR


def _ok(subject: str, variant: str, **values: Value) -> Finding:
    return Finding(subject, Severity.OK, Problem(f"finding.{variant}", values))
