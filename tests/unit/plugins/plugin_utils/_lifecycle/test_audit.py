# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of an audit: which failures are results with a fact, and which stay failures."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.audit import (
    LONGEST_REASON,
    MISTAKES,
    audited,
    problem_of,
    unmatched,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import CAUSES

AT = datetime(2026, 11, 25, 4, 34, 43, tzinfo=timezone.utc)
FACTS = {"certificates": [{}], "unread": [], "holders": [{"user": "CHU\\a", "status": "valid"}]}


def silent(code: str, msg: str = "It is silent.") -> dict[str, Any]:
    return {"unreachable": True, "changed": False, "msg": msg, "connection_error": {"code": code}}


def failure(code: str | None) -> dict[str, Any]:
    return {"failed": True, "msg": "It is wrong.", **({"error": {"code": code}} if code else {})}


def test_found() -> None:
    told = audited({"ansible_facts": {"pkcs12": FACTS}}, "ws-1", AT, fail_on_unreachable=True)
    assert told["ansible_facts"] == {
        "pkcs12": FACTS,
        "pkcs12_fact_audit": {"problem": "", "at": "2026-11-25T04:34:43Z"},
    }
    assert (problem_of(told), told["answered"], told.get("failed")) == ("", True, None)
    assert told["msg"] == "1 certificate, 0 unread places; CHU\\a: valid"
    assert "sentence" not in told


@pytest.mark.parametrize("fails", [False, True])
def test_a_workstation_that_may_be_off_is_a_result_unless_the_site_wants_it_red(fails: bool) -> None:
    told = audited(silent("connection_timeout"), "ws-1", AT, fail_on_unreachable=fails)
    assert (told["failed"], told["answered"]) == (fails, False)
    assert "unreachable" not in told
    assert problem_of(told)
    assert told["msg"] == "It is silent."
    assert ("sentence" in told) is fails
    assert ("warnings" in told) is not fails
    assert fails or told["warnings"][0].startswith("ws-1: It ")


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_only_causes_of_a_workstation_that_is_off_are_no_failure(code: str) -> None:
    off = ("name_not_resolved", "no_route", "connection_timeout", "connection_refused")
    told = audited(silent(code), "ws-1", AT, fail_on_unreachable=False)
    assert (told["failed"], told["answered"]) == (code not in off, False)
    assert str(problem_of(told)).startswith("It did not answer: ")


def test_what_ansible_itself_calls_unreachable_names_no_cause_and_fails() -> None:
    assert audited({"unreachable": True, "msg": "x"}, "ws-1", AT, fail_on_unreachable=False)["failed"] is True


@pytest.mark.parametrize("code", ["driver_answer", "wrong_computer", None, *sorted(MISTAKES)])
def test_an_answer_that_is_a_failure_a_mistake_and_a_defect_stay_failures(code: str | None) -> None:
    told = audited(failure(code), "ws-1", AT, fail_on_unreachable=False)
    assert (told["failed"], told["answered"]) == (True, True)
    assert problem_of(told) == "It could not be audited: It is wrong."
    earlier = "ws-1: It could not be audited: It is wrong. Its facts are those of an earlier run, if there was one."
    assert told["sentence"] == ("It is wrong." if code in MISTAKES else earlier)


def test_a_host_that_is_no_workstation_has_no_fact() -> None:
    result = {"no_workstation": True, "msg": "no workstation"}
    assert audited(result, "ws-1", AT, fail_on_unreachable=True) == result


def test_the_problem_is_one_sentence_that_does_not_change_from_run_to_run() -> None:
    text = f"Task failed: <Pool object at 0x7f00>: no\n  way {'x' * 900}"
    told = audited(silent("no_route", text), "ws-1", AT, fail_on_unreachable=False)
    problem = str(problem_of(told))
    assert problem.startswith("It did not answer: no way xxx")
    assert len(problem) == len("It did not answer: .") + LONGEST_REASON


def audited_with(strangers: str, *issuers: str) -> dict[str, Any]:
    rows = [{"issuer": issuer, "issuer_cn": None, "related": issuer != "CN=Counted"} for issuer in issuers]
    return audited(
        {"ansible_facts": {"pkcs12": FACTS | {"certificates": rows, "strangers": strangers}}}, "a", AT, False
    )


MISSED = audited_with("no_match", "CN=AC Personnes", "CN=AC Personnes", "CN=Counted")


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"b": audited_with("not_searched", "CN=Other")},
        {"b": None},
        {"b": audited(silent("no_route", "No way there."), "b", AT, fail_on_unreachable=False)},
        {"b": {"no_workstation": True}},
    ],
)
def test_a_pattern_that_matches_nothing_anywhere_is_told_with_the_issuers_that_are_there(others: Any) -> None:
    (said,) = unmatched({"a": MISSED, **others})
    assert said.endswith("There are: CN=AC Personnes (2 certificates). Correct pkcs12_issuer, and run audit again.")


@pytest.mark.parametrize(
    "results",
    [
        {},
        {"a": MISSED, "b": audited_with("searched")},  # it is right there
        {"a": audited_with("no_match")},  # there is nothing to compare with
        {"a": audited_with("no_match", "CN=Counted")},
        {"a": audited_with("not_searched", "CN=AC Personnes")},
        {"a": {"ready": True}},
    ],
)
def test_no_other_audit_says_that(results: Any) -> None:
    assert unmatched(results) == []
