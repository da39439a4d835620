# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose store it is, and whether it can be written now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import Store, Unread
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.account import (
    deferral,
    find_owner,
    refuse_unusable,
    run_as,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Account,
    Context,
    Identity,
    Profile,
)
from unit.plugins.plugin_utils.fakes import HOLDER, OTHER_SID, SID, inventory, profile

CONNECTION = inventory().identity


def code(refusal: pytest.ExceptionInfo[PkcsError]) -> str:
    return refusal.value.code


def test_the_holder_is_found_by_what_was_asked() -> None:
    assert find_owner(inventory(), HOLDER).sid == SID


@pytest.mark.parametrize("accounts", [(), (Account(HOLDER, None, None, 0x80070534),)], ids=["not_answered", "nobody"])
def test_an_account_that_is_nobodys_is_refused(accounts: tuple[Account, ...]) -> None:
    with pytest.raises(PkcsError, match="WS-1 knows no account CHU") as refusal:
        find_owner(inventory(accounts=accounts), HOLDER)
    assert code(refusal) == "unknown_holder"
    assert ("0x80070534" in str(refusal.value)) == bool(accounts)


def test_a_holder_without_a_name_is_nobody() -> None:
    with pytest.raises(PkcsError, match="knows no account without a name"):
        find_owner(inventory(accounts=()), "")


def test_a_temporary_profile_is_refused() -> None:
    with pytest.raises(PkcsError) as refusal:
        refuse_unusable(find_owner(inventory(profiles=(profile(temporary=True),)), HOLDER), "WS-1")
    assert code(refusal) == "temporary_profile"


def test_a_store_that_cannot_be_read_is_refused_with_the_reason() -> None:
    unread = profile(my=Store((), (Unread("redirected", "\\\\files\\jdupont", None),)))
    with pytest.raises(PkcsError, match="AppData is redirected to a share") as refusal:
        refuse_unusable(find_owner(inventory(profiles=(unread,)), HOLDER), "WS-1")
    assert code(refusal) == "store_unread"


@pytest.mark.parametrize(
    ("profiles", "said"),
    [((), "has never logged on"), ((profile(loaded=False),), "is not logged on")],
    ids=["never_here", "not_now"],
)
def test_who_is_not_logged_on_waits_unless_there_is_a_password(profiles: tuple[Profile, ...], said: str) -> None:
    found = inventory(profiles=profiles)
    owner = find_owner(found, HOLDER)
    assert said in (deferral(owner, found, None) or "")
    assert deferral(owner, found, "") is None


def test_who_is_logged_on_does_not_wait() -> None:
    assert deferral(find_owner(inventory(), HOLDER), inventory(), None) is None


def test_the_connections_own_user_needs_no_become_and_no_right() -> None:
    own = inventory(identity=Identity(SID, HOLDER, administrator=False, debug_privilege=False), secondary_logon=4)
    assert run_as(find_owner(own, HOLDER), own, None).context is Context.CONNECTION


def test_another_holder_is_reached_through_become_with_his_own_password_or_none() -> None:
    owner = find_owner(inventory(), HOLDER)
    assert (run_as(owner, inventory(), None).context, run_as(owner, inventory(), None).password) == (
        Context.BECOME,
        None,
    )
    assert run_as(owner, inventory(), "his own").password == "his own"


def test_a_sid_without_a_name_cannot_be_become() -> None:
    unnamed = inventory(accounts=(Account(SID, SID, None, 1),))
    with pytest.raises(PkcsError) as refusal:
        run_as(find_owner(unnamed, SID), unnamed, None)
    assert code(refusal) == "no_account_name"


def test_become_needs_the_service_with_and_without_a_password() -> None:
    stopped = inventory(secondary_logon=4)
    for password in (None, "his own"):
        with pytest.raises(PkcsError) as refusal:
            run_as(find_owner(stopped, HOLDER), stopped, password)
        assert code(refusal) == "secondary_logon"
        assert HOLDER in refusal.value.cause


def test_the_session_token_needs_the_right_to_debug_and_a_password_does_not() -> None:
    weak = inventory(identity=replace(CONNECTION, sid=OTHER_SID, debug_privilege=False))
    owner = find_owner(weak, HOLDER)
    with pytest.raises(PkcsError) as refusal:
        run_as(owner, weak, None)
    assert code(refusal) == "no_debug_privilege"
    assert HOLDER in refusal.value.cause
    assert run_as(owner, weak, "his own").context is Context.BECOME
