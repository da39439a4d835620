# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables: what a spreadsheet of either country finds in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_escaping import text_cell
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import (
    certificates_csv,
    holders_csv,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.known import host, record
from unit.plugins.plugin_utils._report.known import report as known_report
from unit.plugins.plugin_utils._report.reports import NUMBERS, sample

STARTS = re.compile("[=+@\uff1d-]")
HARMLESS = re.compile(r'-?\d+([,;]|$)|-([,;]|$)|=""?[^"]+"*([,;]|$)')
"""A number, a dash alone, or a constant text; where a cell is cut too late, what follows makes it no formula at all."""

TABLES = [holders_csv, certificates_csv]
Table = Callable[[Report], bytes]


def rows(table: bytes, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""), delimiter=separator))


def records(table: bytes, separator: str) -> list[dict[str, str]]:
    heading, *body = rows(table, separator)
    return [dict(zip(heading, row, strict=True)) for row in body]


@pytest.mark.parametrize("table", TABLES, ids=["holders", "certificates"])
@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("fr", ";")], ids=["en", "fr"])
def test_it_is_a_table_for_windows(table: Table, language: str, separator: str) -> None:
    written = table(sample(language))
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.endswith(b"\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert {len(row) for row in rows(written, separator)} == {len(rows(written, separator)[0])}


def test_a_holder_is_a_row() -> None:
    report = sample()
    said = records(holders_csv(report), ",")
    assert [row["name"] for row in said] == [
        text_cell(row.name) for row in (*report.holders, *report.without_workstation)
    ]
    assert said[0] == {
        "name": "Jeanne Dupont",
        "authorisation": "T100000",
        "function": "",
        "accepted exceptions": "",
        "why the last run failed": "",
        "code of the failure": "",
        "revoked on": "",
        "status": "valid",
        "next step": "nothing to do",
        "who acts": "nobody",
        "no access from": "2027-12-30",
        "days left": "400",
        "valid from": "2024-12-30",
        "certificate ends on": "2027-12-30",
        "certificate days left": "400",
        "authorisation ends on": "",
        "authorisation days left": "",
        "authorisation status": "",
        "back on": "",
        "expected from": "",
        "delivery": "",
        "issuer\u2019s mail": "",
        "workstations": "ws-0000, ws-0001",
        "status by workstation": "ws-0000: valid, ws-0001: valid",
        "accounts": "CHU\\user0",
        "issuer setting": "",
        "thumbprints": '="0000000000000000000000000000000000000001"',
        "remarks": "ws-0001: its audit failed",
    }


def test_a_french_table_has_french_words_and_dates() -> None:
    said = records(holders_csv(sample("fr")), ";")
    assert said[1]["certificat : \u00e9ch\u00e9ance"] == "07/12/2026"
    assert (said[1]["état"], said[1]["par qui"]) == ("à renouveler", "émetteur")
    assert said[1]["autorisation : échéance"] == "25/12/2026"
    assert (said[3]["état"], said[3]["autorisation : état"]) == ("expiré", "échue")


def test_numbers_are_numbers_and_dates_are_dates() -> None:
    """Unquoted; a negative number is no formula."""
    written = holders_csv(sample()).decode("utf-8-sig")
    assert re.search(r',-3,"', written)
    assert '"-3"' not in written


def test_a_certificate_row_has_what_the_store_has() -> None:
    report = sample()
    said = records(certificates_csv(report), ",")
    assert len(said) == len(report.certificates)
    assert said[0]["thumbprint"] == '="0000000000000000000000000000000000000001"'
    assert said[0]["subject"] == "CN=Jeanne Dupont - T100000,O=CHU,C=FR"
    assert (said[0]["key"], said[0]["archived"], said[0]["facts of"]) == ("linked", "no", "2026-11-25")
    assert (said[0]["name"], said[-1]["name"], said[-1]["authorisation"]) == ("Jeanne Dupont", "", "")


@pytest.mark.parametrize(
    ("language", "separator", "heading", "left"),
    [("en", ",", "key exportable", "days left"), ("fr", ";", "clé exportable", "jours restants")],
)
def test_what_no_proof_has_shown_of_a_key_is_unknown(language: str, separator: str, heading: str, left: str) -> None:
    """Each certificate has its own answer: the words alone would be the same where two of them have changed places."""
    found = [record(days=days, key_exportable=said) for days, said in ((1, True), (2, False), (3, None))]
    said = records(certificates_csv(known_report(host(*found), language=language)), separator)
    words = {"en": ("yes", "no", "unknown"), "fr": ("oui", "non", "inconnu")}
    assert {row[left]: row[heading] for row in said} == dict(zip("123", words[language], strict=True))


@pytest.mark.parametrize("reader", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("table", TABLES, ids=["holders", "certificates"])
def test_nothing_is_run_wherever_a_spreadsheet_cuts(table: Table, language: str, reader: str) -> None:
    """Opened in another country, cells are cut elsewhere. A constant text alone may start like a formula, and a number."""
    written = table(sample(language)).decode("utf-8-sig")
    by_quotes = [cell for row in csv.reader(io.StringIO(written, newline=""), delimiter=reader) for cell in row]
    bluntly = [cell.strip('" ') for line in written.splitlines() for cell in line.split(reader)]
    assert [cell for cell in by_quotes + bluntly if STARTS.match(cell) and not HARMLESS.match(cell)] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_an_authorisation_number_can_be_read_back(number: str) -> None:
    said = {row["authorisation"] for row in records(holders_csv(sample()), ",")}
    assert number in {re.sub(r'^="(.*)"$|^\'(?==)', r"\1", cell) for cell in said}


@pytest.mark.usefixtures("same_words")
@pytest.mark.parametrize("seed", range(20))
def test_any_report_can_be_written(seed: int) -> None:
    for table in TABLES:
        assert table(drawn_report(seed)) == table(drawn_report(seed))


def test_nobody_is_a_dash_as_in_the_other_forms() -> None:
    found = known_report(host(record()), language="fr")
    (row,) = csv.DictReader(holders_csv(found).decode("utf-8-sig").splitlines(), delimiter=";")
    assert row["par qui"] == "-"
