# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whose store it is and whether it can be written now. Pure: decided from the inventory, before anything is sent as the holder."""

from __future__ import annotations

from dataclasses import dataclass

from .._errors import CollectionError
from .protocol import Account, Context, Inventory, Profile, RunAs

TEMPORARY = "temporary"
"""Code of a store that is read, and is not the person's own: Windows gave him a temporary profile, which goes at the logoff."""

UNREAD_SENTENCES = {
    TEMPORARY: "Windows gave the person a temporary profile in place of his own",
    "redirected": "AppData is redirected to a share",
    "access_denied": "access was denied",
    "no_appdata": "the profile folder has no AppData",
    "unreadable": "it could not be read",
    "element": "a certificate in it cannot be parsed",
}

DISABLED = 4
"""Start type of a service (SERVICE_DISABLED)."""


@dataclass(frozen=True, slots=True)
class HolderAccount:
    """A holder on this workstation: the account, and the profile when there is one."""

    sid: str
    account: Account
    profile: Profile | None

    @property
    def name(self) -> str:
        """The account as Windows writes it, or the SID."""
        return self.account.name or self.sid


def resolve_holder(inventory: Inventory, asked: str) -> HolderAccount:
    """Finds the holder that was asked for. Raises ``CollectionError``: ``unknown_holder``, also for a SID without name and profile."""
    account = next((account for account in inventory.accounts if account.asked == asked), None)
    profile = inventory.profile(account.sid) if account and account.sid else None
    if account is None or account.sid is None or (account.name is None and profile is None):
        raise CollectionError(
            code="unknown_holder",
            cause=f"{inventory.computer} knows no account {asked or 'without a name'}{_hresult(account)}.",
            next_step="Check the spelling (DOMAIN\\user, UPN or SID) and that the workstation reaches its domain.",
        )
    return HolderAccount(account.sid, account, profile)


def check_store_readable(owner: HolderAccount, computer: str) -> None:
    """Refuses an owner whose store cannot be trusted. Raises ``CollectionError``: ``temporary_profile``, ``store_unread``."""
    profile = owner.profile
    if profile is None:
        return
    if profile.temporary:
        raise CollectionError(
            code="temporary_profile",
            cause=f"Windows gave {owner.name} a temporary profile on {computer}; all in it is lost at logoff.",
            next_step="Repair the profile, let the user log on again, then run the task again.",
        )
    if profile.my.unread:
        unread = profile.my.unread[0]
        why = UNREAD_SENTENCES.get(unread.code, unread.code)
        raise CollectionError(
            code="store_unread",
            cause=f"The personal store of {owner.name} on {computer} cannot be read: {why} ({unread.detail}).",
            next_step="Give the connection account access to it, or repair the profile; nothing is written to a store that cannot be read.",
        )


def deferral_reason(owner: HolderAccount, inventory: Inventory, password: str | None) -> str | None:
    """Why the owner's keys cannot be touched now, as a sentence; None when they can: a password makes a logon of its own."""
    if password is not None:
        return None
    if owner.profile is None:
        return f"{owner.name} has never logged on to {inventory.computer}; the certificate is installed after the first logon."
    if not owner.profile.loaded:
        return f"{owner.name} is not logged on to {inventory.computer}; run the task again when he or she is."
    return None


def run_context(owner: HolderAccount, inventory: Inventory, password: str | None) -> RunAs:
    """The context of an exchange. Raises ``CollectionError``: ``no_account_name``, ``no_debug_privilege``, ``secondary_logon``."""
    if owner.sid == inventory.identity.sid:
        return RunAs(Context.CONNECTION, inventory.identity.account)
    if owner.account.name is None:
        raise CollectionError(
            code="no_account_name",
            cause=f"{inventory.computer} cannot tell which account has the SID {owner.sid}.",
            next_step="Check that the account still exists and that the workstation reaches its domain.",
        )
    _check_become(inventory, owner.account.name, password)
    return RunAs(Context.BECOME, owner.account.name, password)


def _check_become(inventory: Inventory, holder: str, password: str | None) -> None:
    """Ansible's runas takes the token of the holder's logon session, which needs a right and a service."""
    if inventory.secondary_logon == DISABLED:
        raise CollectionError(
            code="secondary_logon",
            cause=f"The service Secondary Logon (seclogon) is disabled on {inventory.computer}; nothing can be run as {holder}.",
            next_step="Set its start type to manual.",
        )
    if password is None and not inventory.identity.debug_privilege:
        raise CollectionError(
            code="no_debug_privilege",
            cause=f"{inventory.identity.account} lacks SeDebugPrivilege on {inventory.computer}; nothing can be run as {holder}.",
            next_step="Connect with a local administrator, or grant the right 'Debug programs'.",
        )


def _hresult(account: Account | None) -> str:
    return f" (0x{account.hresult:08X})" if account and account.hresult else ""
