# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides say what is there: every status, step, metric and code, variables that exist, queries and settings that work."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import (
    WORST_FIRST,
    Source,
    Status,
    Subject,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.destinations import NEEDED
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep
from consistency.reachable_codes import codes
from consistency.tree import ROOT, action_options, second_cells
from lab.hospital import Hospital
from lab.playbook import fact_cache
from unit.plugins.plugin_utils._report.reports import hospital

FOLDER = ROOT / "docs" / "docsite" / "rst"
GUIDES = sorted(FOLDER.glob("*.rst"))
REPORTING = (FOLDER / "guide_reporting.rst").read_text(encoding="utf-8")

# The first cell of a table's row, and the others of the row; the one of its heading is no literal.
ROW = re.compile(r"^   \* - ((?:``.+?``(?:, )?)+)\n((?:     .*\n|\n(?=     ))*)", re.MULTILINE)
LITERAL = re.compile(r"``(.+?)``")


def section(title: str, guide: str = REPORTING) -> str:
    """What is below a heading, down to the next."""
    found = re.search(rf"^{re.escape(title)}\n-+\n(.*?)(?=^[^\n]+\n-{{4,}}$|\Z)", guide, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def first_cells(title: str) -> list[str]:
    """The literals in the first column of a section's table."""
    return [literal for cell, _others in ROW.findall(section(title)) for literal in LITERAL.findall(cell)]


def literals_of_paragraphs(title: str) -> list[list[str]]:
    """The literals of each paragraph of a section, in order."""
    return [LITERAL.findall(paragraph) for paragraph in section(title).split("\n\n")]


def blocks(language: str, guide: str = REPORTING) -> list[str]:
    """The code blocks of a language."""
    found = re.findall(rf"\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)", guide)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in found]


def test_table_names_every_status_and_no_other() -> None:
    assert sorted(first_cells("Statuses")) == sorted(status.value for status in Status)


def test_every_status_has_a_meaning_a_decision_and_whoever_acts() -> None:
    others = [re.findall(r"^     - \S", others, re.MULTILINE) for _cell, others in ROW.findall(section("Statuses"))]
    assert [len(cells) for cells in others] == [3] * len(Status)


def test_holder_with_several_workstations_has_the_worst_status_in_the_order_of_the_guide() -> None:
    assert [status.value for status in WORST_FIRST] in literals_of_paragraphs("Statuses")


def test_status_of_a_certificate_is_in_the_order_of_the_guide() -> None:
    """The order itself is held to the code by the unit tests of ``_standing``: here no status of a certificate is left out."""
    of_certificates = {
        status.value for status in Status if Subject.CERTIFICATE in status.of and status.source is Source.FACTS
    }
    assert of_certificates in [set(literals) for literals in literals_of_paragraphs("Statuses")]


def test_table_names_every_next_step_and_no_other() -> None:
    assert sorted(first_cells("Next steps")) == sorted(step.value for step in NextStep)


def test_table_names_every_metric_and_no_other() -> None:
    metrics = re.findall(r"^# TYPE (\w+) ", textfile(hospital(20)), re.MULTILINE)
    assert first_cells("Monitoring") == metrics


def test_table_names_every_code_of_the_report_and_no_other() -> None:
    actions = ROOT / "plugins" / "action"
    ending = codes(actions / "compliance_report.py") | codes(actions / "report_mail.py")
    assert {code for cell in second_cells(section("Errors")) for code in LITERAL.findall(cell)} == ending


def test_fact_cache_is_set_up_as_the_tests_have_it(tmp_path: Path) -> None:
    (block,) = blocks("ini")
    config = configparser.ConfigParser()
    config.read_string(block)
    tried = fact_cache(Hospital(tmp_path, []))
    shown = {
        "ANSIBLE_CACHE_PLUGIN": config["defaults"].pop("fact_caching"),
        "ANSIBLE_CACHE_PLUGIN_TIMEOUT": config["defaults"].pop("fact_caching_timeout"),
    }
    assert shown | {"ANSIBLE_CACHE_PLUGIN_CONNECTION": tried["ANSIBLE_CACHE_PLUGIN_CONNECTION"]} == tried
    assert list(config["defaults"]) == ["fact_caching_connection"]


def test_every_guide_is_in_the_table_of_contents() -> None:
    content = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    listed = [entry for part in content["sections"] for entry in part["toctree"]]
    assert sorted(listed) == [guide.stem for guide in GUIDES]


def test_places_of_the_report_are_those_that_the_role_takes() -> None:
    (block,) = [block for block in blocks("yaml") if block.startswith("pkcs12_report_destinations:")]
    shown = yaml.safe_load(block)
    described = action_options(ROOT / "plugins" / "action" / "compliance_report.py")["report_destinations"]["options"]
    assert {place["kind"] for place in shown["pkcs12_report_destinations"]} == set(described["kind"]["choices"])
    for place in shown["pkcs12_report_destinations"]:
        assert set(NEEDED[place["kind"]]) <= set(place) <= set(described)
        assert place.get("credential") in (None, *shown["pkcs12_credentials"])
