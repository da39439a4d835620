# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a holder are about access: the certificate and the yearly authorisation; the certificate alone has keys of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.evaluation import rate_certificates
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    holder_record,
    parse_day,
    parse_holder,
    workstation_rules,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import HolderRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, record

SITE = date(2027, 3, 1)


def kept(end: date | None, days: int = 400, zone: str = "UTC") -> HolderRecord:
    entry = replace(JEANNE, anniversary=end)
    rules = workstation_rules([entry], None, calendar_of(zone, 40), NOW)
    return holder_record(entry, rate_certificates([record(days=days)], rules), (), rules)


@pytest.mark.parametrize(
    ("end", "status", "until", "left"),
    [
        (date(2027, 3, 1), Status.VALID, datetime(2027, 2, 28, 23, 59, 59, tzinfo=timezone.utc), 95),
        (date(2027, 1, 4), Status.RENEWAL_DUE, datetime(2027, 1, 3, 23, 59, 59, tzinfo=timezone.utc), 39),
        (date(2026, 11, 25), Status.EXPIRED, datetime(2026, 11, 24, 23, 59, 59, tzinfo=timezone.utc), -1),
        (date(2029, 1, 1), Status.VALID, NOW + 400 * DAY, 400),
        (None, Status.VALID, NOW + 400 * DAY, 400),
    ],
    ids=["before", "due", "on_the_day", "after", "unknown"],
)
def test_access_ends_with_the_first(end: date | None, status: Status, until: datetime, left: int) -> None:
    found = kept(end)
    assert (found.status, found.access_until, found.days_left) == (status, until, left)
    assert (found.certificate_status, found.certificate_until) == (Status.VALID, NOW + 400 * DAY)
    assert found.last_day == (NOW + left * DAY).date()
    assert found.authorisation_anniversary == end


def test_a_certificate_that_ended_stays_ended() -> None:
    found = kept(SITE, days=-3)
    assert (found.status, found.certificate_status, found.days_left) == (Status.EXPIRED, Status.EXPIRED, -3)


def test_the_end_date_of_the_task_counts_for_a_holder_without_an_own_one() -> None:
    theirs = parse_holder({"user": "x"}, site_anniversary=SITE)
    assert (theirs.anniversary, theirs.is_site_anniversary) == (SITE, True)
    own = parse_holder({"user": "x", "authorisation_anniversary": "2027-06-01"}, site_anniversary=SITE)
    assert (own.anniversary, own.is_site_anniversary) == (date(2027, 6, 1), False)
    none = parse_holder({"user": "x"})
    assert (none.anniversary, none.is_site_anniversary) == (None, False)


@pytest.mark.parametrize(
    ("given", "day"),
    [(None, None), ("", None), ("2027-03-01", SITE), (SITE, SITE)],
    ids=["none", "empty", "text", "yaml"],
)
def test_a_day_is_text_or_what_yaml_makes_of_it(given: object, day: date | None) -> None:
    assert parse_day(given, "end") == day


@pytest.mark.parametrize("given", ["soon", "2027-02-30", "01/03/2027", 20270301.5, {"a": 1}, ["2027-03-01"]], ids=str)
def test_what_is_no_day_is_refused_by_its_name(given: object) -> None:
    said = {"given": str(given)}
    for where, problem in (
        ({"key": "end", "whose": "ws-1"}, Problem("bad_arguments.no_day_of", {"key": "end", "whose": "ws-1", **said})),
        ({"key": "end"}, Problem("bad_arguments.no_day_in", {"key": "end", **said})),
        ({"setting": "end"}, Problem("bad_arguments.no_day", said, "end")),
    ):
        with pytest.raises(Pkcs12Error) as refusal:
            parse_day(given, **where)
        assert refusal.value.problem == problem


def test_a_function_is_one_line_of_a_table() -> None:
    assert parse_holder({"user": "x", "function": " radiation\n protection  officer "}).function == (
        "radiation protection officer"
    )
    assert parse_holder({"user": "x", "function": ""}).function is None
    assert parse_holder({"user": "x", "function": "f" * 100}).function == "f" * 100
    with pytest.raises(Pkcs12Error) as refusal:
        parse_holder({"user": "x", "function": "f" * 101})
    assert refusal.value.code == "bad_arguments"
