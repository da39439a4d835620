# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``compliance_report`` reaches what it is for."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import Acceptable
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import VOCABULARY
from lab.authority.signers import signer
from unit.plugins.action.effects import EAST, Effect, Scene, code, table
from unit.plugins.plugin_utils import report_inputs
from unit.plugins.plugin_utils._mail.deliveries import known
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


def in_the_name_of(name: str) -> Any:
    """The variables of a workstation where Jeanne's certificate names this person."""
    found = facts(record(subject_cn=f"{name} - T1"))
    return of(("ws-1", {"ansible_facts": {"pkcs12": found}, "pkcs12_holders": [JEANNES_ENTRY]}))


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


def delivery(name: str) -> Any:
    return lambda scene: code(scene) or [place.get(name) for place in scene.result["destinations"]]


def delivered_files(scene: Scene) -> Any:
    """The names of the files of each place."""
    return code(scene) or [[Path(path).name for path in place["files"]] for place in scene.result["destinations"]]


def before(scene: Scene) -> None:
    """The report of the last run."""
    report_inputs.run(scene.folder / "out", report_formats=["json"])


def is_compared(scene: Scene) -> bool:
    return scene.result["changes"] is not None


def failing(scene: Scene) -> Any:
    return scene.result["failing"]


def refused_or_failing(scene: Scene) -> Any:
    return code(scene) or failing(scene)


def in_file(name: str) -> Any:
    """A key of the report in JSON."""
    return lambda scene: json.loads((scene.folder / "out" / "pkcs12-compliance.json").read_text(encoding="utf-8"))[name]


SERVICE = {"name": "Dose portal", "link": None}
SERVES = {"service": {"name": "Dose portal"}}
AWAITING = of(("ws-1", {"ansible_facts": {"pkcs12": facts()}, "pkcs12_holders": [PLAIN | {"awaiting": "document"}]}))
RETURNED = {"authorisation_document": {"name": "annex 1"}}
LINK = "https://registry.example/annex"
LINKED = [{"name": "annex 1", "registry": None, "link": link} for link in (None, LINK)]
ACCEPTED = {"authorisation": "T2", "what": "missing", "reason": "He retires.", "until": "2027-01-31"}
MISSING = {"fail_on": ["missing"], "exceptions": [ACCEPTED]}
RED = {"missing": 1}
WORDS = {each.value: VOCABULARY[f"acceptable.{each.value}"][0].replace("'", "\u2019") for each in Acceptable}
NO_LIST = {"crl": ["{folder}/none.crl"]}
NAMING_A_LIST = {"pkcs12": facts(record(crl_urls=("http://127.0.0.1:1/x.crl",)))}
POINTED = of(("ws-1", {"ansible_facts": NAMING_A_LIST, "pkcs12_holders": [JEANNES_ENTRY]}))
PLACE = {"kind": "folder", "path": "/srv/www"}
DELIVERED = FILES | {"report_destinations": [PLACE]}
SERVER = {"kind": "https", "url": "https://dav.example", "credential": "dav"}
TO_SERVER = FILES | {"report_destinations": [SERVER]}
MAIL = {"kind": "mail", "to": ["a@chu.example"]}
SENDING = {"mail_host": "smtp.example", "mail_sender": "c@chu.example"}
MAILED = FILES | {"report_destinations": [MAIL]}
ACCOUNT = {"dav": {"username": "svc", "password": "canary of the report"}}
LAST_DAY = {"register_holders": [ANNE | {"leaves_on": "2026-11-25"}]}
NEWCOMER = {"register_holders": [{"name": "Anne Roux", "authorisation": "T3"}]}
FROM_SERVER = {"crl": ["from_certificate"]}
ALL = ["csv", "html", "json", "markdown", "prometheus"]
AWAY, LEFT = ANNE | {"absent_until": "2027-01-10"}, ANNE | {"leaves_on": "2026-11-24"}
WITHOUT_NUMBER = ANNE | {"authorisation": ""}

OF_HOST = PLACE | {"kind": "host"}
WITH_ACCOUNT = TO_SERVER | {"credentials": ACCOUNT}


def has_message_alone(scene: Scene) -> bool:
    return sorted(scene.result) == ["changed", "invocation", "msg"]


def has_subject(scene: Scene) -> bool:
    return bool(scene.result["destinations"][0]["mail_subject"] == "Report")


def registered(part: str, value: Any, usual: Any, changed: Any, entry: Any = ANNE, see: Any = None) -> Effect:
    """What a key of an entry of the register is for."""
    return Effect(
        f"register_holders.{part}", value, see or last(part), usual, changed, {"register_holders": [entry]}, entry=entry
    )


