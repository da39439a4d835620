# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to the state of one holder's store: which file, which dates, when it is installed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.options import (
    deferral_rule,
    fill,
    portal_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import DeferralRule
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from lab.authority import Authority, IssuedBundle
from lab.emulated.element import properties
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL, codes, enrol, outcomes
from unit.plugins.plugin_utils.fakes import NOW, PASSPHRASE, YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation

DAY = timedelta(days=1)


def put(folder: Path, issued: IssuedBundle, name: str = "Jeanne Dupont - T123456") -> None:
    (folder / f"{name} 1.p12").write_bytes(issued.data)


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


def test_who_has_no_bundle_waits_for_the_issuer_in_the_facts_also_where_the_task_failed(
    workstation: FakeWorkstation, tmp_path: Path
) -> None:
    result = enrol(workstation, tmp_path, [JEANNE])
    assert (outcomes(result), result["failed"]) == (["failed"], True)
    assert result["ansible_facts"]["pkcs12"]["holders"][0]["outcome"] == "waiting_for_issuer"


@pytest.mark.parametrize(
    ("had", "left", "outcome"),
    [
        (-DAY, None, "waiting_for_issuer"),
        (-DAY, -DAY, "waiting_for_issuer"),
        (-9 * DAY, -DAY, "waiting_for_issuer"),
        (None, -DAY, "failed"),
    ],
    ids=["no file", "the same", "one between", "never had one"],
)
def test_a_bundle_that_has_ended_is_no_new_one_for_who_had_a_certificate(
    workstation: FakeWorkstation,
    tmp_path: Path,
    authority: Authority,
    had: timedelta | None,
    left: timedelta | None,
    outcome: str,
) -> None:
    issued = {each: jeannes(authority, each) for each in (had, left) if each}
    if had:
        workstation.plant(JEANNE["user"], issued[had])
    if left:
        put(tmp_path, issued[left])
    result = enrol(workstation, tmp_path, [JEANNE], install="due")
    assert (outcomes(result), codes(result)) == ([outcome], ["expired" if had is None else None])
    assert ("T123456 1.p12" in result["holders"][0]["msg"]) == (left is not None)
    assert result["ansible_facts"]["pkcs12"]["holders"][0]["outcome"] == outcome
    late = enrol(workstation, tmp_path, [JEANNE], install="due", fail_when_deferred=True)
    assert late["failed"]  # there is no access meanwhile


@pytest.mark.parametrize(("lasts", "expected"), [(-DAY, ("waiting_for_issuer", None)), (YEAR, ("failed", "no_bundle"))])
def test_an_older_certificate_that_has_ended_does_not_excuse_a_later_one_without_its_key(
    workstation: FakeWorkstation,
    tmp_path: Path,
    authority: Authority,
    lasts: timedelta,
    expected: tuple[str, str | None],
) -> None:
    workstation.plant(JEANNE["user"], jeannes(authority, -9 * DAY))
    later = jeannes(authority, lasts)
    thumbprint = workstation.plant(JEANNE["user"], later)
    there = workstation.person(JEANNE["user"]).elements
    there[thumbprint] = properties(later.certificate.public_bytes(Encoding.DER))
    result = enrol(workstation, tmp_path, [JEANNE], install="due")
    assert (outcomes(result), codes(result)) == ([expected[0]], [expected[1]])


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


ADMIN = JEANNE | {"user": "CHU\\adm-jdupont"}


def passwords(workstation: FakeWorkstation) -> list[tuple[str, str | None]]:
    """Which password was tried on which account. With one, an import takes two exchanges."""
    return list(
        dict.fromkeys((run_as.account, run_as.password) for _account, run_as, _request in workstation.exchanges)
    )


@pytest.mark.parametrize("key", ["CHU\\jdupont", " chu\\JDUPONT ", "T123456", " t 123 456"])
def test_a_password_is_that_of_its_account_or_of_a_number_with_one_account(
    workstation: FakeWorkstation, folder: Path, key: str
) -> None:
    enrol(workstation, folder, [JEANNE, PAUL], holder_passwords={key: "hers", "CHU\\aroux": "not asked"})
    assert passwords(workstation) == [(JEANNE["user"], "hers"), (PAUL["user"], None)]


@pytest.mark.parametrize("key", ["CHU\\j dupont", "CHU\\jdupont2", "T1234567"])
def test_an_account_with_a_blank_is_another_account(workstation: FakeWorkstation, folder: Path, key: str) -> None:
    enrol(workstation, folder, [JEANNE], holder_passwords={key: "another's"})
    assert passwords(workstation) == [(JEANNE["user"], None)]


