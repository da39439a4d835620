# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty thousand holders with a certificate each: the page opens, is searched and sorted, and stays bounded where it draws."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.charts import DRAWN
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page as page_of
from browser.many import large
from browser.tables import day
from browser.visit import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.full]

MANY = 20_000
PATIENCE = 150
"""Seconds for everything on a machine that does something else, too; alone it takes a tenth of it."""

FIRST = "(column) => document.querySelector('.holders tbody tr:not([hidden])').cells[column].innerText"


def test_twenty_thousand(visit: Visitor) -> None:
    html = page_of(large(MANY))
    start = time.monotonic()
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
    assert time.monotonic() - start < PATIENCE
