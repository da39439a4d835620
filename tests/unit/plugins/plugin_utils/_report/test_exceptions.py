# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the site has accepted is shown as it is, needs nobody, and counts again after its last day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, parse_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.acceptance import is_accepted, not_accepted
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    Acceptable,
    ExceptionState,
    parse_exceptions,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import (
    certificates_csv,
    holders_csv,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import urgency
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow, NextStep, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import unmet_conditions
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.summary import summary
from unit.plugins.plugin_utils._report.known import JEANNE, NOW, PARAMETERS, PAUL, host, record
from unit.plugins.plugin_utils.problems import error_of

TODAY = NOW.date()
NOTHING = (NextStep.NOTHING, Actor.NOBODY)
WEAK = record(key_size=1024)
HERE, THERE = host(WEAK), host(WEAK, name="ws-2")


def exception(**changes: Any) -> dict[str, Any]:
    usual = {"authorisation": "T1", "what": "weak", "reason": "It comes soon.", "until": TODAY.isoformat()}
    return {key: value for key, value in {**usual, **changes}.items() if value is not None}


def made(
    *hosts: Host,
    given: tuple[Mapping[str, Any], ...] = (),
    people: tuple[HolderEntry, ...] = (),
    leavers: Set[str] = frozenset(),
    **parameters: Any,
) -> Report:
    sources = Sources(hosts, people, None, None, leavers, exceptions=parse_exceptions(given))
    return build(sources, replace(PARAMETERS, **parameters))


def jeanne(report: Report) -> HolderRow:
    return next(row for row in (*report.holders, *report.without_workstation) if row.authorisation == "T1")


def step(row: HolderRow) -> tuple[NextStep, Actor]:
    return row.next_step, row.actor


def failing(report: Report, *fail_on: str) -> dict[str, int]:
    return dict(unmet_conditions(report, fail_on or ["weak"]))


def states(report: Report) -> list[ExceptionState]:
    return [row.state for row in report.exceptions]


def test_an_accepted_finding_keeps_its_status_and_needs_nobody() -> None:
    plain, report = made(HERE), made(HERE, given=(exception(),))
    assert (step(jeanne(plain)), failing(plain)) == ((NextStep.ASK_FOR_STRONGER, Actor.ISSUER), {"weak": 1})
    row = jeanne(report)
    assert (row.status, step(row), failing(report)) == (Status.WEAK, NOTHING, {})
    assert [(each.what, each.workstation, each.reason, each.until) for each in row.accepted] == [
        (Acceptable.WEAK, "ws-1", "It comes soon.", TODAY)
    ]
    assert (row.access_until, row.places[0].status) == (WEAK.not_after, Status.WEAK)
    found = summary(report)
    assert (found.accepted, found.by_status) == (1, {Status.WEAK: 1})
    assert (summary(plain).accepted, states(report)) == (0, [ExceptionState.IN_FORCE])


@pytest.mark.parametrize(
    ("zone", "now", "holds"),
    [
        ("UTC", "2026-11-25T00:00:00", True),
        ("UTC", "2026-11-25T23:59:59", True),
        ("UTC", "2026-11-26T00:00:00", False),
        ("Europe/Paris", "2026-11-25T22:59:59", True),
        ("Europe/Paris", "2026-11-25T23:00:00", False),
    ],
)
def test_it_holds_on_its_last_day_of_the_site_and_not_on_the_next(zone: str, now: str, holds: bool) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=timezone.utc)
    report = made(HERE, given=(exception(until="2026-11-25"),), report_date=at, time_zone=zone)
    assert (failing(report) == {}, is_accepted(jeanne(report))) == (holds, holds)
    assert states(report) == [ExceptionState.IN_FORCE if holds else ExceptionState.ENDED]


@pytest.mark.parametrize(
    "changes",
    [{"authorisation": "T2"}, {"authorisation": "T9"}, {"what": "missing"}, {"workstation": "ws-9"}],
    ids=["another", "nobody", "what", "where"],
)
def test_what_fits_nothing_is_said(changes: dict[str, Any]) -> None:
    report = made(HERE, given=(exception(**changes),))
    assert (failing(report), states(report)) == ({"weak": 1}, [ExceptionState.UNUSED])
    assert "fits nothing" in markdown(report)
    assert "fits nothing" in page(report)


def test_an_exception_for_one_workstation_is_for_no_other() -> None:
    report = made(HERE, THERE, given=(exception(workstation="ws-2"),))
    row = jeanne(report)
    assert ([each.workstation for each in row.accepted], is_accepted(row)) == (["ws-2"], False)
    assert (step(row), failing(report)) == ((NextStep.ASK_FOR_STRONGER, Actor.ISSUER), {"weak": 1})
    both = made(HERE, THERE, given=(exception(),))
    assert ([each.workstation for each in jeanne(both).accepted], failing(both)) == (["ws-1", "ws-2"], {})


