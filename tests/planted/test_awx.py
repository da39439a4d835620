# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each check of the AWX configuration finds what it is there for: one mistake at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from consistency import awx_checks, awx_folders, awx_image, awx_launches, awx_site
from consistency.awx import EXECUTION_NODES, FOLDER, KUBERNETES, Data, configuration, load, named

SCHEMA: Data = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
DATA = configuration(KUBERNETES)


def put(*place: str | int, value: Any) -> Callable[[Data], None]:
    """One mistake: a value in one place, where an entry of a list goes by its name."""

    def apply(data: Any) -> None:
        for part in place[:-1]:
            data = next(each for each in data if each["name"] == part) if _is_name(data, part) else data[part]
        data[place[-1]] = value

    return apply


def _is_name(data: Any, part: str | int) -> bool:
    return isinstance(data, list) and isinstance(part, str)


def edited(group: str, old: str, new: str) -> Callable[[Data], None]:
    """A mistake in the pods of an instance group."""

    def apply(data: Data) -> None:
        found = named(data, GROUPS, group)
        assert old in found["pod_spec_override"]
        found["pod_spec_override"] = found["pod_spec_override"].replace(old, new)

    return apply


TEMPLATES, RENEW, RETIRE = "controller_templates", "PKCS12 renew", "PKCS12 retire"
COLLECT, REMIND, WEEKLY = "PKCS12 collect", "PKCS12 remind", "PKCS12 report by mail"
GROUPS, GRANTS, SOURCES = "controller_instance_groups", "controller_roles", "controller_credential_input_sources"
TYPES = "controller_credential_types"
HOURLY, AFTER = "PKCS12 renew due", "PKCS12 report after a failure"
DAILY = ("controller_workflows", "PKCS12 audit and report", "simplified_workflow_nodes")
FLOW = ("controller_workflows", "PKCS12 renewal with approval", "simplified_workflow_nodes")


def constructed(data: Data) -> None:
    """All templates use an inventory that is made of the one with the sources."""
    data["controller_inventories"].append(
        {"name": "By certificate", "kind": "constructed", "input_inventories": ["Workstations"]}
    )
    for template in data[TEMPLATES]:
        template["inventory"] = "By certificate"


