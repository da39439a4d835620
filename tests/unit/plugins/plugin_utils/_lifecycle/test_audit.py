# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of an audit: which failures are results with a fact, and which stay failures."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import (
    ConnectionLost,
    Pkcs12Error,
    Problem,
    defect_result,
    failed_result,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.audit import (
    MISTAKES,
    audited,
    found,
    is_audit,
    unmatched,
    was_audited,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.lost_connection import unreachable_result
from unit.plugins.plugin_utils.problems import sample

AT = datetime(2026, 11, 25, 4, 34, 43, tzinfo=timezone.utc)
FACTS = {"certificates": [{}], "unread": [], "holders": [{"user": "CHU\\a", "status": "valid"}]}


def silent(code: str) -> dict[str, Any]:
    return unreachable_result(ConnectionLost(sample(code)))


def fact(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = told["ansible_facts"]["pkcs12_fact_audit"]
    return found


def test_found() -> None:
    told = audited({"ansible_facts": {"pkcs12": FACTS}}, "ws-1", AT, fail_on_unreachable=True)
    assert told["ansible_facts"]["pkcs12"] == FACTS
    assert fact(told) == {"problem": None, "at": "2026-11-25T04:34:43Z"}
    assert (was_audited(told), told["answered"], told.get("failed")) == (True, True, None)
    holder = Problem("holder_is", {"user": "CHU\\a"}, causes=(Problem("outcome.valid"),))
    assert told["msg"] == Problem("done.audited", {"certificates": 1, "unread": 0}, causes=(holder,))
    assert "sentence" not in told


@pytest.mark.parametrize(
    ("status", "of_certificate", "told"),
    [
        ("renewal_due", "valid", "authorisation_renewal_due"),
        ("expired", "duplicate", "authorisation_expired"),
        ("renewal_due", "renewal_due", "renewal_due"),
        ("weak", None, "weak"),
    ],
)
def test_a_status_that_comes_from_the_authorisation_is_told_as_such(
    status: str, of_certificate: str | None, told: str
) -> None:
    row = {"user": "CHU\\a", "status": status, "certificate_status": of_certificate}
    (holder,) = found({"certificates": [], "unread": [], "holders": [row]}).causes
    assert holder.causes == (Problem(f"outcome.{told}"),)


@pytest.mark.parametrize("fails", [False, True])
def test_a_workstation_that_may_be_off_is_a_result_unless_the_site_wants_it_red(fails: bool) -> None:
    told = audited(silent("connection_timeout"), "ws-1", AT, fail_on_unreachable=fails)
    problem = sample("connection_timeout")
    assert (told["failed"], told["answered"]) == (fails, False)
    assert "unreachable" not in told
    assert (is_audit(told), was_audited(told)) == (True, False)
    assert (fact(told)["problem"], told["msg"]) == (problem.to_map(), problem)
    if fails:
        beside = (problem, Problem("earlier_facts"))
        assert told["sentence"] == Problem("not_audited.silent", {"host": "ws-1"}, causes=beside)
        assert "warnings" not in told
    else:
        assert told["warnings"] == [Problem("not_audited.silent", {"host": "ws-1"}, causes=(problem,))]
        assert "sentence" not in told


@pytest.mark.parametrize(
    "problem",
    [sample(code) for code in ("driver_answer", "wrong_computer")],
    ids=lambda problem: problem.code,
)
def test_an_answer_that_is_a_failure_stays_a_failure(problem: Problem) -> None:
    told = audited(failed_result(Pkcs12Error(problem)), "ws-1", AT, fail_on_unreachable=False)
    assert (told["failed"], told["answered"]) == (True, True)
    assert fact(told)["problem"]["code"] == problem.code
    earlier = Problem("not_audited.answered", {"host": "ws-1"}, causes=(problem, Problem("earlier_facts")))
    assert told["sentence"] == earlier


@pytest.mark.parametrize("code", sorted(MISTAKES))
def test_a_mistake_says_nothing_of_the_workstation(code: str) -> None:
    result = failed_result(Pkcs12Error(sample(code)))
    assert audited(result, "ws-1", AT, fail_on_unreachable=False) == result


def test_a_defect_is_kept_without_its_text() -> None:
    told = audited(defect_result("certificate_facts", "KeyError", None, None), "ws-1", AT, fail_on_unreachable=False)
    hidden = Problem("defect.hidden", {"action": "certificate_facts", "kind": "KeyError"})
    assert (told["failed"], fact(told)["problem"]) == (True, hidden.to_map())


def test_a_host_that_is_no_workstation_has_no_fact() -> None:
    result = {"no_workstation": True, "msg": "no workstation"}
    assert audited(result, "ws-1", AT, fail_on_unreachable=True) == result


def audited_with(strangers: str, *issuers: str) -> dict[str, Any]:
    rows = [{"issuer": issuer, "issuer_cn": None, "related": issuer != "CN=Counted"} for issuer in issuers]
    facts = FACTS | {"certificates": rows, "strangers": strangers}
    return audited({"ansible_facts": {"pkcs12": facts}}, "a", AT, fail_on_unreachable=False)


MISSED = audited_with("no_match", "CN=AC Personnes", "CN=AC Personnes", "CN=Counted")


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"b": audited_with("not_searched", "CN=Other")},
        {"b": None},
        {"b": audited(silent("no_route"), "b", AT, fail_on_unreachable=False)},
        {"b": {"no_workstation": True}},
    ],
)
def test_a_pattern_that_matches_nothing_anywhere_is_told_with_the_issuers_that_are_there(others: Any) -> None:
    there = Problem("certificates_of", {"issuer": "CN=AC Personnes", "count": 2})
    assert unmatched({"a": MISSED, **others}) == [Problem("issuer_matches_nothing", causes=(there,))]


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
