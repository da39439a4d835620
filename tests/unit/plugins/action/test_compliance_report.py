# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``compliance_report`` reaches what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import Finding
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import VOCABULARY
from unit.plugins.action.effects import EAST, Effect, Scene, check, code
from unit.plugins.plugin_utils import report_inputs
from unit.plugins.plugin_utils._delivery.deliveries import known
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.records import DAY, NOW, record
from unit.plugins.plugin_utils.report_inputs import ANNE, JEANNES_ENTRY, facts, hospital_variables

BASE = {"report_date": "2026-11-25T12:00:00Z"}
FILES = {"report_folder": "{folder}/out", "report_formats": ["json"]}


def of(*hosts: tuple[str, Any]) -> dict[str, Any]:
    return {"hostvars": dict(hosts), "groups": {"all": [name for name, _known in hosts]}}


PLAIN = {name: value for name, value in JEANNES_ENTRY.items() if name != "authorisation_anniversary"}
HOSPITAL = of(*hospital_variables())
OLD_FACTS = of(
    ("ws-1", {"ansible_facts": {"pkcs12": facts(record(), at=NOW - 2 * DAY)}, "pkcs12_holders": [JEANNES_ENTRY]})
)

WAITED = facts(record(days=31))
WAITED["holders"][0] |= {"outcome": "waiting_for_issuer", "outcome_at": "2026-11-25T00:00:00Z"}
WAITING = of(("ws-1", {"ansible_facts": {"pkcs12": WAITED}, "pkcs12_holders": [PLAIN]}))
OVERDUE = {"issuer_overdue_days": 9}


def earlier(scene: Scene) -> None:
    """The JSON report of another workstation."""
    variables = [("ws-9", {"pkcs12_holders": [{"user": "x", "name": "Zoë Martin", "authorisation": "T9"}]})]
    report_inputs.run(scene.folder, variables, report_formats=["json"], report_name="earlier")
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


def sentence(scene: Scene) -> str:
    return str(scene.result["msg"]).partition(" holders")[0].partition(" titulaires")[0]


def delivered(scene: Scene) -> Any:
    return (scene.result["rows"][-1]["delivery"] or {}).get("state")


def cell(number: int) -> Any:
    """A cell of the only exception in the table of exceptions."""

    def see(scene: Scene) -> str:
        section = scene.result["markdown"].partition("## Accepted exceptions")[2].partition("\n## ")[0]
        return str([line for line in section.splitlines() if line.startswith("|")][2].split(" | ")[number])

    return see


def failing(scene: Scene) -> Any:
    return scene.result["failing"]


def refused_or_failing(scene: Scene) -> Any:
    return code(scene) or failing(scene)


ACCEPTED = {"authorisation": "T2", "what": "missing", "reason": "He retires.", "until": "2027-01-31"}
MISSING = {"fail_on": ["missing"], "exceptions": [ACCEPTED]}
RED = {"missing": 1}
WORDS = {each.value: VOCABULARY[f"finding.{each.value}"][0].replace("'", "\u2019") for each in Finding}
NO_LIST = {"crl": ["{folder}/none.crl"]}
POINTED = of(
    (
        "ws-1",
        {
            "ansible_facts": {"pkcs12": facts(record(crl_urls=("http://127.0.0.1:1/x.crl",)))},
            "pkcs12_holders": [JEANNES_ENTRY],
        },
    )
)
NEW = {"name": "Anne Roux", "authorisation": "T3"}
ALL = ["csv", "html", "json", "markdown", "prometheus"]
WITHOUT_NUMBER = ANNE | {"authorisation": ""}

