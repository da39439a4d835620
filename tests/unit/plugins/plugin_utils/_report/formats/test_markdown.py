# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as Markdown: read as a reader of Markdown reads it, names are what they are and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import BrowserProblem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import (
    LONGEST_CELL,
    LONGEST_TABLE,
    escaped,
    markdown,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Report
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, OFF, PAUL, host, problem, record, report
from unit.plugins.plugin_utils._report.reports import NOW, PARAMETERS, holder, sample

PLAIN = {"inline", "text", "softbreak"}
BLOCKS = "heading paragraph bullet_list list_item strong table thead tbody tr th td"
STRUCTURE = {f"{name}_{side}" for name in BLOCKS.split() for side in ("open", "close")}
ANNE, LEA = (
    HolderEntry(name, ExpectedSubject(name, number)) for name, number in (("Anne Roux", "T3"), ("Léa Petit", "T4"))
)
EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)


@dataclass
class Read:
    """What a reader sees: headings, and tables by the heading above, as the texts of their cells."""

    headings: list[str]
    tables: dict[str, list[list[str]]]
    paragraphs: list[str]
    kinds: set[str]


def read(text: str) -> Read:
    """The text as CommonMark with tables."""
    found = Read([], {}, [], set())
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    for before, token in zip([Token("", "", 0), *tokens], tokens, strict=False):
        found.kinds |= {token.type} | {each.type for each in token.children or ()}
        if token.type == "tr_open":
            found.tables.setdefault(found.headings[-1], []).append([])
        if token.type != "inline":
            continue
        shown = "".join(each.content for each in token.children or ())
        if before.type == "heading_open":
            found.headings.append(shown)
        elif before.type in ("th_open", "td_open"):
            found.tables[found.headings[-1]][-1].append(shown)
        else:
            found.paragraphs.append(shown)
    return found


def one_line(text: str) -> str:
    return " ".join(text.split())  # no name has another space than those that end lines


@pytest.mark.parametrize(
    "text",
    [
        "*a* _b_ __c__ ~~d~~ `e` ``f``", "[a](http://evil.example)", "![a](http://evil.example/x.png)", "<script>alert(1)</script>",
        "<http://evil.example>", "&lt; &#124; &amp;", "a|b\\|c\\\\|d", "# a #", "- a", "1. a", "> a", "    a", "```", "---", "| a | b |",
        "\\", "a\\", "$x^2$", "http://evil.example/a_b_c", "WWW.evil.example", "[x]: /url", "a<!-- b", "$$", "%%", "{{ a }}", "{% a %}",
    ],
)  # fmt: skip
def test_nothing_in_a_text_is_markup(text: str) -> None:
    row = replace(holder(3), name=text)
    found = read(markdown(replace(EMPTY, holders=(row,))))
    assert found.kinds - PLAIN == STRUCTURE
    assert found.tables["Holders who need something (1)"][1][0] == text.strip()
    title = read(markdown(replace(EMPTY, parameters=replace(PARAMETERS, title=text))))
    assert title.headings == [text.strip()]


@pytest.mark.parametrize("text", ["see http://evil.example", "see www.evil.example", "see WWW.evil.example"])
def test_addresses_are_no_links_for_those_who_make_links_of_them(text: str) -> None:
    shown = escaped(text)
    assert "http:" not in shown
    assert "www." not in shown.lower()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\nc\td", "a b c d"),
        ("\x00a\x1b[31mb\x7f", "a \\[31mb"),
        ("a\u2028b\x85c", "a b c"),
        ("half \ud83d", "half ?"),
        ("", ""),
        ("\n", ""),
        ("CHU\\jdupont", "CHU\\\\jdupont"),
        ("ws-0001", "ws-0001"),
        ("x" * LONGEST_CELL, "x" * LONGEST_CELL),
        ("x" * 900, "x" * (LONGEST_CELL - 1) + "\u2026"),
        ("|" * 900, "\\|" * (LONGEST_CELL - 1) + "\u2026"),
    ],
    ids=repr,
)
def test_a_text_is_on_one_line_and_no_more_escaped_than_it_has_to_be(text: str, shown: str) -> None:
    assert escaped(text) == shown


