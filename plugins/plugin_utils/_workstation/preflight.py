# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Can this connection do the work on this workstation? One sentence for each thing the work depends on. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from .._errors import Pkcs12Error, counted, named
from .account import (
    DISABLED,
    HolderAccount,
    absence,
    check_logged_password,
    check_store_readable,
    resolve_holder,
    run_context,
)
from .computer import ExpectedComputer, shown
from .findings import APP_CONTROL, FINDINGS, LOCKS, NEWER_SPNEGO, constrained, named_locks, unread_reason
from .protocol import TOLERATED_SKEW, Inventory

OLDEST_BUILD = 10240
"""The first Windows 10, and the first whose Windows PowerShell is 5.1 or can be."""

SERVER_2022, SERVER_2019 = 20348, 17763
"""Builds before the first are Windows 10 and Windows Server 2016, but for the second, which is supported until 2029."""

OLDEST_SPNEGO = (0, 12, 2)
"""The version of pyspnego that requirements.txt asks for."""

FULL_LANGUAGE = "FullLanguage"
WORKSTATION_CODES = ("secondary_logon", "no_debug_privilege")
"""Codes that are about the workstation, not about one holder. They have findings of their own."""


PLACEHOLDER = "*"
"""In place of a holder's Windows password, which a preflight never gets."""

LOGGED_CURE = (
    "Take the holder's password out of the inventory (pkcs12_holder_passwords, or that of a role) and let the work run while the holder is "
    "logged on, or exempt the workstation from this policy. For somebody who left and will never log on again, use pkcs12_offline: true."
)


class Severity(str, Enum):
    """``error``: a task fails. ``warning``: a task works, but a part of it is missing, or will soon fail."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """``subject`` is a stable name. ``account`` is the account that it is about, or None. ``cure`` is empty if the severity is ok."""

    subject: str
    severity: Severity
    sentence: str
    cure: str = ""
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
        return Finding("computer", Severity.ERROR, refusal.cause, refusal.next_step)
    doubt = expected.doubt(inventory.names)
    if doubt:
        return Finding("computer", Severity.WARNING, doubt, FINDINGS["other_name"].next_step)
    sentence = f"The workstation calls itself {shown(inventory.names)}. {named('computer')} may be any of these names, in any case."
    return Finding("computer", Severity.OK, sentence)


def spnego_finding(version: str | None) -> Finding:
    """Whether the controller's pyspnego, None where it has none, reads the NTLM of every Windows."""
    if version is None:
        return Finding("spnego", Severity.OK, "The controller has no pyspnego, and this connection works without it.")
    release = re.match(r"[\d.]*", version)
    numbers = tuple(int(each) for each in release[0].split(".") if each) if release else ()
    if numbers >= OLDEST_SPNEGO:
        return Finding("spnego", Severity.OK, f"The controller has pyspnego {version}.")
    sentence = (
        f"The controller has pyspnego {version}. With one so old, NTLM is reported to fail at Windows 11 24H2 and later: it cannot read "
        "their longer data."
    )
    return Finding("spnego", Severity.WARNING, sentence, NEWER_SPNEGO)


def lockdown_findings(refusal: Pkcs12Error) -> tuple[Finding, ...]:
    """The finding on a workstation where a policy prevents the driver from starting. Raises any other error again."""
    if refusal.code != "constrained_language":
        raise refusal
    return (_refused("language_mode", refusal),)