def test_a_password_that_is_given_twice_for_a_number_is_not_tried(workstation: FakeWorkstation, folder: Path) -> None:
    result = enrol(workstation, folder, [JEANNE], holder_passwords={"T123456": "hers", "T 123456": "older"})
    assert (codes(result), passwords(workstation)) == (["bad_arguments"], [])


def test_a_password_by_account_counts_before_one_by_number(workstation: FakeWorkstation, folder: Path) -> None:
    enrol(workstation, folder, [JEANNE], holder_passwords={"T123456": "x", JEANNE["user"]: "hers"})
    assert passwords(workstation) == [(JEANNE["user"], "hers")]


def test_a_password_by_number_is_not_tried_where_the_person_has_two_accounts(
    workstation: FakeWorkstation, folder: Path
) -> None:
    workstation.person(ADMIN["user"])
    admin = ADMIN | {"authorisation": "t123456"}
    result = enrol(workstation, folder, [JEANNE, admin, PAUL], holder_passwords={"T123456": "hers"})
    assert codes(result) == ["bad_arguments", "bad_arguments", None]
    assert passwords(workstation) == [(PAUL["user"], None)]
    problem = result["holders"][0]["error"]["problem"]
    assert problem["code"] == "bad_arguments.password_of_several_accounts"


@pytest.mark.parametrize("given", [160412, [160412], ["other", 160412]])
def test_a_wrong_passphrase_that_is_a_number_is_told_to_need_quotes(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority, given: Any
) -> None:
    """0471234 without quotes is an octal number for YAML, 160412."""
    dates = {"not_before": NOW, "not_after": NOW + YEAR}
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase="0471234", key="ec-p256", **dates)
    (tmp_path / issued.file_name).write_bytes(issued.data)
    result = enrol(workstation, tmp_path, [JEANNE], passphrases={"T123456": given})
    assert codes(result) == ["wrong_passphrase"]
    said = result["holders"][0]["msg"]
    assert "0471234" not in said
    assert "160412" not in said
    text = enrol(workstation, tmp_path, [JEANNE], passphrases={"T123456": "160412"})
    assert result["holders"][0]["error"]["problem"] != text["holders"][0]["error"]["problem"]
    assert codes(enrol(workstation, tmp_path, [JEANNE], passphrases={"T123456": [4711, "0471234"]})) == [None]


def test_whoever_leaves_cannot_wait() -> None:
    given = {"state": "present", "fail_when_deferred": True, "deferred_fails_within_days": 7}
    assert deferral_rule(given) == DeferralRule(True, 7)
    assert deferral_rule(given | {"state": "absent"}) == DeferralRule(True, None)
    assert deferral_rule(given | {"fail_when_deferred": False}) == DeferralRule(False, 7)


@pytest.mark.parametrize(
    ("required", "url", "portal"),
    [
        (None, None, None),
        (None, "https://p", "https://p"),
        (True, None, ""),
        (True, "https://p", "https://p"),
        (False, "https://p", None),
    ],
)
def test_a_portal_is_asked_where_it_is_required_or_named(
    required: bool | None, url: str | None, portal: str | None
) -> None:
    assert portal_of({"require_portal": required, "portal_url": url}) == portal


def test_an_entry_that_was_copied_and_typed_without_care_is_the_same_holder(
    workstation: FakeWorkstation, folder: Path
) -> None:
    entry = {"user": "CHU\\\\jdupont ", "name": " Jeanne  Dupont", "authorisation": " T123456 "}
    result = enrol(workstation, folder, [entry], name_check="strict", holder_passwords={"CHU\\\\jdupont": "hers"})
    ((account, run_as, _request),) = workstation.exchanges[-1:]
    assert (result["failed"], account, run_as.password) == (False, JEANNE["user"], "hers")
    assert {key: result["holders"][0][key] for key in JEANNE} == JEANNE


@pytest.mark.parametrize(
    ("pattern", "unknown"), [("{nom}.p12", ["{nom}"]), ("{name} {}*{Authorisation}{}.p12", ["{}", "{Authorisation}"])]
)
def test_a_placeholder_that_does_not_exist_is_refused(
    workstation: FakeWorkstation, tmp_path: Path, pattern: str, unknown: list[str]
) -> None:
    (row,) = enrol(workstation, tmp_path, [JEANNE], bundle_pattern=pattern)["holders"]
    assert (row["outcome"], row["error"]["code"]) == ("failed", "bad_arguments")
    assert row["error"]["problem"]["code"] == "bad_arguments.unknown_placeholder"
    assert row["error"]["problem"]["values"] == {"unknown": unknown, "known": ["{name}", "{authorisation}"]}