@pytest.mark.parametrize("query", ["[?a]", "[?days_left<`10`]", "`x`", "[?a=='``']", "a\nb", "|"])
def test_a_query_is_shown_as_code(query: str) -> None:
    text = markdown(replace(EMPTY, parameters=replace(PARAMETERS, query=query)))
    found = MarkdownIt("commonmark").parse(text)
    shown = [each.content for token in found for each in token.children or () if each.type == "code_inline"]
    assert shown == [one_line(query)]
    assert "`" in query or f"`{one_line(query)}`" in text


def test_who_needs_something_comes_first_and_the_others_are_counted() -> None:
    found = read(
        markdown(report(host(record(), record("T2", days=-3, owner_sid="S-1-5-21-2"), entries=(JEANNE, PAUL))))
    )
    ((_heading, table),) = found.tables.items()
    assert [row[:4] for row in table[1:]] == [["Paul Martin", "T2", "ws-1", "2026-11-22 (3 days ago)"]]
    assert table[1][5:] == ["expired", "run renew", "IT"]
    assert "1 holder needs nothing." in found.paragraphs
    text = markdown(report(host(record(), entries=(JEANNE, PAUL)), host(record(), name="ws-2"), people=(ANNE, LEA)))
    assert "**Something is to be done for 3 of 4 holders.**" in text
    assert "- Holders: missing 1, valid 1, without a workstation 2\n" in text
    assert "**Nobody has to act.**" in markdown(report(host(record())))
    assert "- Holders: 0\n- Workstations: 0\n" in markdown(EMPTY)


def test_the_worst_come_first_and_of_those_the_earliest_end() -> None:
    rows = tuple(
        replace(holder(number), valid_until=NOW + timedelta(days=days), status=status, next_step=NextStep.RENEW)
        for number, days, status in ((0, 9, Status.RENEWAL_DUE), (1, 3, Status.RENEWAL_DUE), (2, -1, Status.EXPIRED))
    )
    table = read(markdown(replace(EMPTY, holders=rows))).tables["Holders who need something (3)"]
    assert [row[1] for row in table[1:]] == [rows[2].authorisation, rows[1].authorisation, rows[0].authorisation]


def test_each_section_has_its_rows_and_none_is_empty() -> None:
    found = read(markdown(sample()))
    said = sample()
    waiting = sum(row.next_step is not NextStep.NOTHING for row in (*said.holders, *said.without_workstation))
    assert {heading: len(table) - 1 for heading, table in found.tables.items()} == {
        f"Holders who need something ({waiting})": waiting,
        "Holders without a workstation (1)": 1,
        "Certificates without a holder (1)": 1,
        "Workstations without a current audit (4)": 4,
        "Stores that were not read (3)": 3,
        "Changes (7)": 7,
    }
    assert f"{len(said.holders) + len(said.without_workstation) - waiting} holders need nothing." in found.paragraphs
    assert read(markdown(EMPTY)).headings == ["Access to the portal: who, and until when"]
    assert read(markdown(EMPTY)).tables == {}


REFUSED = problem("logon_refused", address="ws-2", host="ws-2", port="5986", reason="401")


@pytest.mark.words  # compares a report with the words of its problems
def test_workstations_that_did_not_answer_say_since_when_and_why() -> None:
    silent = report(host(record(), problem=OFF), host(name="ws-2", facts_at=None, problem=REFUSED))
    table = read(markdown(replace(silent, parameters=replace(silent.parameters, report_date=NOW + 9 * DAY)))).tables
    assert table["Workstations without a current audit (2)"][1:] == [
        ["ws-1", "without a current audit", "switched off or unreachable", "2026-11-25 (today)", Words().of(OFF)],
        ["ws-2", "never seen", "refuses the connection account", "", Words().of(REFUSED)],
    ]