def preflight_result(computer: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """The documented result of ``workstation_info``: the findings as maps, and ``ready`` if none is an error."""
    errors, warnings = (
        sum(finding.severity is severity for finding in findings) for severity in (Severity.ERROR, Severity.WARNING)
    )
    state = "is not ready" if errors else "is ready"
    return {
        "changed": False,
        "ready": not errors,
        "findings": [asdict(finding) | {"severity": finding.severity.value, "ok": finding.ok} for finding in findings],
        "msg": f"{computer} {state}: {counted(errors, 'error')}, {counted(warnings, 'warning')}.",
    }


def _connection(inventory: Inventory) -> Finding:
    sentence = f"The connection to {inventory.computer} works and is {inventory.identity.account}."
    return Finding("connection", Severity.OK, sentence, account=inventory.identity.account)


def _encryption(inventory: Inventory) -> Finding:
    if inventory.clear_connection is None:
        return Finding("encryption", Severity.OK, f"The connection to {inventory.computer} encrypts what it carries.")
    code, how = "unencrypted_connection", inventory.clear_connection
    return _problem("encryption", Severity.ERROR, code, computer=inventory.computer, how=how)


def _administrator(inventory: Inventory) -> Finding:
    account = inventory.identity.account
    if inventory.identity.administrator:
        return Finding("administrator", Severity.OK, f"{account} is an administrator of {inventory.computer}.")
    return Finding(
        "administrator",
        _severity_of_rights(inventory),
        f"{account} is no administrator of {inventory.computer} over this connection, so no other person's profile can be read.",
        "Connect with an administrator. A local administrator needs LocalAccountTokenFilterPolicy to have the rights over the network.",
    )


def _debug_privilege(inventory: Inventory) -> Finding:
    account = inventory.identity.account
    if inventory.identity.debug_privilege:
        return Finding("debug_privilege", Severity.OK, f"{account} has SeDebugPrivilege on {inventory.computer}.")
    return _problem(
        "debug_privilege",
        _severity_of_rights(inventory),
        "no_debug_privilege",
        connection=account,
        computer=inventory.computer,
        name="a holder",
    )


def _secondary_logon(inventory: Inventory) -> Finding:
    service = f"The service Secondary Logon (seclogon) on {inventory.computer}"
    if inventory.secondary_logon == DISABLED:
        severity = _severity_of_rights(inventory)
        return _problem("secondary_logon", severity, "secondary_logon", computer=inventory.computer, name="a holder")
    if inventory.secondary_logon is None:
        sentence = f"The registry does not know the service Secondary Logon (seclogon) on {inventory.computer}, which Windows always has."
        return Finding("secondary_logon", Severity.WARNING, sentence, "Repair the installation of Windows.")
    return Finding("secondary_logon", Severity.OK, f"{service} can be started.")


def _language_mode(inventory: Inventory) -> Finding:
    """The driver can tell only the mode of the connection's account. AppLocker's rules may give another one to other accounts."""
    computer, mode, account = inventory.computer, inventory.language_mode, inventory.identity.account
    if mode != FULL_LANGUAGE:
        return _refused("language_mode", constrained(computer, inventory.locks, mode, account))
    rules = named_locks(set(inventory.locks) - {APP_CONTROL})
    if rules:
        severity, code = Severity.WARNING, "script_rules"
        return _problem("language_mode", severity, code, computer=computer, name=account, locks=rules)
    trusted = f"; {LOCKS[APP_CONTROL]} trusts the drivers" if APP_CONTROL in inventory.locks else ""
    return Finding(
        "language_mode", Severity.OK, f"PowerShell on {computer} runs in {mode} mode for {account}{trusted}."
    )


def _administrator_protection(inventory: Inventory) -> Finding:
    code, computer = "administrator_protection", inventory.computer
    if inventory.administrator_protection:
        return _problem(code, Severity.WARNING, code, computer=computer)
    return Finding(code, Severity.OK, f"Administrator Protection is not set on {computer}.")


def _logging(inventory: Inventory) -> Finding:
    computer, kinds = inventory.computer, ", ".join(inventory.logging.kinds)
    if not kinds:
        return Finding("logging", Severity.OK, f"{computer} does not log what PowerShell runs.")
    sentence = f"{computer} logs what PowerShell runs ({kinds}). What opens a certificate is sealed there, and holder_password is refused."
    return Finding("logging", Severity.OK, sentence)


def _force_key_protection(inventory: Inventory) -> Finding:
    if not inventory.force_key_protection:
        sentence = f"No policy of {inventory.computer} asks before a key is used (ForceKeyProtection)."
        return Finding("force_key_protection", Severity.OK, sentence)
    return _problem("force_key_protection", Severity.ERROR, "force_key_protection", computer=inventory.computer)


def _clock(inventory: Inventory, now: datetime) -> Finding:
    skew = inventory.skew(now)
    if abs(skew) <= TOLERATED_SKEW:
        return Finding("clock", Severity.OK, f"The clock of {inventory.computer} agrees with the controller's.")
    return Finding(
        "clock",
        Severity.WARNING,
        f"The clock of {inventory.computer} is {abs(skew)} seconds {'fast' if skew > 0 else 'slow'} by the controller's.",
        "Synchronise both clocks, because the validity of certificates is checked against them.",
    )


def _os_build(inventory: Inventory) -> Finding:
    build = inventory.os_build
    sentence = f"{inventory.computer} has build {build} of Windows"
    if build >= SERVER_2022 or build == SERVER_2019:
        return Finding("os_build", Severity.OK, f"{sentence}.")
    if build >= OLDEST_BUILD:
        old = "Windows 10 or Windows Server 2016, for which Microsoft's support has ended or ends in January 2027"
        return Finding("os_build", Severity.OK, f"{sentence}: {old}. Here it is best effort.")
    cure = "Install Windows 10, Windows Server 2016 or later."
    return Finding("os_build", Severity.ERROR, f"{sentence}, which is not supported.", cure)


def _holder(inventory: Inventory, name: str, has_password: bool) -> Finding:
    """It calls the checks that an exchange calls, so that both say the same."""
    try:
        owner = resolve_holder(inventory, name)
        check_store_readable(owner, inventory.computer)
        check_logged_password(inventory, run_context(owner, inventory, PLACEHOLDER if has_password else None))
    except Pkcs12Error as refusal:
        if refusal.code == "logged_password":
            return Finding("holder", Severity.ERROR, refusal.cause, LOGGED_CURE, name)
        if refusal.code not in WORKSTATION_CODES:
            return Finding("holder", Severity.ERROR, refusal.cause, refusal.next_step, name)
    if owner.sid == inventory.identity.sid:
        problem = _problem("holder", Severity.WARNING, "own_connection", name=owner.name)
        return replace(problem, account=name)
    return Finding("holder", Severity.OK, _presence(owner, inventory.computer), account=name)


def _presence(owner: HolderAccount, computer: str) -> str:
    code = absence(owner)
    if code:
        return FINDINGS[code].sentence(name=owner.name, computer=computer)
    return f"{owner.name} is logged on to {computer}, and the profile can be read."


def _profiles(inventory: Inventory) -> tuple[Finding, ...]:
    """The profiles that cannot be read, without those of the holders: ``_holder`` says so."""
    holders = {account.sid for account in inventory.accounts}
    unread = tuple(
        replace(
            _problem(
                "profile",
                Severity.WARNING,
                "store_unread",
                name=f"the profile {profile.path}",
                computer=inventory.computer,
                reason=unread_reason(unread.code),
                detail=unread.detail,
            ),
            account=profile.owner_sid,
        )
        for profile in inventory.profiles
        if profile.owner_sid not in holders
        for unread in profile.my.unread[:1]
    )
    readable = sum(not profile.my.unread for profile in inventory.profiles)
    total = len(inventory.profiles)
    if readable == total:
        return (Finding("profile", Severity.OK, f"All profiles on {inventory.computer} can be read ({total})."),)
    return unread


def _severity_of_rights(inventory: Inventory) -> Severity:
    """A missing right is only a warning if the connection's own account is the only holder, because become is not needed then."""
    asked = {account.sid for account in inventory.accounts}
    return Severity.WARNING if asked == {inventory.identity.sid} else Severity.ERROR


def _refused(subject: str, refusal: Pkcs12Error) -> Finding:
    """A finding with the words of a refusal."""
    return Finding(subject, Severity.ERROR, refusal.cause, refusal.next_step)


def _problem(subject: str, severity: Severity, code: str, **values: object) -> Finding:
    """A finding with the words of a code of ``FINDINGS``."""
    found = FINDINGS[code]
    return Finding(subject, severity, found.sentence(**values), found.next_step)
