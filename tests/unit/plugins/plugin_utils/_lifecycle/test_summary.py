# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of a run: totals, everybody who needs help by name, and only some of the others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary import MOST_NAMES, summary
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary_rows import Listed, not_expected

Json = dict[str, Any]


def person(number: int, outcome: str = "unchanged", msg: str = "A sentence.", **more: Any) -> Json:
    named = {"user": f"CHU\\p{number}", "name": f"Person {number}", "authorisation": f"T{number}"}
    return {**named, "outcome": outcome, "failed": outcome == "failed", "planned": False, "msg": msg, **more}


def of(*people: Json, not_found: tuple[str, ...] = ()) -> Json:
    return {"holders": list(people), "not_found": list(not_found)}


def told(results: dict[str, Json | None], known: frozenset[str] = frozenset()) -> Json:
    return summary(results, known)


def test_totals_then_those_who_need_somebody_then_the_others() -> None:
    found = told(
        {
            "a": of(person(1), person(2, "deferred", "Not logged on.")),
            "b": of(person(3, "failed", "No bundle."), person(4, "renewed")),
            "c": {"unreachable": True, "msg": "Task failed: timed out\n after 30 s"},
            "d": None,
        }
    )
    assert found["lines"] == [
        (
            "4 workstations: 1 with failed holders, 1 did not answer, 1 not reached; "
            "4 holders on 2 of them: 1 failed, 1 deferred, 1 renewed, 1 unchanged."
        ),
        "failed (1):",
        "  Person 3, T3 (CHU\\p3) at b: No bundle.",
        "did not answer (1):",
        "  c: timed out after 30 s",
        "not reached (1):",
        "  d",
        "deferred (1):",
        "  Person 2, T2 (CHU\\p2) at a: Not logged on.",
        "renewed (1): Person 4, T4 (CHU\\p4) at b",
        "unchanged (1): Person 1, T1 (CHU\\p1) at a",
    ]
    assert told({"a": of(person(1)), "b": {"no_workstation": True, "msg": "b is left out."}})["msg"].startswith(
        "1 workstation; 1 holder: "  # all were asked
    )
    assert (found["msg"], found["failed"], found["changed"]) == (found["lines"][0], False, False)
    assert found["totals"] == {
        "deferred": 1,
        "did not answer": 1,
        "failed": 1,
        "not reached": 1,
        "renewed": 1,
        "unchanged": 1,
    }
    assert (found["failed_hosts"], found["failed_percentage"]) == (["b"], 25.0)
    assert (found["unreachable_hosts"], found["hosts_not_reached"]) == (["c"], ["d"])
    assert found["needs_somebody"] == ["a", "b", "c", "d"]


def test_one_sentence_that_is_true_of_many_is_told_once() -> None:
    found = told({f"h{number}": of(person(number, "failed", "The folder is missing.")) for number in range(1000)})
    assert sum("The folder is missing." in line for line in found["lines"]) == 1
    text = " ".join(" ".join(found["lines"]).split())
    assert all(f"Person {number}, T{number} (CHU\\p{number}) at h{number}" in text for number in range(1000))
    assert max(map(len, found["lines"])) <= 144


def test_only_some_of_those_who_need_nobody_are_named() -> None:
    found = told({f"h{number}": of(person(number)) for number in range(1000)})
    assert len(found["lines"]) == 2
    assert found["lines"][1].startswith("unchanged (1000): Person 0, ")
    assert found["lines"][1].endswith(f", ... and {1000 - MOST_NAMES} more")
    exactly = told({f"h{number}": of(person(number)) for number in range(MOST_NAMES)})
    assert "more" not in exactly["lines"][1]


@pytest.mark.parametrize(
    ("row", "outcome", "needs"),
    [
        (person(1, "renewed", planned=True), "would be renewed", False),
        (person(1, "failed", planned=True), "failed", True),
        (person(1, "waiting_for_issuer"), "waiting for issuer", True),
        (person(1, "not_due"), "not due", False),
        (person(1, "deferred", failed=True), "deferred", True),
    ],
)
def test_outcome_of_a_holder(row: Json, outcome: str, needs: bool) -> None:
    found = told({"a": of(row)})
    assert (found["totals"], found["needs_somebody"]) == ({outcome: 1}, ["a"] if needs else [])


def test_waiting_is_no_failure_of_the_work() -> None:
    found = told({"a": of(person(1, "deferred", failed=True)), "b": {"unreachable": True, "msg": "x"}})
    assert (found["failed_hosts"], found["failed_percentage"]) == ([], 0.0)


def test_refused_task_is_a_failed_workstation() -> None:
    found = told(
        {"a": {"failed": False, "msg": "Wrong options."}, "b": {"no_workstation": True, "msg": "b is left out."}}
    )
    assert (found["totals"], found["failed_hosts"], found["failed_percentage"]) == (
        {"failed": 1, "skipped": 1},
        ["a"],
        100.0,
    )
    assert found["lines"] == [
        "1 workstation: 1 failed; 1 other host skipped.",
        "failed (1):",
        "  a: Wrong options.",
        "skipped (1): b",
    ]


