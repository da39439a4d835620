# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers add up: holders by status and those without a workstation are all holders, in every form for people."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import escape

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import Acceptable, Accepted
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import holders_csv
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.counts import (
    failing,
    holder_counts,
    sentence,
    shares,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import Written, report_result
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.summary import summary
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.reports import PARAMETERS, hospital, sample
from unit.plugins.plugin_utils.report_inputs import hospital_variables, made, options

EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)
REPORTS = [sample(), sample("fr"), hospital(300, "fr"), EMPTY, *map(drawn_report, range(10))]


def numbers(text: str) -> list[int]:
    """The numbers at the ends of the parts of a list in words."""
    return [int(re.sub(r"\D", "", part.split("\u00a0")[-1].split(" ")[-1])) for part in re.split(", (?=\\D)", text)]


@pytest.mark.parametrize("report", REPORTS)
def test_the_parts_are_the_whole(report: Report) -> None:
    counts = holder_counts(report)
    parts = sum(counts.by_status.values()) + counts.without_workstation
    assert parts == counts.total == summary(report).holders == sum(summary(report).by_status.values())
    say = Wording(report.parameters)
    assert sum(count for _words, count in shares(counts, say)) == counts.total


@pytest.mark.parametrize("report", [sample(), sample("fr"), hospital(300, "fr")])
def test_tiles_text_and_sentence_add_up(report: Report) -> None:
    total = summary(report).holders
    shown, say = page(report), Wording(report.parameters)
    tiles = re.findall(r'data-filter="status" data-value="(\w+)"><b>(\d+)</b>', shown)
    assert sum(int(count) for _value, count in tiles) == total
    rows = re.findall(r'<tr data-status="(\w+)"', shown)
    assert {value: int(count) for value, count in tiles} == {value: rows.count(value) for value in set(rows)}
    assert f"<b>{total}</b> ({shares(holder_counts(report), say)[0][0]}" in shown
    (line,) = [line for line in markdown(report).splitlines() if line.startswith(f"- {say('holders')}")]
    assert sum(numbers(re.split("\u00a0?: ", line, maxsplit=1)[1])) == total
    said = sentence(report, say)
    assert sum(numbers(re.split("\u00a0?: ", said.rstrip("."), maxsplit=1)[1])) == total
    assert f" {total} " in said


def test_a_status_that_the_yearly_authorisation_makes_does_not_read_as_that_of_a_certificate() -> None:
    row = replace(
        hospital(1).holders[0],
        status=Status.RENEWAL_DUE,
        authorisation_status=Status.RENEWAL_DUE,
        next_step=NextStep.RENEW,
    )
    due, valid = (
        replace(
            row,
            name=f"{status.value.split('_')[0]} holder",
            authorisation=f"T-{status.value}",
            places=(replace(row.places[0], status=status),),
        )
        for status in (Status.RENEWAL_DUE, Status.VALID)
    )
    report = replace(hospital(1, "fr"), holders=(valid, due))
    assert list(shares(holder_counts(report), Wording(report.parameters))) == [
        ("à renouveler", 1),
        ("autorisation bientôt échue", 1),
    ]
    assert dict(
        re.findall(r'"(\w+) holder".*?;"(à renouveler|autorisation bientôt échue)";', holders_csv(report).decode())
    ) == {
        "renewal": "à renouveler",
        "valid": "autorisation bientôt échue",
    }
    assert dict(re.findall(r"\| (\w+) holder.*?\| (à renouveler|autorisation bientôt échue) \|", markdown(report))) == {
        "renewal": "à renouveler",
        "valid": "autorisation bientôt échue",
    }
    cells = re.findall(r'<td data-sort="\d+"><span class="mark renewal_due">([^<]+)</span>', page(report))
    assert cells == ["autorisation bientôt échue", "à renouveler"]


def test_what_fails_is_counted_as_in_the_report() -> None:
    variables = [*hospital_variables(), ("ws-9", {"pkcs12_holders": []})]
    lone = [{"name": "Anna Weber", "authorisation": "T9"}]
    report = made(variables, register_holders=lone)
    (row,) = [each for each in report.without_workstation if each.name == "Anna Weber"]
    result = report_result(options(fail_on=["missing"]), report, Written({}, False))
    assert (row.status.value, result["failing"]) == ("missing", {"missing": 2})
    assert ": missing 1, without a workstation 1 (pkcs12_fail_on)" in result["msg"]
    assert " missing 1, " in sentence(report, Wording(report.parameters))


@pytest.mark.parametrize(("accepted", "archived", "said"), [
    ((), (), "2 to be dealt with"),
    ((0,), (), "1 to be dealt with, 1 accepted (exceptions)"),
    ((0, 1), (), "2 accepted (exceptions)"),
    ((0,), (1,), "1 accepted (exceptions), 1 offered to no program"),
])  # fmt: skip
def test_what_is_signed_has_all_certificates_without_a_holder(
    accepted: tuple[int, ...], archived: tuple[int, ...], said: str
) -> None:
    found = Accepted(Acceptable.WITHOUT_HOLDER, "ws-1", "It goes soon.", date(2027, 1, 31))
    (row, *_others) = sample().without_holder
    quiet = {"next_step": NextStep.NOTHING, "actor": Actor.NOBODY}
    rows = tuple(
        replace(row, **quiet, accepted=found if number in accepted else None)
        if number in (*accepted, *archived)
        else replace(row, next_step=NextStep.RETIRE_LEAVER)
        for number in range(2)
    )
    shown = page(replace(sample(), without_holder=rows))
    step = Wording(PARAMETERS).of(NextStep.RETIRE_LEAVER)
    left = f"<br>{escape(row.certificate.subject)}, {row.workstation}: {step} (IT)"
    lines = "".join(left for each in rows if each.next_step is NextStep.RETIRE_LEAVER)
    assert f"<dt>Certificates without a holder</dt><dd>{said}{lines}</dd>" in shown


@pytest.mark.parametrize(
    ("language", "start"),
    [
        ("en", "Personal certificates, the portal, CHU X, 18 holders: "),
        ("fr", "Certificats personnels, le portail, CHU X, 18 titulaires\u00a0: "),
    ],
)
def test_the_sentence_names_the_establishment_in_the_reports_language_and_nobody(language: str, start: str) -> None:
    report = sample(language)
    named = replace(report, parameters=replace(report.parameters, establishment="CHU\r\nX"))
    said = sentence(named, Wording(named.parameters))
    assert said.startswith(start)
    assert not any(row.name in said for row in report.holders)
    assert failing(named, {"missing": 2}, Wording(named.parameters)).startswith(start.partition(", 18")[0])
    assert sentence(EMPTY, Wording(EMPTY.parameters)) == "Personal certificates, the portal, 0 holders."
