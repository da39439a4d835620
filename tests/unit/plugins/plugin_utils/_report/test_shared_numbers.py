# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people with one number have a row each, and nobody is told what is perhaps the other's. Two with one name have their numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    Acceptable,
    ExceptionRow,
    ExceptionState,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.addresses import (
    Addresses,
    letters_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.plan import (
    Recipient,
    Terms,
    matters_of,
)
from unit.plugins.plugin_utils._report.known import JEANNE, PARAMETERS, PAUL, host, problem, record
from unit.plugins.plugin_utils.report_inputs import JEANNES_ENTRY, PAULS_ENTRY, made, run

SHARING = replace(PAUL, person=ExpectedSubject("Paul Martin", "t1"), anniversary=date(2026, 12, 1))
STEP = (Status.UNKNOWN, NextStep.GIVE_OWN_NUMBER, Actor.IT)
BOTH = [("Jeanne Dupont", "T1", *STEP), ("Paul Martin", "t1", *STEP)]


def hosts(*certificates: Any) -> tuple[Any, ...]:
    return (host(*certificates), host(name="ws-2", entries=(SHARING,)))


def rows(report: Report) -> list[tuple[Any, ...]]:
    people = (*report.holders, *report.without_workstation)
    return [(row.name, row.authorisation, row.status, row.next_step, row.actor) for row in people]


def built(*given: Any, **sources: Any) -> Report:
    return build(Sources(**({"hosts": given, "people": (), "pattern": None, "earlier": None} | sources)), PARAMETERS)


def test_each_has_a_row_of_the_own_workstation_alone_and_no_certificate() -> None:
    report = built(*hosts(record()))
    assert rows(report) == BOTH
    assert [[place.workstation for place in row.places] for row in report.holders] == [["ws-1"], ["ws-2"]]
    for row in report.holders:
        assert (row.access_until, row.valid_until, row.certificate_step) == (None, None, NextStep.GIVE_OWN_NUMBER)
        assert {(each.status, each.next_step, each.thumbprint) for each in row.places} == {
            (Status.UNKNOWN, NextStep.GIVE_OWN_NUMBER, None)
        }
    assert report.without_holder == ()


def test_one_account_and_one_workstation_make_no_difference() -> None:
    both = (JEANNE, replace(JEANNE, person=ExpectedSubject("Paul Martin", "T1")))
    report = built(host(record(), entries=both))
    assert [(name, *rest) for name, _number, *rest in rows(report)] == [
        ("Jeanne Dupont", *STEP), ("Paul Martin", *STEP)
    ]  # fmt: skip
    assert "remove" not in markdown(report)


def test_somebody_without_a_workstation_counts_too() -> None:
    report = built(host(record()), people=(replace(SHARING, owner_sid=None),))
    assert rows(report) == BOTH
    assert [row.authorisation_until for row in report.holders] == [None]  # the other's own day is not hers


ACCEPTED = ExceptionRow("T1", None, Acceptable.UNKNOWN, "It is known.", date(2027, 1, 1), ExceptionState.IN_FORCE)


@pytest.mark.parametrize(
    "sources", [{"exceptions": (ACCEPTED,)}, {"leavers": frozenset({"T1"})}, {"leavers": frozenset({"t1"})}], ids=str
)
def test_an_exception_does_not_accept_it_and_a_leavers_number_removes_nobody(sources: dict[str, Any]) -> None:
    report = built(*hosts(record()), **sources)
    assert (rows(report), report.without_holder) == (BOTH, ())


def test_one_person_by_a_former_name_has_one_row() -> None:
    married = replace(PAUL, person=ExpectedSubject("Jeanne Martin", "T1", former_name="Jeanne Dupont"))
    assert len(rows(built(host(record()), host(name="ws-2", entries=(married,))))) == 1


def test_a_slice_knows_the_former_name_and_finds_the_other_person(tmp_path: Path) -> None:
    def slice_of(number: int, *entries: dict[str, Any]) -> str:
        path = tmp_path / f"{number}.json"
        path.write_text(to_json(made([(f"ws-{number}", {"pkcs12_holders": list(entries)})])), encoding="utf-8")
        return str(path)

    one = slice_of(1, JEANNES_ENTRY)
    married = slice_of(2, JEANNES_ENTRY | {"name": "Jeanne Martin", "former_name": "Jeanne Dupont"})
    paul = slice_of(3, PAULS_ENTRY | {"authorisation": "T1"})
    assert len(made([], merge_reports=[one, married]).holders) == 1
    found = made([], merge_reports=[one, married, paul])
    assert [row.next_step for row in found.holders] == [NextStep.GIVE_OWN_NUMBER] * 2
    both = slice_of(4, JEANNES_ENTRY, PAULS_ENTRY | {"authorisation": "T1"})
    assert [row.next_step for row in made([], merge_reports=[both]).holders] == [NextStep.GIVE_OWN_NUMBER] * 2


def test_a_workstation_whose_variables_cannot_be_used_names_nobody_of_its_facts() -> None:
    """Its facts do not know the former name, so they would make two people of one."""
    facts = host(
        name="ws-2", entries=(SHARING,), refusal=Exception("x"), problem=problem("unusable_variables.workstation")
    )
    assert NextStep.GIVE_OWN_NUMBER not in {row.next_step for row in built(host(record()), facts).holders}


VARIABLES = (
    ("ws-1", {"pkcs12_holders": [JEANNES_ENTRY]}),
    ("ws-2", {"pkcs12_holders": [PAULS_ENTRY | {"authorisation": "T1"}]}),
)


@pytest.mark.parametrize("query", [None, "[?status=='expired']"])
def test_the_run_is_red_and_names_both_with_what_to_do(tmp_path: Path, query: str | None) -> None:
    result = run(tmp_path, VARIABLES, report_query=query)
    assert (result["failed"], result["failing"]) == (True, {"shared_numbers": 1})
    assert (
        result["msg"] == "The inventory has one number for two people: T1 (ws-1, ws-2)."
    )  # a mail's subject: no names
    (said,) = result["shared_numbers"]
    assert said.startswith(
        "Two names have the number T1: Jeanne Dupont (pkcs12_holders: ws-1) and Paul Martin (pkcs12_holders: ws-2). If they are one"
    )
    french = run(tmp_path, VARIABLES, language="fr")
    assert french["shared_numbers"][0].startswith(
        "Deux noms ont le num\u00e9ro T1\u00a0: Jeanne Dupont (pkcs12_holders : ws-1) et Paul Martin"
    )
    assert result["markdown"].count("One number for two people: T1: Jeanne Dupont (ws-1), Paul Martin (ws-2)") == 1
    assert run(tmp_path, VARIABLES[:1])["shared_numbers"] == []


def test_the_change_is_told_of_each_person() -> None:
    before = built(host(record()))
    after = built(*hosts(record()), earlier=before)
    told = {(each.kind.value, each.name, each.before, each.after) for each in after.changes or () if each.name}
    assert ("status", "Jeanne Dupont", "valid", "unknown") in told
    assert ("holder_added", "Paul Martin", None, "unknown") in told


@pytest.mark.parametrize("number", ["T1", "t1"])
def test_a_number_that_is_mended_is_told_of_each_person(number: str) -> None:
    sharing = replace(SHARING, person=replace(SHARING.person, authorisation=number))
    before = built(host(record()), host(name="ws-2", entries=(sharing,)))
    mended = built(host(record()), host(name="ws-2", entries=(PAUL,)), earlier=before)
    told = {(each.kind.value, each.name, each.subject) for each in mended.changes or () if each.name}
    assert told == {
        ("status", "Jeanne Dupont", "T1"),
        ("holder_removed", "Paul Martin", number),
        ("holder_added", "Paul Martin", "T2"),
    }


def test_only_it_gets_a_mail_and_it_names_both_with_the_number() -> None:
    report = built(*hosts(record(days=3)))
    holders = {"T1": "jeanne@chu.example", "t1": "paul@chu.example"}
    matters = matters_of(report, Terms([40], 5))
    (letter,) = letters_of(matters, Addresses(holders, ["head@chu.example"], ["it@chu.example"]), report)
    assert letter.recipient is Recipient.IT
    assert [each.name for each in letter.matters] == ["Jeanne Dupont, T1", "Paul Martin, t1"]


HOMONYM = replace(PAUL, person=ExpectedSubject("Dupont Jeanne", "T2"))


def test_homonyms_have_their_numbers_where_a_name_stands_alone() -> None:
    hers = record("T2", days=300, owner_sid=str(PAUL.owner_sid), thumbprint="B" * 40)
    report = built(host(record(), hers, entries=(JEANNE, HOMONYM)))
    assert [row.authorisation for row in report.holders] == ["T2", "T1"]
    assert {row.status for row in report.holders} == {Status.VALID}
    tile = page(report).split('class="tile end"')[1].split("</li>")[0]
    assert "Jeanne Dupont, T1" in tile or "Dupont Jeanne, T2" in tile
    alone = page(built(host(record(), entries=(JEANNE, PAUL)))).split('class="tile end"')[1].split("</li>")[0]
    assert "Jeanne Dupont" in alone
    assert "T1" not in alone


def test_mails_about_homonyms_have_the_numbers_and_their_own_have_none() -> None:
    report = built(host(entries=(replace(JEANNE, logged_on=False), HOMONYM)))
    matters = matters_of(report, Terms([40], 5))
    letters = letters_of(matters, Addresses({"T1": "jeanne@chu.example"}, [], ["it@chu.example"]), report)
    named = {letter.recipient: [each.name for each in letter.matters] for letter in letters}
    assert named == {Recipient.HOLDER: ["Jeanne Dupont"], Recipient.IT: ["Dupont Jeanne, T2"]}
