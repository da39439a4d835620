# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of a run: totals, everybody who needs help by name, and only some of the others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.audit import found as found_by_audit
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary import progress, stops, told_at_end
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary import summary as summed_up
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary_rows import Listed, not_expected
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, Words
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import OF_THE_NETWORK
from unit.plugins.plugin_utils.problems import told as tell

Json = dict[str, Any]
MISSING = "The folder /srv/bundles of the site lacks the file"


def person(number: int, outcome: str = "unchanged", msg: str = "A sentence.", **more: Any) -> Json:
    named = {"user": f"CHU\\p{number}", "name": f"Person {number}", "authorisation": f"T{number}"}
    return {**named, "outcome": outcome, "failed": outcome == "failed", "planned": False, "msg": msg, **more}


def of(*people: Json, not_found: tuple[str, ...] = ()) -> Json:
    return {"holders": list(people), "not_found": list(not_found)}


def audit(code: str | None, **more: Any) -> Json:
    """The result of an audit, and why it found nothing."""
    return {"ansible_facts": {"pkcs12_fact_audit": {"problem": code and {"code": code}}}, **more}


LEFT_OUT: Json = {"no_workstation": True, "msg": "b is left out."}


def summary(results: Any, known: Any, listed: Any = None) -> Json:
    return summed_up(results, known, tell, listed)


def told(results: dict[str, Json | None], known: frozenset[str] = frozenset()) -> Json:
    return summary(results, known)


def test_totals_then_those_who_need_somebody_then_the_others() -> None:
    found = told(
        {
            "a": of(person(1), person(2, "deferred", "Not logged on.")),
            "b": of(person(3, "failed", "No bundle."), person(4, "renewed")),
            "c": {"unreachable": True, "msg": "timed out\n after 30 s"},
            "d": None,
        }
    )

    def at(who: int, host: str) -> str:
        return f"<holder_at {host} Person {who}, T{who} (CHU\\p{who})>"

    def heading(outcome: str) -> str:
        return f"<summary.heading 1 <outcome.{outcome}>>"

    assert found["lines"][1:] == [
        heading("failed"),
        f"  <summary.place {at(3, 'b')}> No bundle.",
        heading("did_not_answer"),
        "  <summary.place c> timed out after 30 s",
        heading("not_reached"),
        "  d",
        heading("deferred"),
        f"  <summary.place {at(2, 'a')}> Not logged on.",
        f"<summary.others 1 {at(4, 'b')} <outcome.renewed>>",
        f"<summary.others 1 {at(1, 'a')} <outcome.unchanged>>",
    ]
    workstations = ("with_failed_holders", "did_not_answer", "not_reached")
    people = ("failed", "deferred", "renewed", "unchanged")
    hosts, holders = (" ".join(f"<total 1 <outcome.{each}>>" for each in told) for told in (workstations, people))
    first = f"<summary.workstations_with 4 {hosts}>"
    assert found["lines"][0] == f"<summary {first} <summary.holders_on 4 2 {holders}>>"
    asked = told({"a": of(person(1)), "b": LEFT_OUT})["msg"]
    assert "<summary.holders 1 " in asked
    assert (found["msg"], found["failed"], found["changed"]) == (found["lines"][0], False, False)
    outcomes = ("deferred", "did_not_answer", "failed", "not_reached", "renewed", "unchanged")
    assert found["totals"] == dict.fromkeys(outcomes, 1)
    assert (found["failed_hosts"], found["failed_percentage"]) == (["b"], 25.0)
    assert (found["unreachable_hosts"], found["hosts_not_reached"]) == (["c"], ["d"])
    assert found["needs_somebody"] == ["a", "b", "c", "d"]


def test_people_count_once_and_their_results_beside() -> None:
    """One at two workstations, who has two issuers at one of them; an audit's rows name the issuer, where there are several."""
    rows = [
        {"user": "CHU\\p1", "authorisation": "T1", "status": "valid", "issuer_setting": each} for each in ("a", "b")
    ]
    both, one = ({"pkcs12": {"holders": holders}} for holders in (rows, rows[:1]))
    fact = {"pkcs12_fact_audit": {"problem": None}}
    found = told({"x": {"ansible_facts": both | fact}, "y": {"ansible_facts": one | fact}})
    assert "<summary.results 1 3 <total 3 <outcome.valid>>>" in found["msg"]
    assert sum(f"T1 (CHU\\p1), {each}" in " ".join(found["lines"]) for each in ("a", "b")) == 2
    alone = told({"y": {"ansible_facts": one | fact}})
    assert "<summary.holders 1 " in alone["msg"] and "(CHU\\p1), a" not in " ".join(alone["lines"])
    some = told({"x": of(person(1)), "y": of(person(1)), "z": None})
    assert "<summary.results_on 1 2 2 " in some["msg"]


