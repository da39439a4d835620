# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters by text, by list and by tile; what is shown is what the count says."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow
from browser.pages import sample_page
from browser.sample import HOLDERS, WITHOUT_WORKSTATION, sample
from browser.tables import cells
from browser.visit import Visitor

pytestmark = pytest.mark.browser

EVERYBODY = (*HOLDERS, *WITHOUT_WORKSTATION)


def shown(page: Page) -> set[str]:
    return set(cells(page, ".holders", 1))


def numbers(rows: list[HolderRow]) -> set[str]:
    return {row.authorisation for row in rows}


def count(page: Page) -> str:
    return page.locator("#holders .count").inner_text()


FOUND = {
    "lefevre": {"Élodie Lefèvre"},
    "ÉLODIE": {"Élodie Lefèvre"},
    "T100007": {"Inès Moreau"},
    "ws-cardio": {"Élodie Lefèvre", "Jeanne Dupont"},
    "cardio jeanne": {"Jeanne Dupont"},
    "chu\\pmartin": {"Paul Martin"},
    "nobody of that name": set(),
}


def test_by_text(visit: Visitor) -> None:
    page = visit(sample_page("en"))
    for text, names in FOUND.items():
        page.get_by_label("Name, number, workstation").fill(text)
        expect(page.locator("#holders .count")).to_have_text(f"{len(names)} of 13 holders (\u201c{text}\u201d)")
        assert set(cells(page, ".holders", 0)) == names
    page.get_by_role("button", name="Clear filters").click()
    assert count(page) == "All 13 holders"
    assert len(shown(page)) == 13


def test_each_tile_shows_as_many_as_it_says(visit: Visitor) -> None:
    page = visit(sample_page("en"))
    tiles = page.locator(".tile[data-filter=status]").all()
    statuses = {row.shown_status for row in EVERYBODY}
    wanted = {each.value: [row for row in EVERYBODY if row.shown_status is each and row.places] for each in statuses}
    wanted["without_workstation"] = [row for row in EVERYBODY if not row.places]
    assert len(tiles) == sum(bool(rows) for rows in wanted.values())
    for tile in tiles:
        tile.get_by_role("button").click()
        assert shown(page) == numbers(wanted[tile.get_attribute("data-value") or ""])
        assert len(shown(page)) == int(tile.locator("b").inner_text())
        assert page.locator(".tile button[aria-pressed=true]").count() == 1
    tiles[-1].get_by_role("button").click()
    assert len(shown(page)) == 13, "a second click takes the filter away"


def test_tiles_of_authorisations_and_workstations(visit: Visitor) -> None:
    page = visit(sample_page("en"))
    page.get_by_role("button", name="authorisation ends soon, in all").click()
    assert shown(page) == numbers([row for row in EVERYBODY if row.authorisation_status is Status.RENEWAL_DUE])
    page.get_by_role("button", name="workstation never seen").click()
    assert set(cells(page, ".holders", 0)) == {"Louis Garnier"}
    page.get_by_role("button", name="13 holders").click()
    assert count(page) == "All 13 holders"


def test_filters_add_up_and_are_in_the_address(visit: Visitor) -> None:
    html = sample_page("fr")
    page = visit(html)
    page.locator("select[name=actor]").select_option("it")
    page.locator("select[name=authorisation]").select_option("renewal_due")
    wanted = numbers(
        [row for row in EVERYBODY if row.actor is Actor.IT and row.authorisation_status is Status.RENEWAL_DUE]
    )
    assert shown(page) == wanted
    said = f"{len(wanted)} sur 13 titulaires (Qui agit = service informatique, Autorisation = bientôt échue)"
    assert count(page) == said
    again = visit(html, part=page.evaluate("location.hash")[1:])
    assert shown(again) == wanted
    assert count(again) == said


def test_a_filter_that_the_report_does_not_know_is_left_out(visit: Visitor) -> None:
    page = visit(sample_page("en"), part="status=%3Cscript%3E&text=dupont&sort=nothing")
    assert set(cells(page, ".holders", 0)) == {"Jeanne Dupont"}


def test_long_tables_have_a_filter_of_their_own(visit: Visitor) -> None:
    page = visit(sample_page("en"))
    section = page.locator("#certificates")
    total = len(sample("en").certificates)
    expect(section.locator(".count")).to_have_text(f"All {total} rows")
    section.get_by_label("Filter these rows").fill("ws-pharmacy")
    expect(section.locator(".count")).to_contain_text(f"of {total} rows")
    found = cells(page, "#certificates .certificates", 0)
    assert set(found) == {"ws-pharmacy"}
    assert section.locator(".count").inner_text().startswith(f"{len(found)} of")
    assert page.locator("#silent input").count() == 0, "three rows need no filter"