def test_another_finding_stays_open_and_gives_the_next_step() -> None:
    due = host(record(days=10), name="ws-2")
    report = made(HERE, due, given=(exception(),))
    row = jeanne(report)
    assert (row.status, step(row)) == (Status.RENEWAL_DUE, (NextStep.RENEW, Actor.IT))
    assert (is_accepted(row), failing(report, "weak", "renewal_due")) == (False, {"renewal_due": 1})
    assert summary(report).accepted == 0


@pytest.mark.parametrize("what", ["weak", "duplicate"])
def test_what_is_accepted_of_a_certificate_does_not_hide_its_end(what: str) -> None:
    older = [record(days=2, key_size=1024)] if what == "duplicate" else []
    report = made(host(record(days=3, key_size=1024), *older), given=(exception(what=what),))
    row = jeanne(report)
    assert (row.status, step(row), is_accepted(row)) == (Status.RENEWAL_DUE, (NextStep.RENEW, Actor.IT), False)
    assert failing(report, "renewal_due") == {"renewal_due": 1}


def test_of_two_exceptions_the_longer_one_counts() -> None:
    later = (TODAY + timedelta(days=9)).isoformat()
    report = made(HERE, given=(exception(), exception(until=later, reason="Later.")))
    assert [each.reason for each in jeanne(report).accepted] == ["Later."]


@pytest.mark.parametrize(("what", "accepted"), [("authorisation_expired", True), ("expired", False)])
def test_certificate_and_authorisation_are_accepted_apart(what: str, accepted: bool) -> None:
    ended = host(record(), entries=(replace(JEANNE, anniversary=TODAY),))
    report = made(ended, given=(exception(what=what),))
    row = jeanne(report)
    assert (row.status, is_accepted(row)) == (Status.EXPIRED, accepted)
    assert step(row) == (NOTHING if accepted else (NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER))
    wanted = {} if accepted else {"expired": 1, "authorisation_expired": 1}
    assert failing(report, "expired", "authorisation_expired") == wanted


def test_what_is_accepted_does_not_hide_an_authorisation_that_has_ended() -> None:
    ended = host(entries=(replace(JEANNE, anniversary=TODAY),))
    assert failing(made(ended), "missing", "expired") == {"missing": 1}
    report = made(ended, given=(exception(what="missing"),))
    assert failing(report, "missing", "expired") == {"expired": 1}
    assert step(jeanne(report)) == (NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER)


def test_a_holder_without_a_workstation_can_be_accepted() -> None:
    anne = parse_holder({"user": "Anne", "name": "Anne", "authorisation": "T1"})
    report = made(people=(anne,), given=(exception(what="missing"),))
    assert (step(jeanne(report)), failing(report, "missing"), is_accepted(jeanne(report))) == (NOTHING, {}, True)
    there = made(people=(anne,), given=(exception(what="missing", workstation="ws-1"),))
    assert failing(there, "missing") == {"missing": 1}


def test_certificates_of_a_leaver_can_be_accepted() -> None:
    report = made(host(record()), given=(exception(what="without_holder"),), leavers=frozenset({"T1"}))
    (row,) = report.without_holder
    assert (row.next_step, row.actor, failing(report, "without_holder")) == (*NOTHING, {})
    assert (row.accepted and row.accepted.reason, states(report)) == ("It comes soon.", [ExceptionState.IN_FORCE])
    assert "It comes soon." in certificates_csv(report).decode("utf-8-sig")
    assert "**Nobody has to act.**" in markdown(report)
    text = textfile(report)
    assert "pkcs12_certificates_without_holder 1" in text
    assert "pkcs12_certificates_without_holder_accepted 1" in text
    plain = made(host(record()), given=(exception(),), leavers=frozenset({"T1"}))
    assert "pkcs12_certificates_without_holder_accepted 0" in textfile(plain)
    assert failing(plain, "without_holder") == {"without_holder": 1}
    assert "**1 certificate of a leaver or of nobody is to be dealt with.**" in markdown(plain)
    assert 'class="verdict">1 certificate of a leaver or of nobody is to be dealt with.<' in page(plain)


@pytest.mark.parametrize(("where", "accepted"), [("ws-1", True), ("ws-9", False)])
def test_a_certificate_in_anothers_store_can_be_accepted_where_it_is(where: str, accepted: bool) -> None:
    mine, strays = record("T2", owner_sid="S-1-5-21-2", owner=PAUL.user), record("T2", days=401)
    report = made(
        host(mine, strays, entries=(JEANNE, PAUL)),
        given=(exception(authorisation="T2", what="wrong_holder", workstation=where),),
    )
    paul = next(row for row in report.holders if row.authorisation == "T2")
    assert paul.next_step is (NextStep.NOTHING if accepted else NextStep.REMOVE_FROM_OTHERS)
    assert states(report) == [ExceptionState.IN_FORCE if accepted else ExceptionState.UNUSED]


