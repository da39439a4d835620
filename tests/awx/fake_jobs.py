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
ADMIN = "token-of-the-administrator"


def launch(store: Store, template: Json, body: Json) -> Json:
    """Starts a job. Raises ``Refusal`` for answers that the survey does not take."""
    given = body.get("extra_vars", {})
    survey = store.surveys.get(template["id"], {}).get("spec", [])
    problems = [problem for question in survey for problem in _problems(question, given)]
    if problems:
        raise Refusal(400, {"variables_needed_to_start": problems})
    slices = body.get("job_slice_count", 1) if template.get("ask_job_slice_count_on_launch") else 1
    # AWX has not more slices than hosts, and counts those that the inventory has before the update for this job.
    slices = min(slices, len(store.get(["inventories", str(template["inventory"]), "hosts"], ADMIN)))
    for source in sorted(store.objects.get("inventory_sources", []), key=_is_constructed):
        update(store, source)
    own = yaml.safe_load(template.get("extra_vars", "{}")) or {}
    answers = {each["variable"]: each["default"] for each in survey if "default" in each} | given
    job = store.add("jobs", {"extra_vars": json.dumps({**own, **answers}), "events": [], "status": "successful"})
    hosts = list(store.hosts) if answers.get("pkcs12_hosts", "workstations") == "workstations" else []
    if survey and "pkcs12_hosts" in answers and not hosts:
        job["status"] = "failed"
    if template["playbook"] == "audit.yml":
        if _may_log_on(store):
            _audit(store, hosts)
        else:
            job["status"] = "failed"
    if template["playbook"] == "renew_due.yml":
        job["events"] = [_event(host) for host in hosts if store.hosts[host]["due"]]
    if slices <= 1:
        return {**job, "job": job["id"]}
    return store.add("workflow_jobs", {"type": "workflow_job", "status": job["status"]})


def update(store: Store, source: Json) -> Json:
    """An inventory gets the hosts of the project and no others; a constructed one has them, too, and the group of those that are due."""
    number = source["inventory"]
    known = store.objects.setdefault("hosts", [])
    if _is_constructed(source):
        store.members[("inventories", number, "hosts")] = [each["id"] for each in known]
        others = [each for each in store.objects.get("groups", []) if each["inventory"] != number]
        store.objects["groups"] = others
        group = store.add("groups", {"name": "pkcs12_due", "inventory": number})
        due = [each["id"] for each in known if store.hosts.get(each["name"], {}).get("due")]
        store.members[("groups", group["id"], "hosts")] = due
    else:
        names = [*store.hosts, "localhost"]
        known[:] = [each for each in known if each["name"] in names]
        for name in names:
            if name not in {each["name"] for each in known}:
                store.add("hosts", {"name": name, "inventory": number, "ansible_facts_modified": "earlier"})
    return store.add("inventory_updates", {"status": "successful"})


def _is_constructed(source: Json) -> bool:
    return str(source["name"]).startswith("Auto-created")


def _problems(question: Json, given: Json) -> list[str]:
    name = question["variable"]
    if name not in given:
        return [f"'{name}' value missing"] if question["required"] else []  # also where the survey has a default
    if given[name] not in question.get("choices", [given[name]]):
        return [f"Value {given[name]} for '{name}' expected to be one of {question['choices']}."]
    return []


def _may_log_on(store: Store) -> bool:
    """Whether the account of the workstations has the password that they want, and no vault of the example is asked for it."""
    (account,) = [each for each in store.objects["credentials"] if each["name"] == "Workstations (WinRM)"]
    fetched = {each["target_credential"] for each in store.objects.get("credential_input_sources", [])}
    right = account["inputs"].get("password") == store.wanted and account["id"] not in fetched
    return store.wanted is None or right


def _audit(store: Store, hosts: list[str]) -> None:
    for host in hosts:
        store.number += 1
        store.hosts[host]["facts"] = {"pkcs12": {"holders": []}}
        for each in store.objects.get("hosts", []):
            if each["name"] == host:
                each["ansible_facts_modified"] = f"2026-11-26T10:00:{store.number:02}Z"


def _event(host: str) -> Json:
    return {"event": "runner_on_ok", "task": WORK, "host_name": host}