def sent(
    part: str, value: Any, usual: Any, changed: Any, given: Any = DELIVERED, entry: Any = None, see: Any = None
) -> Effect:
    """What a key of a place of the report is for."""
    entry = entry or PLACE
    return Effect(f"report_destinations.{part}", value, see or delivery(part), usual, changed, given, out, entry=entry)


EFFECTS = [
    Effect("report_hosts", ["ws-1"], summary("workstations"), {"answered": 2, "never_seen": 1}, {"answered": 1}),
    Effect("register_holders", [ANNE], summary("without_workstation"), 0, 1),
    registered("name", "Anne Leroux", "Anne Roux", "Anne Leroux"),
    registered("authorisation", "T33", "T3", "T33"),
    registered("authorisation", 33, None, "bad_arguments", see=code),
    registered("authorisation_anniversary", "2027-01-01", "2026-10-01", "2027-01-01", see=last("authorisation_until")),
    registered("awaiting", "bundle", None, "bundle"),
    registered("former_name", "Anne Petit", None, "bad_arguments", WITHOUT_NUMBER, code),
    registered("expected_from", "2026-12-01", None, "2026-12-01"),
    registered("function", "physician", None, "physician"),
    registered("mail", "nobody", None, "bad_arguments", see=code),
    registered("absent_until", "tomorrow", None, "bad_arguments", see=code),
    registered("absent_from", "2026-11-26", "2027-01-10", None, AWAY, last("absent_until")),
    registered("leaves_on", "2026-11-24", 1, 0, see=summary("without_workstation")),
    registered("row_problem", "people.xlsx:17", 0, 1, LEFT, summary("without_workstation")),
    registered("group", "x" * 1001, None, "bad_arguments", see=code),
    Effect("authorisation_anniversary", "2027-01-01", last("authorisation_until"), None, "2027-01-01", NEWCOMER),
    Effect("authorisation_anniversary", "tomorrow", code, None, "bad_arguments"),
    Effect("authorisation_word", "habilitation", says("Habilitation"), False, True),
    Effect("authorisation_word", "<b>", code, None, "bad_arguments"),
    Effect(
        "service", {"name": "Dose portal"}, in_file("service"), None, {"name": "Dose portal", "link": None}, FILES, out
    ),
    Effect("service.name", "Doses", in_file("service"), SERVICE, SERVICE | {"name": "Doses"}, FILES | SERVES, out),
    Effect(
        "service.link",
        "http://x.example",
        in_file("service"),
        SERVICE,
        SERVICE | {"link": "http://x.example"},
        FILES | SERVES,
        out,
    ),
    Effect("service.link", "x.example", code, None, "bad_arguments", SERVES),
    Effect(
        "authorisation_document", {"name": "annex 1"}, says('the document "annex 1"'), False, True, variables=AWAITING
    ),
    Effect("authorisation_document.name", "form 2", says('"form 2"'), False, True, RETURNED, variables=AWAITING),
    Effect(
        "authorisation_document.registry", "Registry 2", says("(Registry 2)"), False, True, RETURNED, variables=AWAITING
    ),
    Effect("authorisation_document.link", LINK, in_file("authorisation_document"), *LINKED, FILES | RETURNED, out),
    Effect("authorisation_document.link", "javascript:x", code, None, "bad_arguments", RETURNED),
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
    Effect("crl_hosts", ["127.0.0.1:1"], says("not in pkcs12"), True, False, FROM_SERVER, variables=POINTED),
    Effect("crl_hosts", ["https://x"], code, None, "bad_arguments"),
    Effect("name_check", "off", place("issued_to"), "Zoe Petit - T1", None, variables=in_the_name_of("Zoe Petit")),
    Effect(
        "name_check",
        "strict",
        place("issued_to"),
        None,
        "DUPONT Jeanne - T1",
        variables=in_the_name_of("DUPONT Jeanne"),
    ),
    Effect("leavers", ["T1"], summary("without_holder"), 1, 2),
    Effect("merge_reports", ["{folder}/earlier.json"], summary("holders"), 2, 3, scene=earlier),
    Effect("previous_report", "{folder}/earlier.json", is_compared, False, True, scene=earlier),
    Effect("report_folder", "{folder}/out", kinds, [], ALL, scene=out),
    Effect("report_name", "r", files, {"json": ["pkcs12-compliance.json"]}, {"json": ["r.json"]}, FILES, out),
    Effect("report_formats", ["csv", "html"], kinds, ALL, ["csv", "html"], {"report_folder": "{folder}/out"}, out),
    Effect("report_formats", ["xlsx"], kinds, ALL, ["xlsx"], {"report_folder": "{folder}/out"}, out),
    Effect("report_title", "Radiology", says("Radiology"), False, True),
    Effect("report_destinations", [PLACE], delivery("path"), [], ["/srv/www"], FILES, out),
    *(sent("kind", kind, ["folder"], "bad_arguments") for kind in ("host", "https", "mail")),
    sent("kind", "folder", "bad_arguments", ["folder"], FILES | {"report_destinations": [PLACE | {"kind": "mail"}]}),
    sent("path", "/srv/other", ["/srv/www"], ["/srv/other"]),
    sent("mode", "0600", ["0640"], ["0600"]),
    sent("formats", ["html"], [["pkcs12-compliance.json"]], "bad_arguments", see=delivered_files),
    sent("host", "web", ["www"], ["web"], FILES | {"report_destinations": [OF_HOST | {"host": "www"}]}, OF_HOST),
    sent("url", "http://dav.example", ["https://dav.example/"], "bad_arguments", WITH_ACCOUNT, SERVER),
    sent("credential", "dva", ["dav"], "bad_arguments", WITH_ACCOUNT, SERVER),
    sent("to", ["b@chu.example"], [["a@chu.example"]], [["b@chu.example"]], MAILED | SENDING, MAIL),
    sent("mail_subject", "Report", False, True, MAILED | SENDING, MAIL, has_subject),
    Effect("credentials", ACCOUNT, code, "bad_arguments", None, TO_SERVER, out),
    Effect("mail_host", "smtp.example", code, "bad_arguments", None, MAILED | {"mail_sender": "c@chu.example"}, out),
    Effect("mail_sender", "c@chu.example", code, "bad_arguments", None, MAILED | {"mail_host": "smtp.example"}, out),
    Effect("compare_reports", True, is_compared, False, True, FILES, before),
    Effect("settings_only", True, has_message_alone, False, True, FILES, out),
    Effect("establishment", "CHU X", says("CHU X"), False, True),
    Effect(
        "establishment",
        "CHU X",
        sentence,
        "Personal certificates, the portal, 2",
        "Personal certificates, the portal, CHU X, 2",
    ),
    Effect("language", "fr", says("Certificats"), False, True),
    Effect("language", "fr", sentence, "Personal certificates, the portal, 2", "Certificats personnels, le portail, 2"),
    Effect("time_zone", EAST, first("authorisation_days_left"), 29, 28),
    Effect("time_zone", EAST, summary("without_workstation"), 1, 0, LAST_DAY),
    Effect("report_date", "2026-11-26T12:00:00Z", first("authorisation_days_left"), 29, 28),
    Effect("renew_before_days", 400, place("status"), "valid", "renewal_due"),
    Effect("authorisation_due_within_days", 28, first("authorisation_status"), "renewal_due", "valid"),
    Effect("facts_max_age_days", 1, summary("workstations"), {"answered": 1}, {"unknown": 1}, variables=OLD_FACTS),
    Effect("issuer", "(", code, None, "bad_pattern"),
    Effect("issuer_overdue_days", 9, place("next_step"), "await_bundle", "call_issuer", variables=WAITING),
    Effect("issuer_contact", "+33 1 23", says("+33 1 23"), False, True, OVERDUE, variables=WAITING),
    Effect("issuer_mail_sender", "ac@x.example", says("ac@x.example"), False, True, OVERDUE, variables=WAITING),
    Effect("issuer_mail_subject", "Your key", says("Your key"), False, True, OVERDUE, variables=WAITING),
    Effect("authorisation_pattern", "- (X[0-9])$", place("status"), "valid", "missing"),
    Effect("report_query", "[?name=='Paul Martin']", first("name"), "Jeanne Dupont", "Paul Martin"),
    Effect("fail_on", ["missing"], lambda scene: scene.result["failing"], {}, {"missing": 1}),
    Effect("fail_on", ["authorisation_renewal_due"], lambda scene: scene.result["failed"], False, True),
]
EFFECTS = [
    replace(each, variables=each.variables or HOSPITAL, entry=ACCEPTED if "exceptions." in each.option else each.entry)
    for each in EFFECTS
]