def test_one_sentence_that_is_true_of_many_is_told_once() -> None:
    found = told({f"h{number}": of(person(number, "failed", "The folder is missing.")) for number in range(1000)})
    assert sum("The folder is missing." in line for line in found["lines"]) == 1
    text = " ".join(" ".join(found["lines"]).split())
    assert all(f"<holder_at h{number} Person {number}, T{number} (CHU\\p{number})>" in text for number in range(1000))


def test_each_stands_under_the_sentence_that_is_true_of_them() -> None:
    causes = {1: f"{MISSING} 1.p12.", 2: "No account.", 3: f"{MISSING} 1.p12.", 4: f"{MISSING} 2.p12."}
    found = told({"h": of(*(person(number, "failed", cause) for number, cause in causes.items()))})

    def at(who: int) -> str:
        return f"<holder_at h Person {who}, T{who} (CHU\\p{who})>"

    under_first = " ".join(" ".join(found["lines"][2:-2]).split())
    assert under_first == f"{causes[1]} {at(1)}, {at(3)}"
    assert found["lines"][-2:] == [f"  <summary.place {at(who)}> {causes[who]}" for who in (2, 4)]


def test_those_who_need_nobody_stand_in_one_line() -> None:
    found = told({f"h{number}": of(person(number)) for number in range(1000)})
    assert len(found["lines"]) == 2
    assert found["lines"][1].startswith("<summary.others 1000 <holder_at h0 Person 0, ")