@pytest.mark.parametrize(
    ("results", "known", "missing"),
    [
        ({"a": of(not_found=("T9", "T1")), "b": of(not_found=("T9",))}, (), ["T9"]),
        ({"a": of(not_found=("T9",)), "b": {"unreachable": True}}, (), ["T9"]),
        ({"a": of(not_found=("T9",)), "b": None}, ("T9",), []),  # the inventory of a host that did not answer
        ({"a": of(not_found=("T9",)), "b": of()}, (), []),
        ({"a": {"msg": "refused"}}, (), []),
        ({}, (), []),
    ],
)
def test_number_that_no_workstation_has(results: dict[str, Any], known: tuple[str, ...], missing: list[str]) -> None:
    found = told(results, frozenset(known))
    assert found["not_found"] == missing
    assert any(line.startswith("Found nowhere: T9.") for line in found["lines"]) == bool(missing)


def test_workstation_that_was_checked() -> None:
    errors = [
        {"severity": "error", "sentence": "The service is off.", "cure": "Start it."},
        {"severity": "ok", "sentence": "Fine.", "cure": ""},
    ]
    found = told(
        {"a": {"ready": True, "findings": [], "msg": "a is ready."}, "b": {"ready": False, "findings": errors}}
    )
    assert found["totals"] == {"not ready": 1, "ready": 1}
    assert "  b: The service is off. Start it." in found["lines"]
    assert "ready (1): a" in found["lines"]


def test_workstation_that_was_audited() -> None:
    holders = [
        {"user": "CHU\\a", "status": "valid", "last_day": "2029-01-01"},
        {"user": "CHU\\b", "status": "renewal_due", "access_until": "2026-12-02T03:59:59Z", "last_day": "2026-12-01"},
        {"user": "CHU\\c", "status": "missing", "last_day": None},
    ]
    found = told({"a": {"ansible_facts": {"pkcs12": {"holders": holders}}}})
    assert found["totals"] == {"missing": 1, "renewal due": 1, "valid": 1}
    assert "  no name (CHU\\b) at a: access until 2026-12-01." in found["lines"]
    assert "  no name (CHU\\c) at a: no certificate gives access." in found["lines"]


def test_an_audit_names_who_did_not_answer_and_what_was_not_read() -> None:
    unread = [{"owner_sid": "S-1-5-21-7", "reason": "access was denied"}]
    known = {"holders": [], "unread": unread, "profiles": [{"owner_sid": "S-1-5-21-7", "owner": "CHU\\a"}]}
    silent = {
        "answered": False,
        "msg": "x.",
        "ansible_facts": {"pkcs12_fact_audit": {"problem": "It did not answer: x."}},
    }
    refused = {
        "answered": True,
        "msg": "y.",
        "ansible_facts": {"pkcs12_fact_audit": {"problem": "It could not be audited: y."}},
    }
    enrolled = of(person(1)) | {"ansible_facts": {"pkcs12": known}}
    found = told(
        {
            "a": {"ansible_facts": {"pkcs12": known, "pkcs12_fact_audit": {"problem": ""}}},
            "b": silent,
            "c": refused,
            "d": enrolled,
        }
    )
    assert (found["unreachable_hosts"], found["failed_hosts"]) == (["b"], ["c"])
    assert "stores that were not read, or only in part (1): CHU\\a at a (access was denied)" in found["lines"]


@pytest.mark.parametrize(
    ("result", "ends"),
    [
        (of(person(1, "renewed")) | {"failed_holders": []}, False),
        (of(person(1, "deferred", failed=True)) | {"failed_holders": [{}]}, True),
        ({"failed": False, "msg": "refused before any holder was asked"}, True),
        ({"unreachable": True, "msg": "x"}, True),
        ({"skipped": True}, False),
        ({"no_workstation": True}, False),
        (None, False),
        ({"failed": False, "answered": False, "ansible_facts": {"pkcs12_fact_audit": {"problem": "x"}}}, False),
        ({"failed": True, "ansible_facts": {"pkcs12_fact_audit": {"problem": "x"}}}, True),
        ({"ansible_facts": {"pkcs12": {}}}, False),
    ],
)
def test_where_a_run_ends_failed(result: Any, ends: bool) -> None:
    assert told({"a": result})["hosts_ending_failed"] == (["a"] if ends else [])


