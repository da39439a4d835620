# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides say what is there, and are short."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import HEADINGS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.destinations import NEEDED
from consistency.tree import ROOT, action_options
from lab.playbook import FACT_CACHE

FOLDER = ROOT / "docs" / "docsite" / "rst"
GUIDES = sorted(FOLDER.glob("*.rst"))
EVERY_DAY, QUICK_START = (
    (FOLDER / f"guide_{each}.rst").read_text(encoding="utf-8") for each in ("every_day", "quick_start")
)


def blocks(language: str, guide: str) -> list[str]:
    """The code blocks of a language."""
    found = re.findall(rf"\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)", guide)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in found]


def test_fact_cache_is_set_up_as_the_tests_have_it() -> None:
    (block,) = blocks("ini", QUICK_START)
    config = configparser.ConfigParser()
    config.read_string(block)
    shown = {
        "ANSIBLE_CACHE_PLUGIN": config["defaults"].pop("fact_caching"),
        "ANSIBLE_CACHE_PLUGIN_TIMEOUT": config["defaults"].pop("fact_caching_timeout"),
    }
    assert shown | {"ANSIBLE_CACHE_PLUGIN_CONNECTION": FACT_CACHE["ANSIBLE_CACHE_PLUGIN_CONNECTION"]} == FACT_CACHE
    assert sorted(config["defaults"]) == ["callback_result_format", "fact_caching_connection", "inventory"]


def test_every_guide_is_in_the_table_of_contents() -> None:
    content = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    listed = [entry for part in content["sections"] for entry in part["toctree"]]
    assert sorted(listed) == [guide.stem for guide in GUIDES]


def test_places_of_the_report_are_those_that_the_role_takes() -> None:
    (block,) = [block for block in blocks("yaml", EVERY_DAY) if block.startswith("pkcs12_report_destinations:")]
    shown = yaml.safe_load(block)
    described = action_options(ROOT / "plugins" / "action" / "compliance_report.py")["report_destinations"]["options"]
    assert {place["kind"] for place in shown["pkcs12_report_destinations"]} == set(described["kind"]["choices"])
    for place in shown["pkcs12_report_destinations"]:
        assert set(NEEDED[place["kind"]]) <= set(place) <= set(described)
        assert place.get("credential") in (None, *shown["pkcs12_credentials"])


def test_the_headings_of_a_register_that_the_guides_show_are_known() -> None:
    """One that is not known would be a column that nothing reads, for instance that of the last day."""
    enrolling, quick_start = (
        (FOLDER / f"guide_{name}.rst").read_text("utf-8") for name in ("enrolling", "quick_start")
    )
    table = enrolling.partition("   * - Column\n     - In French\n")[2].partition("\n\n")[0]
    (sheet,) = re.findall(r"^\.\. csv-table::\n   :header-rows: 1\n\n   (.+)\n", quick_start, re.MULTILINE)
    cells = [sheet, *(cell for row in re.findall(r"^   \* - (.+)\n     - (.+)$", table, re.MULTILINE) for cell in row)]
    shown = {heading.casefold() for cell in cells for heading in re.split(r",? (?:and|or|et|ou) |, ", cell)}
    assert len(shown) > 25
    assert shown <= {text.casefold() for of_field in HEADINGS.values() for texts in of_field.values() for text in texts}


def words(path: Path) -> int:
    """As ``wc -w`` counts them."""
    return len(path.read_text(encoding="utf-8").split())


@pytest.mark.parametrize(("page", "most"), [("README.md", 900), ("CONTRIBUTING.md", 2000)])
def test_page_can_be_read_in_a_few_minutes(page: str, most: int) -> None:
    assert words(ROOT / page) <= most


def test_the_guides_are_few_and_short() -> None:
    """Those that people write, and the leaflet."""
    by_hand = [guide for guide in GUIDES if guide.stem not in ("guide_settings", "guide_error_codes")]
    assert len(by_hand) <= 13 + 1
    assert sum(map(words, by_hand)) <= 22_000
