# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWX configuration fits its schema, the collection, and itself, and means what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from jsonschema import Draft202012Validator

from awx.api import Account, Awx
from awx.applied import Applied
from awx.site import Site, adapted
from consistency import awx_checks, awx_image, awx_meaning
from consistency.awx import FOLDER, KUBERNETES, PROJECT, VARIANTS, Data, Unsafe, configuration, load, texts
from consistency.awx_folders import FOLDERS, all_folders
from consistency.awx_launches import LAUNCHES
from consistency.awx_meaning import Hours
from consistency.awx_site import SITE
from consistency.tree import ROOT, name

FILES = sorted(path for folder in ("configuration", *VARIANTS) for path in (FOLDER / folder).glob("*.yml"))
SCHEMA: Data = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
DATA = {variant: configuration(variant) for variant in VARIANTS}
PLAYBOOKS = sorted(PROJECT.glob("*.yml"))
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_awx.rst").read_text(encoding="utf-8")
CHECKS = [
    awx_checks.references,
    awx_checks.register_reaches_jobs,
    awx_checks.workflows,
    awx_checks.secrets,
    awx_checks.credentials,
    awx_checks.fields,
    awx_checks.variables,
    awx_checks.default_answers,
    awx_checks.asked_alike,
    awx_checks.unanswered,
    awx_checks.accounts,
    *FOLDERS,
    *LAUNCHES,
    *SITE,
]
# What AWX takes for a playbook: it looks for such a line, and offers no other file.
PLAYBOOK_LINE = re.compile(r"^\s*-?\s*(hosts|(ansible\.builtin\.)?import_playbook):", re.MULTILINE)
WORKING_DAYS, EVERY_DAY = frozenset(range(5)), frozenset(range(7))
SCHEDULES = {
    "PKCS12 audit every day": ("Every day at 10:00", Hours(EVERY_DAY, frozenset({"10:00"}))),
    "PKCS12 renew in working hours": (
        "Monday to Friday, every hour from 08:00 to 18:00",
        Hours(WORKING_DAYS, frozenset(f"{hour:02}:00" for hour in range(8, 19))),
    ),
    "PKCS12 audit with proofs every week": ("Every Tuesday at 14:30", Hours(frozenset({1}), frozenset({"14:30"}))),
    "PKCS12 remind in the morning": ("Monday to Friday at 11:00", Hours(WORKING_DAYS, frozenset({"11:00"}))),
    "PKCS12 report by mail every week": ("Every Monday at 11:30", Hours(frozenset({0}), frozenset({"11:30"}))),
}
# The second has the day on which clocks go back an hour, the last one the day on which they go forward.
WEEKS = [datetime(2026, 2, 2), datetime(2026, 10, 19), datetime(2027, 7, 5), datetime(2028, 3, 20)]  # noqa: DTZ001


def test_the_lists_of_statuses_are_these() -> None:
    """Written out here: what writes them into the templates also checks them, so a mistake there would be in both."""
    without_access = {"revoked", "missing", "expired", "key_missing", "wrong_holder", "not_yet_valid"}
    expected = {
        "pkcs12_due_statuses": without_access | {"unknown_issuer", "renewal_due", "duplicate", "awaited", "on_leave"},
        "pkcs12_fail_on": without_access | {"authorisation_expired", "without_holder", "failed"},
    }
    for data in DATA.values():
        given = [each.get("extra_vars", {}) for each in data["controller_templates"]]
        for option, values in expected.items():
            assert [set(each[option]) for each in given if option in each] == [values]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_fit_the_schema(path: Path) -> None:
    errors = Draft202012Validator(SCHEMA).iter_errors(load(path))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_ansible_reads_what_this_test_reads(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read = DataLoader().load_from_file(str(path))
    assert read == load(path)
    assert "WARNING" not in "".join(capsys.readouterr())


def test_the_schema_takes_nothing_else() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    described = [each for each in (SCHEMA, *SCHEMA["$defs"].values()) if each.get("type") == "object"]
    assert [each for each in described if each["additionalProperties"] is not False] == []


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_is_wrong(check: Callable[[Data], Iterator[str]], variant: str) -> None:
    assert list(check(DATA[variant])) == []


def test_every_playbook_of_the_collection_has_a_name_in_the_project_and_a_template() -> None:
    """In the place of daily, which joins two playbooks on one command line, AWX has a workflow, with a report for its failure."""
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("[a-z]*.yml")} - {"daily"}
    assert {path.stem for path in PLAYBOOKS} == {*playbooks, "report_after_failure"}
    assert {awx_checks.playbook_of(each) for each in DATA[KUBERNETES]["controller_templates"]} == playbooks


