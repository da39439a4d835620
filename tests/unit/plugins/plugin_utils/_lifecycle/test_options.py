# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to the state of one holder's store: which file, which dates, when it is installed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.options import fill
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.enrolment import JEANNE, codes, enrol, outcomes
from unit.plugins.plugin_utils.fakes import PASSPHRASE, YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

DAY = timedelta(days=1)


def put(folder: Path, *issued: IssuedBundle, name: str = "Jeanne Dupont - T123456") -> None:
    for number, each in enumerate(issued, 1):
        (folder / f"{name} {number}.p12").write_bytes(each.data)


def jeannes(authority: Authority, left: timedelta) -> IssuedBundle:
    return issue(authority, "Jeanne Dupont - T123456", left)


def test_placeholders_are_the_holders_own_values() -> None:
    entry = HolderEntry("u", ExpectedSubject("Zoë", "T1"))
    assert fill("{name}/{authorisation}/{name}/{x}", entry) == "Zoë/T1/Zoë/{x}"
    assert fill("{name} - {authorisation}", HolderEntry("u", ExpectedSubject())) == " - "


@pytest.mark.parametrize("name", ["Anna [Ann] Lee", "Ann*", "What?"])
def test_a_wildcard_in_a_name_is_a_letter(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority, name: str
) -> None:
    holder = {"user": JEANNE["user"], "name": name, "authorisation": "T1"}
    given: dict[str, Any] = {"passphrases": {"T1": PASSPHRASE}}
    put(tmp_path, issue(authority, "Anna Other - T1", 3 * YEAR), name="Anna Other - T1")
    assert codes(enrol(workstation, tmp_path, [holder], **given)) == ["no_bundle"]
    put(tmp_path, issue(authority, f"{name} - T1", 3 * YEAR), name=f"{name} - T1")
    (row,) = enrol(workstation, tmp_path, [holder], **given)["holders"]
    assert (row["error"], row["certificate"]["subject_cn"]) == (None, f"{name} - T1")
    assert row["certificate"]["friendly_name"] == f"{name} - T1"


def test_the_newest_of_several_bundles_is_taken_and_an_expired_one_left(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority
) -> None:
    gone, middle, newest = (jeannes(authority, left) for left in (-DAY, YEAR, 3 * YEAR))
    for order in ((gone, middle, newest), (newest, middle, gone)):
        put(tmp_path, *order)
        for check_mode in (True, False):
            (row,) = enrol(workstation, tmp_path, [JEANNE], check_mode=check_mode)["holders"]
            assert row["certificate"]["thumbprint"] == newest.thumbprint
    assert workstation.thumbprints(JEANNE["user"]) == [newest.thumbprint]


@pytest.mark.parametrize(("left", "code"), [(-DAY, "expired"), (3 * YEAR + DAY, "not_yet_valid")])
def test_dates_of_a_bundle_in_a_folder_are_held_against_the_clock(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority, left: timedelta, code: str
) -> None:
    put(tmp_path, jeannes(authority, left))
    assert codes(enrol(workstation, tmp_path, [JEANNE])) == [code]
    assert workstation.calls == ["inventory"]


@pytest.mark.parametrize(
    ("subject", "code"), [("Paul Martin - T123456", "wrong_person"), ("Jeanne Dupont - T654321", "wrong_person")]
)
def test_a_bundle_in_a_folder_that_is_another_persons_is_refused(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority, subject: str, code: str
) -> None:
    put(tmp_path, issue(authority, subject, 3 * YEAR))
    assert codes(enrol(workstation, tmp_path, [JEANNE])) == [code]
    single = {"holder": JEANNE["user"], "bundle_folder": str(tmp_path), "passphrase": PASSPHRASE}
    expected = {"name": "Jeanne Dupont", "authorisation": "T123456"}
    assert run_action("certificate", single | expected, workstation)["error"]["code"] == code
    assert workstation.exchanges == []


def test_with_a_pattern_a_bundle_without_a_number_is_refused(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority
) -> None:
    put(tmp_path, jeannes(authority, 3 * YEAR))
    assert codes(enrol(workstation, tmp_path, [JEANNE], authorisation_pattern="- (X[0-9]+)$")) == ["no_authorisation"]
    assert codes(enrol(workstation, tmp_path, [JEANNE], authorisation_pattern="- (T[0-9]+)$")) == [None]


@pytest.mark.parametrize(
    ("install", "left", "outcome"),
    [
        ("always", YEAR, "renewed"),
        ("always", None, "installed"),
        ("due", YEAR, "not_due"),
        ("due", 20 * DAY, "renewed"),
        ("due", None, "installed"),
        ("missing", YEAR, "unchanged"),
        ("missing", 20 * DAY, "unchanged"),
        ("missing", -DAY, "renewed"),
        ("missing", None, "installed"),
    ],
)
def test_when_a_newer_bundle_is_installed(
    workstation: FakeWorkstation,
    tmp_path: Path,
    authority: Authority,
    install: str,
    left: timedelta | None,
    outcome: str,
) -> None:
    if left is not None:
        workstation.plant(JEANNE["user"], jeannes(authority, left))
    put(tmp_path, jeannes(authority, 3 * YEAR))
    assert outcomes(enrol(workstation, tmp_path, [JEANNE], install=install)) == [outcome]


def test_no_new_bundle_is_no_failure_while_a_certificate_works(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority
) -> None:
    assert codes(enrol(workstation, tmp_path, [JEANNE])) == ["no_bundle"]
    workstation.plant(JEANNE["user"], jeannes(authority, 20 * DAY))
    result = enrol(workstation, tmp_path, [JEANNE])
    assert (outcomes(result), result["failed"]) == (["waiting_for_issuer"], False)


def test_who_has_no_bundle_waits_for_the_issuer_in_the_facts_also_where_the_task_failed(
    workstation: FakeWorkstation, tmp_path: Path
) -> None:
    result = enrol(workstation, tmp_path, [JEANNE])
    assert (outcomes(result), result["failed"]) == (["failed"], True)
    assert result["ansible_facts"]["pkcs12"]["holders"][0]["outcome"] == "waiting_for_issuer"


def test_whose_bundle_was_put_aside_does_not_wait_for_the_issuer(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority
) -> None:
    put(tmp_path, jeannes(authority, 3 * YEAR))
    (tmp_path / "retired").mkdir()
    for bundle in tmp_path.glob("*.p12"):
        bundle.rename(tmp_path / "retired" / bundle.name)
    (holder,) = enrol(workstation, tmp_path, [JEANNE])["ansible_facts"]["pkcs12"]["holders"]
    assert (holder["outcome"], holder["problem"]["code"][:9]) == ("failed", "no_bundle")


def test_the_bundle_of_another_person_is_named(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority
) -> None:
    put(tmp_path, jeannes(authority, 3 * YEAR))
    file = next(tmp_path.glob("*.p12")).name
    other = {**JEANNE, "name": "Paul Martin"}
    (row,) = enrol(workstation, tmp_path, [other], bundle_pattern="*.p12")["holders"]
    problem = row["error"]["problem"]
    assert (problem["code"], problem["values"]["file"]) == ("wrong_person.in_file", file)
    (row,) = enrol(workstation, tmp_path, [JEANNE], authorisation_pattern="- (X[0-9]+)$")["holders"]
    problem = row["error"]["problem"]
    assert (problem["code"], problem["values"]["file"]) == ("no_authorisation.in_file", file)
    assert row["error"]["setting"] == problem["setting"] == "authorisation_pattern"
