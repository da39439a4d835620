# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._bundle import open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._renewal import Outcome, Present, present
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._result import (
    bundle_result,
    present_result,
    store_diff,
)
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.fakes import NOW, FakeDrivers, element, inventory, profile

SECRET = "withdrawal-4711"


@pytest.fixture
def wanted(issued: IssuedBundle) -> Present:
    bundle = open_bundle(issued.data, SECRET)
    return Present(bundle, "CHU\\jdupont", "SISERI", False, Prove.ON_CHANGE, None, False, check_mode=False)


def outcome(wanted: Present, issued: IssuedBundle, *store: object, loaded: bool = True) -> Outcome:
    found = inventory(replace(profile(*store), loaded=loaded))  # type: ignore[arg-type]
    return present(wanted, FakeDrivers(found, issued), lambda: NOW)


def test_installed(wanted: Present, issued: IssuedBundle) -> None:
    result = present_result(wanted, outcome(wanted, issued), Selection(), NOW)
    assert (result["changed"], result["deferred"]) == (True, False)
    assert (result["certificate"]["thumbprint"], result["certificate"]["key_state"]) == (issued.thumbprint, "proven")
    assert [entry["step"] for entry in result["journal"]] == ["import", "prove", "name"]
    assert result["msg"].startswith("Jeanne Dupont - T123456 was installed for CHU\\jdupont and its key signs;")
    assert [row["thumbprint"] for row in result["ansible_facts"]["pkcs12"]["certificates"]] == [issued.thumbprint]


def test_nothing_to_do(wanted: Present, issued: IssuedBundle) -> None:
    done = outcome(wanted, issued, element(issued, friendly_name="SISERI"))
    result = present_result(wanted, done, Selection(), NOW)
    assert (result["changed"], result["journal"], result["certificate"]["key_state"]) == (False, [], "linked")
    assert "is already installed" in result["msg"]
    diff = store_diff(wanted, done)
    assert diff["before"] == diff["after"] != ""


def test_renamed(wanted: Present, issued: IssuedBundle) -> None:
    done = outcome(wanted, issued, element(issued, friendly_name="old"))
    result = present_result(wanted, done, Selection(), NOW)
    assert "was renamed for" in result["msg"]
    diff = store_diff(wanted, done)
    assert diff["before"] == diff["after"].replace("named SISERI", "named old")


def test_check_mode_shows_what_is_planned(wanted: Present, issued: IssuedBundle, other: IssuedBundle) -> None:
    there = element(other, friendly_name="another one")
    checked = replace(wanted, check_mode=True)
    foretold = outcome(checked, issued, there)
    result = present_result(checked, foretold, Selection(), NOW)
    assert (result["changed"], result["journal"], result["certificate"]["key_state"]) == (True, [], "planned")
    assert "would be installed" in result["msg"]
    assert other.thumbprint in store_diff(checked, foretold)["before"]
    assert issued.thumbprint not in store_diff(checked, foretold)["before"]
    assert f"{issued.thumbprint} CN=Jeanne Dupont - T123456" in store_diff(checked, foretold)["after"]


def test_archived_certificate_that_is_shown_again_is_a_difference(wanted: Present, issued: IssuedBundle) -> None:
    done = outcome(wanted, issued, element(issued, friendly_name="SISERI", archived=True))
    diff = store_diff(wanted, done)
    assert diff["before"].replace("key, archived", "key") == diff["after"] != diff["before"]


def test_deferred(wanted: Present, issued: IssuedBundle) -> None:
    waiting = outcome(wanted, issued, loaded=False)
    result = present_result(wanted, waiting, Selection(), NOW)
    assert (result["changed"], result["deferred"], result["certificate"]["key_state"]) == (False, True, "planned")
    assert result["msg"].startswith("CHU\\jdupont is not logged on")
    diff = store_diff(wanted, waiting)
    assert diff["before"] == diff["after"] == ""


def test_bundle(wanted: Present, issued: IssuedBundle) -> None:
    result = bundle_result(wanted.bundle, NOW, 40)
    assert (result["certificate"]["thumbprint"], result["certificate"]["key_state"]) == (issued.thumbprint, "in_bundle")
    assert [other["subject"].split(",")[0] for other in result["chain"]] == ["CN=AC Personnes", "CN=AC Racine"]


def test_results_are_plain_json_without_a_secret(wanted: Present, issued: IssuedBundle) -> None:
    done = outcome(wanted, issued)
    text = json.dumps([present_result(wanted, done, Selection(), NOW), bundle_result(wanted.bundle, NOW, 40)])
    assert SECRET not in text
    assert SECRET not in repr((wanted, done))
