# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reminds people by mail of what they have to do. See ansible-doc hospital_it.pkcs12.reminder_mails."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.action.compliance_report import VARIABLES
from ansible_collections.hospital_it.pkcs12.plugins.action.compliance_report import ActionModule as ReportAction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.fact_caching import fact_caching
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import variables_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.this_run import folders_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.retired import SITE_FOLDER, retired_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.fact_cache import FactCache
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.delivery.smtp import PORTS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.run import Mode, remind

OF_FILES = {"destination", "name", "formats", "title", "establishment", "fail_on"}
"""Options of the report that are about its files and its result. All others are options here too."""

LEFT_OUT = {name: ReportAction.SPEC.options[name].get("default") for name in OF_FILES}


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            **{name: option for name, option in ReportAction.SPEC.options.items() if name not in LEFT_OUT},
            "steps": {"type": "list", "elements": "int", "default": [40, 14, 7, 1]},
            "bundle_overdue_days": {"type": "int", "default": 5},
            "state_path": {"type": "path", "required": True},
            "allow_ephemeral": {"type": "bool", "default": False},
            "dry_run": {"type": "bool", "default": False},
            "it_to": {"type": "list", "elements": "str", "required": True},
            "employer_to": {"type": "list", "elements": "str", "default": []},
            "forward_to": {"type": "str"},
            "contact": {"type": "str"},
            "calendar": {"type": "bool", "default": False},
            "templates_folder": {"type": "path"},
            "mail_host": {"type": "str"},
            "mail_port": {"type": "int"},
            "security": {"type": "str", "choices": list(PORTS), "default": "starttls"},
            "allow_plaintext": {"type": "bool", "default": False},
            "ca_path": {"type": "path"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "sender": {"type": "str"},
            "timeout": {"type": "int", "default": 30},
        },
        required_together=[["username", "password"]],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = {**LEFT_OUT, **task.options}
        variables = list(variables_of(self._task_vars, options["hosts"], (*VARIABLES, SITE_FOLDER)))
        options["leavers"] = [*options["leavers"], *retired_in(*folders_in(SITE_FOLDER, variables))]
        cache = FactCache(*fact_caching(), in_awx=task.job is not None)
        return remind(options, variables, Mode(now(), task.check_mode, task.job, cache))
