# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The issuer is called so many days after a bundle was due, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import Awaiting
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import holders_csv
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep
from unit.plugins.plugin_utils._report.known import JEANNE, NOW, host, record, report

CALL = (NextStep.CALL_ISSUER, Actor.IT)
AWAIT = (NextStep.AWAIT_BUNDLE, Actor.ISSUER)
WAITS = replace(JEANNE, outcome="waiting_for_issuer", outcome_at=NOW)


def step(what: Any, overdue: int | None = 10) -> Any:
    (row,) = report(what, issuer_overdue_days=overdue).holders
    assert (row.places[0].next_step, row.places[0].actor) == (row.next_step, row.actor)
    return row.next_step, row.actor


@pytest.mark.parametrize(
    ("left", "overdue", "expected"),
    [(31, 10, AWAIT), (30, 10, CALL), (-5, 10, CALL), (30, None, AWAIT), (40, 0, CALL), (-500, None, AWAIT)],
)
def test_it_is_counted_from_the_day_on_which_the_certificate_was_due(left: int, overdue: Any, expected: Any) -> None:
    assert step(host(record(days=left), entries=(WAITS,)), overdue) == expected


@pytest.mark.parametrize(("days", "expected"), [(10, CALL), (9, AWAIT), (-3, AWAIT), (None, AWAIT)])
def test_a_newcomers_is_counted_from_the_day_on_which_it_was_expected(days: Any, expected: Any) -> None:
    day = None if days is None else NOW.date() - timedelta(days=days)
    assert step(host(entries=(replace(JEANNE, awaiting=Awaiting.BUNDLE, expected_from=day),))) == expected


def test_who_does_not_wait_for_the_issuer_calls_nobody() -> None:
    assert step(host(record(days=5)))[0] is NextStep.RENEW
    assert step(host(record(days=5), entries=(replace(JEANNE, logged_on=False),)))[0] is NextStep.LOG_ON
    newcomer = replace(JEANNE, awaiting=Awaiting.ANNEX_1, expected_from=NOW.date() - timedelta(days=90))
    assert step(host(entries=(newcomer,)))[0] is NextStep.RETURN_ANNEX_1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_step_says_what_to_look_for_and_whom_to_call(language: str) -> None:
    said = {"issuer_contact": "{x} 0158", "issuer_mail_sender": "a@b.example", "issuer_mail_subject": "Key <1>"}
    found = report(host(record(days=5), entries=(WAITS,)), issuer_overdue_days=1, language=language, **said)
    assert all(each in markdown(found).replace("\\", "") for each in said.values())
    assert all(each in holders_csv(found).decode("utf-8-sig") for each in said.values())
    assert "(a@b.example, Key &lt;1&gt;)" in page(found)
    plain = markdown(report(host(record(days=5), entries=(WAITS,)), issuer_overdue_days=1, language=language))
    assert "()" not in plain and "{" not in plain
