# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows become people at workstations; a wrong row is told with all that is wrong in it, and stops nobody else."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import (
    check_holders,
    of_inventory,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import parse_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register import Names, Register, read_register
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import HEADINGS as COLUMNS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import columns_of, heading
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_values import harmless
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.spreadsheets import Kind, letters
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, Words
from unit.plugins.plugin_utils._facts.registers import HEADINGS, register_of, sheet_of
from unit.plugins.plugin_utils.problems import error_of

JEANNE = ["Jeanne Dupont", "T1", "CHU\\jdupont", "ws1"]
PAUL = ["Paul Martin", "T2", "pmartin@chu.example", "ws2"]


def causes(register: Register) -> dict[int, list[tuple[str, Any]]]:
    """By line what is wrong: the last part of the code, and the cell or the lines. Every entry can be read nevertheless."""
    for holders in register.hosts.values():
        check_holders([dict(each) for each in holders])
        assert all(map(parse_holder, holders))
    for language in LANGUAGES:
        assert "{" not in " ".join(map(Words(language).of, register.problems))
    return {
        problem.values["line"]: [
            (cause.code.partition(".")[2], cause.values.get("cell") or cause.values["lines"])
            for cause in problem.causes
        ]
        for problem in register.problems
    }


def row(**values: Any) -> tuple[list[str], list[Any]]:
    """The headings and the cells of Jeanne's row with these values more, or instead."""
    cells = dict(zip(HEADINGS, JEANNE, strict=True)) | {name.replace("_", " "): value for name, value in values.items()}
    return list(cells), list(cells.values())


def test_a_row_is_an_entry_as_the_inventory_has_it() -> None:
    headings, cells = row(
        function="nurse",
        mail="j@chu.example",
        anniversary=date(2027, 3, 1),
        absent_from="1/2/2026",
        back_on="2026-12-31",
        last_day="31 décembre 2027",
        groups="Radiologie; bloc 2",
        former_name="Jeanne Roy",
        awaiting="Bundle",
        expected_from="1er mars 2026",
    )
    register = register_of(cells, headings=headings)
    assert register.hosts == {
        "ws1": [
            {
                "user": "CHU\\jdupont",
                "name": "Jeanne Dupont",
                "authorisation": "T1",
                "authorisation_anniversary": "2027-03-01",
                "absent_from": "2026-02-01",
                "absent_until": "2026-12-31",
                "leaves_on": "2027-12-31",
                "function": "nurse",
                "group": "Radiologie; bloc 2",
                "awaiting": "bundle",
                "expected_from": "2026-03-01",
                "mail": "j@chu.example",
                "former_name": "Jeanne Roy",
            }
        ]
    }
    assert register.groups == {"Radiologie": ("ws1",), "bloc_2": ("ws1",)}
    assert (causes(register), register.people) == ({}, [])


def test_what_is_empty_is_left_out_and_a_name_may_have_two_columns() -> None:
    register = register_of(
        ["DUPONT", "Jeanne", "T1", "jd", "ws1", None],
        headings=["nom", "prénom", "numéro", "compte", "poste", "service"],
    )
    assert register.hosts == {"ws1": [{"user": "jd", "name": "Jeanne DUPONT", "authorisation": "T1"}]}
    assert register.groups == {}
    both = register_of([*JEANNE, "DURAND", "Zoé"], headings=[*HEADINGS, "nom", "prénom"])
    assert [each["name"] for each in both.hosts["ws1"]] == ["Jeanne Dupont"]


def test_somebody_without_a_workstation_is_one_of_the_register() -> None:
    for accounts in (None, "lp", "CHU\\lp;.\\lp"):
        register = register_of(JEANNE, ["Luc Petit", "T9", accounts, None])
        assert (register.people, causes(register)) == ([{"name": "Luc Petit", "authorisation": "T9"}], {})


def test_several_workstations_have_one_account_or_one_for_each() -> None:
    several = register_of(
        ["A B", "T1", "CHU\\ab", "ws1\nws2; ws1,ws1"], ["C D", "T2", "CHU\\cd;.\\cd;CHU\\adm", "ws2;ws3;ws3"]
    )
    assert {host: [each["user"] for each in holders] for host, holders in several.hosts.items()} == {
        "ws1": ["CHU\\ab"],
        "ws2": ["CHU\\ab", "CHU\\cd"],
        "ws3": [".\\cd", "CHU\\adm"],
    }
    assert causes(register_of(["A B", "T1", "a;b", "ws1;ws2;ws3"], PAUL)) == {2: [("accounts_count", "C2")]}