@pytest.mark.parametrize(
    ("row", "outcome", "needs"),
    [
        (person(1, "renewed", planned=True), "would_be_renewed", False),
        (person(1, "failed", planned=True), "failed", True),
        (person(1, "removed", offline=True), "removed_without_a_logon", False),
        (person(1, "removed", offline=True, planned=True), "would_be_removed_without_a_logon", False),
        (person(1, "deferred", offline=True), "deferred", True),  # logged on meanwhile, so nothing was removed
        (person(1, "waiting_for_issuer"), "waiting_for_issuer", True),
        (person(1, "not_due"), "not_due", False),
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
    found = told({"a": {"failed": False, "msg": "Wrong options."}, "b": LEFT_OUT})
    assert found["totals"] == {"failed": 1, "skipped": 1}
    assert (found["failed_hosts"], found["failed_percentage"]) == (["a"], 100.0)
    assert found["lines"] == [
        "<summary <summary.workstations_with 1 <total 1 <outcome.failed>>> <summary.skipped 1>>",
        "<summary.heading 1 <outcome.failed>>",
        "  <summary.place a> Wrong options.",
        "<summary.others 1 b <outcome.skipped>>",
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
    assert ("<found_nowhere T9>" in found["lines"]) == bool(missing)


IS_READY: Json = {"ready": True, "findings": [], "msg": "a is ready."}


def test_workstation_that_was_checked() -> None:
    errors = [
        {"severity": "error", "sentence": "The service is off.", "cure": "Start it."},
        {"severity": "ok", "sentence": "Fine.", "cure": ""},
    ]
    found = told({"a": IS_READY, "b": {"ready": False, "findings": errors}})
    assert found["totals"] == {"not_ready": 1, "ready": 1}
    assert "  <summary.place b> The service is off. Start it." in found["lines"]
    assert "<summary.others 1 a <outcome.ready>>" in found["lines"]


def test_check_names_the_workstations_that_ntlm_does_not_prove_and_no_other() -> None:
    """What is refused already, or is another warning, is told in the table of its workstation."""
    kinds = {
        "a": ("warning", "receiver"),
        "b": ("error", "receiver"),
        "c": ("ok", "receiver"),
        "d": ("warning", "clock"),
    }
    found = {
        host: {"ready": False, "findings": [{"severity": severity, "subject": subject, "sentence": "S.", "cure": ""}]}
        for host, (severity, subject) in kinds.items()
    }
    assert [line for line in told(found)["lines"] if "ntlm_over_http" in line] == ["<summary.ntlm_over_http 1 a>"]


def test_workstation_that_was_audited() -> None:
    holders = [
        {"user": "CHU\\a", "status": "valid", "ends_on": "2029-01-01"},
        {"user": "CHU\\b", "status": "renewal_due", "access_until": "2026-12-02T03:59:59Z", "ends_on": "2026-12-01"},
        {"user": "CHU\\e", "status": "renewal_due", "certificate_status": "valid", "ends_on": "2026-12-01"},
        {"user": "CHU\\c", "status": "missing", "ends_on": None, "gives_access": "no"},
        {"user": "CHU\\d", "status": "unknown", "ends_on": None},
        {"user": "CHU\\f", "status": "missing", "ends_on": None, "gives_access": "no", "owner_sid": None},
    ]
    found = told({"a": {"ansible_facts": {"pkcs12": {"holders": holders}}}})
    assert found["totals"] == {"authorisation_renewal_due": 1, "missing": 2, "renewal_due": 1, "unknown": 1, "valid": 1}
    assert "  <summary.place <holder_at a CHU\\b>> <access_ends 2026-12-01>" in found["lines"]
    assert "  <summary.place <holder_at a CHU\\e>> <access_ends.by_authorisation 2026-12-01>" in found["lines"]
    assert "  <summary.place <holder_at a CHU\\c>> <no_access>" in found["lines"]
    assert "  <summary.place <holder_at a CHU\\d>> <access_not_known>" in found["lines"]
    assert "  <summary.place <holder_at a CHU\\f>> <no_access.unknown_account CHU\\f a>" in found["lines"]


@pytest.mark.usefixtures("same_words")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("account", "shown"), [("CHU\\a", "CHU\\a"), (None, "S-1-5-21-7")])
def test_an_account_that_is_given_by_its_sid_is_shown_by_its_name_or_as_it_is_given(
    account: str | None, shown: str, language: str
) -> None:
    holder = {"user": "S-1-5-21-7", "account": account, "status": "missing", "ends_on": None, "gives_access": "no"}
    words = Words(language)
    facts = {"certificates": [], "unread": [], "holders": [holder]}
    lines = summed_up({"a": {"ansible_facts": {"pkcs12": facts}}}, frozenset(), words.of)["lines"]
    for text in (" ".join(lines), words.of(found_by_audit(facts))):
        assert shown in text
        assert words.account("S-1-5-21-7") not in text


def test_an_audit_names_who_did_not_answer_and_what_was_not_read() -> None:
    unread = [{"owner_sid": "S-1-5-21-7", "code": "access_denied", "detail": "C:\\x"}]
    known = {"holders": [], "unread": unread, "profiles": [{"owner_sid": "S-1-5-21-7", "owner": "CHU\\a"}]}
    silent, refused = audit("no_route", answered=False, msg="x."), audit("driver_answer", answered=True, msg="y.")
    read = {"ansible_facts": {**audit(None)["ansible_facts"], "pkcs12": known}}
    enrolled = of(person(1)) | {"ansible_facts": {"pkcs12": known}}
    found = told({"a": read, "b": silent, "c": refused, "d": enrolled})
    assert (found["unreachable_hosts"], found["failed_hosts"]) == (["b"], ["c"])
    assert "<summary.unread 1 <store_at a CHU\\a <unread.access_denied C:\\x>>>" in found["lines"]


def test_an_audit_tells_what_is_self_signed_and_in_a_store_that_browsers_see() -> None:
    own = {"owner_sid": "S-1-5-21-7", "subject_cn": "Anne - T1", "subject": "CN=Anne - T1", "thumbprint": "AB"}
    own |= {"signed_by": "self_signed", "related": True, "archived": False}
    others = [own | {"archived": True}, own | {"related": False}, own | {"signed_by": "ab"}, own | {"signed_by": ""}]
    known = {"holders": [], "unread": [], "profiles": [{"owner_sid": "S-1-5-21-7", "owner": "CHU\\a"}]}
    found = {}
    for name, rows in {"one": [own, *others], "two": [own, own | {"thumbprint": "CD"}], "none": others}.items():
        facts = {**audit(None)["ansible_facts"], "pkcs12": known | {"certificates": rows}}
        lines = told({"a": {"ansible_facts": facts}})["lines"]
        found[name] = [line for line in lines if "self_signed" in line]
    assert found["one"] == ["<summary.self_signed 1 <self_signed_at Anne - T1 a CHU\\a AB>>"]
    assert [line.count("<self_signed_at") for line in found["two"]] == [2]
    assert found["none"] == []
    enrolled = {"ansible_facts": {"pkcs12": known | {"certificates": [own]}}}
    assert not [line for line in told({"a": of(person(1)) | enrolled})["lines"] if "self_signed" in line]


@pytest.mark.parametrize(
    ("result", "ends"),
    [
        (of(person(1, "renewed")) | {"failed_holders": []}, False),
        (of(person(1, "deferred", failed=True)) | {"failed_holders": [{}]}, True),
        ({"failed": False, "msg": "refused before any holder was asked"}, True),
        ({"unreachable": True, "msg": "x"}, True),
        ({"unreachable": True, "msg": "x", "failed_holders": []}, False),
        ({"unreachable": True, "msg": "x", "failed_holders": ["X"]}, True),
        ({"skipped": True}, False),
        ({"no_workstation": True}, False),
        (None, True),  # a run of which nothing is known is no green one
        (audit("no_route", failed=False, answered=False), False),
        (audit("no_route", failed=True), True),
        ({"ansible_facts": {"pkcs12": {}}}, False),
    ],
)
def test_where_a_run_ends_failed(result: Any, ends: bool) -> None:
    assert list(told({"a": result})["ends_failed"]) == (["a"] if ends else [])


@pytest.mark.parametrize(
    ("result", "codes"),
    [
        (
            of(
                person(1, "failed", error={"code": "bad_password"}),
                person(2, "deferred", failed=True, error={"code": "not_logged_on"}),
                person(3, "failed", error={"code": "bad_password"}),
                person(4, "deferred", failed=True),
                person(5, "renewed", error={"code": "warned"}),
            )
            | {"failed_holders": [{}]},
            ("bad_password", "not_logged_on", "deferred"),
        ),
        (
            of(person(1, "removed", failed=True), person(2, "failed", error={"code": "busy"}))
            | {"failed_holders": [{}], "unconfirmed": True},
            ("not_confirmed", "busy"),
        ),
        ({"failed": True, "msg": "No.", "error": {"code": "bad_arguments"}}, ("bad_arguments",)),
        ({"unreachable": True, "msg": "x", "error": {"code": "no_route"}}, ("no_route",)),
        ({"failed": True, "msg": "What only Ansible knows."}, ()),
        ({"failed": True, "msg": "x", "censored": "the output has been hidden"}, ()),
        ({"ready": False, "findings": [], "msg": "x"}, ()),
    ],
)
def test_a_host_ends_failed_with_the_codes_of_those_who_failed_and_without_their_sentences(
    result: Json, codes: tuple[str, ...]
) -> None:
    line = Problem("ends_failed", {"codes": codes}) if codes else Problem("ends_failed.hidden")
    assert told({"a": result, "b": served(person(6))})["ends_failed"] == {"a": line}


def served(*people: Json) -> Json:
    return of(*people) | {"failed_holders": []}


RUN_FAILED = {"a": Problem("ends_failed.run")}
OFF: Json = {"unreachable": True, "msg": "x", "failed_holders": [], "connection_error": {"code": "no_route"}}


def silent(code: str) -> Json:
    return {**OFF, "connection_error": {"code": code}}


@pytest.mark.parametrize(
    "results",
    [
        {"a": OFF, "b": OFF},
        dict.fromkeys("ab", served() | {"not_found": ["T9"]}),
        dict.fromkeys("ab", served() | {"not_taken_back": ["T9"]}),
        {"a": None, "b": served(person(1, "removed")) | {"unconfirmed": True}},
    ],
    ids=["none_answered", "not_found", "not_taken_back", "unconfirmed"],
)
def test_a_run_that_failed_as_a_whole_ends_failed_at_its_first_host_unless_another_does(results: Any) -> None:
    assert told(results)["ends_failed"] == RUN_FAILED
    assert list(told({**results, "c": {**OFF, "failed_holders": ["X"]}})["ends_failed"]) == ["c"]
    for first in (served(person(1)), None):
        assert told({"a": first, "b": served(person(2))})["ends_failed"] == {}


def test_audit_says_who_is_awaited_and_who_is_on_leave() -> None:
    today = date(2026, 11, 26)
    entries = [
        {"user": "CHU\\New", "authorisation": "T1", "awaiting": "document"},
        {"user": "CHU\\late", "authorisation": "T2", "awaiting": "bundle", "expected_from": "2026-11-01"},
        {"user": "CHU\\away", "authorisation": "T3", "absent_until": "2027-01-01"},
        {"user": "CHU\\back", "authorisation": "T4", "absent_until": "2026-11-26"},
        {"user": "CHU\\odd", "authorisation": "T5", "absent_until": "soon"},
        {"user": "CHU\\free", "absent_until": "2027-01-01"},
        "no holder",
    ]
    rows = [
        {"user": f"CHU\\{user}", "authorisation": number, "status": status, "access_until": None, "gives_access": "no"}
        for user, number, status in (
            *((user, f"T{place}", "missing") for place, user in enumerate(("new", "late", "away", "back", "odd"), 1)),
            ("away", "T3", "expired"),
            ("free", None, "missing"),
            ("here", None, "missing"),
        )
    ]
    result = {"ansible_facts": {"pkcs12": {"holders": rows}}}
    listed = {"a": Listed(entries, frozenset(), not_expected(entries, today))}
    found = summary({"a": result, "b": result}, set(), listed)
    assert found["totals"] == {"awaited": 1, "on_leave": 2, "missing": 4 + 7, "expired": 2}
    assert "<summary.others 1 <holder_at a T1 (CHU\\new)> <outcome.awaited>>" in found["lines"]


def test_a_certificate_that_names_somebody_else_is_told_and_makes_nothing_red() -> None:
    marc = {"user": "CHU\\p1", "name": "Person 1", "authorisation": "T1", "issued_to": "Sofia Nguyen - T1"}
    read = {"ansible_facts": {**audit(None)["ansible_facts"], "pkcs12": {"holders": []}}, "other_names": [marc]}
    for result in (served(person(1)) | {"other_names": [marc]}, read):
        found = told({"a": result})
        at = "<other_name_at a Sofia Nguyen - T1 Person 1, T1 (CHU\\p1)>"
        assert found["lines"][-1] == f"<summary.other_names 1 {at}>"
        assert (found["needs_somebody"], found["failed_hosts"], found["ends_failed"]) == ([], [], {})


def test_who_was_taken_back_and_which_bundles_were_put_aside_is_told_once() -> None:
    both = {"a": of() | {"noted": ["T1"], "put_aside": ["P - T1.p12"]}, "b": of() | {"noted": ["T1"], "put_aside": []}}
    assert told(both)["lines"][-2:] == ["<written_down_as_retired T1>", "<put_aside P - T1.p12>"]
    assert told({"a": of() | {"noted": ["T1"], "put_aside": []}})["lines"][-1] == "<written_down_as_retired T1>"
    assert told(dict.fromkeys("ab", of() | {"taken_back": ["T1"]}))["lines"][-1] == "<taken_back T1>"


def test_leaver_stays_listed_until_all_is_removed() -> None:
    for outcome, noted in (("removed", ["T1"]), ("deferred", ["T1"]), ("removed", [])):
        (*_others, end) = told({"a": of(person(1, outcome)) | {"noted": noted}, "b": of()})["lines"]
        assert (end == "<written_down_as_retired T1>") is bool(noted)
    last = told({"a": of(not_found=("T9",)), "b": of(not_found=("T9",)), "c": of(not_found=("T9",))})
    assert last["msg"] == "<summary <summary.nothing_to_remove 3>>"
    assert "<found_nowhere T9>" in last["lines"]


def test_table_of_bundles_has_a_holder_of_two_workstations_once() -> None:
    bundle = {"file": "P.p12", "use": "authentication", "issued_to": "P - T1"}
    bundle |= {"valid_until": "2028-12-31T23:30:00Z", "ends_on": "2029-01-01"}
    none, other = dict.fromkeys(bundle), bundle | {"file": "P 2.p12", "use": "encryption"}
    found = told(
        {
            "a": of(
                person(1, "ready", bundle=bundle, other_uses=[other]), person(2, "failed", "No file.", bundle=none)
            ),
            "b": of(person(1, "ready", bundle=bundle)),
        }
    )
    table = [line.split("  ") for line in found["lines"][-4:]]
    assert [[cell.strip() for cell in line if cell.strip()] for line in table] == [
        [f"<column.{name}>" for name in ("holder", "bundle", "use", "issued_to", "until", "workstations")],
        ["Person 1, T1 (CHU\\p1)", "P 2.p12", "<use encryption>", "P - T1", "<day 2029-01-01>", "a"],
        ["Person 1, T1 (CHU\\p1)", "P.p12", "<use authentication>", "P - T1", "<day 2029-01-01>", "a, b"],
        ["Person 2, T2 (CHU\\p2)", "-", "-", "-", "-", "a"],
    ]
    cells = zip(found["lines"][-4:], ("<column.bundle>", "P 2.p12", "P.p12", "-  "), strict=True)
    assert len({line.index(cell) for line, cell in cells}) == 1


def test_where_workstations_contradict_the_inventory_is_one_table() -> None:
    other = {"kind": "other_number", "account": "CHU\\p1", "name": "Person 1", "number": "T1", "found": "P - T9"}
    stranger = {"kind": "no_row", "account": "C:\\Users\\x", "name": "", "number": "", "found": "X - T7"}
    ready = {"ready": True, "msg": "Ready."}
    found = told({"a": ready | {"comparison": [other]}, "b": ready | {"comparison": [stranger]}, "c": ready})
    table = [line.split("  ") for line in found["lines"][-3:]]
    assert found["lines"][-4] == "<comparison 2>"
    assert [[cell.strip() for cell in line if cell.strip()] for line in table] == [
        [f"<column.{name}>" for name in ("difference", "workstation", "account", "holder", "number", "certificate")],
        ["<comparison.no_row>", "b", "C:\\Users\\x", "-", "-", "X - T7"],
        ["<comparison.other_number>", "a", "CHU\\p1", "Person 1", "T1", "P - T9"],
    ]
    assert found["ends_failed"] == {}


def test_a_wrong_row_of_the_register_makes_the_run_red_and_a_doubt_does_not() -> None:
    row, doubt = (
        Problem("register_row.more", {"count": 3}),
        Problem("register_many_leave.passed", {"count": 5, "all": 9}),
    )
    done = {"a": served(person(1)), "b": served(person(2))}
    found = summed_up(done, frozenset(), tell, register=[row])
    assert (found["lines"][1], found["ends_failed"]) == ("<register_row.more 3>", RUN_FAILED)
    found = summed_up(done, frozenset(), tell, doubts=[doubt])
    assert (found["lines"][1], found["ends_failed"]) == ("<register_many_leave.passed 9 5>", {})


def test_nobody_at_all() -> None:
    assert told({})["lines"] == ["<summary <summary.workstations 0>>"]


ACCOUNTS = ("CHU\\jdupont", "C:\\Users\\p2", "S-1-5-21-3")


def test_an_account_is_named_and_not_its_sid() -> None:
    """A removal finds a store that the inventory does not name by the SID. For one that nothing is known of, the catalogue has words."""
    rows = [{**person(each, "removed"), "user": f"S-1-5-21-{each}", "name": None} for each in (1, 2, 3)]
    profiles = [
        {"owner_sid": "S-1-5-21-1", "owner": "CHU\\jdupont"},
        {"owner_sid": "S-1-5-21-2", "path": "C:\\Users\\p2"},
        {"owner_sid": "S-1-5-21-3"},
    ]
    found = told({"a": of(*rows) | {"ansible_facts": {"pkcs12": {"profiles": profiles}}}})
    all_three = ",".join(f"<holder_at a T{number} ({who})>" for number, who in enumerate(ACCOUNTS, 1))
    assert f"<summary.others 3 {all_three} <outcome.removed>>" in found["lines"]


LISTED = (
    {"user": "CHU\\p1", "authorisation": "T1", "name": "Person 1"},
    {"user": "CHU\\p2", "authorisation": "T2", "name": "Person 2"},
)


def test_who_has_left_is_named_once_and_only_where_nothing_was_told() -> None:
    listed = {"a": Listed(LISTED, frozenset({"t1", "T9"}))}
    found = summary({"a": of(person(2))}, frozenset(), listed)
    assert "<summary.others 1 <holder_at a Person 1, T1 (CHU\\p1)> <outcome.left>>" in found["lines"]
    assert found["needs_somebody"] == []
    assert "left" not in summary({"a": of(person(1), person(2))}, frozenset(), listed)["totals"]
    assert found["lines"][-1] == "<summary.left>"
    looked = summary({"a": of(person(2)) | {"numbers_here": []}}, frozenset(), listed)
    assert (looked["lines"][-1], looked["totals"]["left"]) == ("<summary.left_removed>", 1)
    there = summary({"a": of(person(2)) | {"numbers_here": ["T1"]}}, frozenset(), listed)
    assert (there["totals"]["left_with_a_certificate"], there["needs_somebody"]) == (1, ["a"])
    kept = {
        "ansible_facts": {
            "pkcs12": {"holders": [LISTED[0] | {"status": "missing", "ends_on": None, "gives_access": "no"}]}
        }
    }
    for numbers, total, last in (
        ([], "left", "left_removed"),
        (["T1"], "left_with_a_certificate", None),
        (None, "left", "left"),
    ):
        audited = summary({"a": kept | {"numbers_here": numbers}}, frozenset(), listed)
        assert audited["totals"][total] == 1
        assert last is None or audited["lines"][-1] == f"<summary.{last}>"
    for nothing in (None, {"unreachable": True}, {"skipped": True}, LEFT_OUT, {"failed": True, "msg": "No."}):
        assert "left" not in summary({"a": nothing}, frozenset(), listed)["totals"]


def test_who_is_not_taken_back_is_a_leaver_or_nobody() -> None:
    result = of() | {"not_taken_back": ["T9", "T10"]}
    found = summary({"a": result}, frozenset(), {"a": Listed((), frozenset({"t9"}))})
    sentences = ["<nobody_taken_back T10>", "<nobody_taken_back.leavers T9>"]
    assert found["not_taken_back"] == ["T9", "T10"]
    assert found["lines"][1:3] == sentences
    assert not any("nobody_taken_back" in line for line in summary({"a": of()}, frozenset())["lines"])


def test_a_workstation_without_holders_is_named_and_a_failure_there_stays_one() -> None:
    nobody = {"a": Listed((), frozenset())}
    for result in (of(), IS_READY, {"ansible_facts": {"pkcs12": {"holders": []}}}):
        found = summary({"a": result}, frozenset(), nobody)
        assert found["totals"] == {"without_holders": 1}, result
        assert "<summary.others 1 a <outcome.without_holders>>" in found["lines"]
    error = {"severity": "error", "sentence": "No.", "cure": "Do."}
    assert summary({"a": {"ready": False, "findings": [error]}}, frozenset(), nobody)["totals"] == {"not_ready": 1}
    assert summary({"a": {"failed": True, "msg": "No."}}, frozenset(), nobody)["totals"] == {"failed": 1}
    assert summary({"a": of()}, frozenset())["totals"] == {}


def test_a_file_that_may_be_the_new_bundle_and_does_not_open_is_named_where_nothing_fails() -> None:
    warned = person(1, warning={"code": "wrong_passphrase"})
    late = person(4, "deferred", warning={"code": "wrong_passphrase"})
    found = told({"a": of(warned, person(2), person(3, "failed", warning={"code": "wrong_passphrase"}), late)})
    (line,) = [line for line in found["lines"] if "<summary.not_opened" in line]
    assert ("Person 1" in line, "Person 3" in line, "Person 4" in line) == (True, False, True)
    assert found["failed_hosts"] == ["a"]


def test_what_was_kept_is_told_of_those_who_did_not_fail() -> None:
    kept: Json = {"kept": [{"archived": False, "on_card": False, "use": "encryption"}]}
    found = told({"a": of(person(1, "renewed", **kept), person(2, "failed", **kept)), "b": of(person(3))})
    assert [line for line in found["lines"] if line.startswith("<summary.kept")] == [
        "<summary.kept <kept_at a <kept_for_use 1 encryption Person 1, T1>>>"
    ]


def test_a_removal_that_nobody_has_confirmed_says_so_at_the_end() -> None:
    found = told({"a": of(person(1, "removed")) | {"unconfirmed": True, "noted": ["T1"]}})
    assert found["lines"][-1] == "<not_confirmed>"


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({"a": OFF, "b": silent("connection_timeout")}, ["<none_answered 2>"]),
        ({code: silent(code) for code in OF_THE_NETWORK}, [f"<none_answered {len(OF_THE_NETWORK)}>"]),
        ({"a": OFF, "b": {**silent("name_not_resolved"), "answered": False}, "c": OFF}, ["<none_answered 3>"]),
        # No network is to blame where the account is refused, nobody was called, somebody answers, or only Ansible knows why.
        *(
            ({"a": OFF, "b": silent(code)}, ["<none_answered.other_cause 2>"])
            for code in ("logon_refused", "account_missing", "connection_refused")
        ),
        ({"a": OFF, "b": {"unreachable": True, "msg": "x"}}, ["<none_answered.other_cause 2>"]),
        ({"a": OFF}, []),
        ({"a": OFF, "b": of()}, []),
        ({"a": OFF, "b": {"failed": True, "msg": "No."}}, []),
        ({"a": OFF, "b": {"no_workstation": True}}, []),
        ({"a": OFF, "b": None}, []),
        ({"a": OFF, "b": OFF, "c": {"no_workstation": True}, "d": None}, ["<none_answered 2>"]),
        ({}, []),
    ],
)
def test_where_no_workstation_of_several_answers_it_is_not_they_who_are_off(
    results: dict[str, Any], said: list[str]
) -> None:
    assert [line for line in told(results)["lines"] if line.startswith("<none_answered")] == said


