# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that does not open may be the new bundle, if it was written after the newest one that opens."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from lab.authority import Authority
from unit.plugins.plugin_utils.enrolment import JEANNE, codes, enrol, outcomes
from unit.plugins.plugin_utils.fakes import NOW, PASSPHRASE, YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

INSTALLED, SAME, NEW = (
    "Jeanne Dupont - T123456 2023.p12",
    "Jeanne Dupont - T123456 2024.p12",
    "Jeanne Dupont - T123456.p12",
)


@pytest.fixture
def folder(workstation: FakeWorkstation, authority: Authority, tmp_path: Path) -> Path:
    """With the bundle of the installed certificate, which is due; and with a newer one, which has another passphrase."""
    installed = issue(authority, "Jeanne Dupont - T123456", timedelta(days=20))
    dates = {"not_before": NOW - timedelta(days=1), "not_after": NOW + 3 * YEAR}
    newer = authority.issue("Jeanne Dupont", "T123456", passphrase="new one", key="ec-p256", **dates)
    workstation.plant(JEANNE["user"], installed)
    (tmp_path / INSTALLED).write_bytes(installed.data)
    enrol(workstation, tmp_path, [JEANNE])
    (tmp_path / NEW).write_bytes(newer.data)
    return tmp_path


def written(file: Path, seconds: int) -> None:
    os.utime(file, (seconds, seconds))


@pytest.mark.parametrize(
    ("seconds", "outcome", "code"),
    [(1001, "failed", "wrong_passphrase"), (1000, "waiting_for_issuer", None), (999, "waiting_for_issuer", None)]
)  # fmt: skip
def test_who_is_due_waits_for_the_issuer_only_when_no_later_file_is_there(
    workstation: FakeWorkstation, folder: Path, seconds: int, outcome: str, code: str | None
) -> None:
    written(folder / INSTALLED, 1000)
    written(folder / NEW, seconds)
    result = enrol(workstation, folder, [JEANNE], install="due")
    assert (outcomes(result), codes(result)) == ([outcome], [code])
    assert NEW in result["holders"][0]["msg"]
    checked = run_action(
        "holder_bundles",
        {"holders": [JEANNE], "bundle_folder": str(folder), "passphrases": {"T123456": PASSPHRASE}},
        workstation,
    )
    (row,) = checked["holders"]
    assert (row["failed"], row["bundle"]["file"]) == (code is not None, INSTALLED)
    causes = row["error"]["problem"].get("causes", ()) if row["error"] else ()
    assert any(each["code"].startswith("newer_file.") for each in causes) == (code is not None)


def test_a_file_between_an_older_bundle_and_the_newest_that_opens_is_old(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    (folder / SAME).write_bytes(issue(authority, "Jeanne Dupont - T123456", timedelta(days=2)).data)
    for seconds, name in enumerate((SAME, NEW, INSTALLED)):
        written(folder / name, seconds)
    assert outcomes(enrol(workstation, folder, [JEANNE], install="due")) == ["waiting_for_issuer"]


def test_what_a_repair_has_changed_is_not_said_to_wait(workstation: FakeWorkstation, folder: Path) -> None:
    (folder / NEW).unlink()
    result = enrol(workstation, folder, [JEANNE], install="due", friendly_name="another")
    assert outcomes(result) == ["changed"]


def test_a_later_file_is_no_reason_to_keep_a_newer_bundle_from_its_holder(
    workstation: FakeWorkstation, folder: Path, authority: Authority
) -> None:
    (folder / SAME).write_bytes(issue(authority, "Jeanne Dupont - T123456", YEAR).data)
    for seconds, name in enumerate((INSTALLED, SAME, NEW)):
        written(folder / name, seconds)
    result = enrol(workstation, folder, [JEANNE], install="due")
    assert outcomes(result) == ["renewed"]
    (known,) = result["ansible_facts"]["pkcs12"]["holders"]
    assert (known["outcome"], known["problem"]["code"]) == (
        "renewed",
        "wrong_passphrase.in_file",
    )  # the report tells it
    (folder / NEW).unlink()
    (known,) = enrol(workstation, folder, [JEANNE], install="due")["ansible_facts"]["pkcs12"]["holders"]
    assert known["problem"] is None