def test_a_workstation_in_another_case_is_the_same_one() -> None:
    register = register_of(["A B", "T1", "ab", "WS1"], ["C D", "T2", "cd", "ws1;Ws9"], names=Names({"ws9"}))
    assert list(register.hosts) == ["WS1", "ws9"]


def test_rows_of_one_person_are_one_entry() -> None:
    headings = [*HEADINGS, "mail", "last day", "group"]
    register = register_of(
        [*JEANNE, None, date(2027, 1, 1), "a"],
        ["DUPONT Jeanne", "t 1", "CHU\\JDupont", "WS1;ws2", "j@chu.example", None, "b"],
        ["Jeanne Dupont", "T1", "CHU\\jdupont", "ws1", None, "1/1/2027", None],
        headings=headings,
    )
    entry = {"name": "Jeanne Dupont", "authorisation": "T1", "leaves_on": "2027-01-01", "group": "a; b"}
    entry |= {"user": "CHU\\jdupont", "mail": "j@chu.example"}
    assert register.hosts == {"ws1": [entry], "ws2": [entry | {"user": "CHU\\JDupont"}]}
    assert register.groups == {"a": ("ws1", "ws2"), "b": ("ws1", "ws2")}
    assert causes(register) == {}


def test_rows_of_one_person_that_differ_are_all_wrong() -> None:
    register = register_of(
        [*JEANNE, "a@x.example"], [*PAUL, None], [*JEANNE, "b@x.example"], [*JEANNE, None], headings=[*HEADINGS, "mail"]
    )
    assert causes(register) == {line: [("differs", ("2", "4"))] for line in (2, 4)}
    (said,) = register.problems[0].causes
    assert said.values["given"] == ("a@x.example", "b@x.example")
    assert [each.get("row_problem") for each in register.hosts["ws1"]] == ["people.xlsx:2"]
    assert [each.get("row_problem") for each in register.hosts["ws2"]] == [None]


@pytest.mark.parametrize(("mail", "last", "line"), [(None, "holder_text_too_long", 2), ("x", "mail", 3)])
def test_what_no_row_has_too_much_of_alone_is_wrong_with_all_that_have_no_other_fault(
    mail: str | None, last: str, line: int
) -> None:
    groups = ["; ".join(f"group {part}{number}" for number in range(100)) for part in "ab"]
    rows = ([*JEANNE, groups[0], None], [*JEANNE, groups[1], mail])
    register = register_of(*rows, headings=[*HEADINGS, "groups", "mail"])
    told = [[cause.code.partition(".")[2] for cause in each.causes] for each in register.problems]
    assert told == [["holder_text_too_long"], [last]]
    assert register.hosts["ws1"][0]["row_problem"] == f"people.xlsx:{line}"


def test_one_number_of_two_people_and_one_name_with_two_numbers_are_two_people() -> None:
    """Who has a number of somebody else is refused by the tasks, which know the rest of the inventory."""
    register = register_of(JEANNE, ["Paul Martin", "T1", "pm", "ws1"], ["Jeanne Dupont", "T3", "jd3", "ws1"])
    assert [each["name"] for each in register.hosts["ws1"]] == ["Jeanne Dupont", "Paul Martin", "Jeanne Dupont"]
    assert causes(register) == {}


WRONG = {
    "number_missing": {"number": None},
    "number_is_number": {"number": 123456},
    "number_scientific": {"number": "1,23E+11"},
    "name_missing": {"name": None},
    "account_missing": {"account": None},
    "account_wrong": {"account": "CHU\\a\\b"},
    "workstation_wrong": {"workstations": "ws 1"},
    "workstation_is_group": {"workstations": "doctors"},
    "mail": {"mail": "jeanne at chu"},
    "date": {"last day": "31/02/2027"},
    "date_with_time": {"last day": Kind.MOMENT},
    "date_year": {"last day": date(1931, 12, 31)},
    "absence": {"absent from": "1/1/2027"},
    "text_is_number": {"workstations": 1234},
    "text_is_date": {"function": date(2026, 1, 1)},
    "formula_without_value": {"name": Kind.FORMULA},
    "cell_error": {"account": Kind.ERROR},
    "cell_bool": {"function": Kind.TRUTH},
    "template": {"function": "{{ lookup('pipe', 'id') }}"},
    "too_long": {"function": "a" * 101},
    "awaiting": {"awaiting": "a call"},
    "group": {"group": "ws2"},
    "to_correct": {"to correct": "which of both is her number?"},
}


