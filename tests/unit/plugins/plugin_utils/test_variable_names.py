# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A variable that nothing reads is told, with the nearest name or the hosts that it should be set for."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.known_settings import known_settings
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.variable_names import (
    nearly_settings,
    without_effect,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem

SETTINGS = {
    "pkcs12_serial": "command line",
    "pkcs12_renew_before_days": "both",
    "pkcs12_authorisation_anniversary": "both",
    "pkcs12_report_folder": "localhost",
    "pkcs12_computer": "workstation",
}


def told(*names: str) -> list[Problem]:
    """What is told of one host with these variables."""
    return without_effect({"ws": names}, names, known_settings())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pkcs12_serail", "pkcs12_serial"),
        ("pkcs12_timezone", "pkcs12_time_zone"),
        ("pkcs12_LANGUAGE", "pkcs12_language"),
        ("pkcs12_passphrase_", "pkcs12_passphrases"),
        ("pkcs12_colour", None),  # the prefix makes no name near
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest(name: str, meant: str | None) -> None:
    near = (Problem("unused_variable.meant", {"near": meant}),) if meant else ()
    assert told(name, "ansible_host") == [Problem("unused_variable.everywhere", {"name": name}, causes=near)]


@pytest.mark.parametrize(
    "name",
    [
        *("pkcs12", "__pkcs12_holders", "report_folder"),
        *("pkcs12_fact_x", "pkcs12_passphrases_vault", "pkcs12_holder_passwords_vault"),
    ],
)
def test_a_name_of_a_site_a_fact_and_further_secrets_are_left_alone(name: str) -> None:
    assert told(name) == []


def test_every_setting_is_known() -> None:
    assert told(*known_settings()) == []


@pytest.mark.parametrize(
    ("hosts", "named"),
    [
        ([4, 3, 2, 1], ("ws-1", "ws-2", "ws-3", "ws-4")),
        ([0, 1, 2, 3, 4], None),
    ],
)
def test_the_hosts_that_have_it_are_named_unless_all_have_it(hosts: list[int], named: tuple[str, ...] | None) -> None:
    names = {f"ws-{number}": ["pkcs12_serail"] for number in hosts}
    names |= {f"ws-{number}": [] for number in range(5) if number not in hosts}
    (said,) = without_effect(names, (), SETTINGS)
    assert said.values.get("hosts") == named


@pytest.mark.parametrize(
    ("names", "of_localhost", "code"),
    [
        ({"ws": ["pkcs12_report_folder"]}, [], "of_localhost"),
        ({"ws": ["pkcs12_report_folder"]}, ["pkcs12_report_folder"], None),
        ({"localhost": [], "ws": ["pkcs12_report_folder"]}, [], "of_localhost"),
        ({"localhost": ["pkcs12_computer"], "ws": []}, ["pkcs12_computer"], "of_workstations"),
        ({"localhost": ["pkcs12_computer"]}, ["pkcs12_computer"], None),
        ({"localhost": ["pkcs12_computer"], "ws": ["pkcs12_computer"]}, ["pkcs12_computer"], None),
        ({"ws": ["pkcs12_computer"]}, [], None),
        ({"ws": ["pkcs12_renew_before_days"]}, [], None),
        ({"localhost": [], "ws": ["pkcs12_renew_before_days"]}, [], "on_localhost"),
        ({"localhost": [], "ws": ["pkcs12_authorisation_anniversary"]}, [], None),
        ({"localhost": ["pkcs12_renew_before_days"], "ws": []}, ["pkcs12_renew_before_days"], None),
        ({"ws": ["pkcs12_serial"]}, [], None),
    ],
)
def test_a_setting_is_told_where_nobody_reads_it(
    names: dict[str, list[str]], of_localhost: list[str], code: str | None
) -> None:
    found = without_effect(names, of_localhost, SETTINGS)
    assert [each.code for each in found] == ([f"unused_variable.{code}"] if code else [])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pkcs12_leaver", "pkcs12_leavers"),
        ("pkcs_leavers", "pkcs12_leavers"),
        ("pkcs_install", "pkcs12_install"),
        ("PKCS12_LEAVERS", "pkcs12_leavers"),
        ("pkcs_12_bundle_folder", "pkcs12_bundle_folder"),
        ("enrol_leavers", "pkcs12_leavers"),
        ("retire_confirm_removal", "pkcs12_confirm_removal"),
        ("pkcs12_leavers", None),
        ("pkcs12_our_colour", None),
        ("pkcs11_module", None),
        ("report_hosts", None),
        ("enrol_colour", None),
        ("leavers", None),
        ("pkcs12_passphrases_ward", None),
        ("pkcs12_fact_audit", None),
    ],
)
def test_a_name_that_is_nearly_a_settings(name: str, meant: str | None) -> None:
    assert nearly_settings([name], known_settings()) == ([(name, meant)] if meant else [])
    assert [each.causes for each in told(name)] == (
        [(Problem("unused_variable.meant", {"near": meant}),)] if meant else [()] if name == "pkcs12_our_colour" else []
    )
