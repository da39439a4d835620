# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a driver runs as, and what that logon can do: the rules that decide whether a private key can be stored."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from lab.emulated import EmulatedWorkstation, User
from lab.emulated.computer import SYSTEM_POLICIES
from lab.workstation_interface import AuthMethod, Logon
from unit.lab.emulated.driver_calls import (
    ADMINISTRATOR,
    JEANNE,
    MARC,
    NEW,
    answer,
    importing,
    inventory,
    request,
    stdin,
    workstation,
)


def enrol(
    target: EmulatedWorkstation, owner: User, logon: Logon, become: User | str | None = None, **options: str
) -> dict[str, Any]:
    """Imports into the owner's store."""
    return answer(target, logon, stdin("store_exchange", request(target, owner, importing(NEW)), become, **options))


def test_who_is_not_logged_on_has_no_fit_token() -> None:
    """become without a password gives an S4U logon."""
    target = workstation()
    found = enrol(target, MARC, ADMINISTRATOR, MARC)
    assert found["error"] == {"step": "guard", "code": "unfit_token", "hresult": 0x80090345, "token": "batch"}
    assert target.store_of(MARC.sid).elements == {}


def test_a_wrong_password_counts_against_the_account() -> None:
    """This is how accounts get locked: a site's become password tried on a physician."""
    target = workstation()
    found = enrol(target, JEANNE, ADMINISTRATOR, JEANNE, password="the site's password")
    assert found["failed"] is True
    assert found["msg"] == (
        'failure during exec_wrapper: Exception calling "CreateProcessAsUser" with "9" argument(s): '
        '"Failed to logon CHU\\jdupont (The user name or password is incorrect, Win32ErrorCode 1326 - 0x0000052E)"'
    )
    assert target.accounts.bad_passwords == {JEANNE.sid: 1}


def test_a_bare_name_with_a_password_means_a_local_account() -> None:
    """LogonUser is asked for the computer's own account, so the domain counts nothing."""
    target = workstation()
    found = enrol(target, JEANNE, ADMINISTRATOR, "jdupont", password=JEANNE.password)
    assert "Failed to logon .\\jdupont" in found["msg"]
    assert target.accounts.bad_passwords == {}


def test_an_unknown_account_cannot_be_become() -> None:
    """The name resolves to nobody, before anything is tried."""
    found = enrol(workstation(), JEANNE, ADMINISTRATOR, r"CHU\nobody")
    assert found["msg"].endswith('"Some or all identity references could not be translated."')


@pytest.mark.parametrize("name", [JEANNE.account, "chu\\JDUPONT", "jdupont", "jeanne.dupont@chu.example"])
def test_every_spelling_is_the_same_user(name: str) -> None:
    """Names have no case on Windows."""
    target = workstation()
    assert enrol(target, JEANNE, ADMINISTRATOR, name)["owner_sid"] == JEANNE.sid


def test_an_ordinary_connection_cannot_become_without_a_password() -> None:
    """It has no SYSTEM token to borrow."""
    found = enrol(workstation(), JEANNE, Logon(MARC.account, AuthMethod.BASIC), JEANNE)
    assert "Failed to get token for NT AUTHORITY\\SYSTEM" in found["msg"]


def test_new_credentials_stay_the_same_user() -> None:
    """So another's store is refused."""
    found = enrol(workstation(), JEANNE, ADMINISTRATOR, JEANNE, password="any", logon_type="NewCredentials")
    assert found["error"]["code"] == "wrong_owner"


def test_a_connection_accepts_every_spelling_with_its_password() -> None:
    """What the listener asks."""
    passwords = workstation().passwords
    assert {passwords[name] for name in JEANNE.spellings} == {JEANNE.password}


def protected(mode: int, *administrators: User) -> EmulatedWorkstation:
    """A workstation with this policy, where some people are administrators."""
    target = workstation()
    target.registry.put(None, SYSTEM_POLICIES, {"TypeOfAdminApprovalMode": mode})
    for user in administrators:
        target.accounts.add(dataclasses.replace(user, administrator=True))
    return target


@pytest.mark.parametrize("password", [None, JEANNE.password], ids=["token", "password"])
def test_become_takes_the_second_account_of_an_administrator(password: str | None) -> None:
    target = protected(2, JEANNE)
    options = {} if password is None else {"password": password}
    found = enrol(target, JEANNE, ADMINISTRATOR, JEANNE, **options)
    assert found["error"] == {"step": "guard", "code": "wrong_owner", "hresult": None, "second_account": True}
    assert target.store_of(JEANNE.sid).elements == {}
    owner = target.accounts.by_sid(found["owner_sid"])
    assert owner is not None
    assert owner.account == rf"{target.name}\ADMIN_{JEANNE.name}"
    assert [each["owner_sid"] for each in inventory(target)["profiles"]] == sorted({*target.profiles} - {owner.sid})


@pytest.mark.parametrize(("mode", "administrators"), [(1, [JEANNE]), (2, [MARC])], ids=["legacy mode", "another one"])
def test_everybody_else_keeps_the_own_token(mode: int, administrators: list[User]) -> None:
    target = protected(mode, *administrators)
    assert enrol(target, JEANNE, ADMINISTRATOR, JEANNE)["changed"] is True
