# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reminds people by mail of what they have to do. See ansible-doc hospital_it.pkcs12.reminder_mails."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.fact_caching import fact_caching
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import variables_of, wrong_rows
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.of_site import of_this_site
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.settings import FROM_SITE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.this_run import folders_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.fact_cache import FactCache
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import leavers_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.retired import SITE_FOLDER, retired_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.smtp import SERVER_OPTIONS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.options import OF_FILES, OPTIONS, VARIABLES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.run import Mode, remind

LEFT_OUT = {name: OPTIONS[name].get("default") for name in OF_FILES}


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    WRITES = True
    SPEC = ArgumentSpec(
        options={
            **{name: option for name, option in OPTIONS.items() if name not in LEFT_OUT},
            "reminder_days": {"type": "list", "elements": "int", "default": [40, 14, 7, 1], "site": True},
            "bundle_overdue_days": {"type": "int", "default": 5, "site": True},
            "state_path": {"type": "path", "required": True, "site": True},
            "allow_ephemeral": {"type": "bool", "default": False, "site": True},
            "dry_run": {"type": "bool", "default": False, "site": True},
            "it_to": {"type": "list", "elements": "str", "required": True, "site": True},
            "employer_to": {"type": "list", "elements": "str", "default": [], "site": True},
            "forward_to": {"type": "str", "site": True},
            "contact": {"type": "str", "site": True},
            "calendar": {"type": "bool", "default": False, "site": True},
            "templates_folder": {"type": "path", "site": True},
            **SERVER_OPTIONS,
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = {**LEFT_OUT, **task.options}
        if FROM_SITE in self._task.args:
            options |= of_this_site(self, options)
        variables = list(variables_of(self._task_vars, options["report_hosts"], (*VARIABLES, SITE_FOLDER), self._mask))
        options["leavers"] = [*leavers_in(options["leavers"]), *retired_in(*folders_in(SITE_FOLDER, variables))]
        options["register_problems"] = wrong_rows(self._task_vars)
        cache = FactCache(*fact_caching(), in_awx=task.job is not None)
        return remind(options, variables, Mode(now(), task.check_mode, task.job, cache))
