# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets and which files are whose: a password and a passphrase reach their own holder only."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.options import deferral_rule
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import DeferralRule
from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL, codes, enrol, outcomes
from unit.plugins.plugin_utils.fakes import NOW, PASSPHRASE, YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation

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


def test_each_of_two_accounts_has_its_own_password(workstation: FakeWorkstation, folder: Path) -> None:
    workstation.person(ADMIN["user"])
    enrol(workstation, folder, [JEANNE, ADMIN], holder_passwords={ADMIN["user"]: "the other"})
    assert passwords(workstation) == [(JEANNE["user"], None), (ADMIN["user"], "the other")]


def test_an_empty_password_is_none(workstation: FakeWorkstation, folder: Path) -> None:
    enrol(workstation, folder, [JEANNE], holder_passwords={JEANNE["user"]: ""})
    assert passwords(workstation) == [(JEANNE["user"], None)]


def test_a_password_helps_one_who_is_not_logged_on_and_nobody_else(workstation: FakeWorkstation, folder: Path) -> None:
    workstation.away = {JEANNE["user"], PAUL["user"]}
    result = enrol(workstation, folder, [JEANNE, PAUL], holder_passwords={JEANNE["user"]: "hers"})
    assert outcomes(result) == ["installed", "deferred"]


@pytest.fixture(scope="module")
def two(authority: Authority) -> tuple[IssuedBundle, IssuedBundle]:
    """An older bundle with an older passphrase, and the newest."""
    old = issue(authority, "Jeanne Dupont - T123456", timedelta(days=20))
    new = authority.issue("Jeanne Dupont", "T123456", passphrase="new one", key="ec-p256", **_dates(3 * YEAR))
    return old, new


def _dates(left: timedelta) -> dict[str, Any]:
    return {"not_before": NOW + left - 3 * YEAR, "not_after": NOW + left}


@pytest.mark.parametrize(
    "passphrases", [["new one", PASSPHRASE], [PASSPHRASE, "new one"], ["x", "new one", PASSPHRASE]]
)
def test_older_bundles_keep_older_passphrases(
    workstation: FakeWorkstation, tmp_path: Path, two: tuple[IssuedBundle, IssuedBundle], passphrases: list[str]
) -> None:
    for name, issued in zip(("2023", "2026"), two, strict=True):
        (tmp_path / f"Jeanne Dupont - T123456 {name}.p12").write_bytes(issued.data)
    (row,) = enrol(workstation, tmp_path, [JEANNE], passphrases={"T123456": passphrases})["holders"]
    assert (row["outcome"], row["unopened"]) == ("installed", [])
    assert row["certificate"]["thumbprint"] == two[1].thumbprint


def test_a_bundle_that_no_passphrase_opens_is_named_and_stops_nothing_else(
    workstation: FakeWorkstation, tmp_path: Path, two: tuple[IssuedBundle, IssuedBundle]
) -> None:
    for name, issued in zip(("2023", "2026"), two, strict=True):
        (tmp_path / f"Jeanne Dupont - T123456 {name}.p12").write_bytes(issued.data)
    (row,) = enrol(workstation, tmp_path, [JEANNE], passphrases={"T123456": ["new one", "other"]})["holders"]
    assert row["outcome"] == "installed"
    assert row["unopened"] == [{"path": str(tmp_path / "Jeanne Dupont - T123456 2023.p12"), "code": "wrong_passphrase"}]


def test_a_wrong_passphrase_is_a_cause_only_where_none_opens(
    workstation: FakeWorkstation, tmp_path: Path, two: tuple[IssuedBundle, IssuedBundle]
) -> None:
    (tmp_path / "Jeanne Dupont - T123456.p12").write_bytes(two[1].data)
    for given in ("x", ["x", "y"]):
        assert codes(enrol(workstation, tmp_path, [JEANNE], passphrases={"T123456": given})) == ["wrong_passphrase"]
    assert codes(enrol(workstation, tmp_path, [JEANNE], passphrases={"T123456": ["x", "new one"]})) == [None]


def test_a_passphrase_that_is_a_number_is_taken_as_text(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority
) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase="2029", key="ec-p256", **_dates(3 * YEAR))
    (tmp_path / issued.file_name).write_bytes(issued.data)
    for number, given in (("T123456", 2029), (" t 123456", [2029])):
        assert codes(enrol(workstation, tmp_path, [JEANNE], passphrases={number: given})) == [None]


@pytest.mark.parametrize("given", [160412, [160412], ["other", 160412]])
def test_a_wrong_passphrase_that_is_a_number_is_told_to_need_quotes(
    workstation: FakeWorkstation, tmp_path: Path, authority: Authority, given: Any
) -> None:
    """0471234 without quotes is an octal number for YAML, 160412."""
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase="0471234", key="ec-p256", **_dates(3 * YEAR))
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