MISTAKES = [
    (awx_checks.references, put(*FLOW, 0, "unified_job_template", value="X"), "audit: there is no unified_job_"),
    (awx_checks.references, put("controller_teams", 1, "name", value="PKCS12 operators"), "more than once"),
    (awx_checks.references, put("controller_teams", 0, "organization", value="CHU"), "there is no organization CHU"),
    (
        awx_checks.references,
        put(*FLOW, 0, "unified_job_template", value="PKCS12 audit and report"),
        "unified_job_template PKCS12 audit and report may come to AWX after it",
    ),
    (
        awx_checks.references,
        lambda data: named(data, TEMPLATES, WEEKLY).pop("notification_templates_success"),
        "controller_notifications PKCS12 numbers: nothing names it",
    ),
    (awx_checks.references, constructed, "input_inventories Workstations may come to AWX after it"),
    (awx_checks.register_reaches_jobs, constructed, f"{RENEW}: AWX does not read inventory/people.pkcs12_register.yml"),
    (
        awx_checks.register_reaches_jobs,
        put(TEMPLATES, "PKCS12 report", "inventory", value="Demo Inventory"),
        "PKCS12 report: AWX does not read inventory/people.pkcs12_register.yml before it",
    ),
    (
        awx_checks.register_reaches_jobs,
        put("controller_inventory_sources", "Workstations from the register", "update_on_launch", value=False),
        f"{HOURLY}: AWX does not read inventory/people.pkcs12_register.yml before it",
    ),
    (
        awx_checks.register_reaches_jobs,
        put("controller_inventory_sources", "Workstations from the project", "update_on_launch", value=False),
        f"{REMIND}: AWX does not read inventory/hosts.yml before it",
    ),
    (
        awx_checks.register_reaches_jobs,
        put("controller_inventories", "Workstations", "kind", value="smart"),
        f"{RETIRE}: AWX does not read inventory/people.pkcs12_register.yml before it",
    ),
    (
        awx_checks.register_reaches_jobs,
        put("controller_projects", "PKCS12", "scm_update_on_launch", value=False),
        "Workstations from the register: AWX does not update PKCS12 before it",
    ),
    (awx_checks.workflows, put(*FLOW, 1, "success_nodes", value=["aproval"]), "there is no node aproval"),
    (awx_checks.workflows, put(*FLOW, 1, "success_nodes", value=[]), "it begins with 2 nodes"),
    (awx_checks.workflows, put(*FLOW, 1, "identifier", value="audit"), "two nodes have one identifier"),
    (awx_checks.secrets, put("controller_credentials", 0, "inputs", "secret_id", value="8f2c"), "stands here"),
    (
        awx_checks.secrets,
        put(TYPES, 1, "inputs", "fields", 1, "secret", value=False),
        "password is not kept as a secret",
    ),
    (
        awx_checks.credentials,
        put("controller_credential_input_sources", 0, "input_field_name", value="passphrase"),
        "passphrase is no secret field",
    ),
    (awx_checks.credentials, lambda data: data[SOURCES].pop(1), "Workstations (WinRM): nothing gives its secret"),
    (
        awx_checks.fields,
        put(TYPES, 1, "injectors", "extra_vars", "pkcs12_mail_password", value="{{ username }}"),
        "PKCS12 mailbox: pkcs12_mail_password is another field than {{ username }}",
    ),
    (awx_checks.fields, lambda data: data[TYPES][1]["inputs"]["required"].pop(), "those that are required"),
    (awx_checks.fields, lambda data: data[TYPES][2]["injectors"]["extra_vars"].popitem(), "those that a job gets"),
    (
        awx_checks.asked_alike,
        put(TEMPLATES, RETIRE, "survey_spec", "spec", 0, value={"variable": "pkcs12_hosts", "required": False}),
        "in another way for pkcs12_hosts",
    ),
    (awx_checks.asked_alike, put(TEMPLATES, RENEW, "survey_enabled", value=False), f"{RENEW}: its survey is not on"),
    (awx_checks.secrets, put("controller_credentials", 1, "description", value="-----BEGIN X"), "there is a key"),
    (awx_checks.credentials, put(TEMPLATES, RENEW, "credentials", value=["Workstations (WinRM)"] * 2), "of one type"),
    (awx_checks.variables, put(TEMPLATES, RENEW, "playbook", value="renewal.yml"), "there is no "),
    (awx_checks.variables, put(TEMPLATES, RENEW, "extra_vars", "renew_befor", value=1), "nothing reads renew_befor"),
    (awx_checks.variables, put(TEMPLATES, RENEW, "survey_spec", "spec", 1, "type", value="text"), "of type text"),
    (
        awx_checks.variables,
        put(TEMPLATES, "PKCS12 audit", "survey_spec", "spec", 1, "choices", value=["on"]),
        "yes or no",
    ),
    (
        awx_checks.default_answers,
        put(TEMPLATES, "PKCS12 report", "survey_spec", "spec", 0, "default", value="fr"),
        "PKCS12 report: pkcs12_language overrides en",
    ),
    (
        awx_checks.default_answers,
        put(TEMPLATES, RENEW, "survey_spec", "spec", 2, "default", value="always"),
        "PKCS12 renew: pkcs12_install overrides due",
    ),
    (
        awx_checks.default_answers,
        put(TEMPLATES, RENEW, "survey_spec", "spec", 3, "default", value="archive"),
        "PKCS12 renew: pkcs12_superseded overrides delete",
    ),
    (
        awx_checks.unanswered,
        put(TEMPLATES, "PKCS12 retire", "survey_spec", "spec", 1, "required", value=False),
        "nothing says pkcs12_retire_authorisations",
    ),
    (
        awx_checks.variables,
        put(TEMPLATES, RENEW, "survey_spec", "spec", 3, "choices", value=["delete", "shred"]),
        "pkcs12_superseded: value of pkcs12_superseded must be one of",
    ),
    (awx_checks.variables, put(TEMPLATES, RENEW, "survey_spec", "spec", 3, "default", value="non"), "is no choice"),
    (
        awx_checks.variables,
        put(TEMPLATES, RENEW, "extra_vars", value={"pkcs12_max_certificates": 3}),
        "pkcs12_bundle_folder is required",
    ),
    (
        awx_checks.variables,
        put(TEMPLATES, RENEW, "credentials", value=["Workstations (WinRM)"]),
        "nothing gives file_of_pkcs12_passphrases",
    ),
    (
        awx_checks.accounts,
        put(TEMPLATES, "PKCS12 report by mail", "credentials", value=[]),
        "PKCS12 report by mail: no credential brings the account of the mail server",
    ),
    (
        awx_checks.accounts,
        put(TEMPLATES, "PKCS12 report", "extra_vars", "pkcs12_report_destinations", value=[{"kind": "https"}]),
        "PKCS12 report: no credential brings the account of the web server",
    ),
    (
        awx_folders.folders,
        put(TEMPLATES, RENEW, "extra_vars", "pkcs12_bundle_folder", value="/srv/pkcs12/reports"),
        "/srv/pkcs12/reports can be written to",
    ),
    (
        awx_folders.folders,
        put(TEMPLATES, "PKCS12 report", "extra_vars", "pkcs12_report_folder", value="/srv/pkcs12/bundles/r"),
        "/srv/pkcs12/bundles/r can not be written to",
    ),
    (
        awx_launches.answers,
        put(*FLOW, 0, "extra_data", value={"pkcs12_prove_keys": "false"}),
        "nothing answers pkcs12_hosts",
    ),
    (
        awx_launches.answers,
        put(*FLOW, 0, "extra_data", "pkcs12_prove_keys", value="yes"),
        "yes is no answer to pkcs12_prove_keys",
    ),
    (
        awx_launches.answers,
        put(*FLOW, 0, "extra_data", "pkcs12_issuer", value="CN=X"),
        "no question asks for pkcs12_issuer",
    ),
    (
        awx_folders.required_folders,
        put(TEMPLATES, RENEW, "extra_vars", "pkcs12_required_folders", value=["/srv/pkcs12/bundles"]),
        "nothing checks /srv/pkcs12/evidence",
    ),
    (
        awx_folders.required_folders,
        put(TEMPLATES, "PKCS12 audit", "extra_vars", value={"pkcs12_required_folders": ["/srv/pkcs12/bundles"]}),
        "nothing uses /srv/pkcs12/bundles",
    ),
    (
        awx_site.zones,
        put("controller_schedules", 0, "rrule", value="DTSTART;TZID=UTC:20260105T100000 RRULE:FREQ=DAILY;INTERVAL=1"),
        "the time zone of the inventory is Europe/Paris",
    ),
    (
        awx_launches.approvers,
        put("controller_workflows", 1, "notification_templates_approvals", value=["PKCS12 failure"]),
        "nothing says approved",
    ),
    (
        awx_launches.approvers,
        put(
            "controller_notifications",
            2,
            "notification_configuration",
            "recipients",
            value=["it-workstations@chu.example"],
        ),
        "not among its recipients",
    ),
    (
        awx_launches.approvers,
        put("controller_workflows", 1, "notification_templates_approvals", value=[]),
        "is told of",
    ),
    (awx_launches.schedules, put("controller_schedules", 1, "enabled", value=True), "it is enabled"),
    (
        awx_launches.alarms,
        put(TEMPLATES, HOURLY, "notification_templates_error", value=[]),
        f"{HOURLY}: its failure is",
    ),
    (
        awx_launches.alarms,
        put(TEMPLATES, f"{RENEW} preview", "notification_templates_error", value=["PKCS12 failure"]),
        f"{RENEW} preview: its failure alarms",
    ),
    (
        awx_launches.previews,
        put(TEMPLATES, f"{RETIRE} preview", "name", value="Preview"),
        f"{RETIRE}: there is no preview",
    ),
    (
        awx_launches.previews,
        put(TEMPLATES, f"{RENEW} preview", "extra_vars", value={"pkcs12_bundle_folder": "/srv/pkcs12/bundles"}),
        "its extra_vars is another one",
    ),
    (
        awx_launches.one_at_a_time,
        put(TEMPLATES, HOURLY, "allow_simultaneous", value=True),
        f"{HOURLY}: two of its jobs may run at once",
    ),
    (
        awx_launches.one_at_a_time,
        lambda data: named(data, TEMPLATES, "PKCS12 enrol").pop("allow_simultaneous"),
        "PKCS12 enrol: two of its jobs may run at once",
    ),
    (
        awx_launches.one_at_a_time,
        put(TEMPLATES, RENEW, "job_slice_count", value=2),
        f"{RENEW}: its slices would run at once",
    ),
    (awx_launches.ends, put(*FLOW, 3, "failure_nodes", value=["report_after"]), "successful although renew failed"),
    (awx_launches.ends, put(*FLOW, 0, "failure_nodes", value=[]), "no report after the failure of audit"),
    (awx_launches.ends, put(*DAILY, 1, "unified_job_template", value=AFTER), "it ends failed although no job failed"),
    (
        awx_site.said_twice,
        put(TEMPLATES, REMIND, "extra_vars", "pkcs12_time_zone", value="UTC"),
        f"{REMIND}: pkcs12_time_zone is a second place",
    ),
    (
        awx_folders.folders,
        put(TEMPLATES, COLLECT, "instance_groups", value=["PKCS12"]),
        "do not see /srv/pkcs12/collect",
    ),
    (
        awx_folders.register,
        put("controller_inventories", "Workstations", "instance_groups", value=[COLLECT]),
        "do not see /srv/pkcs12/register/people.xlsx",
    ),
    (awx_folders.writers, put(TEMPLATES, "PKCS12 audit", "instance_groups", value=[COLLECT]), "may write bundles"),
    (awx_folders.writers, edited(COLLECT, "claimName: pkcs12-bundles", "claimName: pkcs12-new"), "into pkcs12-bundles"),
    (
        awx_folders.writers,
        put(TEMPLATES, RETIRE, "extra_vars", value={}),
        "where a removal is written down",
    ),
    (
        awx_folders.caches,
        put("controller_inventory_sources", "Workstations from the project", "update_cache_timeout", value=1),
        "update_cache_timeout is 1",
    ),
    (
        awx_folders.caches,
        put("controller_inventory_sources", "Workstations from the register", "overwrite_vars", value=False),
        "without overwrite_vars",
    ),
    (
        awx_folders.earlier_report,
        put(TEMPLATES, WEEKLY, "extra_vars", "pkcs12_report_name", value="weekly"),
        "no report is written",
    ),
    (
        awx_site.connections,
        put(TEMPLATES, "PKCS12 check bundles", "credentials", 0, value=awx_site.WINRM),
        "calls no work",
    ),
    (awx_site.connections, put(TEMPLATES, "PKCS12 retire", "credentials", value=[]), "has no account there"),
    (awx_site.access, put(GRANTS, 0, "job_templates", value=["PKCS12 audit"]), f"operators may not execute {COLLECT}"),
    (awx_site.access, put(GRANTS, 1, "job_templates", value=["PKCS12 audit"]), "protection may not read PKCS12 enrol"),
    (awx_site.access, put(GRANTS, 1, "job_templates", 0, value="PKCS12 check"), "protection may read PKCS12 check"),
    (awx_site.access, put(GRANTS, 1, "roles", value=["read", "execute"]), "protection may execute"),
    (
        awx_site.vault,
        put(TEMPLATES, COLLECT, "extra_vars", "pkcs12_hashicorp_vault_path", value="pkcs12/awx"),
        "nothing reads the",
    ),
    (
        awx_site.vault,
        put(SOURCES, 1, "metadata", "secret_path", value="pkcs12/passphrases"),
        "reads password of Workst",
    ),
    (
        awx_site.vault,
        put(SOURCES, 1, "metadata", "secret_key", value="mailbox_password"),
        "mailbox_password is a secret of another",
    ),
    (awx_site.vault, put(SOURCES, 3, "metadata", "secret_path", value="pkcs12/awx"), "2 credentials have this"),
    (
        awx_site.vault,
        put(TEMPLATES, COLLECT, "extra_vars", "pkcs12_hashicorp_vault_url", value="https://other.chu.example"),
        f"{COLLECT}: it writes to another vault",
    ),
    (awx_site.vault, put(TYPES, 3, "description", value="Token"), "no type of credential says"),
    (
        awx_site.controller,
        put("controller_schedules", 3, "extra_data", "pkcs12_hosts", value="all"),
        "all is not the group",
    ),
    (
        awx_site.controller,
        put(TEMPLATES, "PKCS12 renew due", "extra_vars", value={}),
        "PKCS12 renew due: it calls all hosts",
    ),
]


