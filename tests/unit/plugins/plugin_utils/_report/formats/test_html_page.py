# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page, read as a browser without scripts reads it: everybody is there once, text is text, nothing comes from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import KeyState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import (
    FEW,
    MANY,
    OF_AUTHORISATION,
    dated,
    packed,
    page,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.remarks import Remarks
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import SEVERITY, Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import (
    AuthorisationDocument,
    NextStep,
    Report,
    Service,
)
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.known import host, record
from unit.plugins.plugin_utils._report.known import report as known_report
from unit.plugins.plugin_utils._report.reports import NOW, PARAMETERS, holder, hospital, sample, workstation

EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)
ATTRIBUTES = {"src", "srcset", "action", "style", "data", "poster", "background", "formaction"}


@dataclass
class Read(HTMLParser):
    """What is on the page: tables by their section, as the texts of their cells; elements; texts by the element around them."""

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    section: str = ""
    stack: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag == "section":
            self.section = given["id"]
        elif tag == "tbody":
            self.tables[self.section] = []
        elif tag == "tr" and self.section in self.tables:
            self.tables[self.section].append([])
        elif tag in {"th", "td"} and self.section in self.tables:
            self.tables[self.section][-1].append("")
        self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self.stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.stack[-1] if self.stack else "", []).append(data)
        if {"th", "td"} & set(self.stack) and "tbody" in self.stack:
            self.tables[self.section][-1][-1] += data

    def column(self, section: str, number: int) -> list[str]:
        return [row[number] for row in self.tables[section]]

    def attributes(self, tag: str) -> list[dict[str, str]]:
        return [given for name, given in self.elements if name == tag]

    @property
    def text(self) -> str:
        return "".join(text for tag, texts in self.texts.items() if tag not in {"style", "script"} for text in texts)


def read(report: Report) -> Read:
    found = Read()
    found.feed(page(report))
    found.close()
    return found


def test_everybody_has_one_row_and_the_most_pressing_is_first() -> None:
    report = sample()
    found = read(report)
    everybody = (*report.holders, *report.without_workstation)
    shown = sorted(found.column("holders", 0))
    wanted = sorted(f"{row.name}{row.function or ''}" for row in everybody)
    assert sorted(found.column("holders", 1)) == sorted(row.authorisation for row in everybody)
    assert [one.startswith(other) for one, other in zip(shown, wanted, strict=True)] == [True] * len(everybody)
    words = [Wording(PARAMETERS).of(status) for status in SEVERITY]
    ranks = [words.index(text) for text in found.column("holders", 5)]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(("language", "day"), [("en", "2026-12-07"), ("fr", "07/12/2026")])
def test_a_row_says_where_until_when_what_and_who(language: str, day: str) -> None:
    report = sample(language)
    say = Wording(report.parameters)
    row = report.holders[1]
    (found,) = [cells for cells in read(report).tables["holders"] if cells[1] == row.authorisation]
    assert found[2].startswith(f"{row.places[0].workstation} {row.places[0].account}")
    assert found[3] == day + say.distance(row.days_left)
    doing = "".join((say.of(row.next_step), *Remarks(report, say).of(row), say.delivery(row)))
    assert found[5:] == [say.of(row.status), doing, say.of(row.actor)]


