# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a driver runs as, and what that logon can do: the rules that decide whether a private key can be stored."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import is_unfit
from lab.emulated import EmulatedWorkstation, User
from lab.emulated.computer import SYSTEM_POLICIES
from lab.emulated.logon import TOKENS
from lab.emulated.transport_key import PREFIX, transport_container
from lab.workstation_interface import AuthMethod, Logon
from unit.lab.emulated.driver_calls import (
    ADMINISTRATOR,
    JEANNE,
    MARC,
    NEW,
    SERVICE,
    answer,
    importing,
    inventory,
    request,
    stdin,
    workstation,
)

NO_DPAPI = 0x80090345
FIT = ("fit", "uac_filtered", "batch_with_password")


def enrol(
    target: EmulatedWorkstation, owner: User, logon: Logon, become: User | str | None = None, **options: str
) -> dict[str, Any]:
    """Imports into the owner's store."""
    return answer(target, logon, stdin("store_exchange", request(target, owner, importing(NEW)), become, **options))


def test_the_token_of_who_is_logged_on_has_dpapi() -> None:
    """become without a password, over a network logon."""
    target = workstation()
    assert enrol(target, JEANNE, ADMINISTRATOR, JEANNE)["changed"] is True
    assert list(target.store_of(JEANNE.sid).elements) == [NEW.thumbprint]


def test_who_is_not_logged_on_has_no_fit_token() -> None:
    """become without a password gives an S4U logon."""
    target = workstation()
    found = enrol(target, MARC, ADMINISTRATOR, MARC)
    assert found["error"] == {"step": "guard", "code": "unfit_token", "hresult": NO_DPAPI, "token": "batch"}
    assert target.store_of(MARC.sid).elements == {}


@pytest.mark.parametrize("name", TOKENS)
def test_become_takes_the_token_of_any_process_and_each_is_fit_or_refused(name: str) -> None:
    target = workstation()
    target.profiles[JEANNE.sid].picks.append(name)
    found = enrol(target, JEANNE, ADMINISTRATOR, JEANNE)
    assert found["changed"] if name in FIT else is_unfit(found)
    assert enrol(target, JEANNE, ADMINISTRATOR, JEANNE)["error"] is None


def test_a_refused_token_leaves_the_transport_key_of_its_request() -> None:
    """The same request may come again, with a token that is fit."""
    target = workstation()
    store = target.store_of(JEANNE.sid)
    key = transport_container(PREFIX + "0" * 32)
    store.containers[key.name] = key
    sealed = {"id": "1", "step": "import_sealed", "thumbprint": NEW.thumbprint, "bundle": "", "sealed_passphrase": ""}
    step = sealed | {"container": key.name, "exportable": False}
    for pick, kept in (("service", True), ("fit", False)):
        target.profiles[JEANNE.sid].picks.append(pick)
        answer(target, ADMINISTRATOR, stdin("store_exchange", request(target, JEANNE, step), JEANNE))
        assert (key.name in store.containers) is kept


@pytest.mark.parametrize(
    ("owner", "options", "code"),
    [
        (JEANNE, {}, "dpapi_broken"),
        (MARC, {}, "unfit_token"),
        (MARC, {"password": MARC.password}, "dpapi_broken"),
        (MARC, {"password": MARC.password, "logon_type": "Network"}, "no_dpapi"),
    ],
    ids=["at the desk", "S4U", "password", "network"],
)
def test_only_an_interactive_logon_says_that_dpapi_is_broken(owner: User, options: dict[str, str], code: str) -> None:
    target = workstation()
    target.profiles[owner.sid].dpapi_broken = True
    assert enrol(target, owner, ADMINISTRATOR, owner, **options)["error"]["code"] == code


@pytest.mark.parametrize(("method", "works"), [(AuthMethod.BASIC, True), (AuthMethod.NTLM, False)])
def test_the_connections_own_store_depends_on_the_logon(method: AuthMethod, works: bool) -> None:
    """A network logon has no DPAPI of its own."""
    target = workstation()
    target.add_user(SERVICE)
    found = enrol(target, SERVICE, Logon(SERVICE.account, method))
    assert found["changed"] is works
    assert (found["error"] is None) is works


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


def test_an_ordinary_user_reads_only_his_own_profile() -> None:
    """The rest is unread with the reason, never empty."""
    target = workstation()
    profiles = {p["owner_sid"]: p for p in inventory(target, Logon(MARC.account, AuthMethod.NTLM))["profiles"]}
    assert profiles[MARC.sid]["unread"] == []
    assert {reason["code"] for reason in profiles[JEANNE.sid]["unread"]} == {"access_denied"}


def test_the_connection_loads_its_own_profile_and_makes_it_on_the_first_visit() -> None:
    """Others are loaded while they are logged on."""
    target = workstation()
    loaded = {p["owner_sid"]: p["loaded"] for p in inventory(target)["profiles"]}
    assert loaded == {SERVICE.sid: True, JEANNE.sid: True, MARC.sid: False}
    assert target.profiles[SERVICE.sid].loaded is False


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


def test_account_of_a_domain_with_such_a_name_is_a_person() -> None:
    target = protected(2)
    person = dataclasses.replace(MARC, account=rf"{MARC.account.partition(chr(92))[0]}\ADMIN_marc")
    target.add_user(person, logged_on=True)
    target.profiles[person.sid].path = rf"C:\Users\{person.name}"
    error = enrol(target, JEANNE, ADMINISTRATOR, person)["error"]
    assert (error["code"], error["second_account"]) == ("wrong_owner", False)
    assert person.sid in [each["owner_sid"] for each in inventory(target)["profiles"]]
