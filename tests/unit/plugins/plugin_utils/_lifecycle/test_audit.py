# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of an audit: which failures are results with a fact, and which stay failures."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.audit import (
    LONGEST_REASON,
    audited,
    problem_of,
    unmatched,
)

AT = datetime(2026, 11, 25, 4, 34, 43, tzinfo=timezone.utc)
FACTS = {"certificates": [{}], "unread": [], "holders": [{"user": "CHU\\a", "status": "valid"}]}
ADDRESS = ("not_windows", "untried_connection", "wrong_computer")
SILENT = {"unreachable": True, "changed": False, "msg": "Nothing listens there."}


def failure(code: str | None) -> dict[str, Any]:
    return {"failed": True, "msg": "It is wrong.", **({"error": {"code": code}} if code else {})}


def test_found() -> None:
    told = audited({"ansible_facts": {"pkcs12": FACTS}}, "ws-1", AT, fail_on_unreachable=True)
    assert told["ansible_facts"] == {"pkcs12": FACTS, "audit_pkcs12": {"problem": "", "at": "2026-11-25T04:34:43Z"}}
    assert (problem_of(told), told["answered"], told.get("failed")) == ("", True, None)
    assert told["msg"] == "1 certificate, 0 unread places; CHU\\a: valid"


@pytest.mark.parametrize(("result", "answered"), [(SILENT, False), (failure("driver_answer"), True)])
@pytest.mark.parametrize("fails", [False, True])
def test_what_may_be_over_tomorrow_is_a_result_unless_the_site_wants_it_red(
    result: dict[str, Any], answered: bool, fails: bool
) -> None:
    told = audited(result, "ws-1", AT, fail_on_unreachable=fails)
    assert (told["failed"], told["answered"]) == (fails, answered)
    assert "unreachable" not in told
    assert problem_of(told)
    assert "problem" not in told  # msg has it
    assert ("warnings" in told) is not fails
    assert fails or told["warnings"][0].startswith("ws-1: It ")


@pytest.mark.parametrize("code", ["bad_arguments", "bad_pattern", "bad_time_zone", "missing_library", *ADDRESS, None])
def test_a_mistake_and_a_defect_stay_failures(code: str | None) -> None:
    told = audited(failure(code), "ws-1", AT, fail_on_unreachable=False)
    assert (told["failed"], problem_of(told)) == (True, "It could not be audited: It is wrong.")


def test_a_skipped_host_has_no_fact() -> None:
    skipped = {"skipped": True, "msg": "no workstation"}
    assert audited(skipped, "ws-1", AT, fail_on_unreachable=True) == skipped


def test_the_problem_is_one_sentence_that_does_not_change_from_run_to_run() -> None:
    text = f"Task failed: <Pool object at 0x7f00>: no\n  way {'x' * 900}"
    told = audited({**SILENT, "msg": text}, "ws-1", AT, fail_on_unreachable=False)
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
        {"b": audited(SILENT, "b", AT, fail_on_unreachable=False)},
        {"b": {"skipped": True}},
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
