# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides say what is there, and are short."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import (
    WORST_FIRST,
    Source,
    Status,
    Subject,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.destinations import NEEDED
from consistency.reachable_codes import codes
from consistency.tree import ROOT, action_options, second_cells
from lab.hospital import Hospital
from lab.playbook import fact_cache

FOLDER = ROOT / "docs" / "docsite" / "rst"
GUIDES = sorted(FOLDER.glob("*.rst"))
REPORTING, EVERY_DAY, QUICK_START = (
    (FOLDER / f"guide_{each}.rst").read_text(encoding="utf-8") for each in ("reporting", "every_day", "quick_start")
)

LITERAL = re.compile(r"``(.+?)``")


def section(title: str, guide: str = REPORTING) -> str:
    """What is below a heading, down to the next."""
    found = re.search(rf"^{re.escape(title)}\n-+\n(.*?)(?=^[^\n]+\n-{{4,}}$|\Z)", guide, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def literals_of_paragraphs(title: str) -> list[list[str]]:
    """The literals of each paragraph of a section, in order."""
    return [LITERAL.findall(paragraph) for paragraph in section(title).split("\n\n")]


def blocks(language: str, guide: str) -> list[str]:
    """The code blocks of a language."""
    found = re.findall(rf"\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)", guide)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in found]


def test_holder_with_several_workstations_has_the_worst_status_in_the_order_of_the_guide() -> None:
    assert [status.value for status in WORST_FIRST] in literals_of_paragraphs("Statuses")


def test_status_of_a_certificate_is_in_the_order_of_the_guide() -> None:
    """The order itself is held to the code by the unit tests of ``_standing``: here no status of a certificate is left out."""
    of_certificates = {
        status.value for status in Status if Subject.CERTIFICATE in status.of and status.source is Source.FACTS
    }
    assert of_certificates in [set(literals) for literals in literals_of_paragraphs("Statuses")]


def test_guide_names_every_code_of_delivery_mails_and_no_other() -> None:
    guide = (FOLDER / "guide_collecting.rst").read_text(encoding="utf-8")
    cells = second_cells(section("What to do about a mail", guide))
    named = [code for cell in cells for code in LITERAL.findall(cell)]
    assert sorted(named) == sorted(codes(ROOT / "plugins" / "action" / "delivery_info.py"))


def test_fact_cache_is_set_up_as_the_tests_have_it(tmp_path: Path) -> None:
    (block,) = blocks("ini", QUICK_START)
    config = configparser.ConfigParser()
    config.read_string(block)
    tried = fact_cache(Hospital(tmp_path, []))
    shown = {
        "ANSIBLE_CACHE_PLUGIN": config["defaults"].pop("fact_caching"),
        "ANSIBLE_CACHE_PLUGIN_TIMEOUT": config["defaults"].pop("fact_caching_timeout"),
    }
    assert shown | {"ANSIBLE_CACHE_PLUGIN_CONNECTION": tried["ANSIBLE_CACHE_PLUGIN_CONNECTION"]} == tried
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


@pytest.mark.parametrize(("page", "most"), [("README.md", 900), ("CONTRIBUTING.md", 2000)])
def test_page_can_be_read_in_a_few_minutes(page: str, most: int) -> None:
    assert len((ROOT / page).read_text(encoding="utf-8").split()) <= most
