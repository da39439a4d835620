# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the configuration to AWX, and says how AWX differed from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from awx.api import Awx, Json
from consistency.awx import Data

WAYS = ("success_nodes", "failure_nodes", "always_nodes")
NODES = "workflow_job_template_nodes/"


def workflow_node(api: Awx, workflow: Json, wanted: Data) -> list[str]:
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


MAILS = "notification_templates"


@dataclass(frozen=True, slots=True)
class Kind:
    """``key``: the fields that identify an object. ``references``: fields that hold the id of an object, with its endpoint.

    ``lists``: associated objects, with their endpoint. ``texts``: maps that the API takes as text. ``apart``: handled elsewhere.
    """

    variable: str
    endpoint: str
    key: tuple[str, ...] = ("name",)
    references: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()


ORGANIZATION = {"organization": "organizations"}
KINDS = (
    Kind("controller_instance_groups", "instance_groups"),
    Kind("controller_teams", "teams", references=ORGANIZATION),
    Kind("controller_credential_types", "credential_types"),
    Kind(
        "controller_credentials",
        "credentials",
        references={**ORGANIZATION, "credential_type": "credential_types"},
        apart=frozenset({"update_secrets"}),
    ),
    Kind(
        "controller_credential_input_sources",
        "credential_input_sources",
        key=("target_credential", "input_field_name"),
        references={"target_credential": "credentials", "source_credential": "credentials"},
    ),
    Kind("controller_execution_environments", "execution_environments"),
    Kind("controller_notifications", MAILS, references=ORGANIZATION),
    Kind(
        "controller_projects",
        "projects",
        references={**ORGANIZATION, "credential": "credentials", "default_environment": "execution_environments"},
    ),
    Kind(
        "controller_inventories",
        "inventories",
        references=ORGANIZATION,
        lists={"instance_groups": "instance_groups"},
    ),
    Kind(
        "controller_inventory_sources",
        "inventory_sources",
        references={
            "inventory": "inventories",
            "source_project": "projects",
            "execution_environment": "execution_environments",
        },
        apart=frozenset({"organization"}),
    ),
    Kind(
        "controller_templates",
        "job_templates",
        references={
            "project": "projects",
            "inventory": "inventories",
            "execution_environment": "execution_environments",
        },
        lists={
            "credentials": "credentials",
            "instance_groups": "instance_groups",
            "notification_templates_error": MAILS,
            "notification_templates_success": MAILS,
        },
        texts=frozenset({"extra_vars"}),
        apart=frozenset({"organization", "survey_spec"}),
    ),
    Kind(
        "controller_workflows",
        "workflow_job_templates",
        references=ORGANIZATION,
        lists={"notification_templates_error": MAILS, "notification_templates_approvals": MAILS},
        apart=frozenset({"simplified_workflow_nodes"}),
    ),
    Kind(
        "controller_schedules",
        "schedules",
        references={"unified_job_template": "unified_job_templates"},
        apart=frozenset({"organization"}),
    ),
)
"""In the order in which they can be made: what is referred to comes first."""


HIDDEN = "$encrypted$"
"""What AWX shows instead of a secret."""


