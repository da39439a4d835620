# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import Context, Inventory, RunAs, Store, Unread
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._owner import (
    deferral,
    find_owner,
    refuse_unusable,
    run_as,
)
from unit.plugins.plugin_utils.fakes import JEANNE, SERVICE, inventory, profile

ASKED = JEANNE.asked


def code_of(found: Inventory) -> str:
    with pytest.raises(PkcsError) as refused:
        refuse_unusable(find_owner(found, ASKED), "WS-CARDIO")
    return refused.value.code


def context_code(found: Inventory, password: str | None = None) -> str:
    with pytest.raises(PkcsError) as refused:
        run_as(find_owner(found, ASKED), found, password)
    return refused.value.code


def test_unknown_account_is_refused_with_the_code_of_windows() -> None:
    nobody = replace(JEANNE, sid=None, name=None, hresult=0x80070534)
    with pytest.raises(PkcsError, match="knows no account") as refused:
        find_owner(inventory(accounts=[nobody]), ASKED)
    assert refused.value.code == "unknown_holder"
    assert "(0x80070534)" in refused.value.cause
    with pytest.raises(PkcsError):
        find_owner(inventory(profile()), "somebody else")


def test_sid_that_means_nobody_here_is_unknown() -> None:
    """Windows takes any SID; who has neither a name nor a profile cannot be waited for."""
    nameless = replace(JEANNE, name=None, hresult=0x80070534)
    with pytest.raises(PkcsError) as refused:
        find_owner(inventory(accounts=[nameless]), ASKED)
    assert refused.value.code == "unknown_holder"
    assert find_owner(inventory(profile(), accounts=[nameless]), ASKED).name == JEANNE.sid


def test_store_that_cannot_be_trusted_is_refused() -> None:
    assert code_of(inventory(replace(profile(), temporary=True))) == "temporary_profile"
    unread = Store((), (Unread("redirected", "\\\\files\\jdupont", None),))
    assert code_of(inventory(replace(profile(), my=unread))) == "store_unread"
    refuse_unusable(find_owner(inventory(profile()), ASKED), "WS-CARDIO")
    refuse_unusable(find_owner(inventory(), ASKED), "WS-CARDIO")


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (inventory(), "has never logged on"),
        (inventory(replace(profile(), loaded=False)), "is not logged on"),
        (inventory(profile()), None),
    ],
)
def test_holder_who_is_not_there_is_waited_for(found: Inventory, says: str | None) -> None:
    owner = find_owner(found, ASKED)
    reason = deferral(owner, found, None)
    assert (says in reason) if says and reason else reason is says
    assert deferral(owner, found, "a password makes a logon of its own") is None


def test_holder_is_reached_by_become_without_anybodys_password() -> None:
    found = inventory(profile())
    assert run_as(find_owner(found, ASKED), found, None) == RunAs(Context.BECOME, "CHU\\jdupont", None)
    assert run_as(find_owner(found, ASKED), found, "") == RunAs(Context.BECOME, "CHU\\jdupont", "")


def test_connections_user_needs_no_become() -> None:
    found = replace(inventory(profile()), identity=replace(SERVICE, sid=str(JEANNE.sid), account="CHU\\jdupont"))
    assert run_as(find_owner(found, ASKED), found, None) == RunAs(Context.CONNECTION, "CHU\\jdupont", None)


def test_become_that_cannot_work_is_not_tried() -> None:
    found = inventory(profile())
    powerless = replace(found, identity=replace(SERVICE, debug_privilege=False))
    assert context_code(powerless) == "no_debug_privilege"
    assert run_as(find_owner(powerless, ASKED), powerless, "his own").password == "his own"
    assert context_code(replace(found, secondary_logon=4), "his own") == "secondary_logon"
    assert context_code(inventory(profile(), accounts=[replace(JEANNE, name=None)])) == "no_account_name"