def test_each_part_has_its_table() -> None:
    report = sample()
    found = read(report)
    assert len(found.tables["without-workstation"]) == len(report.without_workstation)
    assert len(found.tables["without-holder"]) == len(report.without_holder)
    assert len(found.tables["certificates"]) == len(report.certificates)
    assert report.changes
    assert len(found.tables["changes"]) == len(report.changes)
    stations = {row.workstation for row in report.workstations}
    assert set(found.column("silent", 0)) | {name[:7] for name in found.column("answered", 0)} >= stations


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["exportable: yes", "exportable: no", "exportable: unknown", ""]),
        ("fr", ["exportable\xa0: oui", "exportable\xa0: non", "exportable\xa0: inconnu", ""]),
    ],
)
def test_a_key_says_whether_it_can_be_exported_if_there_is_one(language: str, words: list[str]) -> None:
    said = [record(days=days, key_exportable=known) for days, known in ((1, True), (2, False), (3, None))]
    gone = record(days=4, key_state=KeyState.MISSING)
    shown = read(known_report(host(*said, gone), language=language)).column("certificates", 7)
    assert sorted(text.partition("sha256")[2] for text in shown) == sorted(words)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "for encryption"), ("fr", "usage\xa0: chiffrement")], ids=["english", "french"]
)
def test_a_certificate_says_what_it_is_for_unless_it_is_for_authentication(language: str, words: str) -> None:
    found = host(record(days=1), record(days=2, use=Use.ENCRYPTION))
    shown = read(known_report(found, language=language)).column("certificates", 2)
    assert sorted(words in text for text in shown) == [False, True]


def test_workstations_that_did_not_answer_say_since_when() -> None:
    rows = [
        replace(workstation(1), workstation="ws-old", facts_at=NOW - timedelta(days=90), facts_age_days=90),
        replace(workstation(1), workstation="ws-older", facts_at=NOW - timedelta(days=91), facts_age_days=91),
        replace(workstation(0), workstation="ws-there"),
        replace(workstation(2), workstation="ws-never"),
    ]
    found = read(replace(EMPTY, workstations=tuple(rows)))
    assert [name.partition("WS")[0] for name in found.column("silent", 0)] == ["ws-never", "ws-older", "ws-old"]
    assert found.column("silent", 1) == [
        "never seen",
        "without a current auditlast facts of 2026-08-26 06:3491 days ago",
        "without a current auditlast facts of 2026-08-27 06:3490 days ago",
    ]
    assert len(found.tables["answered"]) == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_empty_says_so(language: str) -> None:
    report = replace(EMPTY, parameters=replace(PARAMETERS, language=language))
    found = read(report)
    say = Wording(report.parameters)
    assert found.tables == {"holders": []}
    for key in ("without_workstation", "without_holder", "silent", "answered", "certificates", "bars"):
        assert say(f"{key}.none") in found.text
    assert say("verdict.none") in found.text
    assert say("changes") not in found.text, "there was nothing to compare with"
    assert say("changes.none") in read(replace(report, changes=(), compared_with=NOW)).text


def test_the_verdict_says_whose_turn_it_is() -> None:
    waiting = tuple(row for row in sample().holders if row.next_step is not NextStep.NOTHING)
    text = read(replace(EMPTY, holders=waiting[:1])).text
    assert "Something is to be done for 1 of 1 holder: issuer\u00a01" in text
    counts = [
        given for tag, given in read(replace(EMPTY, holders=waiting[:1])).elements if given.get("class") == "count"
    ]
    assert [(each["data-all"], each["data-some"]) for each in counts] == [("{total} holder", "{n} of {total} holder")]
    french = replace(EMPTY, holders=waiting, parameters=replace(PARAMETERS, language="fr")).parameters
    assert (
        f"Une action est attendue pour {len(waiting)} sur {len(waiting)} titulaires\u00a0: service informatique\u00a0"
        in read(replace(EMPTY, holders=waiting, parameters=french)).text
    )