@pytest.mark.parametrize(("check", "mistake", "says"), MISTAKES, ids=[says for _check, _mistake, says in MISTAKES])
def test_a_mistake_is_found(check: Callable[[Data], Iterator[str]], mistake: Callable[[Data], None], says: str) -> None:
    data = copy.deepcopy(DATA)
    mistake(data)
    assert [problem for problem in check(data) if says in problem]


def test_a_node_that_both_groups_use_is_found() -> None:
    """On such a node, every job sees the folder into which bundles are written."""
    data = copy.deepcopy(configuration(EXECUTION_NODES))
    named(data, GROUPS, COLLECT)["policy_instance_list"] = named(data, GROUPS, "PKCS12")["policy_instance_list"]
    assert [problem for problem in awx_folders.writers(data) if "jobs of PKCS12 run on" in problem]


def test_exposed_folders_that_awx_would_sort_are_found() -> None:
    data = copy.deepcopy(configuration(EXECUTION_NODES))
    data["controller_settings"][0]["value"].reverse()
    assert [problem for problem in awx_folders.sorted_paths(data) if "is not sorted" in problem]


MISFITS = [
    (put(TEMPLATES, RENEW, "use_fact_cache", value=False), "True was expected"),
    (put(TEMPLATES, RENEW, "ask_variables_on_launch", value=True), "'ask_variables_on_launch' was unexpected"),
    (put(TEMPLATES, RENEW, "survey_spec", "spec", 0, "type", value="password"), "'password' is not one of"),
    (put(TYPES, 0, "injectors", "env", value={"P": "p"}), "'env' was unexpected"),
    (put("controller_notifications", 0, "notification_configuration", "password", value="x"), "'' was expected"),
    (put("controller_execution_environments", 0, "image", value="registry.chu.example/ee:latest"), "does not match"),
    (put("controller_inventories", 0, "kind", value="constructed"), "'kind' was unexpected"),
    (put("controller_settings", value=[{"name": "ANSIBLE_FACT_CACHE_TIMEOUT", "value": ["/a:/a:ro"]}]), "was expected"),
    (put(TEMPLATES, RENEW, "ask_inventory_on_launch", value=True), "'ask_inventory_on_launch' was unexpected"),
    (put("controller_schedules", 0, "rrule", value="DTSTART:20260105T100000Z RRULE:FREQ=DAILY"), "does not match"),
    (put("controller_schedules", 0, value={"name": "Without enabled"}), "'enabled' is a required property"),
]


