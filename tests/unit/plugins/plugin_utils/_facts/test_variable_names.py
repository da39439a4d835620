# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt variable is told with the nearest name, and a variable of the site is left alone."""

from __future__ import annotations

import re

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import (
    known_variables,
    misspelt_variables,
)


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
    (said,) = misspelt_variables([name, name, "ansible_host"])
    assert re.findall(r"variable (\S+) .* mean (\S+)[?]", said) == [(name, meant)]


def test_an_own_prefix_is_told_without_a_near_name_too() -> None:
    (said,) = misspelt_variables(["pkcs12_qqqqqqqqqqqqqqqqqqqq"])
    assert "pkcs12_qqq" in said
    assert "mean" not in said


@pytest.mark.parametrize(
    "name",
    ["report_server_of_the_site", "audit_log", "collect_logs", "renewal", "pkcs12", "pkcs12_for_tests", "x_pkcs12_a"],
)
def test_a_variable_of_a_site_is_left_alone(name: str) -> None:
    assert misspelt_variables([name]) == []


def test_every_known_name_is_known() -> None:
    assert misspelt_variables(known_variables()) == []
