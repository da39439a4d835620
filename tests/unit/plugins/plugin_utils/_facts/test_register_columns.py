# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a sheet has the fields of a register, whatever the site calls its columns."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import (
    HEADINGS,
    OF_THE_REPORT,
    Columns,
    columns_of,
    heading,
)
from unit.plugins.plugin_utils._facts.registers import FILE, sheet_of
from unit.plugins.plugin_utils.problems import error_of

NEEDED = ["name", "authorisation", "account", "workstations"]


def found(*rows: list[Any], **wanted: Any) -> Columns:
    return columns_of(sheet_of(rows), wanted)


def refused(*rows: list[Any], **wanted: Any) -> Problem:
    problem = error_of(lambda: found(*rows, **wanted)).problem
    assert problem.values["file"] == str(FILE)
    return Problem(problem.code, {**problem.values, "file": "it"})


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_heading_that_the_report_writes_reads_back(language: str) -> None:
    fields = [field for field in HEADINGS if field not in ("family_name", "given_name")]
    columns = found([heading(field, language) for field in (*fields, *OF_THE_REPORT)])
    assert columns.places == {field: place for place, field in enumerate(fields)}
    assert columns.unknown == ()


def test_each_heading_is_of_one_field() -> None:
    others = {text: field for field in HEADINGS for texts in HEADINGS[field].values() for text in texts}
    for text, field in others.items():
        needed = [heading(each, "en") for each in ("name", "authorisation", "user", "workstations") if each != field]
        beside = ["prénom"] if field == "family_name" else ["nom"] if field == "given_name" else []
        assert found([*needed, *beside, text]).headings[field] == text


def test_case_accents_and_punctuation_do_not_count() -> None:
    columns = found(["  NOM", "PRENOM :", "N° d\u2019autorisation", "Compte\nWindows", "Poste(s)"])
    assert [columns.headings[field] for field in ("user", "family_name")] == ["Compte Windows", "NOM"]
    assert list(columns.places) == ["family_name", "given_name", "authorisation", "user", "workstations"]


def test_nom_alone_is_the_whole_name() -> None:
    assert found(["Nom", "Numéro", "Compte", "Poste"]).places["name"] == 0


def test_the_headings_may_stand_below_a_title_and_a_column_of_others_is_told() -> None:
    columns = found(["Register of people"], [], [None, *NEEDED, "Divers", "status"], ["x"])
    assert (columns.line, columns.places["name"], columns.unknown) == (3, 1, ("Divers",))


def test_a_heading_that_the_site_names_counts_instead_of_the_known_ones() -> None:
    columns = found(
        ["Nom", "Numéro", "N° autorisation", "Login AD", "Compte", "Machine"],
        name="nom",
        authorisation="n° autorisation",
        user=["login ad", "login"],
        workstations=["Poste attribué", "Machine"],
    )
    assert columns.places == {"name": 0, "authorisation": 2, "user": 3, "workstations": 5}
    assert columns.unknown == ("Numéro", "Compte")


def test_what_is_missing_is_named_with_what_is_there() -> None:
    problem = refused(["prénom", "numéro", "Machine"], ["Jeanne", "T1", "ws"])
    values = {"file": "it", "fields": ("name", "user", "workstations"), "headings": ("prénom", "numéro", "Machine")}
    assert problem == Problem("register_unread.columns_missing", values)
    assert refused(NEEDED, mail="Courriel").values["fields"] == ("mail",)


@pytest.mark.parametrize("rows", [[], [["Jeanne", "T1"]], [["x"]] * 20 + [NEEDED]], ids=["empty", "none", "too late"])
def test_a_sheet_without_headings_is_refused(rows: list[list[str]]) -> None:
    assert refused(*rows) == Problem("register_unread.no_heading", {"file": "it", "rows": 20})


def test_two_columns_of_a_field_are_refused() -> None:
    values = {"file": "it", "field": "authorisation", "headings": ("authorisation", "Number")}
    assert refused([*NEEDED, "Number"]) == Problem("register_unread.column_twice", values)


def test_a_field_that_is_not_known_and_a_heading_for_two_are_refused() -> None:
    assert refused(NEEDED, email="Courriel").code == "register_unread.mapping"
    values = {"file": "it", "heading": "Login", "fields": ("user", "mail")}
    assert refused(NEEDED, user="login", mail="Login") == Problem("register_unread.heading_twice", values)
