# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates the facts of a result list: those of the holders' numbers, or of the task's issuer; others are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lab.authority import Authority
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import PASSPHRASE, YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

SOON = timedelta(days=20)


def listed(result: dict[str, Any]) -> tuple[list[str], int]:
    facts = result["ansible_facts"]["pkcs12"]
    return sorted(row["subject_cn"] for row in facts["certificates"]), facts["certificates_not_listed"]


@pytest.fixture
def crowded(workstation: FakeWorkstation, authority: Authority) -> FakeWorkstation:
    """Jeanne's, Paul's and a stranger's certificate of one issuer, and Jeanne's of another."""
    workstation.plant(JEANNE["user"], issue(authority, "Jeanne Dupont - T123456", 3 * YEAR))
    workstation.plant(PAUL["user"], issue(authority, "Paul Martin - T654321", SOON))
    workstation.plant("CHU\\stranger", issue(authority, "Some Body - T777777", SOON))
    workstation.plant(JEANNE["user"], issue(replace(authority, issuing=authority.root), "Jeanne Private - P1", SOON))
    return workstation


@pytest.mark.parametrize("runs", [1, 2])
def test_what_an_audit_lists_stays_listed_for_who_has_left(crowded: FakeWorkstation, tmp_path: Path, runs: int) -> None:
    """A run of enrol or renew has no leavers among its holders, and the report needs their certificates until they are removed."""
    facts = run_action("certificate_facts", {"holders": [JEANNE, PAUL]}, crowded)["ansible_facts"]
    result: dict[str, Any] = {}
    for _run in range(runs):
        arguments = {"holders": [JEANNE], "bundle_folder": str(tmp_path), "install": "missing"}
        result = run_action("holder_certificates", arguments, crowded, variables={"ansible_facts": facts})
        facts = result["ansible_facts"]
    assert listed(result) == (["Jeanne Dupont - T123456", "Paul Martin - T654321"], 2)
    assert [row["user"] for row in facts["pkcs12"]["holders"]] == [JEANNE["user"]]
    rows = [{**row, "related": False} for row in facts["pkcs12"]["certificates"]]
    unrelated = {"pkcs12": {**facts["pkcs12"], "certificates": rows}}
    again = run_action("holder_certificates", arguments, crowded, variables={"ansible_facts": unrelated})
    assert listed(again) == (["Jeanne Dupont - T123456"], 3)


def test_a_role_with_another_issuer_keeps_what_an_audit_has_found(crowded: FakeWorkstation, tmp_path: Path) -> None:
    """And without one, the facts go on saying that somebody has looked for strangers."""
    facts = run_action("certificate_facts", {"holders": [JEANNE], "issuer": "AC Personnes"}, crowded)["ansible_facts"]
    everybody = ["Jeanne Dupont - T123456", "Paul Martin - T654321", "Some Body - T777777"]
    arguments = {"holders": [JEANNE], "bundle_folder": str(tmp_path), "install": "missing"}
    for issuer, said in ((None, "searched"), ("", "searched"), ("AC Racine", "searched"), ("CN=Nobody", "no_match")):
        given = arguments if issuer is None else {**arguments, "issuer": issuer}
        result = run_action("holder_certificates", given, crowded, variables={"ansible_facts": facts})
        assert set(everybody) <= set(listed(result)[0]), issuer
        assert result["ansible_facts"]["pkcs12"]["strangers"] == said, issuer


def test_without_numbers_the_issuers_of_the_task_select(
    crowded: FakeWorkstation, tmp_path: Path, authority: Authority
) -> None:
    (tmp_path / "new.p12").write_bytes(issue(authority, "Paul Martin - T654321", 3 * YEAR).data)
    arguments = {"holder": PAUL["user"], "path": str(tmp_path / "new.p12"), "passphrase": PASSPHRASE}
    names, others = listed(run_action("certificate", arguments, crowded))
    assert (names, others) == (["Jeanne Dupont - T123456", "Paul Martin - T654321", "Some Body - T777777"], 1)


def test_without_numbers_a_removal_is_about_the_issuer_of_what_went(
    crowded: FakeWorkstation, authority: Authority
) -> None:
    second = crowded.plant(PAUL["user"], issue(authority, "Paul Martin - T654321", YEAR))
    arguments = {"state": "absent", "holder": PAUL["user"], "thumbprints": [second]}
    names, others = listed(run_action("certificate", arguments, crowded))
    assert (names, others) == (["Jeanne Dupont - T123456", "Paul Martin - T654321", "Some Body - T777777"], 1)


def test_a_refusal_has_the_facts_of_what_was_read(crowded: FakeWorkstation, tmp_path: Path) -> None:
    his = {"holder": "CHU\\nobody", "authorisation": "T654321", "name": "Paul Martin"}
    result = run_action("certificate", his | {"bundle_folder": str(tmp_path)}, crowded)
    assert (result["failed"], result["error"]["code"]) == (True, "unknown_holder")
    assert listed(result) == (["Paul Martin - T654321"], 3)