EFFECTS = [
    Effect("report_hosts", ["ws-1"], summary("workstations"), {"answered": 2, "never_seen": 1}, {"answered": 1}),
    Effect("register_holders", [ANNE], summary("without_workstation"), 0, 1),
    Effect("register_holders.name", "Anne Leroux", last("name"), "Anne Roux", "Anne Leroux", {"register_holders": [ANNE]}),
    Effect("register_holders.authorisation", "T33", last("authorisation"), "T3", "T33", {"register_holders": [ANNE]}),
    Effect("register_holders.authorisation", 33, code, None, "bad_arguments", {"register_holders": [ANNE]}),
    Effect(
        "register_holders.authorisation_anniversary",
        "2027-01-01",
        last("authorisation_until"),
        "2026-10-01",
        "2027-01-01",
        {"register_holders": [ANNE]},
    ),
    Effect("register_holders.awaiting", "bundle", last("awaiting"), None, "bundle", {"register_holders": [ANNE]}),
    Effect("register_holders.former_name", "Anne Petit", code, None, "bad_arguments", {"register_holders": [WITHOUT_NUMBER]}),
    Effect("register_holders.expected_from", "2026-12-01", last("expected_from"), None, "2026-12-01", {"register_holders": [ANNE]}),
    Effect("register_holders.function", "physician", last("function"), None, "physician", {"register_holders": [ANNE]}),
    Effect("register_holders.mail", "nobody", code, None, "bad_arguments", {"register_holders": [ANNE]}),
    Effect("authorisation_anniversary", "2027-01-01", last("authorisation_until"), None, "2027-01-01", {"register_holders": [NEW]}),
    Effect("authorisation_anniversary", "tomorrow", code, None, "bad_arguments"),
    Effect("authorisation_word", "habilitation", says("Habilitation"), False, True),
    Effect("authorisation_word", "<b>", code, None, "bad_arguments"),
    Effect("register_holders.absent_until", "tomorrow", code, None, "bad_arguments", {"register_holders": [ANNE]}),
    Effect("deliveries", known("T3"), delivered, None, "collected", {"register_holders": [ANNE]}),
    Effect("exceptions", [ACCEPTED], failing, RED, {}, {"fail_on": ["missing"]}),
    Effect("exceptions.authorisation", 33, refused_or_failing, {}, "bad_arguments", MISSING),
    Effect("exceptions.authorisation", "T1", failing, {}, RED, MISSING),
    Effect("exceptions.workstation", "ws-3", failing, {}, RED, MISSING),
    Effect("exceptions.reason", "He leaves.", cell(4), "He retires.", "He leaves.", MISSING),
    Effect("exceptions.reason", " ", refused_or_failing, {}, "bad_arguments", MISSING),
    Effect("exceptions.until", "2026-11-24", failing, {}, RED, MISSING),
    Effect("exceptions.until", "tomorrow", refused_or_failing, {}, "bad_arguments", MISSING),
    *(
        Effect("exceptions.what", each, cell(3), WORDS["missing"], WORDS[each], MISSING)
        for each in WORDS
        if each != "missing"
    ),
    Effect("exceptions.what", "missing", failing, RED, {}, MISSING | {"exceptions": [ACCEPTED | {"what": "weak"}]}),
    Effect("exceptions.what", "late", refused_or_failing, {}, "bad_arguments", MISSING),
    Effect("crl", ["{folder}/none.crl"], failing, {}, {"crl": 2}),
    Effect("crl_issuer_files", ["{folder}/none.pem"], failing, {"crl": 2}, {"crl": 3}, NO_LIST),
    Effect("crl_hosts", ["127.0.0.1:1"], says("not in crl"), True, False, {"crl": ["from_certificate"]}, variables=POINTED),
    Effect("crl_hosts", ["https://x"], code, None, "bad_arguments"),
    Effect("leavers", ["T1"], summary("without_holder"), 1, 2),
    Effect("merge_reports", ["{folder}/earlier.json"], summary("holders"), 2, 3, scene=earlier),
    Effect("previous_report", "{folder}/earlier.json", lambda scene: scene.result["changes"] is None, True, False, scene=earlier),
    Effect("report_folder", "{folder}/out", kinds, [], ALL, scene=out),
    Effect("report_name", "r", files, {"json": ["pkcs12-compliance.json"]}, {"json": ["r.json"]}, FILES, out),
    Effect("report_formats", ["csv", "html"], kinds, ALL, ["csv", "html"], {"report_folder": "{folder}/out"}, out),
    Effect("report_title", "Radiology", says("Radiology"), False, True),
    Effect("establishment", "CHU X", says("CHU X"), False, True),
    Effect("establishment", "CHU X", sentence, "Client certificates, 2", "Client certificates, CHU X, 2"),
    Effect("language", "fr", says("Certificats"), False, True),
    Effect("language", "fr", sentence, "Client certificates, 2", "Certificats clients, 2"),
    Effect("time_zone", EAST, first("authorisation_days_left"), 29, 28),
    Effect("report_date", "2026-11-26T12:00:00Z", first("authorisation_days_left"), 29, 28),
    Effect("renew_before_days", 400, place("status"), "valid", "renewal_due"),
    Effect("authorisation_due_within_days", 28, first("authorisation_status"), "renewal_due", "valid"),
    Effect("facts_max_age_days", 1, summary("workstations"), {"answered": 1}, {"unknown": 1}, variables=OLD_FACTS),
    Effect("issuer_overdue_days", 9, place("next_step"), "await_bundle", "call_issuer", variables=WAITING),
    Effect("issuer_contact", "+33 1 23", says("+33 1 23"), False, True, OVERDUE, variables=WAITING),
    Effect("issuer_mail_sender", "ac@x.example", says("ac@x.example"), False, True, OVERDUE, variables=WAITING),
    Effect("issuer_mail_subject", "Your key", says("Your key"), False, True, OVERDUE, variables=WAITING),
    Effect("authorisation_pattern", "- (X[0-9])$", place("status"), "valid", "missing"),
    Effect("report_query", "[?name=='Paul Martin']", first("name"), "Jeanne Dupont", "Paul Martin"),
    Effect("fail_on", ["missing"], lambda scene: scene.result["failing"], {}, {"missing": 1}),
    Effect("fail_on", ["authorisation_renewal_due"], lambda scene: scene.result["failed"], False, True),
]  # fmt: skip
EFFECTS = [
    Effect(
        **{
            **vars(each),
            "variables": each.variables or HOSPITAL,
            "entry": ACCEPTED
            if each.option.startswith("exceptions.")
            else WITHOUT_NUMBER
            if "former" in each.option
            else ANNE,
        }
    )
    for each in EFFECTS
]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.option)
def test_an_option_reaches_what_it_is_for(effect: Effect, tmp_path: Path) -> None:
    check("compliance_report", BASE, effect, tmp_path)


