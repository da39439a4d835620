# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Can this connection do the work on this workstation? One sentence for each thing the work depends on. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from .._errors import CollectionError
from .account import DISABLED, UNREAD_SENTENCES, HolderAccount, check_store_readable, resolve_holder, run_context
from .failures import CONSTRAINED_LANGUAGE
from .protocol import TOLERATED_SKEW, Inventory

OLDEST_BUILD = 10240
"""The first Windows 10, and the first whose Windows PowerShell is 5.1 or can be."""

FULL_LANGUAGE = "FullLanguage"
OF_THE_WORKSTATION = ("secondary_logon", "no_debug_privilege")
"""Refusals of an exchange that concern every holder alike, so that they are findings of their own."""


class Severity(str, Enum):
    """``error``: the work fails. ``warning``: it is done, but something in it is missing or soon will be."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """``subject`` is a name that stays; ``account`` is the one it is about, if any. ``cure`` is empty only when it is ok."""

    subject: str
    severity: Severity
    sentence: str
    cure: str = ""
    account: str | None = None

    @property
    def ok(self) -> bool:
        """There is nothing to do about it."""
        return self.severity is Severity.OK


def preflight(inventory: Inventory, allow_logged_secrets: bool, now: datetime) -> tuple[Finding, ...]:
    """Every finding on a workstation that answered. ``now`` is the controller's clock when it did."""
    return (
        _connection(inventory),
        _administrator(inventory),
        _debug_privilege(inventory),
        _secondary_logon(inventory),
        _language_mode(inventory),
        _logging(inventory, allow_logged_secrets),
        _force_key_protection(inventory),
        _clock(inventory, now),
        _os_build(inventory),
        *(_holder(inventory, account.asked) for account in inventory.accounts),
        *_profiles(inventory),
    )


def locked_down(refusal: CollectionError) -> tuple[Finding, ...]:
    """The one finding on a workstation where a policy keeps the driver from starting. Raises any other refusal again."""
    if refusal.code != CONSTRAINED_LANGUAGE:
        raise refusal
    return (Finding("language_mode", Severity.ERROR, refusal.cause, refusal.next_step),)


