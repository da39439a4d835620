# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A holder's certificates of two issuers are two rows, and what is said of one is said of that one alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import issuers_of_pattern
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    Acceptable,
    ExceptionRow,
    ExceptionState,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import ChangeKind, NextStep, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.addresses import Letter
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.plan import Terms, matters_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.sent import open_letters, with_letter
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import unmet_conditions
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host, hosts_of, merged
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.summary import homonyms, summary
from unit.plugins.plugin_utils._report.known import JEANNE, NOW, PARAMETERS, PAUL, host, problem, record, report
from unit.plugins.plugin_utils.records import PAULS

A, B = "CN=A", "CN=B"
OURS, THEIRS = replace(JEANNE, issuer_setting=A), replace(JEANNE, issuer_setting=B)


def of(setting: str, days: int = 400, **changes: object) -> CertificateRecord:
    return record(days=days, issuer_setting=setting, issuer=f"{setting} 1", **changes)


def both(ours: int = 400, theirs: int = 500, **changes: object) -> Host:
    return host(of(A, ours), of(B, theirs), **{"entries": (OURS, THEIRS), **changes})


def statuses(found: Report) -> dict[str, str]:
    return {row.issuer_setting: row.status.value for row in found.holders}


def test_each_row_has_the_certificate_of_its_issuer() -> None:
    found = report(both(ours=20))
    assert statuses(found) == {A: "renewal_due", B: "valid"}
    assert [row.days_left for row in found.holders] == [20, 500]
    assert [row.holders for row in found.workstations] == [1]
    assert report(both(), both(name="ws-2")).holders[0].places[1].workstation == "ws-2"


def test_what_the_last_run_found_is_told_in_the_row_of_its_issuer() -> None:
    """Also after the report was kept as JSON, where the inventory lists the person once and facts of an earlier report are the newest."""
    wrong = problem("wrong_passphrase")
    failed = replace(OURS, outcome="failed", outcome_at=NOW, problem=wrong)
    found = report(both(20, 20, entries=(failed, replace(THEIRS, outcome="deferred", outcome_at=NOW))))
    again = report(
        *merged([host(entries=(OURS,), facts_at=None)], hosts_of(parse(to_json(found))), issuers_of_pattern(A))
    )
    for each in (found, again):
        told = {row.issuer_setting: (row.places[0].problem, row.next_step) for row in each.holders}
        assert told == {A: (wrong, NextStep.MEND_FAILURE), B: (None, NextStep.LOG_ON)}
        problems = {matter.issuer_setting: matter.problems for matter in matters_of(each, Terms([40], 5))}
        assert problems == {A: (wrong,), B: ()}


def test_one_in_another_persons_store_is_about_its_issuer_alone() -> None:
    found = report(
        host(of(A), of(B), of(B, 300, owner_sid=PAULS), entries=(OURS, THEIRS, replace(PAUL, issuer_setting=A)))
    )
    steps = {(row.authorisation, row.issuer_setting): row.next_step for row in found.holders}
    assert steps["T1", A] is NextStep.NOTHING and steps["T1", B] is NextStep.REMOVE_FROM_OTHERS


def test_one_where_the_holder_is_not_listed_is_about_its_issuer_alone() -> None:
    found = report(both(), host(of(B, 300), name="ws-2", entries=()))
    assert [row.next_step for row in found.holders] == [NextStep.NOTHING, NextStep.ASSIGN_WORKSTATION]


def test_a_change_is_that_of_its_row() -> None:
    before = report(both())
    after = report(both(theirs=30), earlier=before)
    assert {(each.kind, each.issuer_setting) for each in after.changes or ()} == {
        (ChangeKind.STATUS, B),
        (ChangeKind.CERTIFICATE, B),
    }
    assert report(both(), earlier=before).changes == ()
    assert [row.next_step for row in report(both(ours=600), earlier=before).holders] == [
        NextStep.CLOSE_BROWSER,
        NextStep.NOTHING,
    ]
    alone = report(host(of(A), entries=(OURS,)), earlier=before)
    assert [(each.kind, each.issuer_setting) for each in alone.changes or ()] == [(ChangeKind.HOLDER_REMOVED, B)]


def test_two_that_are_due_are_no_two_of_one_issuer() -> None:
    accepted = ExceptionRow("T1", None, Acceptable.DUPLICATE, "It stays.", date(2027, 1, 1), ExceptionState.UNUSED)
    for found, state in ((both(20, 30), ExceptionState.UNUSED), (host(of(A, 20), of(A, 30)), ExceptionState.IN_FORCE)):
        built = build(Sources([found], (), None, None, exceptions=(accepted,)), PARAMETERS)
        assert [row.state for row in built.exceptions] == [state]


