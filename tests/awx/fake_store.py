# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the small AWX knows, and the rules of AWX that the tests depend on."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from awx import fake_jobs
from awx.fake_jobs import ADMIN
from awx.fake_refusal import Refusal

Json = dict[str, Any]
SECRETS = {"secret_id", "password", "passphrases", "ssh_key_data"}
ROLES = {"job_templates": ("execute", "read"), "workflow_job_templates": ("execute", "read", "approval")}
KEPT_AS_TEXT = {"job_templates": "extra_vars", "inventory_sources": "source_vars"}


@dataclass(slots=True)
class Store:
    """``objects``: by endpoint. ``members``: ids of associated objects, by endpoint, id and list. ``surveys``: by template.

    ``hosts``: the workstations of the project. ``wanted``: the password with which they let jobs in; None if they take any.
    """

    objects: dict[str, list[Json]] = field(default_factory=dict)
    members: dict[tuple[str, int, str], list[int]] = field(default_factory=dict)
    surveys: dict[int, Json] = field(default_factory=dict)
    settings: Json = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    playbooks: set[str] = field(default_factory=set)
    hosts: dict[str, Json] = field(default_factory=dict)
    wanted: str | None = field(default=None, repr=False)
    number: int = 0

    def __post_init__(self) -> None:
        for endpoint, name in (("organizations", "Default"), ("instance_groups", "default")):
            self.add(endpoint, {"name": name})
        for name in ("Machine", "Source Control", "HashiCorp Vault Secret Lookup"):
            self.add("credential_types", {"name": name})

    def add(self, endpoint: str, fields: Mapping[str, Any]) -> Json:
        """A new object, with what AWX adds to it."""
        self.number += 1
        made: Json = {"id": self.number, **copy.deepcopy(dict(fields))}
        self.objects.setdefault(endpoint, []).append(made)
        if endpoint in ROLES:
            roles = {f"{role}_role": self.add("roles", {"name": role}) for role in ROLES[endpoint]}
            made["summary_fields"] = {"object_roles": {name: {"id": role["id"]} for name, role in roles.items()}}
        return made

    def get(self, parts: list[str], user: str) -> Json | list[Json]:
        """An object, or a list. Secrets are hidden, and of templates a user sees those of the user's teams."""
        match parts:
            case ["settings", "jobs"]:
                return self.settings
            case [endpoint]:
                return [seen for each in self._list(endpoint) if (seen := self._seen(endpoint, each, user))]
            case [endpoint, number]:
                return self._seen(endpoint, self.one(endpoint, number), user) or {}
            case [endpoint, number, name]:
                return self._related(endpoint, int(number), name)
        raise Refusal(404, {})

    def _list(self, endpoint: str) -> list[Json]:
        if endpoint == "unified_job_templates":
            return [*self.objects.get("job_templates", []), *self.objects.get("workflow_job_templates", [])]
        found = self.objects.get(endpoint, [])
        return [self._node(each) for each in found] if endpoint == "workflow_job_template_nodes" else found

    def _related(self, endpoint: str, number: int, name: str) -> Json | list[Json]:
        if name == "survey_spec":
            return self.surveys.get(number, {})
        if name == "ansible_facts":
            return dict(self.hosts.get(self.one("hosts", number)["name"], {"facts": {}})["facts"])
        if name == "job_events":
            return list(self.one("jobs", number)["events"])
        if (endpoint, name) == ("inventories", "hosts"):
            known = self.members.get((endpoint, number, name), [])
            return [
                each for each in self.objects.get("hosts", []) if number == each["inventory"] or each["id"] in known
            ]
        ids = self.members.get((endpoint, number, name), [])
        return [each for objects in self.objects.values() for each in objects if each["id"] in ids]

    def post(self, parts: list[str], body: Json, user: str) -> Json:
        """A new object, an association, a survey, or the start of a job."""
        if len(parts) == 1:
            return self._create(parts[0], body)
        endpoint, number, name = parts
        found = self.one(endpoint, number)
        match endpoint, name:
            case "job_templates", "survey_spec":
                self.surveys[found["id"]] = body
                return {}
            case "job_templates", "launch":
                if user != ADMIN and not self._starts(endpoint, found, user):
                    raise Refusal(403, {})
                return fake_jobs.launch(self, found, body)
            case "inventory_sources", "update":
                return fake_jobs.update(self, found)
            case "jobs", "cancel":
                raise Refusal(405, {"detail": "not running"})
            case _, "create_approval_template":
                found["unified_job_template"] = self.add("workflow_approval_templates", body)["id"]
                return {}
        ids = self.members.setdefault((endpoint, found["id"], name), [])
        if body.get("disassociate"):
            ids.remove(body["id"])
        elif body["id"] not in ids:
            ids.append(body["id"])
        return {}

    def patch(self, parts: list[str], body: Json) -> Json:
        """An object or the settings after a change."""
        if parts == ["settings", "jobs"]:
            self.settings |= body
            return self.settings
        found = self.one(parts[0], parts[1])
        if parts[0] == "users" and "password" in body:
            self.passwords[found["username"]] = body.pop("password")
        changed = copy.deepcopy(body)
        if parts[0] == "credentials" and "inputs" in body:  # what AWX hid comes back hidden, and stays
            shown = {name: found["inputs"][name] for name, value in body["inputs"].items() if value == "$encrypted$"}
            changed["inputs"] |= shown
        found |= changed
        return found

    def delete(self, parts: list[str]) -> None:
        self.objects[parts[0]].remove(self.one(parts[0], parts[1]))

    def one(self, endpoint: str, number: int | str) -> Json:
        """The object with an id. Raises ``Refusal``: 404."""
        for each in self.objects.get(endpoint, []):
            if each["id"] == int(number):
                return each
        raise Refusal(404, {"detail": "Not found."})

    def _create(self, endpoint: str, body: Json) -> Json:
        if endpoint == "users":
            self.passwords[body["username"]] = body.pop("password")
        if endpoint == "job_templates" and body["playbook"] not in self.playbooks:
            raise Refusal(400, {"playbook": ["Playbook not found for project."]})
        if isinstance(body.get(KEPT_AS_TEXT.get(endpoint, "")), dict):
            raise Refusal(400, {KEPT_AS_TEXT[endpoint]: ["Not a valid string."]})
        usual: dict[str, Json] = {"schedules": {"enabled": True}, "projects": {"status": "successful"}}
        made = self.add(endpoint, {**usual.get(endpoint, {}), **body})
        if endpoint == "inventories" and body.get("kind") == "constructed":
            self.add("inventory_sources", {"name": f"Auto-created source for: {made['name']}", "inventory": made["id"]})
        return made

    def _node(self, node: Json) -> Json:
        ways = ("success_nodes", "failure_nodes", "always_nodes")
        ids = {way: self.members.get(("workflow_job_template_nodes", node["id"], way), []) for way in ways}
        return {"extra_data": {}, **node, **ids}

    def _seen(self, endpoint: str, found: Json, user: str) -> Json | None:
        seen = copy.deepcopy(found)
        for name in SECRETS & set(seen.get("inputs", {})) if endpoint == "credentials" else ():
            seen["inputs"][name] = "$encrypted$"
        if endpoint in ROLES:
            if user != ADMIN and not self._has(endpoint, found, user, ("execute", "read")):
                return None
            seen["summary_fields"]["user_capabilities"] = {
                "start": user == ADMIN or self._starts(endpoint, found, user)
            }
        return seen

    def _starts(self, endpoint: str, found: Json, user: str) -> bool:
        return self._has(endpoint, found, user, ("execute",))

    def _has(self, endpoint: str, found: Json, user: str, roles: tuple[str, ...]) -> bool:
        (number,) = [each["id"] for each in self.objects["users"] if each["username"] == user]
        teams = {key[1] for key, ids in self.members.items() if key[0::2] == ("teams", "users") and number in ids}
        held = [found["summary_fields"]["object_roles"][f"{role}_role"]["id"] for role in roles]
        return any(teams & set(self.members.get(("roles", role, "teams"), ())) for role in held)