STOPPED = {"failed_percentage": 33.33, "stops": True}
WENT_ON = {"failed_percentage": 90.0, "stops": False}


@pytest.mark.parametrize(("failed", "most", "stop"), [(50.0, 49, True), (50.0, 50, False), (100.0, None, False)])
def test_more_failures_than_are_allowed_stop_a_run(failed: float, most: float | None, stop: bool) -> None:
    assert stops({"failed_percentage": failed}, most) is stop


def test_the_end_of_a_stopped_run_has_the_share_the_limit_and_the_number_that_is_left() -> None:
    told = told_at_end(
        {"hosts_not_reached": ["c", "d"]}, [None, {"no_workstation": True}, WENT_ON, STOPPED, STOPPED], 20
    )
    assert told == [Problem("stopped", {"share": "33.33", "most": "20", "count": 2})]


@pytest.mark.parametrize(
    ("left", "batches"),
    [([], [STOPPED]), (["c"], [WENT_ON]), (["c"], [None]), (["c"], [])],
    ids=["last batch", "went on", "no batch", "no host"],
)
def test_nothing_is_said_of_a_run_that_no_batch_has_stopped(left: list[str], batches: list[Any]) -> None:
    assert told_at_end({"hosts_not_reached": left}, batches, 20) == []


HOSTS = [f"ws-{number:04}" for number in range(1000)]


def test_each_host_is_counted_once_over_all_batches() -> None:
    earlier = None
    for start in range(0, 300, 100):
        batch = HOSTS[start : start + 100]
        silent = batch[:1]
        found = {"needs_somebody": [*silent, *batch[1:3]], "unreachable_hosts": silent}
        earlier = progress(found, batch, HOSTS, earlier)
    assert earlier
    assert earlier["so_far"] == {"hosts": 300, "of": 1000, "need_help": 6, "did_not_answer": 3}
    assert earlier["progress"] == Problem(
        "progress",
        {"done": 300, "count": 1000},
        causes=(Problem("progress.need_help", {"count": 6}), Problem("progress.did_not_answer", {"count": 3})),
    )


def test_a_batch_that_lost_hosts_is_as_far_as_its_last_one() -> None:
    found = {"needs_somebody": [], "unreachable_hosts": []}
    assert progress(found, HOSTS[101:200], HOSTS, None)["so_far"]["hosts"] == 200
    assert progress(found, [], HOSTS, {"so_far": {"hosts": 200, "need_help": 1}})["so_far"]["hosts"] == 200