def test_every_form_shows_it_in_both_languages() -> None:
    for language, said in (
        ("en", "too weak, accepted until 2026-11-25"),
        ("fr", "trop faible, accepté jusqu\u2019au 25/11/2026"),
    ):
        report = made(HERE, host(record(days=10), name="ws-2"), given=(exception(),), language=language)
        assert said in re.sub(r"</?span[^>]*>", "", page(report))
        assert said in markdown(report)
        assert "It comes soon." in holders_csv(report).decode("utf-8-sig")
    alone = made(HERE, given=(exception(),))
    assert "with accepted findings only" in page(alone)
    assert '<small class="note">accepted until' in page(alone), "the status is not said again"


def test_metrics_keep_the_truth() -> None:
    text = textfile(made(HERE, given=(exception(),)))
    assert 'pkcs12_holder_status{authorisation="T1",issuer="",status="weak",access="yes"} 1' in text
    assert 'pkcs12_holders{status="weak",access="yes"} 1' in text
    assert "pkcs12_holders_accepted 1" in text
    end = int(datetime(2026, 11, 26, tzinfo=timezone.utc).timestamp())
    series = 'pkcs12_accepted_until_timestamp_seconds{authorisation="T1",issuer="",workstation="ws-1",what="weak"}'
    assert f"{series} {end}" in text
    last = made(HERE, given=(exception(until=date.max.isoformat()),))
    assert "pkcs12_accepted_until_timestamp_seconds{" in textfile(last)


def test_it_comes_back_from_json_and_a_query_keeps_its_own() -> None:
    report = made(host(WEAK, entries=(JEANNE, PAUL)), given=(exception(), exception(authorisation="T2")))
    assert parse(to_json(report)) == report
    assert [row.authorisation for row in select(report, "[?name=='Paul Martin']").exceptions] == ["T2"]


def test_what_is_accepted_is_less_urgent_than_what_is_open() -> None:
    accepted, plain = jeanne(made(HERE, given=(exception(),))), jeanne(made(HERE))
    due = jeanne(made(host(record(days=10))))
    assert urgency(due) < urgency(plain) < urgency(accepted)
    assert not_accepted(plain) == {"weak"}


@pytest.mark.parametrize(
    "changes", [{"authorisation": None}, {"reason": "x" * 201}, {"until": "01/02/2027"}, {"until": ""}], ids=str
)
def test_another_form_is_refused(changes: dict[str, Any]) -> None:
    assert error_of(lambda: parse_exceptions([exception(**changes)])).code == "bad_arguments"


def test_workstation_of_an_accepted_finding_asks_for_nothing() -> None:
    step = "issue a certificate with a stronger key"
    assert step not in page(made(HERE, given=(exception(),)))
    one_of_two = page(made(HERE, THERE, given=(exception(workstation="ws-1"),)))
    assert one_of_two.count(f'<small class="note">{step}') == 1


WEAK_AND_DUE = (record(days=3, key_size=1024),)
IN_FORCE, UNUSED = ExceptionState.IN_FORCE, ExceptionState.UNUSED


@pytest.mark.parametrize(
    ("stored", "changes", "state"),
    [
        (WEAK_AND_DUE, {}, IN_FORCE),
        (WEAK_AND_DUE, {"workstation": "ws-1"}, IN_FORCE),
        (WEAK_AND_DUE, {"workstation": "ws-9"}, UNUSED),
        (WEAK_AND_DUE, {"authorisation": "T2"}, UNUSED),
        (WEAK_AND_DUE, {"what": "missing"}, UNUSED),
        (WEAK_AND_DUE, {"until": "2026-11-01"}, ExceptionState.ENDED),
        ([record(days=3)], {}, UNUSED),
        ([record(days=3, key_size=1024, archived=True)], {}, UNUSED),
        ([record(days=3), record(days=2)], {"what": "duplicate", "workstation": "ws-1"}, IN_FORCE),
        ([record(days=3)], {"what": "duplicate"}, UNUSED),
        ([record(days=3), record(days=-2)], {"what": "duplicate"}, IN_FORCE),
    ],
)
def test_an_exception_of_a_weak_key_or_of_several_stays_in_force_while_certificates_are_due(
    stored: Sequence[CertificateRecord], changes: dict[str, Any], state: ExceptionState
) -> None:
    assert states(made(host(*stored), given=(exception(**changes),))) == [state]


@pytest.mark.parametrize("written", ["t1", " T1 "])
def test_a_number_may_be_written_as_that_of_a_leaver(written: str) -> None:
    report = made(HERE, given=(exception(authorisation=written),))
    assert (is_accepted(jeanne(report)), states(report)) == (True, [ExceptionState.IN_FORCE])
    assert [row.authorisation for row in report.exceptions] == ["T1"]
    given = (exception(authorisation=written, what="without_holder"),)
    for leavers, entries in (({"t1"}, (JEANNE,)), ({"T1"}, (PAUL,))):
        left = made(host(record(), entries=entries), given=given, leavers=leavers)
        assert failing(left, "without_holder") == {}
