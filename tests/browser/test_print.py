# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""On paper: A4, everything there once, headings on every sheet, no row cut in two, nothing to press."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
from playwright.sync_api import Page

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    Acceptable,
    ExceptionRow,
    ExceptionState,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page as page_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from browser.chromium import print_out
from browser.many import large
from browser.pages import sample_page
from browser.sample import sample
from browser.visit import Visitor
from unit.plugins.plugin_utils._report.reports import TODAY, hospital

pytestmark = pytest.mark.browser

A4_LANDSCAPE = (842, 595)
"""Points."""

BOTTOM = 36
"""Points: what stands lower is the line at the bottom."""

PLACES = 3

FORMS = ("short", "register", "all")


def printed(page: Page, form: str) -> pypdfium2.PdfDocument:
    """``form``: short, register or all."""
    page.locator(f"#print-{form}").check()
    return pypdfium2.PdfDocument(print_out(page))


def sheets(page: Page, form: str = "all") -> list[str]:
    """The text of each sheet; all are A4."""
    document = printed(page, form)
    texts = []
    for sheet in document:
        assert [round(side) for side in sheet.get_size()] == list(A4_LANDSCAPE)
        texts.append(sheet.get_textpage().get_text_range())
    return texts


def tall(count: int) -> Report:
    """So many holders with three workstations each, whose names occur in no other table."""
    report = large(count)
    rows = [
        replace(
            row,
            places=tuple(replace(row.places[0], workstation=f"room-{number:03}-{place}") for place in range(PLACES)),
        )
        for number, row in enumerate(report.holders)
    ]
    return replace(report, holders=tuple(rows), certificates=(), workstations=())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_everything_is_on_paper_and_no_control(visit: Visitor, language: str) -> None:
    found = sheets(visit(sample_page(language)))
    text = "\n".join(found)
    assert 5 <= len(found) <= 9
    report = sample(language)
    for row in (*report.holders, *report.without_workstation):
        assert row.name.partition(" ")[0] in text
        assert row.authorisation in text
    for station in report.workstations:
        assert station.workstation in text
    for certificate in report.certificates:
        assert certificate.certificate.thumbprint in text.replace("\r\n", "")
    for control in (
        "Clear filters",
        "Effacer les filtres",
        "Filter these rows",
        "Filtrer ces lignes",
        "\u2195",
        "Skip to",
    ):
        assert control not in text
    for number, sheet in enumerate(found, start=1):
        assert f"{number} / {len(found)}" in sheet
        assert ("25/11/2026 10:00" if language == "fr" else "2026-11-25 10:00") in sheet


def test_headings_are_repeated_and_rows_are_whole(visit: Visitor) -> None:
    report = tall(40)
    found = sheets(visit(page_of(report)))
    with_rows = [sheet for sheet in found if "room-" in sheet]
    assert len(with_rows) > 3
    assert all("Next step" in sheet and "Who acts" in sheet for sheet in with_rows)
    for number in range(len(report.holders)):
        where = [
            [name in sheet for sheet in found] for name in (f"room-{number:03}-{place}" for place in range(PLACES))
        ]
        assert sum(where[0]) == 1
        assert where == [where[0]] * PLACES, f"row {number} is cut"


def test_what_is_filtered_is_printed_and_says_so(visit: Visitor) -> None:
    page = visit(sample_page("en"), part="status=expired")
    for form in FORMS:
        text = "\n".join(sheets(page, form)[:2])
        assert "1 of 13 holders (Status = expired)" in text
        assert "log on at the workstation" not in text


def named(report: Report) -> Report:
    return replace(report, parameters=replace(report.parameters, establishment="CHU de Bellevue"))


def test_accepted_exceptions_are_before_the_line_to_sign(visit: Visitor) -> None:
    accepted = ExceptionRow("T100004", None, Acceptable("weak"), "nouvelle demande", TODAY, ExceptionState.IN_FORCE)
    report = replace(named(hospital(30, "fr")), exceptions=(accepted,))
    found = sheets(visit(page_of(report)), "short")
    say = Wording(report.parameters)
    text = " ".join("\n".join(found).split())
    order = [say("text.holders"), say("exceptions"), report.exceptions[0].reason, say("counts"), say("sign")]
    places = [text.find(each) for each in order]
    assert -1 not in places and places == sorted(places)
    assert len(found) == 2


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_short_form_has_who_needs_something_then_the_numbers_then_a_line_to_sign(
    visit: Visitor, language: str
) -> None:
    report = named(sample(language))
    say = Wording(report.parameters)
    text = "\n".join(sheets(visit(page_of(report)), "short")).replace("\r\n", "\n")
    words = " ".join(text.split())
    in_need = [row for row in (*report.holders, *report.without_workstation) if row.actor is not Actor.NOBODY]
    assert len(in_need) == 11
    assert all(row.authorisation in words for row in in_need)
    assert [row.name for row in report.holders if row.actor is Actor.NOBODY and row.authorisation in words] == []
    order = ["CHU de Bellevue", say("title"), say("text.holders"), in_need[0].name, say("counts"), say("sign")]
    places = [words.find(" ".join(each.split())) for each in order]
    assert -1 not in places and places == sorted(places)
    assert ("25/11/2026 10:00" if language == "fr" else "2026-11-25 10:00") in words
    for hidden in ("certificates", "answered", "changes", "bars", "silent"):
        assert say(hidden) not in words
    assert say("count.all.many", total=13) not in words, "it would be about another number of rows"


