# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is somebody at this workstation due? See ansible-doc hospital_it.pkcs12.due_holders."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import variables_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status, Subject, Trait
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.due import due_result
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.options import OPTIONS, VARIABLES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import report_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.revocation_lists import FROM_CERTIFICATE

STATUSES = [each.value for each in Status if Subject.HOLDER in each.of]
USUALLY = [each.value for each in Status if Trait.DUE in each.traits]
OF_REPORT = (
    *("leavers", "crl", "crl_issuer_files", "report_date", "time_zone"),
    *("renew_before_days", "issuer", "issuers", "authorisation_pattern"),
)
ANY_AGE = 36500
"""The end of a certificate is known, however old the facts are, in days."""


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            **{name: OPTIONS[name] for name in OF_REPORT},
            "due_statuses": {"type": "list", "elements": "str", "choices": STATUSES, "default": USUALLY, "site": True},
        }
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        if not task.options["due_statuses"]:
            raise Pkcs12Error(Problem("bad_arguments.due_statuses_empty", {"known": tuple(STATUSES)}, "due_statuses"))
        options = {**{name: option.get("default") for name, option in OPTIONS.items()}, **task.options}
        options |= {"facts_max_age_days": ANY_AGE, "crl": [each for each in options["crl"] if each != FROM_CERTIFICATE]}
        variables = list(variables_of(self._task_vars, [self.host], VARIABLES, self._mask))
        result = due_result(report_of(options, variables, now()), options["due_statuses"], options["renew_before_days"])
        holders = self.variable("pkcs12_holders")
        return result | {
            "without_holders": holders is None and self.drivers.is_windows,
            "msg": Problem("done.somebody_due" if result["due"] else "done.nobody_due", {"host": self.host}),
        }