def test_an_exception_holds_for_every_issuer_and_the_metrics_say_for_which() -> None:
    accepted = ExceptionRow("T1", None, Acceptable.RENEWAL_DUE, "It comes.", date(2027, 1, 1), ExceptionState.UNUSED)
    found = build(Sources([both(20)], (), None, None, exceptions=(accepted,)), PARAMETERS)
    text = textfile(found)
    assert [row.next_step for row in found.holders] == [NextStep.NOTHING, NextStep.NOTHING]
    assert [row.state for row in found.exceptions] == [ExceptionState.IN_FORCE]
    assert 'pkcs12_accepted_until_timestamp_seconds{authorisation="T1",issuer="CN=A",' in text
    assert 'pkcs12_accepted_until_timestamp_seconds{authorisation="T1",issuer="CN=B",' not in text
    assert 'pkcs12_holder_accepted_until_timestamp_seconds{authorisation="T1",issuer="CN=A"}' in text
    certificates = 'pkcs12_certificate_not_after_timestamp_seconds{workstation="ws-1",authorisation="T1",issuer="CN='
    assert text.count(certificates) == 2


def test_a_reminder_of_one_does_not_stand_for_the_other() -> None:
    found = report(both(10, 10))
    matters = [each for each in matters_of(found, Terms([14], 5)) if each.person == "T1"]
    assert {each.issuer_setting for each in matters} == {A, B}
    letters = [Letter(each.recipient, "it@chu.example", (each,)) for each in matters]
    sent = with_letter({}, letters[0], NOW)
    assert open_letters(letters, sent, NOW) == tuple(letters[1:])


def test_one_person_is_no_two_of_one_name() -> None:
    assert homonyms(report(both()).holders) == set()
    nameless = [replace(each, person=replace(each.person, authorisation=None)) for each in (OURS, THEIRS)]
    assert homonyms(report(both(entries=tuple(nameless))).holders) == set()
    namesake = replace(PAUL, person=replace(PAUL.person, name="Jeanne Dupont"), issuer_setting=B)
    assert homonyms(report(both(entries=(OURS, namesake))).holders) == {"Jeanne Dupont"}


def test_numbers_of_holders_are_numbers_of_people() -> None:
    """Jeanne counts by the row that needs somebody, and Paul, whose number is missing, by his account."""
    paul = replace(PAUL, person=replace(PAUL.person, authorisation=None))
    people = (replace(OURS, anniversary=date(2027, 9, 1)), replace(THEIRS, anniversary=date(2027, 9, 1)))
    stores = (of(A), of(B, -3), of(A, owner_sid=PAULS, subject_cn="Paul"))
    found = report(host(*stores, entries=(*people, replace(paul, issuer_setting=A), replace(paul, issuer_setting=B))))
    numbers = summary(found)
    assert (len(found.holders), numbers.holders, sum(numbers.by_status.values())) == (4, 2, 2)
    assert numbers.by_status[Status.EXPIRED] == 1 and numbers.authorisations == {Status.VALID: 1}
    assert unmet_conditions(found, ["expired", "valid", "missing"]) == {"expired": 1, "valid": 2, "missing": 1}
    text = markdown(found)
    assert "Something is to be done for 2 of 2 holders" in text
    assert "## Holders who need something (2)" in text


def test_somebody_without_a_workstation_has_the_row_of_the_site() -> None:
    found = build(Sources([both()], (PAUL, JEANNE), None, None, site=issuers_of_pattern(A)), PARAMETERS)
    assert [(row.authorisation, row.issuer_setting) for row in found.without_workstation] == [("T2", A)]


def test_a_report_of_reports_has_both() -> None:
    found = report(both())
    again = build(Sources(merged((), hosts_of(parse(to_json(found)))), (), None, None), PARAMETERS)
    assert (again.holders, again.certificates) == (found.holders, found.certificates)
    listed = host(entries=(OURS,), facts_at=None)
    (known,) = merged([listed], hosts_of(found), issuers_of_pattern(A))
    assert [each.issuer_setting for each in known.entries] == [A, B]
    (unknown,) = merged([listed], hosts_of(report(host(of(B), entries=(THEIRS,)))), issuers_of_pattern(A))
    assert [(each.issuer_setting, each.in_facts, each.owner_sid) for each in unknown.entries] == [
        (A, False, JEANNE.owner_sid),
        (B, True, JEANNE.owner_sid),
    ]
    assert statuses(build(Sources([unknown], (), None, None), PARAMETERS)) == {A: Status.UNKNOWN.value, B: "valid"}
