# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has which certificate until when, for people. See ansible-doc hospital_it.pkcs12.compliance_report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any, ClassVar

from ansible import constants

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.fact_caching import fact_caching
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import (
    hosts_matching,
    untag,
    variables_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.settings import FROM_SITE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.this_run import folders_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.fact_cache import FactCache
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import LEAVERS, leavers_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.retired import SITE_FOLDER, retired_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.smtp import SERVER_OPTIONS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.destinations import (
    NEEDED,
    check_settings,
    places_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import ACCEPTABLE, FAIL_ON
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.file_formats import FILE_FORMATS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import (
    check_report,
    checked,
    days_of_other_hosts,
    last_report,
    report_of,
    report_result,
    write_files,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.revocation_lists import FROM_CERTIFICATE
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
    "what": {"type": "str", "choices": list(ACCEPTABLE), "required": True},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str", "required": True},
}
PLACE = {
    "kind": {"type": "str", "required": True, "choices": list(NEEDED)},
    "formats": {"type": "list", "elements": "str", "choices": list(FILE_FORMATS)},
    "path": {"type": "str"},
    "mode": {"type": "str", "default": "0640"},
    "host": {"type": "str"},
    "url": {"type": "str"},
    "credential": {"type": "str"},
    "to": {"type": "list", "elements": "str"},
    "mail_subject": {"type": "str"},
}
DELIVERIES = "pkcs12_fact_deliveries"
"""The fact of this host in which collect keeps what became of the issuer's mails."""
PATTERN = "pkcs12_hosts"
"""The variable of a run that says which hosts it is about. Without it a report is about every host with holders or facts."""
NO_REPORT: Mapping[str, Any] = {
    "report_folder": None,
    "report_query": None,
    "report_destinations": [],
    "fail_on": [],
    "merge_reports": [],
    "register_holders": [],
    "exceptions": [],
    "compare_reports": False,
    "previous_report": None,
}
"""What a site says of its report, and a task that only evaluates facts passes over."""
VARIABLES = ("ansible_facts", "pkcs12_holders", LEAVERS, ANNIVERSARY, RENEW_BEFORE_DAYS)


class OfSite:
    """What the reports of a site know besides its settings: which workstations, and what became of the issuer's mails."""

    _task_vars: Any
    variable: Callable[[str], Any]

    def of_this_site(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options ``report_hosts`` and ``deliveries``. Raises ``Pkcs12Error``: ``bad_arguments``."""
        kept = self._task_vars.get("ansible_facts", {}).get(DELIVERIES) or {}
        hosts, pattern = options["report_hosts"], self.variable(PATTERN)
        if hosts is None and pattern is not None:
            hosts = hosts_matching(self._task_vars, pattern)
            if not hosts:
                raise Pkcs12Error(
                    code="bad_arguments",
                    cause=f"No host of this inventory matches {PATTERN}, so the report would be empty.",
                    next_step=f"Correct {PATTERN}.",
                )
        return {"report_hosts": hosts, "deliveries": options["deliveries"] or untag(kept)}


class ActionModule(OfSite, Pkcs12Action):
    """The argument spec and the call."""

    SECRET_KEYS: ClassVar[Mapping[str, Set[str]]] = {"credentials": {"password"}}
    SPEC = ArgumentSpec(
        options={
            "report_hosts": {"type": "list", "elements": "str"},
            "register_holders": {"type": "list", "elements": "dict", "options": HOLDER, "default": [], "site": True},
            "deliveries": {"type": "dict", "default": {}},
            "leavers": {"type": "raw", "default": [], "site": True},
            "exceptions": {"type": "list", "elements": "dict", "options": EXCEPTION, "default": [], "site": True},
            "crl": {"type": "list", "elements": "str", "default": [], "site": True},
            "crl_issuer_files": {"type": "list", "elements": "path", "default": [], "site": True},
            "crl_hosts": {"type": "list", "elements": "str", "default": [], "site": True},
            "merge_reports": {"type": "list", "elements": "path", "default": [], "site": True},
            "previous_report": {"type": "path", "site": True},
            "compare_reports": {"type": "bool", "default": False, "site": True},
            "report_folder": {"type": "path", "site": True},
            "report_name": {"type": "str", "default": "pkcs12-compliance", "site": True},
            "report_formats": {
                "type": "list",
                "elements": "str",
                "choices": list(FILE_FORMATS),
                "default": list(FILE_FORMATS),
                "site": True,
            },
            "report_title": {"type": "str"},
            "report_destinations": {"type": "list", "elements": "dict", "options": PLACE, "default": [], "site": True},
            "mail_host": SERVER_OPTIONS["mail_host"],
            "mail_sender": SERVER_OPTIONS["mail_sender"],
            "credentials": {"type": "dict", "no_log": True, "default": {}, "site": True},
            "establishment": {"type": "str", "site": True},
            "language": {"type": "str", "choices": list(LANGUAGES), "default": "en", "site": True},
            "time_zone": {"type": "str", "default": "UTC", "site": True},
            "report_date": {"type": "str", "site": "run"},
            "renew_before_days": {"type": "int", "default": 40, "site": True},
            "authorisation_anniversary": {"type": "str", "site": True},
            "authorisation_word": {"type": "str", "site": True},
            "authorisation_due_within_days": {"type": "int", "default": 40, "site": True},
            "facts_max_age_days": {"type": "int", "default": 3, "site": True},
            "issuer": {"type": "str", "site": True},
            "issuer_overdue_days": {"type": "int", "site": True},
            "issuer_contact": {"type": "str", "site": True},
            "issuer_mail_sender": {"type": "str", "site": True},
            "issuer_mail_subject": {"type": "str", "site": True},
            "authorisation_pattern": {"type": "str", "site": True},
            "report_query": {"type": "str", "site": True},
            "fail_on": {"type": "list", "elements": "str", "choices": list(FAIL_ON), "default": [], "site": True},
            "rows_only": {"type": "bool", "default": False},
            "settings_only": {"type": "bool", "default": False},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = {**task.options}
        if options["rows_only"]:
            crl = [
                each for each in options["crl"] if each != FROM_CERTIFICATE
            ]  # one download for each task would be too many
            options |= {**NO_REPORT, "crl": crl}
        of_site = FROM_SITE in self._task.args and not options["rows_only"]
        if of_site:
            options |= self.of_this_site(options)
        if of_site or options["report_folder"] or options["settings_only"]:
            check_settings(options, constants.DEFAULT_KEEP_REMOTE_FILES)
        if options["settings_only"]:
            check_report(options, now())
            return {"msg": "The settings of the report can be used. No report was made."}
        # Otherwise a caller looks at each row, as renew_due does: it calls a new workstation, and is red for who is retired.
        is_report = bool(options["report_folder"] or options["report_query"] or options["fail_on"])
        names = (*VARIABLES, SITE_FOLDER) if is_report else VARIABLES
        variables = list(variables_of(self._task_vars, options["report_hosts"], names))
        options["leavers"] = [*leavers_in(options["leavers"]), *retired_in(*folders_in(SITE_FOLDER, variables))]
        options["previous_report"] = options["previous_report"] or last_report(options)
        whole = report_of(options, variables, now())
        if is_report and whole.workstations:  # a report of a register alone tells of no workstation
            checked(whole, FactCache(*fact_caching(), in_awx=task.job is not None))
        report = select(whole, options["report_query"]) if options["report_query"] else whole
        written = write_files(options, report, task.check_mode)
        warnings = days_of_other_hosts(variables, options["renew_before_days"])
        made = report_result(options, report, written)
        places = [] if task.check_mode else places_of(options, written.files, made["msg"])
        return made | {"check_mode": task.check_mode, "warnings": warnings, "destinations": places}
