# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has which certificate until when, for people. See ansible-doc hospital_it.pkcs12.compliance_report."""

from __future__ import annotations

from collections.abc import Mapping, Set
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
    variables_of,
    wrong_rows,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.of_site import of_this_site
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.settings import FROM_SITE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.this_run import folders_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.fact_cache import FactCache
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import leavers_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.retired import SITE_FOLDER, retired_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.destinations import check_settings, places_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.options import OPTIONS, VARIABLES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import (
    check_formats,
    check_outside,
    check_report,
    checked,
    days_of_other_hosts,
    issuer_advice,
    last_report,
    not_compared,
    report_of,
    report_result,
    write_files,
)

LIMIT = "ansible_limit"
"""In which Ansible has the pattern that ``--limit`` gives a run."""


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SECRET_KEYS: ClassVar[Mapping[str, Set[str]]] = {"credentials": {"password"}}
    SPEC = ArgumentSpec(options=OPTIONS)

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = {**task.options}
        of_site = FROM_SITE in self._task.args
        if of_site:
            options |= of_this_site(self, options)
        if of_site or options["report_folder"] or options["settings_only"]:
            check_settings(options, constants.DEFAULT_KEEP_REMOTE_FILES)
        check_formats(options)
        cache = FactCache(*fact_caching(), in_awx=task.job is not None)
        if options["settings_only"]:
            check_report(options, now())
            if LIMIT in self._task_vars:
                known = list(variables_of(self._task_vars, options["report_hosts"], VARIABLES, self._mask))
                self._check_outside(report_of({**options, "merge_reports": []}, known, now()), cache)
            return {"msg": Problem("done.report_settings")}
        is_report = bool(options["report_folder"] or options["report_query"] or options["fail_on"])
        names = (*VARIABLES, SITE_FOLDER) if is_report else VARIABLES
        variables = list(variables_of(self._task_vars, options["report_hosts"], names, self._mask))
        options["leavers"] = [*leavers_in(options["leavers"]), *retired_in(*folders_in(SITE_FOLDER, variables))]
        options["previous_report"] = options["previous_report"] or last_report(options)
        options["register_problems"] = wrong_rows(self._task_vars)
        whole = report_of(options, variables, now())
        if is_report and whole.workstations:  # a report of a register alone tells of no workstation
            checked(whole, cache)
            self._check_outside(whole, cache)
        report = select(whole, options["report_query"]) if options["report_query"] else whole
        written = write_files(options, report, task.check_mode)
        warnings = [
            *not_compared(options, whole),
            *days_of_other_hosts(variables, options["renew_before_days"]),
            *issuer_advice(options, whole),
        ]
        made = report_result(options, report, written)
        places = [] if task.check_mode else places_of(options, written.files, made["msg"])
        return made | {"check_mode": task.check_mode, "warnings": warnings, "destinations": places}

    def _check_outside(self, report: Report, cache: FactCache) -> None:
        """Refuses a report that knows only of the workstations of this run's limit. Raises ``Pkcs12Error``: ``no_facts``."""
        if limit := self._task_vars.get(LIMIT):
            check_outside(report, set(hosts_matching(self._task_vars, limit)), str(limit), cache)