@pytest.mark.parametrize(("why", "cells"), WRONG.items(), ids=WRONG)
def test_a_wrong_cell_is_told_with_its_place_and_stops_its_person_alone(why: str, cells: dict[str, Any]) -> None:
    headings, values = row(**cells)
    names = Names(groups={"doctors"})
    register = register_of(values, PAUL + [None] * (len(headings) - 4), headings=headings, names=names)
    assert causes(register) == {2: [(why, f"{'ABCDE'[headings.index(next(iter(cells)))]}2")]}
    known = [each for holders in (*register.hosts.values(), register.people) for each in holders]
    assert [each.get("row_problem") for each in known if each["name"] != "Paul Martin"] in (["people.xlsx:2"], [])
    assert register.hosts["ws2"] == [{"user": PAUL[2], "name": PAUL[0], "authorisation": "T2"}]


def test_a_wrong_row_keeps_whatever_says_whose_a_certificate_is() -> None:
    register = register_of(
        ["Jeanne Dupont", 1234, "CHU\\jd", "ws1"],
        [None, "T2", "CHU\\pm", "ws1"],
        ["Luc Petit", "T3", None, "ws1"],
        ["Léa Roy", "T4", "CHU\\lr", "all;ws1"],
        [None, 5, "CHU\\jd;CHU\\x", "ws1;ws9"],
    )
    assert register.hosts["ws1"] == [
        {"user": "CHU\\jd", "name": "Jeanne Dupont", "row_problem": "people.xlsx:2"},
        {"user": "CHU\\pm", "name": "T2", "authorisation": "T2", "row_problem": "people.xlsx:3"},
        {"user": "CHU\\lr", "name": "Léa Roy", "authorisation": "T4", "row_problem": "people.xlsx:5"},
    ]
    assert register.people == [{"name": "Luc Petit", "authorisation": "T3", "row_problem": "people.xlsx:4"}]
    assert [problem.values["whose"] for problem in register.problems] == [
        *("Jeanne Dupont", "T2", "Luc Petit", "Léa Roy", "CHU\\jd"),
    ]
    assert len(causes(register)) == 5


def test_an_absence_that_cannot_be_loses_its_first_day_alone() -> None:
    """Without the first day, the entry can be read: nothing else that the row says of its person is lost."""
    headings, cells = row(absent_from="2026-05-04", back_on="2026-05-04", former_name="Jeanne Roy")
    register = register_of(cells, headings=headings)
    (found,) = register.hosts["ws1"]
    kept = {"absent_until": "2026-05-04", "former_name": "Jeanne Roy", "row_problem": "people.xlsx:2"}
    assert {key: found.get(key) for key in (*kept, "absent_from")} == {**kept, "absent_from": None}


@pytest.mark.parametrize(("given", "why"), [(Kind.FORMULA, "formula_without_value"), ("{{ 6 * 7 }}", "template")])
def test_a_formula_without_a_value_and_a_template_are_told_in_every_column(given: Kind | str, why: str) -> None:
    fields = [field for field in COLUMNS if field not in ("family_name", "given_name")]
    register = register_of([given] * len(fields), PAUL, headings=[heading(field, "en") for field in fields])
    assert sorted(causes(register)[2]) == [(why, f"{letters(column)}2") for column in range(len(fields))]


def test_a_cell_beyond_the_headings_of_a_text_is_told_because_it_may_have_moved_the_others() -> None:
    headings, moved, right = sheet_of([HEADINGS, [*JEANNE, None, "nurse"], PAUL]).rows
    sheet = replace(sheet_of([]), rows=(replace(headings, width=5), moved, right))
    assert causes(read_register(sheet, columns_of(sheet, {}), Names())) == {2: [("beyond", "F2")]}


@pytest.mark.parametrize("place", range(2))
def test_a_text_without_end_is_refused(place: int) -> None:
    cells = [*JEANNE[:place], "a" * 256, *JEANNE[place + 1 :]]
    assert causes(register_of(cells, PAUL)) == {2: [("too_long", f"{'AB'[place]}2")]}


