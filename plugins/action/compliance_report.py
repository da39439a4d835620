# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has which certificate until when, for people. See ansible-doc hospital_it.pkcs12.compliance_report."""

from __future__ import annotations

from typing import Any

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
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import LEAVERS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import FAIL_ON, FINDINGS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.file_formats import FILE_FORMATS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import (
    checked,
    days_of_other_hosts,
    report_of,
    report_result,
    write_files,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import ANNIVERSARY, RENEW_BEFORE_DAYS

HOLDER = {
    "name": {"type": "str", "required": True},
    "authorisation": {"type": "raw", "required": True},
    "authorisation_anniversary": {"type": "str"},
    "absent_until": {"type": "str"},
    "function": {"type": "str"},
    "mail": {"type": "str"},
    "former_name": {"type": "str"},
    "awaiting": {"type": "str"},
    "expected_from": {"type": "str"},
}
EXCEPTION = {
    "authorisation": {"type": "raw", "required": True},
    "workstation": {"type": "str"},
    "what": {"type": "str", "choices": list(FINDINGS), "required": True},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str", "required": True},
}
VARIABLES = ("ansible_facts", "pkcs12_holders", LEAVERS, ANNIVERSARY, RENEW_BEFORE_DAYS)


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "hosts": {"type": "list", "elements": "str"},
            "holders": {"type": "list", "elements": "dict", "options": HOLDER, "default": []},
            "deliveries": {"type": "dict", "default": {}},
            "leavers": {"type": "list", "elements": "raw", "default": []},
            "exceptions": {"type": "list", "elements": "dict", "options": EXCEPTION, "default": []},
            "crl": {"type": "list", "elements": "str", "default": []},
            "crl_issuer_files": {"type": "list", "elements": "path", "default": []},
            "crl_hosts": {"type": "list", "elements": "str", "default": []},
            "merge": {"type": "list", "elements": "path", "default": []},
            "previous": {"type": "path"},
            "destination": {"type": "path"},
            "name": {"type": "str", "default": "pkcs12-compliance"},
            "formats": {
                "type": "list",
                "elements": "str",
                "choices": list(FILE_FORMATS),
                "default": list(FILE_FORMATS),
            },
            "title": {"type": "str"},
            "establishment": {"type": "str"},
            "language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
            "time_zone": {"type": "str", "default": "UTC"},
            "report_date": {"type": "str"},
            "renew_before_days": {"type": "int", "default": 40},
            "authorisation_anniversary": {"type": "str"},
            "authorisation_word": {"type": "str"},
            "authorisation_due_within_days": {"type": "int", "default": 40},
            "facts_max_age_days": {"type": "int", "default": 3},
            "issuer_overdue_days": {"type": "int"},
            "issuer_contact": {"type": "str"},
            "issuer_mail_sender": {"type": "str"},
            "issuer_mail_subject": {"type": "str"},
            "authorisation_pattern": {"type": "str"},
            "issuer": {"type": "str", "site": True},
            "query": {"type": "str"},
            "fail_on": {"type": "list", "elements": "str", "choices": list(FAIL_ON), "default": []},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = {**task.options}
        # Otherwise a caller looks at each row, as renew_due does: it calls a new workstation, and is red for who is retired.
        is_report = bool(options["destination"] or options["query"] or options["fail_on"])
        names = (*VARIABLES, SITE_FOLDER) if is_report else VARIABLES
        variables = list(variables_of(self._task_vars, options["hosts"], names))
        options["leavers"] = [*options["leavers"], *retired_in(*folders_in(SITE_FOLDER, variables))]
        whole = report_of(options, variables, now())
        if is_report and whole.workstations:  # a report of a register alone tells of no workstation
            checked(whole, FactCache(*fact_caching(), in_awx=task.job is not None))
        report = select(whole, options["query"]) if options["query"] else whole
        written = write_files(options, report, task.check_mode)
        warnings = days_of_other_hosts(variables, options["renew_before_days"])
        return report_result(options, report, written) | {"check_mode": task.check_mode, "warnings": warnings}
