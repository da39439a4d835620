# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and schedules do with the configuration, through the API: launch, answer surveys, run slices, approve."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import columns_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.spreadsheets import read_sheet
from awx.api import Account, Awx, Json, RefusedError

WORK = "Renew each holder's certificate on workstations where a holder is due"
NEWCOMER = "T900000"
"""A number that no register of a test has."""


def template(api: Awx, name: str) -> Json:
    """Raises ``LookupError`` when AWX has no such template."""
    found = api.find("job_templates/", name=name)
    if found is None:
        raise LookupError(f"AWX has no template {name}")
    return found


def answers(api: Awx, name: str, given: Mapping[str, Any]) -> Json:
    """Launches a template with answers to its survey, cancels the job, and returns the extra variables that AWX gave it."""
    job = api.post(f"job_templates/{template(api, name)['id']}/launch/", {"extra_vars": dict(given)})
    try:
        api.post(f"jobs/{job['job']}/cancel/", {})
    except RefusedError as refusal:
        if refusal.status != 405:  # it has ended already
            raise
    extra: Json = json.loads(api.get(f"jobs/{job['job']}/")["extra_vars"])
    return extra


def refused(api: Awx, name: str, given: Mapping[str, Any]) -> str:
    """What AWX says against answers to a survey. Empty when it takes them, and then the job is cancelled."""
    try:
        answers(api, name, given)
    except RefusedError as refusal:
        if refusal.status == 400:
            return refusal.body
        raise
    return ""


def run(api: Awx, name: str, slices: int = 1, **given: Any) -> Json:
    """The job after its end; of a sliced one, the workflow job."""
    body = {"extra_vars": given, **({"job_slice_count": slices} if slices > 1 else {})}
    started = api.post(f"job_templates/{template(api, name)['id']}/launch/", body)
    endpoint = "workflow_jobs" if started.get("type") == "workflow_job" else "jobs"
    return api.wait(f"{endpoint}/{started['id']}/", patience=1800)


def give_inputs(api: Awx, inputs: Mapping[str, Mapping[str, str]]) -> None:
    """Gives credentials their secrets. AWX shows none, so whether one differs is not known; and a vault may have brought it before."""
    __tracebackhide__ = True
    for name, given in inputs.items():
        credential = api.find("credentials/", name=name)
        if credential is None:
            raise LookupError(f"AWX has no credential {name}")
        for source in api.all("credential_input_sources/", target_credential=credential["id"]):
            if source["input_field_name"] in given:
                api.delete(f"credential_input_sources/{source['id']}/")
        api.patch(f"credentials/{credential['id']}/", {"inputs": {**credential.get("inputs", {}), **given}})


@contextmanager
def another_person(register: Path) -> Iterator[None]:
    """The register, a workbook, has one person more, without a workstation, until the end of the block."""
    whole = register.read_bytes()
    places = columns_of(read_sheet(register), {}).places
    texts = {"name": "Test Awx", "family_name": "Awx", "given_name": "Test", "authorisation": NEWCOMER}
    book = import_module("openpyxl").load_workbook(register)
    book.active.append({places[field] + 1: text for field, text in texts.items() if field in places})
    try:
        book.save(register)
        yield
    finally:
        register.write_bytes(whole)


@contextmanager
def half_of(register: Path) -> Iterator[None]:
    """The register cannot be read until the end of the block, as while somebody copies it."""
    whole = register.read_bytes()
    try:
        register.write_bytes(whole[: len(whole) // 2])
        yield
    finally:
        register.write_bytes(whole)


def hosts_of(api: Awx, inventory: str) -> list[Json]:
    """All hosts. Raises ``LookupError``."""
    found = api.find("inventories/", name=inventory)
    if found is None:
        raise LookupError(f"AWX has no inventory {inventory}")
    return api.all(f"inventories/{found['id']}/hosts/")


def facts_of(api: Awx, inventory: str) -> dict[str, Json]:
    """The collection's facts of each host that has some."""
    facts = {host["name"]: api.get(f"hosts/{host['id']}/ansible_facts/") for host in hosts_of(api, inventory)}
    return {host: each["pkcs12"] for host, each in facts.items() if "pkcs12" in each}


def with_facts(api: Awx, inventory: str) -> dict[str, str]:
    """When AWX last got the facts of each workstation whose facts have ``pkcs12``."""
    known = facts_of(api, inventory)
    return {host["name"]: host["ansible_facts_modified"] for host in hosts_of(api, inventory) if host["name"] in known}


def without_workstation(job: Json) -> int:
    """How many people the report of a job has who have no workstation."""
    return int(job["artifacts"]["pkcs12_fact_summary"]["without_workstation"])


def settled(api: Awx, inventory: str) -> set[str]:
    """The workstations of which the facts say that nobody there is due or has to wait."""
    return {
        host
        for host, facts in facts_of(api, inventory).items()
        if all(each["status"] == "valid" and each["outcome"] != "deferred" for each in facts.get("holders", ()))
    }


def called(api: Awx, job: Json) -> set[str]:
    """The workstations that the hourly renewal called: those of the play that does its work."""
    return {event["host_name"] for event in api.all(f"jobs/{job['id']}/job_events/", play=WORK) if event["host_name"]}


def may_start(api: Awx, endpoint: str, name: str) -> bool | None:
    """Whether the account may start a template or a workflow. None when it may not even read it."""
    found = api.find(f"{endpoint}/", name=name)
    return None if found is None else bool(found["summary_fields"]["user_capabilities"]["start"])


def member(api: Awx, team: str, username: str, password: str) -> Awx:
    """The API as a new user of a team, and of no other. Raises ``LookupError`` when there is no such team."""
    __tracebackhide__ = True
    found = api.find("teams/", name=team)
    if found is None:
        raise LookupError(f"AWX has no team {team}")
    if earlier := api.find("users/", username=username):
        api.delete(f"users/{earlier['id']}/")
    user = api.post("users/", {"username": username, "password": password})
    api.post(f"teams/{found['id']}/users/", {"id": user["id"]})
    return Awx(api.url, Account(username=username, password=password), api.ca_path, api.timeout)


def approvers(api: Awx, workflow: str) -> set[str]:
    """The teams that may approve in a workflow."""
    found = api.find("workflow_job_templates/", name=workflow)
    if found is None:
        return set()
    return {
        each["name"]
        for each in api.all(f"roles/{found['summary_fields']['object_roles']['approval_role']['id']}/teams/")
    }
