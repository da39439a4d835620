# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whose store it is and whether it can be written now. Pure: decided from the inventory, before anything is sent as the holder."""

from __future__ import annotations

from dataclasses import dataclass

from .._errors import Pkcs12Error, Problem
from .findings import unread_store, with_number
from .protocol import Account, Context, Inventory, Profile, RunAs

DISABLED = 4
"""Start type of a service (SERVICE_DISABLED)."""


@dataclass(frozen=True, slots=True)
class HolderAccount:
    """A holder's account on this workstation, and its profile, or None."""

    sid: str
    account: Account
    profile: Profile | None

    @property
    def name(self) -> str:
        """The account's name in Windows, or the SID."""
        return self.account.name or self.sid


def resolve_holder(inventory: Inventory, asked: str) -> HolderAccount:
    """Finds a holder by the text of the request. Raises ``Pkcs12Error`` (``unknown_holder``), also for a SID without both."""
    account = next((account for account in inventory.accounts if account.asked == asked), None)
    profile = inventory.profile(account.sid) if account and account.sid else None
    if account is None or account.sid is None or (account.name is None and profile is None):
        causes = tuple(with_number(account.hresult if account else None))
        if not asked:
            raise Pkcs12Error(Problem("unknown_holder.unnamed", {"computer": inventory.computer}, causes=causes))
        raise Pkcs12Error(Problem("unknown_holder", {"computer": inventory.computer, "name": asked}, causes=causes))
    return HolderAccount(account.sid, account, profile)


def check_store_readable(owner: HolderAccount, computer: str) -> None:
    """Refuses a store that was not read completely. Raises ``Pkcs12Error``: ``temporary_profile``, ``store_unread``."""
    profile = owner.profile
    if profile is None:
        return
    if profile.temporary:
        raise Pkcs12Error(Problem("temporary_profile", {"name": owner.name, "computer": computer}))
    if profile.my.unread:
        unread = profile.my.unread[0]
        raise unread_store(owner.name, computer, unread.code, unread.detail)


def deferral_reason(owner: HolderAccount, inventory: Inventory, password: str | None) -> Problem | None:
    """Why the owner's keys cannot be changed now, and what to do; None when they can.

    With a ``password`` Windows logs the owner on for the exchange, so nobody has to wait. An empty one is none: Windows would count a
    failed logon.
    """
    code = absence(owner)
    if password or code is None:
        return None
    return Problem(code, {"name": owner.name, "computer": inventory.computer})


def absence(owner: HolderAccount) -> str | None:
    """The code for an owner who is not logged on; None for one who is."""
    if owner.profile is None:
        return "never_logged_on"
    return None if owner.profile.loaded else "not_logged_on"


def run_context(owner: HolderAccount, inventory: Inventory, password: str | None) -> RunAs:
    """The context of an exchange. Raises ``Pkcs12Error``: ``no_account_name``, ``no_debug_privilege``, ``secondary_logon``.

    The connection's own account uses become, too, where it can: become passes network logons over, which store no private key, and
    takes the account's session at the workstation.
    """
    own = owner.sid == inventory.identity.sid
    if own and not _can_become(inventory, password):
        return RunAs(Context.CONNECTION, inventory.identity.account, own=True)
    name = inventory.identity.account if own else owner.account.name
    if name is None:
        raise Pkcs12Error(Problem("no_account_name", {"computer": inventory.computer, "name": owner.sid}))
    _check_become(inventory, name, password)
    return RunAs(Context.BECOME, name, password or None, own)


def check_logged_password(inventory: Inventory, run_as: RunAs) -> None:
    """Refuses to send a holder's Windows password to a workstation that logs what PowerShell runs.

    Ansible's wrapper hands the password to commands of PowerShell, and module logging keeps their arguments. What nobody can tell
    beforehand is a policy in the hive of a holder who is not logged on. Raises ``Pkcs12Error``: ``logged_password``.
    """
    kinds = inventory.logging.codes
    if run_as.password is not None and kinds:
        values = {"computer": inventory.computer, "kinds": kinds, "name": run_as.account}
        raise Pkcs12Error(Problem("logged_password", values))


def _can_become(inventory: Inventory, password: str | None) -> bool:
    service = inventory.secondary_logon not in (None, DISABLED)
    return service and (bool(password) or inventory.identity.debug_privilege)


def _check_become(inventory: Inventory, holder: str, password: str | None) -> None:
    """Checks what Ansible's runas needs: a service, and a right to take the token of the holder's logon session."""
    if inventory.secondary_logon == DISABLED:
        raise Pkcs12Error(Problem("secondary_logon", {"computer": inventory.computer, "name": holder}))
    if not password and not inventory.identity.debug_privilege:
        values = {"connection": inventory.identity.account, "computer": inventory.computer, "name": holder}
        raise Pkcs12Error(Problem("no_debug_privilege", values))
