# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus reads: its own parser is the judge."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import Acceptable, Accepted
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Reachability, Report
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.known import host, record
from unit.plugins.plugin_utils._report.known import report as known
from unit.plugins.plugin_utils._report.reports import NAMES, NOW, PARAMETERS, hospital, sample

EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)


def read(report: Report) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(textfile(report))}


def values(report: Report, name: str, label: str) -> dict[str, float]:
    return {sample.labels[label]: sample.value for sample in read(report)[name].samples}


def test_every_metric_is_a_documented_gauge_of_ours() -> None:
    families = read(sample())
    assert {family.type for family in families.values()} == {"gauge"}
    assert all(name.startswith("pkcs12_") and family.documentation for name, family in families.items())


@pytest.mark.parametrize(
    "report", [EMPTY, sample(), sample("fr"), hospital(100)], ids=["empty", "en", "fr", "a_hundred"]
)
def test_no_series_is_there_twice_and_all_are_sorted(report: Report) -> None:
    lines = [line for line in textfile(report).splitlines() if not line.startswith("#")]
    series = [line.rpartition(" ")[0] for line in lines]
    assert max(Counter(series).values()) == 1
    blocks = textfile(report).split("# HELP ")[1:]
    assert all(block.splitlines()[2:] == sorted(block.splitlines()[2:]) for block in blocks)
    assert textfile(report).endswith("\n")


@pytest.mark.parametrize("seed", range(30))
def test_any_report_is_read_back_with_all_its_labels(seed: int) -> None:
    report = drawn_report(seed)
    said = {each.labels["workstation"] for each in read(report)["pkcs12_workstation_answered"].samples}
    assert said == {row.workstation.replace("\ud83d", "?") for row in report.workstations}


def test_nobody_is_named() -> None:
    said = textfile(sample())
    assert [name for name in NAMES if name in said] == []
    assert [
        name for name in (row.certificate.friendly_name for row in sample().certificates) if str(name) in said
    ] == []


def test_holders_are_counted_with_zeros() -> None:
    counted = read(sample())["pkcs12_holders"].samples
    assert {each.labels["status"] for each in counted} == {status.value for status in Status}
    assert sum(each.value for each in counted) == 18
    assert [each.value for each in counted if each.labels["status"] == "archived"] == [0]
    each_has_one = read(sample())["pkcs12_holder_status"].samples
    assert (len(each_has_one), {each.value for each in each_has_one}) == (18, {1})
    assert {each.labels["authorisation"]: each.labels["status"] for each in each_has_one}["0012"] == "renewal_due"


def test_instants_are_unix_seconds() -> None:
    report = sample()
    assert read(report)["pkcs12_report_timestamp_seconds"].samples[0].value == NOW.timestamp()
    until = report.holders[0].valid_until
    assert until
    assert (
        values(report, "pkcs12_holder_access_until_timestamp_seconds", "authorisation")["T100000"] == until.timestamp()
    )


def test_an_authorisation_ends_at_midnight_of_the_site() -> None:
    report = sample()
    row = replace(report.holders[0], authorisation_until=date(2026, 7, 1))
    ends = values(replace(report, holders=(row,)), "pkcs12_authorisation_end_timestamp_seconds", "authorisation")
    assert ends["T100000"] == datetime(2026, 6, 30, 22, 0, tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(("days", "whole"), [((9, 5), True), ((9,), False)], ids=["both_findings", "the_status_alone"])
def test_a_holder_is_accepted_until_the_first_exception_ends(days: tuple[int, ...], whole: bool) -> None:
    """A holder of whom one finding is not accepted has no series."""
    row = replace(sample().holders[3], authorisation_status=Status.EXPIRED, accepted=())
    (place, *_others) = row.places
    findings = ((Acceptable(place.status.value), place.workstation), (Acceptable.AUTHORISATION_EXPIRED, None))
    accepted = tuple(
        Accepted(what, workstation, "Because.", NOW.date() + timedelta(days=count))
        for (what, workstation), count in zip(findings, days, strict=False)
    )
    report = replace(sample(), holders=(replace(row, places=(place,), accepted=accepted),))
    found = values(report, "pkcs12_holder_accepted_until_timestamp_seconds", "authorisation")
    end = datetime(2026, 11, 30, 23, 0, tzinfo=timezone.utc).timestamp()
    assert found == ({row.authorisation: end} if whole else {})


def test_a_certificate_is_named_by_its_store() -> None:
    report = sample()
    found = read(report)["pkcs12_certificate_not_after_timestamp_seconds"].samples
    first = next(each for each in found if each.labels["authorisation"] == "T100000")
    labels = {"workstation", "authorisation", "issuer", "owner_sid", "store", "thumbprint", "use", "status"}
    assert set(first.labels) == labels
    assert first.labels["store"] == "CurrentUser\\My"
    assert first.value == report.certificates[0].certificate.not_after.timestamp()
    assert len([each for each in found if each.labels["authorisation"] == ""]) == 1
    assert len(found) == len(report.certificates)


def test_a_certificate_for_another_use_is_told_apart_and_ends_nobodys_access() -> None:
    report = known(host(record(days=5, use=Use.ENCRYPTION), record(days=300)))
    ends = values(report, "pkcs12_certificate_not_after_timestamp_seconds", "use")
    assert {*ends} == {"authentication", "encryption"}
    until = values(report, "pkcs12_holder_access_until_timestamp_seconds", "authorisation")
    assert until == {"T1": ends["authentication"]}
    assert values(report, "pkcs12_holders", "status")["valid"] == 1


def test_a_workstation_answered_or_did_not() -> None:
    report = sample()
    answered = values(report, "pkcs12_workstation_answered", "workstation")
    facts = values(report, "pkcs12_workstation_facts_timestamp_seconds", "workstation")
    for row in report.workstations:
        assert answered[row.workstation] == (row.answer is Reachability.ANSWERED)
        assert (row.workstation in facts) == (row.answer is not Reachability.NEVER_SEEN)


def test_the_same_series_twice_is_written_once() -> None:
    report = sample()
    assert textfile(replace(report, workstations=report.workstations * 2)).count("pkcs12_workstation_answered{") == len(
        report.workstations
    )


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "a\\nb", "é,{}=", "a\rb"], ids=range(6))
def test_labels_come_back_as_they_were(name: str) -> None:
    report = replace(EMPTY, workstations=(replace(sample().workstations[0], workstation=name),))
    assert list(values(report, "pkcs12_workstation_answered", "workstation")) == [name]
