# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a workflow: their templates, their answers, their approvals, and where they lead."""

from __future__ import annotations

from awx.api import Awx, Json
from consistency.awx import Data

WAYS = ("success_nodes", "failure_nodes", "always_nodes")
NODES = "workflow_job_template_nodes/"


def node(api: Awx, change: bool, workflow: Json, wanted: Data) -> list[str]:
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
        if change:
            new = {"workflow_job_template": workflow["id"], "identifier": wanted["identifier"]}
            found = api.post(NODES, {**new, **fields})
            _approval(api, change, found, wanted)
        return [f"{title}: missing"]
    differing = {name: value for name, value in fields.items() if found.get(name) != value}
    if differing and change:
        api.patch(f"{NODES}{found['id']}/", differing)
    return [f"{title}: {name} differs" for name in differing] + [
        f"{title}: its approval differs" for _each in range(_approval(api, change, found, wanted))
    ]


def _approval(api: Awx, change: bool, found: Json, wanted: Data) -> bool:
    """Whether the approval of a node differed."""
    if "approval_node" not in wanted:
        return False
    approval = wanted["approval_node"]
    if found.get("unified_job_template"):
        kept = api.get(f"workflow_approval_templates/{found['unified_job_template']}/")
        differing = {name: value for name, value in approval.items() if kept.get(name) != value}
        if differing and change:
            api.patch(f"workflow_approval_templates/{kept['id']}/", differing)
        return bool(differing)
    if change:
        api.post(f"{NODES}{found['id']}/create_approval_template/", approval)
    return True


def links(api: Awx, change: bool, workflow: Json, wanted: list[Data]) -> list[str]:
    """Makes each node lead where it is to lead, and nowhere else. Returns the differences."""
    found = {each["identifier"]: each for each in api.all(NODES, workflow_job_template=workflow["id"])}
    differences = []
    for each in wanted:
        if each["identifier"] not in found:
            continue
        here = found[each["identifier"]]
        for way in WAYS:
            led = set(here.get(way, ()))
            targets = {found[name]["id"] for name in each.get(way, ()) if name in found}
            if led == targets:
                continue
            differences.append(f"workflow {workflow['name']} {each['identifier']}: {way} differ")
            for target in targets - led if change else ():
                api.post(f"{NODES}{here['id']}/{way}/", {"id": target})
            for target in led - targets if change else ():
                api.post(f"{NODES}{here['id']}/{way}/", {"id": target, "disassociate": True})
    surplus = sorted(set(found) - {each["identifier"] for each in wanted})
    for name in surplus:
        differences.append(f"workflow {workflow['name']} {name}: is not in the configuration")
        if change:
            api.delete(f"{NODES}{found[name]['id']}/")
    return differences
