# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``compliance_report`` reaches what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unit.plugins.action.effects import EAST, Effect, Scene, check, code
from unit.plugins.plugin_utils import report_inputs
from unit.plugins.plugin_utils._delivery.deliveries import known
from unit.plugins.plugin_utils.records import DAY, NOW, record
from unit.plugins.plugin_utils.report_inputs import ANNE, JEANNES_ENTRY, facts, hospital_variables

BASE = {"report_date": "2026-11-25T12:00:00Z"}
FILES = {"destination": "{folder}/out", "formats": ["json"]}


def of(*hosts: tuple[str, Any]) -> dict[str, Any]:
    return {"hostvars": dict(hosts), "groups": {"all": [name for name, _known in hosts]}}


HOSPITAL = of(*hospital_variables())
OLD_FACTS = of(
    ("ws-1", {"ansible_facts": {"pkcs12": facts(record(), at=NOW - 2 * DAY)}, "pkcs12_holders": [JEANNES_ENTRY]})
)


def earlier(scene: Scene) -> None:
    """The JSON report of another workstation."""
    variables = [("ws-9", {"pkcs12_holders": [{"user": "x", "name": "Zoë Martin", "authorisation": "T9"}]})]
    report_inputs.run(scene.folder, variables, formats=["json"], name="earlier")
    (scene.folder / "out").mkdir()


def out(scene: Scene) -> None:
    (scene.folder / "out").mkdir()


def files(scene: Scene) -> dict[str, list[str]]:
    return {kind: [Path(path).name for path in paths] for kind, paths in scene.result["files"].items()}


def kinds(scene: Scene) -> list[str]:
    return sorted(scene.result["files"])


def summary(name: str) -> Any:
    return lambda scene: scene.result["summary"][name]


def first(name: str) -> Any:
    return lambda scene: scene.result["rows"][0][name]


def last(name: str) -> Any:
    return lambda scene: scene.result["rows"][-1][name]


def place(name: str) -> Any:
    return lambda scene: scene.result["rows"][0]["places"][0][name]


def says(text: str) -> Any:
    return lambda scene: text in scene.result["markdown"]


def delivered(scene: Scene) -> Any:
    return (scene.result["rows"][-1]["delivery"] or {}).get("state")


NEW = {"name": "Anne Roux", "authorisation": "T3"}
ALL = ["csv", "html", "json", "markdown", "prometheus"]
EFFECTS = [
    Effect("hosts", ["ws-1"], summary("workstations"), {"answered": 2, "never_seen": 1}, {"answered": 1}),
    Effect("holders", [ANNE], summary("without_workstation"), 0, 1),
    Effect("holders.name", "Anne Leroux", last("name"), "Anne Roux", "Anne Leroux", {"holders": [ANNE]}),
    Effect("holders.authorisation", "T33", last("authorisation"), "T3", "T33", {"holders": [ANNE]}),
    Effect("holders.authorisation", 33, code, None, "bad_arguments", {"holders": [ANNE]}),
    Effect(
        "holders.authorisation_anniversary",
        "2027-01-01",
        last("authorisation_until"),
        "2026-10-01",
        "2027-01-01",
        {"holders": [ANNE]},
    ),
    Effect("holders.function", "physician", last("function"), None, "physician", {"holders": [ANNE]}),
    Effect("holders.mail", "nobody", code, None, "bad_arguments", {"holders": [ANNE]}),
    Effect("authorisation_anniversary", "2027-01-01", last("authorisation_until"), None, "2027-01-01", {"holders": [NEW]}),
    Effect("authorisation_anniversary", "tomorrow", code, None, "bad_arguments"),
    Effect("authorisation_word", "habilitation", says("Habilitation"), False, True),
    Effect("authorisation_word", "<b>", code, None, "bad_arguments"),
    Effect("holders.absent_until", "tomorrow", code, None, "bad_arguments", {"holders": [ANNE]}),
    Effect("deliveries", known("T3"), delivered, None, "collected", {"holders": [ANNE]}),
    Effect("merge", ["{folder}/earlier.json"], summary("holders"), 2, 3, scene=earlier),
    Effect("previous", "{folder}/earlier.json", lambda scene: scene.result["changes"] is None, True, False, scene=earlier),
    Effect("destination", "{folder}/out", kinds, [], ALL, scene=out),
    Effect("name", "r", files, {"json": ["pkcs12-compliance.json"]}, {"json": ["r.json"]}, FILES, out),
    Effect("formats", ["csv", "html"], kinds, ALL, ["csv", "html"], {"destination": "{folder}/out"}, out),
    Effect("title", "Radiology", says("Radiology"), False, True),
    Effect("language", "fr", says("Certificats"), False, True),
    Effect("time_zone", EAST, first("authorisation_days_left"), 29, 28),
    Effect("report_date", "2026-11-26T12:00:00Z", first("authorisation_days_left"), 29, 28),
    Effect("renew_before_days", 400, place("status"), "valid", "renewal_due"),
    Effect("authorisation_due_within_days", 28, first("authorisation_status"), "renewal_due", "valid"),
    Effect("facts_max_age_days", 1, summary("workstations"), {"answered": 1}, {"unknown": 1}, variables=OLD_FACTS),
    Effect("authorisation_pattern", "- (X[0-9])$", place("status"), "valid", "missing"),
    Effect("query", "[?name=='Paul Martin']", first("name"), "Jeanne Dupont", "Paul Martin"),
    Effect("fail_on", ["missing"], lambda scene: scene.result["failing"], {}, {"missing": 1}),
    Effect("fail_on", ["authorisation_renewal_due"], lambda scene: scene.result["failed"], False, True),
]  # fmt: skip
EFFECTS = [Effect(**{**vars(each), "variables": each.variables or HOSPITAL, "entry": ANNE}) for each in EFFECTS]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.option)
def test_an_option_reaches_what_it_is_for(effect: Effect, tmp_path: Path) -> None:
    check("compliance_report", BASE, effect, tmp_path)
