# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt variable is told with the nearest name, and a variable of the site is left alone."""

from __future__ import annotations

import re

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.filter.misspelt_variables import known_variables
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import misspelt_variables


def told(*names: str) -> list[str]:
    """What is said of one host with these variables."""
    return misspelt_variables({"ws": names}, known_variables())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pkcs12_renew_befor_days", "renew_before_days"),
        ("pkcs12_serail", "pkcs12_serial"),
        ("pkcs12_max_fail_percent", "pkcs12_max_fail_percentage"),
        ("renew_befor_days", "renew_before_days"),
        ("report_folders", "report_folder"),
    ],
)
def test_a_misspelt_name_is_told_with_the_one_that_is_meant(name: str, meant: str) -> None:
    (said,) = told(name, "ansible_host")
    assert re.findall(r"variable (\S+) .* mean (\S+)[?]", said) == [(name, meant)]


def test_an_own_prefix_is_told_without_a_near_name_too() -> None:
    (said,) = told("pkcs12_qqqqqqqqqqqqqqqqqqqq")
    assert "pkcs12_qqq" in said
    assert "mean" not in said


@pytest.mark.parametrize(
    "name",
    ["report_server_of_the_site", "audit_log", "collect_logs", "renewal", "pkcs12", "pkcs12_for_tests", "x_pkcs12_a"],
)
def test_a_variable_of_a_site_is_left_alone(name: str) -> None:
    assert told(name) == []


def test_every_known_name_is_known() -> None:
    assert told(*known_variables()) == []


@pytest.mark.parametrize(
    ("hosts", "whose"),
    [
        ([1], " of ws-1 "),
        ([1, 2, 3], " of ws-1, ws-2, ws-3 "),
        ([1, 2, 3, 4], " of ws-1, ws-2, ws-3 and 1 other host "),
        ([0, 1, 2, 3, 4], " "),
    ],
)
def test_the_hosts_that_have_it_are_named_unless_all_have_it(hosts: list[int], whose: str) -> None:
    names = {f"ws-{number}": ["pkcs12_serail"] if number in hosts else ["pkcs12_serial"] for number in range(5)}
    (said,) = misspelt_variables(names, known_variables())
    assert f"The variable pkcs12_serail{whose}has no effect here." in said