test_an_option_reaches_what_it_is_for = table("compliance_report", BASE, EFFECTS)


def test_a_file_of_authorities_is_found_where_ansible_runs_wherever_the_report_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.pem").write_text(signer("AC", "people").pem, encoding="utf-8")
    (tmp_path / "out").mkdir()
    issuers = {"issuers": [{"name": "people", "authority": "people.pem"}]}
    for folder in ({}, {"report_folder": str(tmp_path / "out"), "report_formats": ["json"]}):
        result = run_action("compliance_report", BASE | issuers | folder, FakeWorkstation(), variables=HOSPITAL)
        assert "error" not in result, result["error"]


def test_a_workstation_that_is_renewed_from_another_day_on_is_a_warning() -> None:
    variables = of(("ws-1", {"ansible_facts": {"pkcs12": facts(record())}, "pkcs12_renew_before_days": 60}))
    for days, warned in ((60, False), (40, True)):
        result = run_action(
            "compliance_report", BASE | {"renew_before_days": days}, FakeWorkstation(), variables=variables
        )
        assert any("ws-1 (60)" in each for each in result["warnings"]) is warned


@pytest.mark.parametrize(
    ("written", "stay"),
    [
        ("{folder}/bundles", "T2"),
        ("~/bundles", "T2"),
        (" ~/${NAME} ", "T2"),
        ("{folder}/nowhere", "T1 T2"),
        (7, "T1 T2"),
    ],
)
def test_a_note_counts_wherever_enrol_and_renew_would_find_it(
    written: Any, stay: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that is no folder is refused by the tasks that install; here it has no notes."""
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles" / "t1.retired.json").touch()
    for name, value in (("HOME", str(tmp_path)), ("NAME", "bundles")):
        monkeypatch.setenv(name, value)
    folder = written.format(folder=tmp_path, NAME="{NAME}") if isinstance(written, str) else written
    hosts = [(name, known | {"pkcs12_bundle_folder": folder}) for name, known in hospital_variables()]
    result = run_action(
        "compliance_report", {**BASE, **FILES, "report_folder": str(tmp_path)}, FakeWorkstation(), variables=of(*hosts)
    )
    assert {row["authorisation"] for row in result["rows"]} == set(stay.split())


# Settings of a site


def of_site(folder: Path, variables: dict[str, Any], **given: Any) -> dict[str, Any]:
    """The result of a task as the role has it: with the site's settings."""
    known = {"pkcs12_report_folder": str(folder / "out"), "pkcs12_report_date": BASE["report_date"]} | variables
    return run_action("compliance_report", {"from_site": {}, **given}, FakeWorkstation(), variables=HOSPITAL | known)


def test_the_role_delivers_what_the_site_sets_and_its_result_has_no_account(tmp_path: Path) -> None:
    site = {
        "pkcs12_report_destinations": [SERVER, MAIL],
        "pkcs12_credentials": ACCOUNT,
        "pkcs12_report_formats": ["html", "json"],
        "pkcs12_mail_host": "smtp.example",
        "pkcs12_mail_sender": "c@chu.example",
    }
    result = of_site(tmp_path, site)
    assert [(place["kind"], [Path(path).name for path in place["files"]]) for place in result["destinations"]] == [
        ("https", ["pkcs12-compliance.html", "pkcs12-compliance.json"]),
        ("mail", ["pkcs12-compliance.html"]),
    ]
    assert "canary of the report" not in str(result)
    without = of_site(tmp_path, site | {"pkcs12_credentials": {"dav": {"username": "svc"}}})
    error = without["error"]
    assert error["problem"]["code"] == "bad_arguments.destination_half_credential"
    assert error["setting"] == "pkcs12_report_destinations"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"pkcs12_report_folder": " "}, "bad_arguments.report_folder"),
        ({"pkcs12_report_formats": []}, "bad_arguments.report_formats"),
        ({"pkcs12_issuer_overdue_days": -1}, "bad_arguments.days"),
        ({"pkcs12_authorisation_word": "<b>"}, "bad_arguments.authorisation_word"),
        ({"pkcs12_report_date": "soon"}, "bad_arguments.report_date"),
        ({"pkcs12_report_query": "[?"}, "bad_query.evaluated"),
        ({"pkcs12_crl_hosts": ["https://x"]}, "bad_arguments.crl_host"),
        ({"pkcs12_credentials": ["canary of the report"]}, "bad_arguments"),
        ({"pkcs12_hosts": "nowhere"}, "bad_arguments.no_host_matches"),
    ],
    ids=str,
)
@pytest.mark.parametrize("settings_only", [True, False])
def test_a_setting_of_the_site_is_refused_by_its_variable_before_anything_is_written(
    variables: dict[str, Any], code: str, settings_only: bool, tmp_path: Path
) -> None:
    (name,) = variables
    result = of_site(tmp_path, variables, settings_only=settings_only)
    error = result["error"]
    assert result["failed"] and error["code"] == code.partition(".")[0], result
    assert "." not in code or error["problem"]["code"] == code
    assert name in (error.get("setting") or name)
    assert not (tmp_path / "out").exists()
    assert "canary" not in str(result)


