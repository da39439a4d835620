# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a query keeps, and what it says when it selects something else than holders."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Change, ChangeKind, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from unit.plugins.plugin_utils._report.known import JEANNE, PAUL, host, record, report
from unit.plugins.plugin_utils.problems import error_of

ANNE = HolderEntry("Anne Roux", ExpectedSubject("Anne Roux", "T3"))
STRAY = record("T9", days=77, owner_sid="S-1-5-21-2")


def known() -> Report:
    """Jeanne and Paul at one workstation, Paul alone at another, Anne nowhere, and somebody's certificate in Paul's store."""
    return report(
        host(record(), record("T2", owner_sid="S-1-5-21-2"), entries=(JEANNE, PAUL)),
        host(record("T2", days=5, owner_sid="S-1-5-21-2"), STRAY, name="ws-2", entries=(PAUL,)),
        people=(ANNE,),
        earlier=report(host(record(days=1), entries=(JEANNE,)), host(name="ws-0", entries=())),
    )


def names(found: Report) -> list[str]:
    return [row.name for row in (*found.holders, *found.without_workstation)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("@", ["Jeanne Dupont", "Paul Martin", "Anne Roux"]),
        ("[?status=='renewal_due']", ["Paul Martin"]),
        ("[?actor=='it' && status!='valid']", ["Paul Martin", "Anne Roux"]),
        ("[?places[?workstation=='ws-2']]", ["Paul Martin"]),
        ("[?places[?days_left<`10`]]", ["Paul Martin"]),
        ("[-1:]", ["Anne Roux"]),
        ("reverse(@)", ["Jeanne Dupont", "Paul Martin", "Anne Roux"]),
        ("[[?name=='Anne Roux'], [?status!='valid']][]", ["Paul Martin", "Anne Roux"]),
        ("[*].{row: @, several: length(places)} | [?several > `1`].row", ["Paul Martin"]),
        ("[?status=='archived']", []),
    ],
)
def test_the_holders_selected_are_kept_in_their_order(expression: str, expected: list[str]) -> None:
    found = select(known(), expression)
    assert names(found) == expected
    assert found.parameters.query == expression


def test_everything_is_the_whole_report() -> None:
    """But for a certificate in a store that is nobody's."""
    whole = report(host(record(), record("T9"), entries=(JEANNE,)), people=(ANNE,))
    assert select(whole, "@") == replace(whole, parameters=replace(whole.parameters, query="@"))
    stranger = report(host(record("T9", owner_sid="S-1-5-21-5")))
    assert select(stranger, "@").without_holder == ()


def test_of_the_rest_it_keeps_what_is_theirs() -> None:
    found = select(known(), "[?name=='Jeanne Dupont']")
    assert [row.holder for row in found.certificates] == ["T1"]
    assert [row.workstation for row in found.workstations] == ["ws-1"]
    assert found.without_holder == ()
    assert found.changes
    assert [(each.kind, each.subject) for each in found.changes] == [
        (ChangeKind.STATUS, "T1"),
        (ChangeKind.CERTIFICATE, "T1"),
    ]


def test_a_holders_store_comes_with_all_that_is_in_it() -> None:
    found = select(known(), "[?name=='Paul Martin']")
    assert [row.workstation for row in found.workstations] == ["ws-1", "ws-2"]
    assert [(row.workstation, row.holder) for row in found.certificates] == [
        ("ws-1", "T2"),
        ("ws-2", "T2"),
        ("ws-2", None),
    ]
    assert [row.certificate for row in found.without_holder] == [STRAY]
    assert found.changes
    assert Change(ChangeKind.WORKSTATION_ADDED, "ws-2", "", None, None, None) in found.changes


def test_a_certificate_in_somebody_elses_store_comes_with_its_workstation() -> None:
    found = select(report(host(record()), host(record(), name="ws-2", entries=(PAUL,))), "[?authorisation=='T1']")
    assert [row.workstation for row in found.workstations] == ["ws-1", "ws-2"]
    assert [row.workstation for row in found.certificates] == ["ws-1", "ws-2"]


def test_of_an_account_that_the_workstation_does_not_know_nothing_is_theirs_but_the_number() -> None:
    """No SID is not the SID of all."""
    lost = replace(JEANNE, owner_sid=None)
    found = select(report(host(STRAY, entries=(lost,))), "@")
    assert found.certificates == ()


def test_without_an_earlier_report_there_still_are_no_changes() -> None:
    assert select(report(host(record())), "@").changes is None
    assert select(report(host(record()), earlier=report(host(record()))), "@").changes == ()


@pytest.mark.parametrize(
    ("expression", "variant", "values"),
    [
        ("[*].name", "no_holder", {"kind": "query_text"}),
        ("[*].places[]", "no_holder", {"kind": "query_map"}),
        ("[0]", "no_list", {"kind": "query_map"}),
        ("length(@)", "no_list", {"kind": "query_number"}),
        ("[?status=='valid'] == `[]`", "no_list", {"kind": "query_truth_value"}),
        ("name", "no_list", {"kind": "query_nothing"}),
        ("holders[?status=='expired']", "keys", {"keys": ("holders",)}),
        ("[?sattus=='expired' && actr=='it']", "keys", {"keys": ("actr", "sattus")}),
        ("[?status=='expired'", "evaluated", {}),
        ("[?nonsense(name)]", "evaluated", {}),
        ("sort_by(@, &days_left)", "evaluated", {}),
        ("", "evaluated", {}),
        pytest.param("(" * 5000 + "@" + ")" * 5000, "evaluated", {}, id="deep"),
    ],
)
def test_anything_but_holders_is_refused_by_what_it_is(expression: str, variant: str, values: dict[str, Any]) -> None:
    found = error_of(lambda: select(known(), expression)).problem
    assert (found.code, found.setting) == (f"bad_query.{variant}", "report_query")
    assert {name: value for name, value in found.values.items() if name not in ("query", "said")} == values
    assert len(str(found.values["query"])) <= 200


def test_without_jmespath_a_query_is_refused_and_all_else_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    assert error_of(lambda: select(known(), "@")).problem.code == "missing_library.jmespath"


def test_jmespath_is_not_loaded_before_it_is_needed() -> None:
    module = "ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report"
    program = f"import sys; sys.path[:] = {sys.path!r}; import {module}; print('jmespath' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "False"