def test_audit_says_who_is_awaited_and_who_is_on_leave() -> None:
    today = date(2026, 11, 26)
    entries = [
        {"user": "CHU\\New", "authorisation": "T1", "awaiting": "annex_1"},
        {"user": "CHU\\late", "authorisation": "T2", "awaiting": "bundle", "expected_from": "2026-11-01"},
        {"user": "CHU\\away", "authorisation": "T3", "absent_until": "2027-01-01"},
        {"user": "CHU\\back", "authorisation": "T4", "absent_until": "2026-11-26"},
        {"user": "CHU\\odd", "authorisation": "T5", "absent_until": "soon"},
        "no holder",
    ]
    users = {"CHU\\new": "T1", "CHU\\late": "T2", "CHU\\away": "T3", "CHU\\back": "T4", "CHU\\odd": "T5"}
    rows = [
        {"user": user, "authorisation": number, "status": "missing", "access_until": None}
        for user, number in users.items()
    ]
    rows.append({"user": "CHU\\away", "authorisation": "T3", "status": "expired", "access_until": None})
    result = {"ansible_facts": {"pkcs12": {"holders": rows}}}
    found = summary(
        {"a": result, "b": result}, set(), {"a": Listed(entries, frozenset(), not_expected(entries, today))}
    )
    assert found["totals"] == {"awaited": 1, "on leave": 1, "missing": 3 + 5, "expired": 2}
    assert any(line.startswith("awaited (1): ") and "CHU\\new" in line for line in found["lines"])


def test_leaver_stays_listed_until_all_is_removed() -> None:
    for outcome, noted in (("removed", ["T1"]), ("deferred", ["T1"]), ("removed", [])):
        (*_others, end) = told({"a": of(person(1, outcome)) | {"noted": noted}, "b": of()})["lines"]
        assert end.startswith("Written down as retired: T1.") is bool(noted)
    last = told({"a": of(not_found=("T9",)), "b": of(not_found=("T9",)), "c": of(not_found=("T9",))})
    assert last["msg"] == "3 workstations without anything to remove."
    assert any("T9" in line and "pkcs12_leavers" in line for line in last["lines"])


def test_table_of_bundles_has_a_holder_of_two_workstations_once() -> None:
    bundle = {"file": "P.p12", "issued_to": "P - T1", "valid_until": "2029-01-01T00:00:00Z"}
    none = {"file": None, "issued_to": None, "valid_until": None}
    found = told(
        {
            "a": of(person(1, "ready", bundle=bundle), person(2, "failed", "No file.", bundle=none)),
            "b": of(person(1, "ready", bundle=bundle)),
        }
    )
    table = [line.split("  ") for line in found["lines"][-3:]]
    assert [[cell.strip() for cell in line if cell.strip()] for line in table] == [
        ["holder", "bundle", "issued to", "until", "workstations"],
        ["Person 1, T1 (CHU\\p1)", "P.p12", "P - T1", "2029-01-01", "a, b"],
        ["Person 2, T2 (CHU\\p2)", "-", "-", "-", "a"],
    ]
    assert (
        len({line.index(cell) for line, cell in zip(found["lines"][-3:], ("bundle", "P.p12", "-  "), strict=True)}) == 1
    )


def test_nobody_at_all() -> None:
    assert told({})["lines"] == ["0 workstations."]


def test_an_account_is_named_and_not_its_sid() -> None:
    """A removal finds a store that the inventory does not name by the SID."""
    rows = [{**person(each, "removed"), "user": f"S-1-5-21-{each}", "name": None} for each in (1, 2)]
    profiles = [{"owner_sid": "S-1-5-21-1", "owner": "CHU\\jdupont"}, {"owner_sid": "S-1-5-21-2", "owner": None}]
    found = told({"a": of(*rows) | {"ansible_facts": {"pkcs12": {"profiles": profiles}}}})
    assert "removed (2): T1 (CHU\\jdupont) at a, T2 (S-1-5-21-2) at a" in found["lines"]


LISTED = (
    {"user": "CHU\\p1", "authorisation": "T1", "name": "Person 1"},
    {"user": "CHU\\p2", "authorisation": "T2", "name": "Person 2"},
)


def test_who_has_left_is_named_once_and_only_where_nothing_was_told() -> None:
    listed = {"a": Listed(LISTED, frozenset({"t1", "T9"}))}
    found = summary({"a": of(person(2))}, frozenset(), listed)
    assert "left (1): Person 1, T1 (CHU\\p1) at a" in found["lines"]
    assert found["needs_somebody"] == []
    assert "left" not in summary({"a": of(person(1), person(2))}, frozenset(), listed)["totals"]
    for nothing in (
        None,
        {"unreachable": True},
        {"skipped": True},
        {"no_workstation": True},
        {"failed": True, "msg": "No."},
    ):
        assert "left" not in summary({"a": nothing}, frozenset(), listed)["totals"]


def test_a_workstation_without_holders_is_named_and_a_failure_there_stays_one() -> None:
    nobody = {"a": Listed((), frozenset())}
    for result in (
        of(),
        {"ready": True, "findings": [], "msg": "a is ready."},
        {"ansible_facts": {"pkcs12": {"holders": []}}},
    ):
        found = summary({"a": result}, frozenset(), nobody)
        assert found["totals"] == {"without holders": 1}, result
        assert "without holders (1): a" in found["lines"]
    error = {"severity": "error", "sentence": "No.", "cure": "Do."}
    assert summary({"a": {"ready": False, "findings": [error]}}, frozenset(), nobody)["totals"] == {"not ready": 1}
    assert summary({"a": {"failed": True, "msg": "No."}}, frozenset(), nobody)["totals"] == {"failed": 1}
    assert summary({"a": of()}, frozenset())["totals"] == {}