def test_the_end_date_of_the_authorisation_comes_from_the_variables_of_each_host() -> None:
    known = {"ansible_facts": {"pkcs12": facts(record())}, "pkcs12_holders": [PLAIN]}
    ended = {**known, "pkcs12_authorisation_anniversary": "2026-11-25"}
    for variables, status in ((known, "valid"), (ended, "expired")):
        result = run_action("compliance_report", BASE, FakeWorkstation(), variables=of(("ws-1", variables)))
        assert [row["status"] for row in result["rows"]] == [status]


def test_a_workstation_that_is_renewed_from_another_day_on_is_a_warning() -> None:
    variables = of(("ws-1", {"ansible_facts": {"pkcs12": facts(record())}, "pkcs12_renew_before_days": 60}))
    for days, warned in ((60, False), (40, True)):
        result = run_action(
            "compliance_report", BASE | {"renew_before_days": days}, FakeWorkstation(), variables=variables
        )
        assert [("ws-1 (60)" in each) for each in result["warnings"]] == [True] * warned


@pytest.mark.parametrize(
    ("written", "stay"),
    [
        ("{folder}/bundles", "T2"),
        ("~/bundles", "T2"),
        ("$PLACE/bundles", "T2"),
        (" ~/${NAME} ", "T2"),
        ("{folder}/nowhere", "T1 T2"),
        (" ", "T1 T2"),
        ([], "T1 T2"),
        (7, "T1 T2"),
    ],
)
def test_a_note_counts_wherever_enrol_and_renew_would_find_it(
    written: Any, stay: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that is no folder is refused by the tasks that install; here it has no notes."""
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles" / "t1.retired.json").touch()
    for name, value in (("HOME", str(tmp_path)), ("PLACE", str(tmp_path)), ("NAME", "bundles")):
        monkeypatch.setenv(name, value)
    folder = written.format(folder=tmp_path, NAME="{NAME}") if isinstance(written, str) else written
    hosts = [(name, known | {"pkcs12_bundle_folder": folder}) for name, known in hospital_variables()]
    result = run_action(
        "compliance_report", {**BASE, **FILES, "report_folder": str(tmp_path)}, FakeWorkstation(), variables=of(*hosts)
    )
    assert {row["authorisation"] for row in result["rows"]} == set(stay.split())