def test_the_settings_alone_are_checked_without_facts(tmp_path: Path) -> None:
    nobody = {"hostvars": {"localhost": {}}, "groups": {"all": ["localhost"]}}
    given = nobody | {"pkcs12_merge_reports": ["/nonexistent.json"], "pkcs12_compare_reports": True}
    result = of_site(tmp_path, given, settings_only=True)
    assert not result.get("failed") and result["msg"], result
    assert list(tmp_path.iterdir()) == []


def test_the_pattern_of_the_run_says_which_workstations_the_report_is_about(tmp_path: Path) -> None:
    for pattern, hosts, answered in (
        ("ws-1", None, {"answered": 1}),
        ("ws-*:!ws-3", None, {"answered": 2}),
        ("ws-3", ["ws-2"], {"answered": 1}),
        (" ", None, {"answered": 2, "never_seen": 1}),
    ):
        given = {} if hosts is None else {"report_hosts": hosts}
        result = of_site(tmp_path, {"pkcs12_hosts": pattern}, **given)
        assert result["summary"]["workstations"] == answered, pattern
    alone = run_action("compliance_report", BASE, FakeWorkstation(), variables=HOSPITAL | {"pkcs12_hosts": "ws-1"})
    assert alone["summary"]["workstations"] == {"answered": 2, "never_seen": 1}