@dataclass(slots=True)
class Applied:
    """``differences``: one line each, without a value, which could be a secret."""

    api: Awx
    differences: list[str] = field(default_factory=list)

    def run(self, data: Data) -> list[str]:
        """All kinds in their order. Raises ``RefusedError``, ``LookupError`` for a name that AWX does not know."""
        __tracebackhide__ = True
        for setting in data.get("controller_settings", ()):
            self._settings({setting["name"]: setting["value"]})
        for kind in KINDS:
            for entry in data.get(kind.variable, ()):
                self._entry(kind, entry)
        for grant in data.get("controller_roles", ()):
            self._roles(grant)
        return self.differences

    def _entry(self, kind: Kind, entry: Data) -> None:
        __tracebackhide__ = True
        title = f"{kind.endpoint} {entry.get('name', entry.get('description', ''))}"
        wanted = self._wanted(kind, entry)
        found = self.api.find(f"{kind.endpoint}/", **{name: wanted[name] for name in kind.key})
        if found is None:
            self.differences.append(f"{title}: missing")
            found = self.api.post(f"{kind.endpoint}/", wanted)
        else:
            self._mend(title, f"{kind.endpoint}/{found['id']}/", found, wanted)
        place = f"{kind.endpoint}/{found['id']}/"
        for name, endpoint in kind.lists.items():
            self._members(title, f"{place}{name}/", endpoint, entry.get(name, []))
        if kind.endpoint == "projects":
            self._wait_for_project(title, place)
        if "survey_spec" in entry:
            self._survey(title, f"{place}survey_spec/", entry["survey_spec"])
        for node in entry.get("simplified_workflow_nodes", ()):
            self.differences += workflow_node(self.api, found, node)
        if "simplified_workflow_nodes" in entry:
            self.differences += links(self.api, found, entry["simplified_workflow_nodes"])

    def _wanted(self, kind: Kind, entry: Data) -> Json:
        """The fields of the object, with ids for names."""
        __tracebackhide__ = True
        wanted: Json = {}
        for name, value in entry.items():
            if name in kind.apart or name in kind.lists:
                continue
            if name in kind.references:
                wanted[name] = None if value is None else self._id(kind.references[name], value)
            else:
                wanted[name] = yaml.safe_dump(plain(value)) if name in kind.texts else plain(value)
        return wanted

    def _mend(self, title: str, place: str, found: Json, wanted: Json) -> None:
        __tracebackhide__ = True
        differing = {name: value for name, value in wanted.items() if not same(found.get(name), value)}
        self.differences += [f"{title}: {name} differs" for name in differing]
        if differing:
            self.api.patch(place, differing)

    def _members(self, title: str, place: str, endpoint: str, names: list[str]) -> None:
        known = {each["name"]: each["id"] for each in self.api.all(place)}
        for name in names:
            if name not in known:
                self.differences.append(f"{title}: {place.split('/')[-2]} lacks {name}")
                self.api.post(place, {"id": self._id(endpoint, name)})
        for name in set(known) - set(names):
            self.differences.append(f"{title}: {place.split('/')[-2]} has {name}")
            self.api.post(place, {"id": known[name], "disassociate": True})

    def _survey(self, title: str, place: str, wanted: Json) -> None:
        asked = plain(wanted)
        if not same(self.api.get(place), asked):
            self.differences.append(f"{title}: survey_spec differs")
            self.api.post(place, asked)

    def _roles(self, grant: Data) -> None:
        for kind, endpoint in (("job_templates", "job_templates"), ("workflows", "workflow_job_templates")):
            for name in grant.get(kind, ()):
                resource = self.api.get(f"{endpoint}/{self._id(endpoint, name)}/")
                for role in grant["roles"]:
                    number = resource["summary_fields"]["object_roles"][f"{role}_role"]["id"]
                    self._grant(f"{endpoint} {name}: {role}", f"roles/{number}/teams/", grant["team"])

    def _grant(self, title: str, place: str, team: str) -> None:
        if team not in {each["name"] for each in self.api.all(place)}:
            self.differences.append(f"{title} lacks {team}")
            self.api.post(place, {"id": self._id("teams", team)})

    def _settings(self, wanted: Mapping[str, Any]) -> None:
        found = self.api.get("settings/jobs/")
        for name, value in wanted.items():
            if found.get(name) != value:
                self.differences.append(f"settings {name}: differs")
                self.api.patch("settings/jobs/", {name: value})

    def _wait_for_project(self, title: str, place: str) -> None:
        """AWX offers the playbooks of a project after its first update."""
        if (status := self.api.wait(place)["status"]) != "successful":
            raise LookupError(f"{title}: its update ended {status}")

    def _id(self, endpoint: str, name: str) -> int:
        found = self.api.find(f"{endpoint}/", name=name)
        if found is None:
            raise LookupError(f"AWX has no {name} in {endpoint}")
        return int(found["id"])


def plain(value: Any) -> Any:
    """A part of the configuration in the types of JSON: the text that AWX fills in is text."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return str(value) if isinstance(value, str) else value


def same(found: Any, wanted: Any) -> bool:
    """Whether AWX has a value. A map may have more keys, a secret is not shown, and a map may be kept as text."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(same(found.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(same(have, want) for have, want in zip(found, wanted, strict=True))
        )
    if found in (wanted, HIDDEN):
        return True
    return isinstance(found, str) and isinstance(wanted, str) and _map_in(found) == _map_in(wanted) != {}


def _map_in(text: str) -> Data:
    """The map that a text holds, as YAML or JSON, or an empty one."""
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