def test_all_that_is_wrong_in_a_row_is_told_at_once() -> None:
    register = register_of([None, None, 5, "all;a b"], PAUL)
    (problem,) = register.problems
    assert (problem.code, problem.values) == ("register_row.nameless", {"file": "people.xlsx", "line": 2})
    told = [("number_missing", "B2"), ("name_missing", "A2"), ("workstation_wrong", "D2"), ("workstation_wrong", "D2")]
    assert causes(register) == {2: [*told, ("text_is_number", "C2")]}


DAYS = {
    "31/12/2026": "2026-12-31",
    "01-02-2026": "2026-02-01",
    "1.2.2026": "2026-02-01",
    "2026-12-31": "2026-12-31",
    "2026/12/31": "2026-12-31",
    "31 Décembre 2026": "2026-12-31",
    "31 december 2026": "2026-12-31",
    "1er août 2026": "2026-08-01",
    "31/12/2026 00:00:00": "2026-12-31",
    "2026-12-31T00:00": "2026-12-31",
    "31/12/2026 08:00": "date_with_time",
    "31/12/26": "date_year",
    "31/12/2101": "date_year",
    "12/31/2026": "date",
    "29/02/2027": "date",
    "2026-W01-1": "date",
    "décembre 2026": "date",
    "46387": "date",
    46387: "date",  # from which epoch is not known
    "31 brumaire 2026": "date",
}


@pytest.mark.parametrize(("written", "day"), DAYS.items(), ids=DAYS)
def test_a_day_is_read_as_french_people_and_iso_write_it(written: str | int, day: str) -> None:
    headings, cells = row(last_day=written)
    register = register_of(cells, headings=headings)
    (holder,) = register.hosts["ws1"]
    assert (holder.get("leaves_on") or causes(register)[2][0][0]) == day


@pytest.mark.parametrize(
    "name", ["all", "LocalHost", "127.0.0.1", "12345", "-ws", "ws.", "ws_é", "a" * 256, "ws1[1:9]"]
)
def test_a_name_that_means_something_else_is_no_workstation(name: str) -> None:
    assert causes(register_of([*JEANNE[:3], name], PAUL)) == {2: [("workstation_wrong", "D2")]}


@pytest.mark.parametrize("account", ["jd", "CHU\\j d", ".\\jd", "jd@chu.example", "S-1-5-21-1-2", "CHU\\\\jd"])
def test_an_account_is_what_windows_knows(account: str) -> None:
    assert causes(register_of([*JEANNE[:2], account, "ws1"])) == {}


def test_the_name_of_a_workstation_of_the_same_sheet_is_no_group() -> None:
    headings = [*HEADINGS, "group"]
    register = register_of([*JEANNE, "ws2; all; ok"], [*PAUL, None], headings=headings)
    assert (causes(register), register.groups) == ({2: [("group", "E2"), ("group", "E2")]}, {"ok": ("ws1",)})


def test_a_group_may_be_a_number_and_has_one_spelling() -> None:
    headings = [*HEADINGS, "group", "function"]
    register = register_of(
        [*JEANNE, 4110, 7], [*PAUL, "5110;Bloc", None], ["C D", "T3", "cd", "ws3", "bloc"], headings=headings
    )
    assert register.groups == {"_4110": ("ws1",), "_5110": ("ws2",), "Bloc": ("ws2", "ws3")}
    assert (register.hosts["ws1"][0]["function"], causes(register)) == ("7", {})


@pytest.mark.parametrize(("wrong", "others"), [(200, 0), (203, 3)])
def test_two_hundred_wrong_rows_are_told_and_the_number_of_the_others(wrong: int, others: int) -> None:
    problems = register_of(*([f"A B{line}", line, "ab", "ws1"] for line in range(wrong))).problems
    assert problems[200:] == [Problem("register_row.more", {"count": others})] * (others > 0)


def test_a_register_of_nobody_is_refused() -> None:
    """An inventory without hosts would delete those that AWX knows."""
    assert error_of(register_of).problem.code == "register_unread.no_people"
    problem = error_of(lambda: register_of([None, "T1", None, "ws1"])).problem
    assert problem.code == "register_unread.rows_wrong"
    assert [cause.code for cause in problem.causes] == ["register_row"]


