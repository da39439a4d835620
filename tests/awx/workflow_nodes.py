# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a workflow: their templates, their answers, their approvals, and where they lead."""

from __future__ import annotations

from awx.api import Awx, Json
from consistency.awx import Data

WAYS = ("success_nodes", "failure_nodes", "always_nodes")
NODES = "workflow_job_template_nodes/"


def node(api: Awx, workflow: Json, wanted: Data) -> list[str]:
    """Makes or mends one node, without its links. Returns the differences."""
    title = f"workflow {workflow['name']} {wanted['identifier']}"
    fields: Json = {"extra_data": wanted.get("extra_data", {})}
    if "unified_job_template" in wanted:
        template = api.find("unified_job_templates/", name=wanted["unified_job_template"])
        if template is None:
            return [f"{title}: its template is missing"]
        fields["unified_job_template"] = template["id"]
    found = api.find(NODES, workflow_job_template=workflow["id"], identifier=wanted["identifier"])
    if found is None:
        new = {"workflow_job_template": workflow["id"], "identifier": wanted["identifier"]}
        _approval(api, api.post(NODES, {**new, **fields}), wanted)
        return [f"{title}: missing"]
    differing = {name: value for name, value in fields.items() if found.get(name) != value}
    if differing:
        api.patch(f"{NODES}{found['id']}/", differing)
    return [f"{title}: {name} differs" for name in (*differing, *_approval(api, found, wanted))]


def _approval(api: Awx, found: Json, wanted: Data) -> list[str]:
    """What differed in the approval of a node."""
    approval = wanted.get("approval_node", {})
    if approval and not found.get("unified_job_template"):
        api.post(f"{NODES}{found['id']}/create_approval_template/", approval)
        return ["its approval"]
    kept = api.get(f"workflow_approval_templates/{found['unified_job_template']}/") if approval else {}
    differing = {name: value for name, value in approval.items() if kept.get(name) != value}
    if differing:
        api.patch(f"workflow_approval_templates/{kept['id']}/", differing)
    return ["its approval"] if differing else []


def links(api: Awx, workflow: Json, wanted: list[Data]) -> list[str]:
    """Makes each node lead where it is to lead, and nowhere else. Returns the differences."""
    found = {each["identifier"]: each for each in api.all(NODES, workflow_job_template=workflow["id"])}
    differences = []
    for each in wanted:
        here = found[each["identifier"]]
        for way in WAYS:
            led = set(here.get(way, ()))
            targets = {found[name]["id"] for name in each.get(way, ()) if name in found}
            if led == targets:
                continue
            differences.append(f"workflow {workflow['name']} {each['identifier']}: {way} differ")
            for target in targets - led:
                api.post(f"{NODES}{here['id']}/{way}/", {"id": target})
            for target in led - targets:
                api.post(f"{NODES}{here['id']}/{way}/", {"id": target, "disassociate": True})
    surplus = sorted(set(found) - {each["identifier"] for each in wanted})
    for name in surplus:
        differences.append(f"workflow {workflow['name']} {name}: is not in the configuration")
        api.delete(f"{NODES}{found[name]['id']}/")
    return differences