@pytest.mark.parametrize("path", PLAYBOOKS, ids=name)
def test_the_projects_playbooks_are_seen_by_awx_and_are_the_collections(path: Path) -> None:
    assert PLAYBOOK_LINE.search(path.read_text(encoding="utf-8"))
    play, *after = load(path)
    name = path.stem.removesuffix("_after_failure")
    (original, *_rest) = load(ROOT / "playbooks" / f"{name}.yml")
    assert play == {"name": original["name"], "ansible.builtin.import_playbook": f"hospital_it.pkcs12.{name}"}
    assert bool(after) is (name != path.stem)


def test_what_awx_fills_in_is_marked_so_and_nothing_else_is() -> None:
    """Ansible, which brings the configuration to AWX, would fill in what is not marked."""
    for variant in VARIANTS:
        braces = [(place, text) for place, text in texts(DATA[variant]) if "{{" in text or "{%" in text]
        plain = [place for place, text in braces if not isinstance(text, Unsafe)]
        assert plain == [".controller_credentials[0].inputs.secret_id"]
        marked = [place for place, text in texts(DATA[variant]) if isinstance(text, Unsafe)]
        assert set(marked) == {place for place, _text in braces} - set(plain) and marked


def test_the_inventory_holds_no_secret() -> None:
    keys = [place for path in (PROJECT / "inventory").rglob("*.yml") for place, _text in texts(load(path))]
    assert keys and [key for key in keys if awx_checks.KEPT_SECRET.search(key)] == []


@pytest.mark.parametrize("schedule", DATA[KUBERNETES]["controller_schedules"], ids=lambda each: each["name"])
def test_schedules_start_when_they_say(schedule: Data) -> None:
    description, expected = SCHEDULES[schedule["name"]]
    assert schedule["description"] == description
    proves = schedule.get("extra_data", {}).get("pkcs12_prove_keys", "false")
    assert proves == ("true" if "with proofs" in schedule["name"] else "false")
    assert [awx_meaning.hours(schedule["rrule"], week) for week in WEEKS] == [expected] * len(WEEKS)


def test_the_guide_and_the_project_have_the_files_that_bring_the_configuration_to_awx() -> None:
    (play,) = load(FOLDER / "apply.yml")
    read, bring = play["tasks"][0]["loop"], play["tasks"][1]["ansible.builtin.include_role"]["name"]
    assert read == ["configuration", KUBERNETES] and {path.parent.name for path in FILES} == {*read, *VARIANTS}
    assert bring == "infra.controller_configuration.dispatch"
    controller = load(FOLDER / "controller.yml")
    assert set(controller) >= {"controller_hostname", "controller_oauthtoken", "controller_dependency_check"}
    assert [key for key, text in texts(controller) if awx_checks.KEPT_SECRET.search(key) and "{{" not in text] == []


def test_every_way_to_run_jobs_gives_them_the_same_folders() -> None:
    kubernetes, nodes = (all_folders(DATA[variant]) for variant in VARIANTS)
    assert kubernetes == nodes


def messages() -> Iterator[tuple[str, Data]]:
    for notification in DATA[KUBERNETES]["controller_notifications"]:
        for event, said in notification["messages"].items():
            for each in said.values() if event == "workflow_approval" else [said]:
                yield notification["name"], each


@pytest.mark.parametrize("said", [each for _name, each in messages()], ids=[name for name, _each in messages()])
def test_awx_can_write_a_notification_without_and_with_the_reports_numbers(said: Data) -> None:
    returned = yaml.safe_load((ROOT / "plugins/modules/compliance_report.yml").read_text(encoding="utf-8"))["RETURN"]
    summary = {key: value["sample"] for key, value in returned["summary"]["contains"].items()}
    bare, full = awx_meaning.render(said, {}), awx_meaning.render(said, {"pkcs12_fact_summary": summary})
    assert bare.problems == full.problems == ()
    assert bare.body.strip() and "https://awx.chu.example/" in bare.body
    if "job.status }}." in said["body"]:
        assert "Previous Task Failed" in bare.body  # of a job that did not start, there is nothing else to read
    if "artifacts" in said["body"]:
        assert "Holders: 42, missing: 1, renewal_due: 3, valid: 38." in full.body