def test_a_report_of_the_same_facts_says_that_nothing_has_changed() -> None:
    before = report(host(record()))
    found = read(markdown(report(host(record()), earlier=before)))
    assert "Compared with: the report of 2026-11-25 12:00. Nothing has changed." in found.paragraphs
    assert found.tables == {}


def test_one_row_too_many_is_one_and_none_is_none() -> None:
    rows = tuple(replace(holder(3), authorisation=f"T{number}") for number in range(LONGEST_TABLE + 1))
    text = markdown(replace(EMPTY, holders=rows))
    assert "\n1 more row is left out here. The other forms of the report have it.\n" in text
    assert "left out" not in markdown(replace(EMPTY, holders=rows[1:]))


def test_a_certificate_without_a_holder_is_named_by_its_common_names_or_subjects() -> None:
    named, bare = (record("T9", days=days, owner_sid="S-1-5-21-9") for days in (50, 51))
    bare = replace(bare, subject_cn=None, issuer_cn=None, issuer="CN=Registry", subject="CN=T9")
    table = read(markdown(report(host(named, bare)))).tables["Certificates without a holder (2)"]
    assert [row[1] for row in table[1:]] == ["Somebody - T9, AC", "CN=T9, CN=Registry"]


def test_changes_say_who_or_where() -> None:
    table = read(markdown(sample())).tables["Changes (7)"]
    assert table[3] == ["status", "Zoé Lefèvre-Ångström (0012)", "", "valid", "renewal due"]
    assert table[6] == ["new workstation", "ws-0000", "", "", ""]


def test_it_is_in_the_reports_language() -> None:
    text = markdown(sample("fr"))
    assert text.startswith("# Accès par certificat personnel (le portail)\u00a0: qui, jusqu\u2019à quand\n")
    assert "- Titulaires\u00a0: sans certificat 2, expiré 2," in text
    assert "| rien à faire |" not in text
    assert "22/11/2026 (il y a 3 jours)" in text


@pytest.mark.parametrize("seed", range(40))
def test_whatever_a_report_holds_it_can_be_written_and_read(seed: int) -> None:
    drawn = drawn_report(seed)
    found = read(markdown(drawn).encode("utf-8").decode("utf-8"))
    waiting = sum(row.next_step is not NextStep.NOTHING for row in (*drawn.holders, *drawn.without_workstation))
    rows = [len(table) - 1 for table in found.tables.values()]
    away = sum(row.answer.value != "answered" for row in drawn.workstations)
    lacking = sum(bool(row.browsers) for row in drawn.workstations)
    strangers = [len(drawn.without_workstation), len(drawn.without_holder)]
    unread = sum(len(row.unread) for row in drawn.workstations)
    checks = [len(drawn.exceptions), len(drawn.revocation_lists)]
    expected = [waiting, *strangers, *checks, away, unread, lacking, len(drawn.changes or ())]
    assert rows == [count for count in expected if count]
    assert found.kinds - PLAIN - {"code_inline"} <= STRUCTURE


def test_workstations_whose_browsers_lack_something_are_named() -> None:
    first, second, *_rest = sample().workstations
    lacking = replace(first, browsers=(BrowserProblem.EDGE, BrowserProblem.FIREFOX))
    text = markdown(replace(EMPTY, workstations=(lacking, second)))
    (line,) = [line for line in text.splitlines() if "Edge" in line]
    assert first.workstation in line
    assert "Firefox" in line
    assert "Edge" not in markdown(replace(EMPTY, workstations=(first, second)))


def test_where_workstations_differ_each_has_its_status() -> None:
    ended = record(days=-3)
    for others, status in ((record(), "expired; ws-1: expired; ws-2: valid"), (ended, "expired")):
        found = read(markdown(report(host(ended), host(others, name="ws-2"))))
        (row,) = found.tables[found.headings[-1]][1:]
        assert row[5] == status