def test_what_collect_has_kept_is_in_the_report_of_a_site_alone(tmp_path: Path) -> None:
    kept = {"ansible_facts": {"pkcs12_fact_deliveries": known("T3")}, "pkcs12_register_holders": [ANNE]}
    assert of_site(tmp_path, kept)["rows"][-1]["delivery"]["state"] == "collected"
    own = of_site(tmp_path, kept, deliveries=known("T3", state="new"))
    assert own["rows"][-1]["delivery"]["state"] == "new"
    alone = run_action(
        "compliance_report", BASE | {"register_holders": [ANNE]}, FakeWorkstation(), variables=HOSPITAL | kept
    )
    assert alone["rows"][-1]["delivery"] is None


def test_a_report_is_compared_with_the_last_one_of_its_own_name_unless_the_task_names_another(tmp_path: Path) -> None:
    compared = {"pkcs12_compare_reports": True, "pkcs12_report_formats": ["json"]}
    assert of_site(tmp_path, compared)["changes"] is None
    assert of_site(tmp_path, compared)["changes"] == []
    assert of_site(tmp_path, compared | {"pkcs12_report_name": "other"})["changes"] is None
    gone = of_site(tmp_path, compared, previous_report=str(tmp_path / "gone.json"))
    assert gone["error"]["code"] == "report_file"


def test_check_mode_delivers_to_no_place(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    given = {**BASE, **DELIVERED, "report_folder": str(tmp_path / "out")}
    result = run_action("compliance_report", given, FakeWorkstation(), variables=HOSPITAL, check_mode=True)
    assert (result["destinations"], result["check_mode"]) == ([], True)


@pytest.mark.parametrize("settings_only", [True, False])
def test_a_workbook_that_cannot_be_made_is_refused_before_anything_is_written(
    settings_only: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)  # type: ignore[arg-type]
    result = of_site(tmp_path, {"pkcs12_report_formats": ["html", "xlsx"]}, settings_only=settings_only)
    assert result["error"]["problem"]["code"] == "missing_library.openpyxl"
    assert not (tmp_path / "out").exists()


def test_wrong_rows_of_the_register_make_the_report_red_and_are_told(tmp_path: Path) -> None:
    rows = [
        Problem(
            "register_row",
            {"file": "people.xlsx", "line": line, "whose": "Jeanne Dupont"},
            causes=(Problem("register_row.cell_bool", {"cell": f"H{line}", "heading": "last day"}),),
        )
        for line in (17, 18)
    ]
    more = Problem("register_row.more", {"count": 3})
    columns = Problem("register_columns", {"file": "people.xlsx", "headings": ("badge",)})
    known = {"pkcs12_register_problems": [each.to_map() for each in (*rows, more, columns)]}
    result = of_site(tmp_path, {"pkcs12_report_formats": ["json"], **known})
    assert (result["failing"], len(result["wrong_rows"])) == ({"register": 5}, 3)
    assert ["H17" in result["wrong_rows"][0], "H18" in result["wrong_rows"][1]] == [True, True]
    assert "5 rows" in result["msg"]
    assert "H17" not in result["msg"]  # it may be the subject of a mail