def test_lists_offer_what_rows_have() -> None:
    found = read(sample())
    offered = {given["value"] for given in found.attributes("option") if given["value"]}
    for given in found.attributes("tr"):
        for name in ("data-status", "data-actor", "data-authorisation", "data-workstation"):
            assert set(given.get(name, "").split()) <= offered


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_policy_holds_the_hashes_of_what_runs(language: str) -> None:
    found = read(sample(language))
    (policy,) = [
        each["content"] for each in found.attributes("meta") if each.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.partition(" ")[::2] for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (text,) = found.texts[tag]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert found.attributes("html") == [{"lang": language}]


def test_nothing_comes_from_elsewhere_and_nothing_runs_but_the_script() -> None:
    found = read(sample())
    names = [tag for tag, _given in found.elements]
    assert names.count("script") == names.count("style") == 1
    assert not {"img", "link", "base", "iframe", "object", "form"} & set(names)
    for _tag, given in found.elements:
        assert not ATTRIBUTES & set(given)
        assert not [name for name in given if name.startswith("on")]
        assert given.get("href", "#").startswith("#")


def test_the_service_and_the_document_are_linked_where_the_site_has_their_addresses() -> None:
    linked = replace(
        PARAMETERS,
        service=Service("SISERI", "https://portal.example/"),
        authorisation_document=AuthorisationDocument("annex 1", "SISERI", "https://registry.example/a?b=1&c"),
    )
    found = read(replace(EMPTY, parameters=linked))
    links = [given["href"] for tag, given in found.elements if tag == "a" and "://" in (given.get("href") or "")]
    assert links == ["https://portal.example/", "https://registry.example/a?b=1&c"]


def test_what_html_may_not_contain_is_replaced() -> None:
    row = replace(holder(0), name="a\x00b\x1fc\ud83dd\ufffee\x85")
    found = page(replace(EMPTY, holders=(row,)))
    assert "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd" in found
    found.encode()


@pytest.mark.parametrize("seed", range(40))
def test_whatever_a_report_holds_it_is_a_page(seed: int) -> None:
    report = drawn_report(seed)
    found = read(report)
    page(report).encode()
    assert len(found.tables["holders"]) == len(report.holders) + len(report.without_workstation)
    assert [tag for tag, _given in found.elements].count("script") == 1


@pytest.mark.parametrize("seed", range(40))
def test_the_legend_has_every_status_that_the_page_shows_and_no_other(seed: int) -> None:
    report = drawn_report(seed)
    say = Wording(report.parameters)
    above, _title, below = page(report).partition('<section id="legend"')
    shown, explained = (set(re.findall(r'<span class="mark \w+">(.+?)</span>', part)) for part in (above, below))
    statuses = {*map(say.of, (*Status, *OF_AUTHORISATION))}
    # A workstation is also never seen, and an authorisation is also valid.
    assert explained <= shown and shown & statuses <= {*explained, say.of(Status.NEVER_SEEN), say("auth.valid")}


def test_long_tables_have_a_filter_and_lay_out_what_is_in_sight() -> None:
    def classes(size: int) -> tuple[int, int]:
        found = [given.get("class", "").split() for _tag, given in read(hospital(size)).elements]
        return sum("filter" in each for each in found), sum("many" in each for each in found)

    assert classes(3) == (1, 0), "the holders always have a filter"
    assert classes(FEW * 2)[0] == 2
    assert classes(MANY - 1)[1] == 0
    assert classes(MANY)[1] == 1


def test_a_date_does_not_break_at_its_hyphens() -> None:
    text = re.sub(r"<title>.*?</title>|<style>.*?</style>|<script>.*?</script>", "", page(sample()), flags=re.DOTALL)
    rows = "".join(re.findall(r"<tbody>.*?</tbody>", text, re.DOTALL))
    free = re.sub(r'<span class="day">\d{4}-\d\d-\d\d</span>|<[^>]*>', "", rows)
    assert re.findall(r".{20}\d{4}-\d\d-\d\d", free) == []
    assert '<span class="day">' in rows
    assert ".day { white-space: nowrap; }" in page(sample())


def test_only_a_span_is_added_to_a_text() -> None:
    assert dated("<b> 2026-11-26") == '&lt;b&gt; <span class="day">2026-11-26</span>'
    assert dated("12026-11-26 and 26/11/2026 10:00") == "12026-11-26 and 26/11/2026 10:00"
    assert dated("call (01 02 03 04 05)") == 'call (<span class="day">01 02 03 04 05</span>)'


def test_packed_rows_have_only_characters_that_html_allows() -> None:
    rows = packed("<tr>a\x00b\ud83d\ufffe</tr>")
    assert zlib.decompress(base64.b64decode(rows)).decode() == "<tr>a\ufffdb\ufffd\ufffd</tr>"