def preflight_result(computer: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """The documented result: flat maps, and whether there is no error among them."""
    errors, warnings = (
        sum(finding.severity is severity for finding in findings) for severity in (Severity.ERROR, Severity.WARNING)
    )
    verdict = "is not ready" if errors else "is ready"
    return {
        "changed": False,
        "ready": not errors,
        "findings": [asdict(finding) | {"severity": finding.severity.value, "ok": finding.ok} for finding in findings],
        "msg": f"{computer} {verdict}: {_count(errors, 'error')}, {_count(warnings, 'warning')}.",
    }


def _connection(inventory: Inventory) -> Finding:
    sentence = f"The connection to {inventory.computer} works and is {inventory.identity.account}."
    return Finding("connection", Severity.OK, sentence, account=inventory.identity.account)


def _administrator(inventory: Inventory) -> Finding:
    account = inventory.identity.account
    if inventory.identity.administrator:
        return Finding("administrator", Severity.OK, f"{account} is an administrator of {inventory.computer}.")
    return Finding(
        "administrator",
        _need_of_rights(inventory),
        f"{account} is no administrator of {inventory.computer} over this connection; nobody else's profile can be read.",
        "Connect with an administrator; a local one needs LocalAccountTokenFilterPolicy to be one over the network.",
    )


def _debug_privilege(inventory: Inventory) -> Finding:
    account = inventory.identity.account
    if inventory.identity.debug_privilege:
        return Finding("debug_privilege", Severity.OK, f"{account} has SeDebugPrivilege on {inventory.computer}.")
    return Finding(
        "debug_privilege",
        _need_of_rights(inventory),
        f"{account} lacks SeDebugPrivilege on {inventory.computer}; nothing can be run as a holder without his or her password.",
        "Connect with a local administrator, or grant the right 'Debug programs'.",
    )


def _secondary_logon(inventory: Inventory) -> Finding:
    service = f"The service Secondary Logon (seclogon) on {inventory.computer}"
    if inventory.secondary_logon == DISABLED:
        sentence = f"{service} is disabled; nothing can be run as a holder."
        return Finding("secondary_logon", _need_of_rights(inventory), sentence, "Set its start type to manual.")
    if inventory.secondary_logon is None:
        sentence = f"{service} is not installed, as far as the registry tells; Windows always has it."
        return Finding("secondary_logon", Severity.WARNING, sentence, "Repair the installation of Windows.")
    return Finding("secondary_logon", Severity.OK, f"{service} can be started.")


def _language_mode(inventory: Inventory) -> Finding:
    sentence = f"PowerShell on {inventory.computer} runs in {inventory.language_mode} mode"
    if inventory.language_mode == FULL_LANGUAGE:
        return Finding("language_mode", Severity.OK, f"{sentence}.")
    return Finding(
        "language_mode",
        Severity.ERROR,
        f"{sentence}, which compiles no C#; no certificate can be imported or removed.",
        "Exempt the workstation or the connection's account from the policy that sets it.",
    )


def _logging(inventory: Inventory, allowed: bool) -> Finding:
    kinds = ", ".join(inventory.logging.kinds)
    if not kinds:
        return Finding("logging", Severity.OK, f"{inventory.computer} does not keep what PowerShell runs.")
    return Finding(
        "logging",
        Severity.WARNING if allowed else Severity.ERROR,
        f"{inventory.computer} keeps what PowerShell runs ({kinds}), with the one-use bundle in it.",
        "Exempt the workstation from this policy while certificates are imported, or set allow_logged_secrets: true.",
    )


def _force_key_protection(inventory: Inventory) -> Finding:
    if not inventory.force_key_protection:
        sentence = f"No policy of {inventory.computer} asks before a key is used (ForceKeyProtection)."
        return Finding("force_key_protection", Severity.OK, sentence)
    return Finding(
        "force_key_protection",
        Severity.ERROR,
        f"A policy of {inventory.computer} (ForceKeyProtection) makes Windows ask in a dialog before a key is used.",
        "Take the policy away for this workstation: nobody could answer the dialog.",
    )


def _clock(inventory: Inventory, now: datetime) -> Finding:
    skew = inventory.skew(now)
    if abs(skew) <= TOLERATED_SKEW:
        return Finding("clock", Severity.OK, f"The clock of {inventory.computer} agrees with the controller's.")
    return Finding(
        "clock",
        Severity.WARNING,
        f"The clock of {inventory.computer} is {abs(skew)} seconds {'fast' if skew > 0 else 'slow'} by the controller's.",
        "Let both synchronise; dates of certificates are judged by them.",
    )


def _os_build(inventory: Inventory) -> Finding:
    sentence = f"{inventory.computer} has build {inventory.os_build} of Windows"
    if inventory.os_build >= OLDEST_BUILD:
        return Finding("os_build", Severity.OK, f"{sentence}.")
    cure = "Install Windows 10, Windows Server 2016 or later."
    return Finding("os_build", Severity.ERROR, f"{sentence}, which is not supported.", cure)


def _holder(inventory: Inventory, asked: str) -> Finding:
    """By the very rules by which an exchange is refused or put off."""
    try:
        owner = resolve_holder(inventory, asked)
        check_store_readable(owner, inventory.computer)
        run_context(owner, inventory, None)
    except CollectionError as refusal:
        if refusal.code not in OF_THE_WORKSTATION:
            return Finding("holder", Severity.ERROR, refusal.cause, refusal.next_step, asked)
    if owner.sid == inventory.identity.sid:
        return _own_connection(owner, asked)
    return Finding("holder", Severity.OK, _presence(owner, inventory.computer), account=asked)


def _presence(owner: HolderAccount, computer: str) -> str:
    if owner.profile is None:
        return f"{owner.name} has never logged on to {computer}; a certificate is installed after the first logon."
    if not owner.profile.loaded:
        return f"{owner.name} is not logged on to {computer}; a certificate waits until he or she is."
    return f"{owner.name} is logged on to {computer}, and the profile can be read."


def _own_connection(owner: HolderAccount, asked: str) -> Finding:
    return Finding(
        "holder",
        Severity.WARNING,
        f"{owner.name} is the connection's own account, for which Windows stores no key over NTLM, Kerberos or a certificate.",
        "Connect with another administrator while the holder is logged on, or with Basic over HTTPS or CredSSP.",
        asked,
    )


def _profiles(inventory: Inventory) -> tuple[Finding, ...]:
    """Profiles of others than the holders, of which it was said already."""
    holders = {account.sid for account in inventory.accounts}
    unread = tuple(
        Finding(
            "profile",
            Severity.WARNING,
            f"The profile {profile.path} on {inventory.computer} cannot be read: "
            f"{UNREAD_SENTENCES.get(unread.code, unread.code)} ({unread.detail}).",
            "Give the connection account access to it, or repair the profile; until then its certificates are not known.",
            profile.owner_sid,
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


def _need_of_rights(inventory: Inventory) -> Severity:
    """Rights over others are not needed where the connection's own account is the only holder."""
    asked = {account.sid for account in inventory.accounts}
    return Severity.WARNING if asked == {inventory.identity.sid} else Severity.ERROR


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