def test_older_collections_that_bring_it_to_awx_leave_notifications_as_they_are() -> None:
    """They take runs of blanks out."""
    assert [place for place, text in texts(DATA[KUBERNETES]["controller_notifications"]) if "  " in text] == []


def test_the_guide_names_everything_that_people_meet() -> None:
    kinds = ("templates", "workflows", "schedules", "notifications", "credentials", "inventories")
    names = {entry["name"] for kind in kinds for entry in DATA[KUBERNETES][f"controller_{kind}"]}
    assert {name for name in names if name not in GUIDE} == set()
    groups = [each["name"] for each in DATA[KUBERNETES]["controller_instance_groups"]]
    assert [group for group in groups if f"*{group}*" not in GUIDE] == []


def test_the_guide_says_which_folders_jobs_may_write_to() -> None:
    rows = re.findall(r"^   \* - ``(/srv/\S+)``\n     - (\w+)$", GUIDE, re.MULTILINE)
    assert {folder: word == "write" for folder, word in rows} == all_folders(DATA[KUBERNETES])
    assert {word for _folder, word in rows} == {"read", "write"}


def test_the_guide_names_the_secrets_of_the_vault_and_what_the_token_may_write() -> None:
    paths = {each["metadata"]["secret_path"] for each in DATA[KUBERNETES]["controller_credential_input_sources"]}
    assert [path for path in paths if f"``{path}``" not in GUIDE] == []
    (written,) = {
        each["extra_vars"].get("pkcs12_hashicorp_vault_path")
        for each in DATA[KUBERNETES]["controller_templates"]
        if "pkcs12_hashicorp_vault_path" in each.get("extra_vars", {})
    }
    policy = re.findall(r'path "secret/data/(\S+)" \{\n +capabilities = \[(.*)\]', GUIDE)
    assert policy == [(written, '"create", "read", "update"')]


def test_the_numbers_of_the_guides_artifact_are_those_of_a_report_and_add_up() -> None:
    returned = yaml.safe_load((ROOT / "plugins/modules/compliance_report.yml").read_text(encoding="utf-8"))["RETURN"]
    summary = json.loads(GUIDE.partition(".. code-block:: json\n")[2].partition("\n``by_status``")[0])[
        "pkcs12_fact_summary"
    ]
    assert set(summary) == set(returned["summary"]["contains"])
    assert sum(summary["by_status"].values()) == summary["holders"] >= sum(summary["authorisations"].values())
    assert "``by_status`` counts the holders without a workstation, too" in GUIDE.replace("\n", " ")


def test_the_execution_environment_keeps_facts_and_has_tickets_and_time_zones() -> None:
    assert list(awx_image.problems(load(FOLDER / "execution-environment.yml"))) == []


def test_an_awx_in_use_loses_the_credential_of_its_project_and_a_schedule_that_was_enabled() -> None:
    """What brings the data to an AWX for tests mends what that AWX has."""
    address = "https://git.test.example/p"
    project = {"name": "PKCS12", "scm_url": address, "scm_branch": "", "credential": None}
    schedule = {"name": "PKCS12 audit every day", "enabled": False}
    known = {"projects": {**project, "credential": 7}, "schedules": {**schedule, "enabled": True}}
    api = AwxInUse("https://awx.test.example", Account(), known=known)
    data = {"controller_projects": [project], "controller_schedules": [schedule]}
    assert Applied(api).run(data) == [
        "projects PKCS12: credential differs",
        f"schedules {schedule['name']}: enabled differs",
    ]
    assert api.patched == {"projects/1/": {"credential": None}, "schedules/1/": {"enabled": False}}
    site = Site(api, address, "image", "", None, {})
    assert [each.items() >= project.items() for each in adapted(site)["controller_projects"]] == [True]


@dataclass(frozen=True)
class AwxInUse(Awx):
    """``known``: one object of each kind. ``patched``: what was mended."""

    known: Data = field(default_factory=dict)
    patched: Data = field(default_factory=dict)

    def find(self, path: str, **_query: Any) -> Data:
        return {**self.known[path.strip("/")], "id": 1}

    def patch(self, path: str, body: Mapping[str, Any]) -> Data:
        self.patched[path] = body
        return {}

    def wait(self, path: str, patience: float = 0) -> Data:
        return {"status": "successful"}
