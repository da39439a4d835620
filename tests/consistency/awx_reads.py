# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables a playbook of the collection reads, and what its modules take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, nodes

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.run_settings import RUN_SETTINGS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.settings import PREFIX
from consistency.settings import places, read_by_itself, specs, uses
from consistency.tree import ROOT

COLLECTION = "hospital_it.pkcs12."
IMPORT = "ansible.builtin.import_role"
CALLING = ("certificate", "certificate_facts", "holder_certificates", "workstation_info")
"""The modules with which the playbooks call workstations. The others work on the controller."""
OF_SOME = {"passphrase_file"}
"""Modules that a role calls only where a site has chosen so."""


@dataclass(frozen=True, slots=True)
class Reads:
    """``options``: the specs of the settings that its tasks take, by variable. ``names``: those in its text, and those of a run."""

    options: dict[str, dict[str, Any]]
    names: frozenset[str]

    def reads(self, variable: str) -> bool:
        return variable in self.options or variable in self.names


def reads_of(playbook: str) -> Reads:
    """What ``hospital_it.pkcs12.<playbook>`` reads. Raises ``FileNotFoundError`` for one that is not there."""
    path = ROOT / "playbooks" / f"{playbook}.yml"
    plays = yaml.safe_load(path.read_text(encoding="utf-8"))
    read_in = {playbook, *_roles(plays)}
    paths = [path for place in read_in for path in places().get(place, ())]
    names = read_by_itself(tuple(paths)) | {setting.name for setting in RUN_SETTINGS}
    options = {
        f"{PREFIX}{name}": specs()[use.module][name]
        | ({"required": False, "default": use.defaults[name]} if name in use.defaults else {})
        for use in uses()
        if use.place in read_in and use.module not in OF_SOME
        for name in use.options
    }
    return Reads(options, frozenset(names))


def runs_on_localhost(playbook: str) -> bool:
    """Whether the first play is for localhost whatever the inventory has, as the playbooks write it."""
    plays = _load(ROOT / "playbooks" / f"{playbook}.yml")
    return "'localhost' if __is_limited_to_it" in plays[0].get("hosts", "")


def calls_workstations(playbook: str) -> bool:
    """Whether a task of the playbook or of its roles calls a workstation."""
    read_in = {playbook, *_roles(_load(ROOT / "playbooks" / f"{playbook}.yml"))}
    keys = {key for place in read_in for path in places().get(place, ()) for key in _keys(_load(path))}
    return any(f"{COLLECTION}{module}" in keys for module in CALLING)


def _keys(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _keys(each)


def _roles(plays: Any) -> Iterator[str]:
    """The roles of a playbook, as roles of a play or imported by a task."""
    for each in plays:
        imported = [task[IMPORT]["name"] for task in each.get("tasks", ()) if IMPORT in task]
        for role in [*(role["role"] for role in each.get("roles", ())), *imported]:
            yield str(role).removeprefix(COLLECTION)


def names_in(text: str) -> set[str]:
    """The names that a template looks up."""
    return {name.name for name in Environment(autoescape=True).parse(text).find_all(nodes.Name)}


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