@pytest.mark.parametrize("report", [named(hospital(40, "fr")), named(hospital(40))], ids=["fr", "en"])
def test_forty_holders_are_two_sheets(visit: Visitor, report: Report) -> None:
    found = sheets(visit(page_of(report)), "short")
    assert len(found) == 2
    assert Wording(report.parameters)("sign") in found[1]
    assert len(sheets(visit(page_of(report)))) > 4


def test_paper_is_white_whatever_the_screen_is(visit: Visitor) -> None:
    document = pypdfium2.PdfDocument(print_out(visit(sample_page("en"), scheme="dark")))
    picture = document[0].render(scale=0.5).to_pil().convert("L")
    assert sum(picture.histogram()[230:]) > 0.8 * picture.width * picture.height


def test_without_scripts_it_prints_the_same(visit: Visitor) -> None:
    with_scripts, without = (sheets(visit(sample_page("en"), scripts=scripts)) for scripts in (True, False))
    made_by_the_script = re.compile(r"All \d+ (holders|rows)|.*\d+ / \d+")

    def words(texts: list[str]) -> set[str]:
        lines = {line.strip() for text in texts for line in text.splitlines()}
        return {line for line in lines if not made_by_the_script.fullmatch(line)}

    assert words(with_scripts) == words(without)


def forty(language: str) -> Report:
    """Forty holders, whose access ends with the first of certificate and authorisation."""
    report = large(40, language)
    rows = []
    for row in report.holders:
        assert row.authorisation_until and row.authorisation_days_left is not None
        end, left = row.authorisation_until - timedelta(days=1), row.authorisation_days_left - 1
        rows.append(replace(row, authorisation_until=end, authorisation_days_left=left, ends_on=end, days_left=left))
    return replace(report, holders=tuple(rows))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_register_has_everybody_and_both_forms_have_the_days_left(visit: Visitor, language: str) -> None:
    report = named(forty(language))
    say = Wording(report.parameters)
    page = visit(page_of(report))
    rows = (*report.holders, *report.without_workstation)
    for form, at_most in (("short", 2), ("register", 3)):
        found = sheets(page, form)
        assert len(found) <= at_most
        words = " ".join("\n".join(found).split())
        listed = [row for row in rows if form == "register" or row.actor is not Actor.NOBODY]
        assert [row.name for row in listed if row.name not in words] == []
        assert [row.name for row in listed if row.ends_on and say.distance(row.days_left) not in words] == []
        others = [row for row in listed if row.ends_on and row.ends_on != row.certificate_ends_on]
        ends = {row.name: say("until.certificate", day=say.day(row.certificate_ends_on)) for row in others}
        assert ends and [name for name, said in ends.items() if " ".join(said.split()) not in words] == []
        assert words.find(say("counts")) < words.find(say("sign"))
        assert (say("legend") in words) == (form == "register")
        assert (say("column.next_step") in words) == (form == "short")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", range(6, 47, 4))
def test_no_sheet_ends_with_a_heading(visit: Visitor, count: int, form: str) -> None:
    page = visit(page_of(named(hospital(count, "fr"))))
    headings = page.evaluate(
        "Array.from(document.querySelectorAll('h2, p.paper, thead th, .about'), (each) => each.textContent.trim())"
    )
    document = printed(page, form)
    for sheet in document:
        texts = last_line(sheet)
        assert not all(any(words_in(text, heading) for heading in headings) for text in texts), texts


def words_in(text: str, heading: str) -> bool:
    """Whether a text is whole words of a heading, as a line of a heading that is too long for one."""
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", " ".join(heading.split())) is not None


def last_line(sheet: pypdfium2.PdfPage) -> list[str]:
    """The texts that stand lowest, but for the line at the bottom of every sheet: one for each cell of a row."""
    text = sheet.get_textpage()
    boxes = [text.get_rect(number) for number in range(text.count_rects())]
    lowest = min(bottom for _left, bottom, _right, _top in boxes if bottom > BOTTOM)
    found = [box for box in boxes if lowest - 1 <= box[1] < lowest + 2]
    return [" ".join(text.get_text_bounded(*box).split()) for box in found]