@pytest.mark.parametrize(("mistake", "says"), MISFITS, ids=[says for _mistake, says in MISFITS])
def test_what_does_not_fit_the_schema_is_found(mistake: Callable[[Data], None], says: str) -> None:
    data = copy.deepcopy(DATA)
    mistake(data)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(data) if says in error.message]


def _with_core(core: str, python: str) -> Callable[[Data], None]:
    def apply(definition: Data) -> None:
        depends = definition["dependencies"]
        depends["ansible_core"]["package_pip"] = core
        depends["python_interpreter"] = {"package_system": python, "python_path": f"/usr/bin/{python}"}
        depends["system"] = [each.replace("python3.12-devel", f"{python}-devel") for each in depends["system"]]

    return apply


SYSTEM = ("dependencies", "system")
IMAGE_MISTAKES = [
    (_with_core("ansible-core>=2.18,<2.20", "python3.12"), "finds no facts of"),
    (_with_core("ansible-core>=2.18,<2.19", "python3.13"), "or they do not fit"),
    (put("dependencies", "python_interpreter", "python_path", value="/usr/bin/python3"), "the path is not that of"),
    (put("additional_build_steps", value={"append_base": [awx_image.FORM]}), "PERSIST_METADATA=False"),
    (put(*SYSTEM, 3, value="krb5-workstation [platform:rpm compile]"), "is not in the image itself"),
    (put(*SYSTEM, 2, value="python3.11-devel [platform:rpm compile]"), "where Kerberos is compiled"),
    (put("dependencies", "python", 0, value="pywinrm>=0.4.3"), "does not have pywinrm[kerberos]"),
    (put("dependencies", "python", 1, value="pytz"), "does not have tzdata"),
]


@pytest.mark.parametrize(("mistake", "said"), IMAGE_MISTAKES)
def test_a_mistake_in_the_execution_environment_is_found(mistake: Callable[[Data], None], said: str) -> None:
    definition = load(FOLDER / "execution-environment.yml")
    mistake(definition)
    (found,) = awx_image.problems(definition)
    assert said in found


def test_the_execution_environment_of_the_next_ansible_core_is_accepted() -> None:
    definition = load(FOLDER / "execution-environment.yml")
    _with_core("ansible-core>=2.22,<2.23", "python3.13")(definition)
    assert list(awx_image.problems(definition)) == []
