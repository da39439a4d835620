# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A valid certificate whose authorisation has ended is no access, in every form of the report."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import holders_csv
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.remarks import Remarks
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.summary import summary
from unit.plugins.plugin_utils._report.known import record
from unit.plugins.plugin_utils.report_inputs import (
    JEANNES_ENTRY,
    PAULS,
    PAULS_ENTRY,
    Variables,
    facts,
    hospital_variables,
    made,
)

ENDED = {"pkcs12_authorisation_anniversary": "2026-11-25"}
"""The day of the report."""


def site(jeanne: dict[str, Any] | None = None, **site_variables: Any) -> Variables:
    """Jeanne and Paul at one workstation, both with a certificate that is valid for more than a year."""
    found = facts(record(), record("T2", **PAULS))
    entry = {name: value for name, value in JEANNES_ENTRY.items() if name != "authorisation_anniversary"}
    holders = [entry | (jeanne or {}), PAULS_ENTRY]
    return (("ws-1", {"ansible_facts": {"pkcs12": found}, "pkcs12_holders": holders} | site_variables),)


def statuses(report: Report) -> dict[str, Status]:
    return {row.authorisation: row.status for row in report.holders}


def test_the_end_date_of_a_site_counts_for_all_and_a_holders_own_overrides_it() -> None:
    assert statuses(made(site())) == {"T1": Status.VALID, "T2": Status.VALID}
    assert statuses(made(site(**ENDED))) == {"T1": Status.EXPIRED, "T2": Status.EXPIRED}
    own = {"authorisation_anniversary": "2027-06-01"}
    report = made(site(own, **ENDED))
    assert statuses(report) == {"T1": Status.VALID, "T2": Status.EXPIRED}
    assert [row.authorisation_of_site for row in report.holders] == [False, True]


def test_the_first_end_of_access_is_that_of_the_authorisation() -> None:
    found = summary(made(site(pkcs12_authorisation_anniversary="2027-03-01", jeanne={})))
    assert str(found.first_end) == "2027-03-01"
    assert summary(made(site(**ENDED))).first_end is None


def test_metrics_have_both_ends_and_the_end_of_access() -> None:
    """The other forms are held by the promise of one value."""
    report = made(site(pkcs12_authorisation_anniversary="2027-03-01"))
    metrics = textfile(report)
    assert 'pkcs12_holder_access_until_timestamp_seconds{authorisation="T1",issuer=""} 1803859199' in metrics
    assert 'pkcs12_authorisation_end_timestamp_seconds{authorisation="T1",issuer=""} 1803859200' in metrics
    assert 'pkcs12_holder_status{authorisation="T1",issuer="",status="expired",access="no"} 1' in textfile(
        made(site(**ENDED))
    )


@pytest.mark.parametrize("make", [page, markdown], ids=["html", "markdown"])
def test_an_authorisation_that_is_not_known_is_said_to_be_unknown(make: Any) -> None:
    report = made(hospital_variables())
    assert [row.authorisation_status for row in report.holders] == [Status.RENEWAL_DUE, None]
    assert ("inconnue" if report.parameters.language == "fr" else "unknown") in make(report)


def test_a_function_is_shown() -> None:
    report = made(site({"function": "  occupational\n physician "}, pkcs12_authorisation_anniversary="2026-11-25"))
    assert [row.function for row in report.holders] == ["occupational physician", None]
    assert "<small><bdi>occupational physician</bdi></small>" in page(report)
    assert "Jeanne Dupont, occupational physician" in markdown(report)
    assert next(csv.DictReader(io.StringIO(holders_csv(report).decode("utf-8-sig"))))["function"] == (
        "occupational physician"
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_sites_word_takes_the_place_of_ours_in_every_form(language: str) -> None:
    report = made(site(**ENDED), language=language, authorisation_word="habilitation")
    body = page(report).partition("<body")[2].partition("<script")[0]
    shown = (re.sub("<[^>]*>", " ", body), markdown(report), holders_csv(report).decode("utf-8-sig"))
    for text in shown:
        assert "habilitation" in text.casefold()
        assert re.search(r"aut(h)?orisation(?!\\?_)", text, re.IGNORECASE) is None  # variables keep their names


def remarks_of(report: Report) -> list[list[str]]:
    found = Remarks(report, Wording(report.parameters))
    return [found.of(row) for row in report.holders]


def test_after_the_end_the_report_says_which_day_to_write_where_and_that_day_is_right() -> None:
    own = {"authorisation_anniversary": "2026-11-20"}
    (jeanne,), (paul,) = remarks_of(made(site(own, **ENDED)))
    start = "once the document has been returned, IT writes"
    assert f"{start} 2027-11-20 in authorisation_anniversary of this person (pkcs12_holders), if the registry" in jeanne
    assert f"{start} 2027-11-25 in pkcs12_authorisation_anniversary, if the registry" in paul
    written = made(site({"authorisation_anniversary": "2027-11-20"}, pkcs12_authorisation_anniversary="2027-11-25"))
    assert statuses(written) == {"T1": Status.VALID, "T2": Status.VALID}
    assert remarks_of(written) == [[], []]


def test_an_end_more_than_13_months_ahead_is_to_be_compared() -> None:
    report = made(site(pkcs12_authorisation_anniversary="2028-01-01"), authorisation_document={"name": "annex 1"})
    said = (
        "the authorisation ends on 2028-01-01, more than 13 months ahead: "
        'IT compares this date with the document "annex 1"'
    )
    assert remarks_of(report) == [[said], [said]]
