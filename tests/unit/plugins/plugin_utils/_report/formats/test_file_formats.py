# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form of the report: its files, that all of a report is in them, and that the same report gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.file_formats import FILE_FORMATS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.known import host, record
from unit.plugins.plugin_utils._report.known import report as made
from unit.plugins.plugin_utils._report.reports import PARAMETERS, hospital, sample

EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)


def files(report: Report) -> dict[str, bytes]:
    """All that a run would write, by what is put behind the report's name."""
    return {form.suffix: form.make(report) for forms in FILE_FORMATS.values() for form in forms}


def test_each_form_has_files_of_its_own() -> None:
    suffixes = [form.suffix for forms in FILE_FORMATS.values() for form in forms]
    assert suffixes == [".html", ".json", "-holders.csv", "-certificates.csv", ".prom", ".md"]


@pytest.mark.usefixtures("same_words")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_same_report_gives_the_same_bytes(language: str) -> None:
    assert files(sample(language)) == files(sample(language))


def test_each_form_shows_a_change_of_each_status() -> None:
    """No form is made of something else than the report."""
    valid, expired = made(host(record())), made(host(record(days=-3)))
    before, after = files(valid), files(expired)
    assert [suffix for suffix in before if before[suffix] == after[suffix]] == []


@pytest.mark.parametrize("report", [EMPTY, sample(), sample("fr"), made(host())], ids=["empty", "en", "fr", "made"])
def test_each_form_can_be_read_as_what_it_is(report: Report) -> None:
    made = files(report)
    assert made[".html"].startswith(b"<!DOCTYPE html>")
    assert json.loads(made[".json"])["schema"] == 5
    assert list(text_string_to_metric_families(made[".prom"].decode()))
    assert made[".md"].startswith(b"# ")
    assert made["-holders.csv"].startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("seed", range(25))
def test_any_report_can_be_written_in_every_form(seed: int) -> None:
    """Half characters, line ends in names, numbers of any size, dates of any year."""
    for content in files(drawn_report(seed)).values():
        content.decode("utf-8")


def rows_of_html(content: bytes) -> int:
    """Rows of the table of holders."""
    return content.partition(b'class="rows holders')[2].partition(b"</table>")[0].count(b"<tr data-")


def rows_of_csv(content: bytes) -> int:
    return sum(1 for _row in csv.reader(io.StringIO(content.decode("utf-8-sig")))) - 1


COUNTED: dict[str, Callable[[bytes], int]] = {
    ".html": rows_of_html,
    ".json": lambda content: sum(map(len, (json.loads(content)[part] for part in ("holders", "without_workstation")))),
    "-holders.csv": rows_of_csv,
    ".prom": lambda content: content.count(b"\npkcs12_holder_status{"),
}


@pytest.mark.parametrize("suffix", COUNTED)
def test_everybody_is_in_every_form(suffix: str) -> None:
    report = hospital(500)
    numbered = replace(
        report,
        holders=tuple(replace(row, authorisation=f"T{number}") for number, row in enumerate(report.holders)),
        without_workstation=tuple(
            replace(row, authorisation=f"N{number}") for number, row in enumerate(report.without_workstation)
        ),
    )
    assert COUNTED[suffix](files(numbered)[suffix]) == 500


def test_every_certificate_is_in_the_table_of_certificates() -> None:
    report = hospital(500)
    assert rows_of_csv(files(report)["-certificates.csv"]) == len(report.certificates)
