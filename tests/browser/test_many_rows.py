# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty thousand holders with a certificate each: the page opens, is searched and sorted, and stays bounded where it draws."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.charts import DRAWN
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import SHOWN
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page as page_of
from browser.many import large
from browser.tables import day
from browser.visit import Visitor

pytestmark = pytest.mark.browser

MANY = 20_000
MOST_TIMES = 10
"""Between four, of what takes its share, and sixteen, of what is quadratic."""

MOST_BYTES = 250
"""Of the page for each holder with a certificate, and half a workstation. As plain HTML a holder takes 2,300."""

FIRST = "(column) => document.querySelector('.holders tbody tr:not([hidden])').cells[column].innerText"


def test_twenty_thousand(visit: Visitor) -> None:
    html = page_of(large(MANY))
    assert len(html.encode()) < MANY * MOST_BYTES
    page = visit(html)
    count = page.locator("#holders .count")
    expect(count).to_have_text("All 20,000 holders")
    assert page.locator("#certificates .count").inner_text() == "All 20,000 rows"
    assert page.evaluate("document.documentElement.scrollWidth") == 1280

    page.get_by_label("Name, number, workstation").fill("nom t201999")
    expect(count).to_contain_text("1 of 20,000 holders")
    assert page.locator(".holders tbody tr:not([hidden]) th").inner_text() == "Prénom Nom 01999"

    page.locator(".tile[data-value=expired] button").first.click()
    expect(count).to_have_text("400 of 20,000 holders (Status = expired)")

    page.locator(".holders th[data-column=until] button").click()
    first = day(page.evaluate(FIRST, 3))
    page.locator(".holders th[data-column=until] button").click()
    last = day(page.evaluate(FIRST, 3))
    assert first and last
    assert (last - first).days == 80
    assert page.evaluate("document.querySelectorAll('.holders tbody tr:not([hidden])').length") == 400

    assert page.locator(".bars tbody tr").count() == DRAWN
    said = page.locator("#bars").inner_text()
    assert f"Drawn are the {DRAWN} whose access ends first. The other 19,880 are in the table of holders." in said


def test_four_times_the_holders_take_no_more_than_their_share_of_time(visit: Visitor) -> None:
    """The processor's time of the page's own thread, so what else the machine does counts little. What is quadratic takes sixteen times."""
    times = {many: _seconds_of(visit, many) for many in (MANY // 4, MANY)}
    assert times[MANY] < MOST_TIMES * times[MANY // 4], times


def _seconds_of(visit: Visitor, many: int) -> float:
    page = visit(page_of(large(many)))
    protocol = page.context.new_cdp_session(page)
    protocol.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.reload()
    count = page.locator("#holders .count")
    expect(count).to_have_text(f"All {many:,} holders")
    page.get_by_label("Name, number, workstation").fill("nom t20")
    expect(count).to_contain_text(f"of {many:,} holders")
    for _twice in range(2):
        page.locator(".holders th[data-column=until] button").click()
        page.evaluate(FIRST, 3)
    metrics = {each["name"]: each["value"] for each in protocol.send("Performance.getMetrics")["metrics"]}
    return float(metrics["ScriptDuration"] + metrics["LayoutDuration"] + metrics["RecalcStyleDuration"])


@pytest.mark.parametrize("count", [SHOWN, SHOWN + 1, SHOWN + 500])
def test_rows_after_the_first_thousand_are_like_the_others(visit: Visitor, count: int) -> None:
    html = page_of(large(count))
    assert html.count('class="packed"') == (
        2 if count > SHOWN else 0
    )  # holders and certificates; a workstation has two
    page = visit(html)
    expect(page.locator("#holders .count")).to_have_text(f"All {count:,} holders")
    rows = page.locator(".holders tbody tr")
    assert [rows.count(), page.locator("#certificates .certificates tbody tr").count()] == [count, count]
    assert page.locator(".unpacked:visible").count() == 0
    cells = [len(each.split("\t")) for each in rows.all_inner_texts()[SHOWN - 1 :]]
    assert len(set(cells)) == 1


def test_without_scripts_the_first_thousand_are_there_and_the_page_says_so(visit: Visitor) -> None:
    page = visit(page_of(large(SHOWN + 500)), scripts=False)
    assert page.locator(".holders tbody tr").count() == SHOWN
    assert "1,000 of 1,500" in page.locator("#holders .unpacked").inner_text()
    assert page.locator(".unpacked:visible").count() == 2