def test_nothing_that_is_told_is_a_template() -> None:
    sheet = replace(sheet_of([HEADINGS, ["A B", 1, "ab", "ws1"]]), path=Path("/srv/{{ x }}.csv"))
    (entry,) = read_register(sheet, columns_of(sheet, {}), Names()).hosts["ws1"]
    assert entry["row_problem"] == "{ { x }}.csv:2"
    told = {"a {{ b }}": ["{% c %}", ("{# d #}", 1)], "e": "{{{f}}}"}
    assert harmless(told) == {"a {{ b }}": ["{ % c %}", ["{ # d #}", 1]], "e": "{ { {f}}}"}


def test_a_row_of_nobody_is_named_and_is_wrong_with_nobody() -> None:
    total = [None, None, None, None, "Total : 2"]
    headings = (*HEADINGS, "function")
    counted = ["Total général", 2, 2, 2], ["Total : 2"], [None, "Total : 2"], ["Total", "Total"], ["Sous-total", 2]
    for row in (total, *counted, [None, "Total", None, 2], [None, 2], ["\u200b", " ", "", None, "Total"]):
        found = register_of(JEANNE, PAUL, row, headings=headings)
        assert (found.nobody, found.problems, {*found.hosts}) == ((4,), [], {"ws1", "ws2"}), row
    for row in ([None, "T3"], [None, None, None, "ws3"], [None, None, "CHU\\x"], ["Zoé Petit", 100004], ["Zoé Petit"]):
        assert register_of(JEANNE, row).nobody == (), row
        assert register_of(JEANNE, row).problems, row
    halves = ("family name", "given name", *HEADINGS[1:])
    found = register_of(["Dupont", "Jeanne", *JEANNE[1:]], ["Total", None, 1], headings=halves)
    assert (found.nobody, found.problems) == ((3,), [])


def test_a_sign_without_a_width_is_not_there() -> None:
    (holder,) = register_of(["Jeanne\u200b Dupont", "\u200eT1", "CHU\\jdupont", "ws1"]).hosts["ws1"]
    assert (holder["name"], holder["authorisation"]) == ("Jeanne Dupont", "T1")


def test_somebody_in_many_groups_is_served() -> None:
    groups = "; ".join(f"service numéro {at}" for at in range(20))
    headings, cells = row(groups=groups)
    register = register_of(cells, headings=headings)
    assert not register.problems
    assert parse_holder(register.hosts["ws1"][0]).group == groups


DAYS = (date(2026, 1, 1), date(2027, 2, 1), "31/02/2027", "1/2/2027", None, None, None)
CELLS: dict[str, tuple[Any, ...]] = {
    "name": ("Jeanne Dupont", "Paul Martin", "DUPONT Jeanne", None, "{{x}}", "x" * 300, "\u200b", "Total"),
    "authorisation": ("T1", "T2", None, 100004, "\u200b", " ", "0", "t 1", "x" * 300),
    "account": ("CHU\\jd", "pm@chu.example", None, "\u200b", "a;b", "bad\\\\x", "S-1-5-21-7", "x" * 300),
    "workstation": ("ws1", "ws2", "ws1; ws2", None, "all", "1234", "!"),
    "function": ("nurse", None, "f" * 101, 5),
    "mail": ("a@b.c", None, "x", "a@b;c@d"),
    **dict.fromkeys(("anniversary", "absent from", "absent until", "last day", "expected from"), DAYS),
    "groups": (None, "a;b", "; ".join(f"group {at}" for at in range(150)), "g" * 120, "ws1"),
    "former name": (None, "Jeanne Dupuis"),
    "awaiting": (None, "bundle", "x"),
    "to correct": (None, None, "x"),
}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_sheet_has_the_parser_of_holders_takes_what_the_register_gives(seed: int) -> None:
    """One entry that it refuses would stop every task of the workstation, and not its person alone."""
    chance = random.Random(seed)  # noqa: S311
    right = [*("Eve Ok", "T9", "CHU\\eve", "ws9"), *[None] * (len(CELLS) - 4)]
    for _each in range(60):
        rows = [[chance.choice(cells) for cells in CELLS.values()] for _row in range(chance.choice((1, 2, 3)))]
        register = register_of(right, *rows, headings=[*CELLS])
        assert len(register.hosts["ws9"]) == 1 and "row_problem" not in register.hosts["ws9"][0]
        for host, holders in register.hosts.items():
            check_holders([dict(each) for each in holders])
            assert all(map(parse_holder, holders)), host
            _numbered, refused = of_inventory({host: holders})
            assert {cause.kind for each in refused for cause in each.causes} <= {"register_row"}
        assert all(parse_holder({"user": each["name"], **each}) for each in register.people)
