# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose store it is, and whether it can be written now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.account import (
    check_logged_password,
    deferral_reason,
    resolve_holder,
    run_context,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import unread_problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Account,
    Context,
    Identity,
    Profile,
    RunAs,
)
from unit.plugins.plugin_utils.fakes import HOLDER, OTHER_SID, SID, inventory, profile

CONNECTION = inventory().identity
QUIET = inventory().logging


def code(refusal: pytest.ExceptionInfo[Pkcs12Error]) -> str:
    return refusal.value.code


@pytest.mark.parametrize("accounts", [(), (Account(HOLDER, None, None, 0x80070534),)], ids=["not_answered", "nobody"])
def test_an_account_that_is_nobodys_is_refused(accounts: tuple[Account, ...]) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        resolve_holder(inventory(accounts=accounts), HOLDER)
    causes = (Problem("hresult", {"number": "0x80070534"}),) if accounts else ()
    assert refusal.value.problem == Problem("unknown_holder", {"computer": "WS-1", "name": HOLDER}, causes=causes)


def test_a_reason_that_is_not_known_is_told_as_the_driver_tells_it() -> None:
    assert unread_problem("new_code", "x") == Problem("unread.other", {"reason": "new_code", "detail": "x"})


@pytest.mark.parametrize(
    ("profiles", "said"),
    [((), "never_logged_on"), ((profile(loaded=False),), "not_logged_on")],
    ids=["never_here", "not_now"],
)
def test_who_is_not_logged_on_waits_unless_there_is_a_password(profiles: tuple[Profile, ...], said: str) -> None:
    found = inventory(profiles=profiles)
    owner = resolve_holder(found, HOLDER)
    assert deferral_reason(owner, found, None) == Problem(said, {"name": HOLDER, "computer": "WS-1"})
    assert deferral_reason(owner, found, "his own") is None


def test_an_empty_password_is_none() -> None:
    """Windows would count it as a failed logon, and lock the account after some."""
    away = inventory(profiles=(profile(loaded=False),))
    owner = resolve_holder(away, HOLDER)
    assert deferral_reason(owner, away, "") == deferral_reason(owner, away, None)
    assert run_context(owner, inventory(), "").password is None
    weak = inventory(identity=replace(CONNECTION, debug_privilege=False))
    with pytest.raises(Pkcs12Error) as refusal:
        run_context(owner, weak, "")
    assert code(refusal) == "no_debug_privilege"


WEAK = Identity(SID, HOLDER, administrator=False, debug_privilege=False)
STRONG = replace(WEAK, administrator=True, debug_privilege=True)
OWN_BECOME = RunAs(Context.BECOME, HOLDER, own=True)
OWN_CONNECTION = RunAs(Context.CONNECTION, HOLDER, own=True)


@pytest.mark.parametrize(
    ("identity", "service", "password", "expected"),
    [
        (STRONG, 3, None, OWN_BECOME),
        (STRONG, 4, None, OWN_CONNECTION),
        (STRONG, None, None, OWN_CONNECTION),
        (WEAK, 3, None, OWN_CONNECTION),
        (WEAK, 4, "his own", OWN_CONNECTION),
        (WEAK, 3, "", OWN_CONNECTION),
        (WEAK, 3, "his own", replace(OWN_BECOME, password="his own")),
    ],
)
def test_the_connections_own_user_uses_become_where_the_rights_are_there(
    identity: Identity, service: int | None, password: str | None, expected: RunAs
) -> None:
    """become takes the session at the desk, whose keys a network logon does not have."""
    own = inventory(identity=identity, secondary_logon=service)
    assert run_context(resolve_holder(own, HOLDER), own, password) == expected


@pytest.mark.parametrize("kind", ["script_block", "module", "transcription"])
def test_a_password_is_not_sent_where_powershell_is_logged(kind: str) -> None:
    logged = inventory(logging=replace(QUIET, **{kind: True}))
    with pytest.raises(Pkcs12Error) as refusal:
        check_logged_password(logged, RunAs(Context.BECOME, HOLDER, "his own"))
    kinds = (f"{kind}_logging" if kind != "transcription" else kind,)
    values = {"computer": "WS-1", "kinds": kinds, "name": HOLDER}
    assert refusal.value.problem == Problem("logged_password", values)
    check_logged_password(logged, RunAs(Context.BECOME, HOLDER))
    check_logged_password(inventory(), RunAs(Context.BECOME, HOLDER, "his own"))


def test_become_needs_the_service_with_and_without_a_password() -> None:
    stopped = inventory(secondary_logon=4)
    for password in (None, "his own"):
        with pytest.raises(Pkcs12Error) as refusal:
            run_context(resolve_holder(stopped, HOLDER), stopped, password)
        assert code(refusal) == "secondary_logon"
        assert refusal.value.problem.values["name"] == HOLDER


def test_the_session_token_needs_the_right_to_debug_and_a_password_does_not() -> None:
    weak = inventory(identity=replace(CONNECTION, sid=OTHER_SID, debug_privilege=False))
    owner = resolve_holder(weak, HOLDER)
    with pytest.raises(Pkcs12Error) as refusal:
        run_context(owner, weak, None)
    assert code(refusal) == "no_debug_privilege"
    assert refusal.value.problem.values["name"] == HOLDER
    assert run_context(owner, weak, "his own").context is Context.BECOME
