# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of the small AWX: they check the answers to the survey as AWX does, and do at once what a real job would leave behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from awx.fake_refusal import Refusal
from awx.scenarios import WORK

if TYPE_CHECKING:
    from awx.fake_store import Store

Json = dict[str, Any]


def launch(store: Store, template: Json, body: Json) -> Json:
    """Starts a job. Raises ``Refusal`` for answers that the survey does not take."""
    given = body.get("extra_vars", {})
    survey = store.surveys.get(template["id"], {}).get("spec", [])
    problems = [problem for question in survey for problem in _problems(question, given)]
    slices = body.get("job_slice_count", 1)
    if slices > 1 and not template.get("ask_job_slice_count_on_launch"):
        slices = 1
    if problems:
        raise Refusal(400, {"variables_needed_to_start": problems})
    own = yaml.safe_load(template.get("extra_vars", "{}")) or {}
    answers = {each["variable"]: each["default"] for each in survey if "default" in each} | given
    job = store.add("jobs", {"extra_vars": json.dumps({**own, **answers}), "events": [], "status": "successful"})
    hosts = list(store.hosts) if answers.get("pkcs12_hosts", "workstations") == "workstations" else []
    if survey and "pkcs12_hosts" in answers and not hosts:
        job["status"] = "failed"
    if template["playbook"] == "audit.yml":
        _audit(store, hosts)
    if template["playbook"] == "renew_due.yml":
        job["events"] = [_event(host) for host in hosts if store.hosts[host]["due"]]
    if slices == 1:
        return {**job, "job": job["id"]}
    return store.add("workflow_jobs", {"type": "workflow_job", "status": job["status"]})


def update(store: Store, source: Json) -> Json:
    """An inventory gets the workstations; a constructed one gets the group of those that are due."""
    hosts = {each["name"]: each for each in store.objects.get("hosts", [])}
    if source["name"].startswith("Auto-created"):
        group = store.add("groups", {"name": "pkcs12_due", "inventory": source["inventory"]})
        due = [hosts[name]["id"] for name, host in store.hosts.items() if host["due"]]
        store.members[("groups", group["id"], "hosts")] = due
    else:
        for name in store.hosts:
            if name not in hosts:
                fields = {"name": name, "inventory": source["inventory"], "ansible_facts_modified": "earlier"}
                store.add("hosts", fields)
    return store.add("inventory_updates", {"status": "successful"})


def _problems(question: Json, given: Json) -> list[str]:
    name = question["variable"]
    if name not in given:
        return [f"'{name}' value missing"] if question["required"] and "default" not in question else []
    if given[name] not in question.get("choices", [given[name]]):
        return [f"Value {given[name]} for '{name}' expected to be one of {question['choices']}."]
    return []


def _audit(store: Store, hosts: list[str]) -> None:
    for host in hosts:
        store.number += 1
        store.hosts[host]["facts"] = {"pkcs12": {"holders": []}}
        for each in store.objects["hosts"]:
            if each["name"] == host:
                each["ansible_facts_modified"] = f"2026-11-26T10:00:{store.number:02}Z"


def _event(host: str) -> Json:
    return {"event": "runner_on_ok", "task": WORK, "host_name": host}
