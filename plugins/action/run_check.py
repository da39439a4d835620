# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook needs before its first task, and variables that nothing reads. See ansible-doc hospital_it.pkcs12.run_check."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import (
    check_inventory,
    register_problems,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.known_settings import known_settings
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.variable_names import (
    LOCALHOST,
    OWN_NAMES,
    names_in,
    without_effect,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem

HOSTS, BATCH = "ansible_play_hosts_all", "ansible_play_batch"
UNKNOWN = ("unused_variable.everywhere", "unused_variable.unknown")
"""Who gives such a variable for one run means another one. In an inventory it may be a site's own."""


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "required_folders": {"type": "list", "elements": "str", "default": [], "site": True},
            "max_fail_percentage": {"type": "float", "site": True},
            "no_host_matches": {"type": "list", "elements": "str"},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        hosts, batch = self._task_vars.get(HOSTS, [self.host]), self._task_vars.get(BATCH, [])
        begins = batch[:1] == hosts[:1]  # what concerns the whole run is looked at once, not for each batch
        if begins:
            check_inventory(self._task_vars)
        if pattern := task.options["no_host_matches"]:
            raise Pkcs12Error(Problem("play.no_host", {"pattern": ",".join(pattern)}))
        folders = [each.strip() for each in task.options["required_folders"] if each.strip()]
        if unseen := tuple(each for each in folders if not Path(each).is_dir()):
            raise Pkcs12Error(Problem("folders_not_seen", {"folders": unseen}, "required_folders"))
        most = task.options["max_fail_percentage"]
        if most is not None and not 0 <= most <= 100:
            raise Pkcs12Error(Problem("bad_arguments.percentage", {"given": f"{most:g}"}, "max_fail_percentage"))
        doubts = self._misspelt(hosts) if begins else []
        if wrong := tuple(each for each in doubts if each.code in UNKNOWN and each.values["name"] in self.extra_vars):
            raise Pkcs12Error(Problem("bad_arguments.of_command", causes=wrong))
        rows = register_problems(self._task_vars) if begins else ()
        return {"msg": Problem("done.run_checked"), "warnings": [*rows, *doubts]}

    def _misspelt(self, hosts: list[str]) -> list[Problem]:
        """A problem for each variable of these hosts that nothing reads. A play on localhost reads the variables of the whole inventory."""
        every = self._task_vars.get("groups", {}).get("all", []) if hosts == [LOCALHOST] else []
        known = self._task_vars["hostvars"]
        names = {host: found for host in dict.fromkeys([*hosts, *every]) if (found := _names(known, host)) is not None}
        of_localhost = names[LOCALHOST] if LOCALHOST in names else _names(known, LOCALHOST)
        return without_effect(names, known_settings() if of_localhost is None else of_localhost, known_settings())


def _names(known: Mapping[str, Mapping[str, Any]], host: str) -> set[str] | None:
    """The names of a host's variables, without those that are the site's own; None where they cannot be read."""
    try:
        return set(known[host]) - set(_own_names(known[host]))
    except (
        AnsibleError,
        KeyError,
    ):  # a file of its groups is encrypted with another password; the task that needs it says so
        return None


def _own_names(of_host: Mapping[str, Any]) -> list[str]:
    try:
        return names_in(of_host.get(OWN_NAMES))
    except Exception:  # noqa: BLE001  a template may miss something, or a password; the errors differ from line to line of ansible-core
        return []
