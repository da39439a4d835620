# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A holder's row is about access: the certificate and the yearly authorisation, whichever ends first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow, NextStep
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.next_step import NOTHING
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rows import holder_row
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rules import evaluate_host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, OFF, RULES, host, record


@pytest.mark.parametrize(
    ("days", "status"), [(41, Status.VALID), (40, Status.RENEWAL_DUE), (1, Status.RENEWAL_DUE), (0, Status.EXPIRED)]
)
def test_access_ends_before_the_end_date_of_the_authorisation(days: int, status: Status) -> None:
    until = NOW.date() + timedelta(days=days)
    row = authorised(until)
    assert (row.authorisation_status, row.authorisation_until, row.authorisation_days_left) == (status, until, days)
    assert (row.status, row.days_left) == (status, days - 1)
    assert row.access_until == datetime.combine(until, time.min, timezone.utc) - timedelta(seconds=1)
    assert (row.valid_until, row.certificate_days_left) == (NOW + 400 * DAY, 400)
    expected = NOTHING if status is Status.VALID else (NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER)
    assert (row.next_step, row.actor) == expected
    assert row.places[0].status is Status.VALID


def authorised(until: date | None, *certificates: CertificateRecord, **changes: Any) -> HolderRow:
    """The row of Jeanne with this end date."""
    what = host(*(certificates or (record(),)), **changes)
    return holder_row([(replace(JEANNE, anniversary=until), evaluate_host(what, RULES))], RULES)


def test_without_an_anniversary_the_certificate_alone_counts() -> None:
    row = authorised(None)
    assert (row.authorisation_status, row.authorisation_until, row.authorisation_days_left) == (None, None, None)
    assert (row.status, row.access_until, row.days_left) == (Status.VALID, row.valid_until, 400)


def test_an_authorisation_that_ends_first_comes_before_the_certificate() -> None:
    """Whoever looks for what the employer has to do finds it; the rest stays in the row."""
    away = replace(JEANNE, anniversary=NOW.date() + timedelta(days=3), logged_on=False)
    row = holder_row([(away, evaluate_host(host(record(days=30)), RULES))], RULES)
    assert (row.next_step, row.actor, row.days_left) == (NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER, 2)
    assert (row.certificate_step, row.certificate_actor) == (NextStep.LOG_ON, Actor.HOLDER)
    later = replace(away, anniversary=NOW.date() + timedelta(days=35))
    row = holder_row([(later, evaluate_host(host(record(days=30)), RULES))], RULES)
    assert (row.next_step, row.actor) == (NextStep.LOG_ON, Actor.HOLDER)


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"key_state": "missing"}, Status.KEY_MISSING), ({"not_before": NOW + DAY}, Status.NOT_YET_VALID)],
)
def test_a_certificate_that_gives_no_access_has_no_end_of_access(changes: dict[str, Any], status: Status) -> None:
    """At another workstation there may be access."""
    useless = host(record(**changes), name="ws-2")
    row = holder_row([(JEANNE, evaluate_host(useless, RULES))], RULES)
    assert (row.status, row.access_until, row.days_left, row.last_day) == (status, None, None, None)
    assert row.valid_until == NOW + 400 * DAY
    for days in (300, 500):
        both = [(JEANNE, evaluate_host(each, RULES)) for each in (useless, host(record(days=days)))]
        row = holder_row(both, RULES)
        assert (row.status, row.access_until, row.days_left) == (status, NOW + days * DAY, days)
        assert row.valid_until == row.access_until


def test_the_last_day_is_that_of_the_site() -> None:
    """West of Greenwich, the last second before the end date is a second of the end date in UTC."""
    rules = replace(RULES, calendar=calendar_of("America/Martinique", 40))
    row = holder_row([(replace(JEANNE, anniversary=date(2027, 3, 1)), evaluate_host(host(record()), rules))], rules)
    assert (row.last_day, str(row.access_until)) == (date(2027, 2, 28), "2027-03-01 03:59:59+00:00")


def test_a_certificate_that_ends_first_ends_access() -> None:
    row = authorised(NOW.date() + timedelta(days=300), record(days=10))
    assert (row.status, row.access_until, row.days_left) == (Status.RENEWAL_DUE, NOW + 10 * DAY, 10)
    assert row.authorisation_status is Status.VALID


@pytest.mark.parametrize(
    ("what", "status", "step"),
    [
        (host(record(days=10)), Status.EXPIRED, NextStep.RENEW_AUTHORISATION),
        (host(), Status.MISSING, NextStep.RENEW_AUTHORISATION),
        (host(record(), problem=OFF), Status.EXPIRED, NextStep.RENEW_AUTHORISATION),
        (host(record(owner_sid="S-1-5-21-2")), Status.EXPIRED, NextStep.REMOVE_FROM_OTHERS),
    ],
    ids=["due", "missing", "off", "with_another"],
)
def test_nothing_but_a_certificate_with_another_comes_before_an_authorisation_that_has_ended(
    what: Host, status: Status, step: NextStep
) -> None:
    over = replace(JEANNE, anniversary=NOW.date())
    row = holder_row([(over, evaluate_host(what, RULES))], RULES)
    assert (row.status, row.next_step) == (status, step)


def test_a_holders_own_anniversary_overrides_the_sites() -> None:
    seen = evaluate_host(host(record()), RULES)
    of_site = replace(JEANNE, anniversary=date(2027, 6, 1), is_site_anniversary=True)
    own = replace(JEANNE, anniversary=date(2027, 3, 1))
    for entries in ([of_site, own], [own, of_site]):
        assert holder_row([(each, seen) for each in entries], RULES).authorisation_until == date(2027, 3, 1)
    later = replace(of_site, anniversary=date(2027, 9, 1))
    assert holder_row([(of_site, seen), (later, seen)], RULES).authorisation_until == date(2027, 9, 1)
    known = replace(RULES, register={"T1": (own,)})
    assert holder_row([(of_site, seen)], known).authorisation_until == date(2027, 3, 1)


def test_the_function_of_any_entry_is_shown() -> None:
    seen = evaluate_host(host(record()), RULES)
    physician = replace(JEANNE, function="physician")
    assert holder_row([(JEANNE, seen), (physician, seen)], RULES).function == "physician"
    assert holder_row([(JEANNE, seen)], replace(RULES, register={"T1": (physician,)})).function == "physician"
    assert holder_row([(JEANNE, seen)], RULES).function is None
