# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Can this connection do the work here? See ansible-doc hospital_it.pkcs12.workstation_info."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    installed,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.settings import FROM_SITE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import SecretKind
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.browsers import (
    BrowserScope,
    browser_facts,
    browser_scope,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.comparison import comparison, numbers_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import (
    VARIABLE,
    check_holders,
    date_findings,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    HOLDER_OPTIONS,
    parse_day,
    parse_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_advice import of_stores
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuers import issuer_finding
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.shared_accounts import account_findings
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.site_issuers import (
    ISSUER_OPTIONS,
    issuers_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.number_look import accounts_in_inventory
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.options import (
    check_duplicates,
    has_password,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.stray_bundles import (
    WRONG_COMPUTER,
    StrayTask,
    evidence_of,
    handle_stray_bundles,
    stray_lines,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import Issuers
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSWORD
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import check_pattern, index_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import (
    Severity,
    computer_finding,
    lockdown_findings,
    no_holders,
    preflight,
    preflight_result,
    spnego_finding,
)

REGISTER_HOLDERS = "pkcs12_register_holders"
"""The site's variable with people who have no workstation."""


class ActionModule(Pkcs12Action):
    """The spec and one call."""

    SECRETS_BY_KEY: ClassVar[Mapping[str, SecretKind]] = {"holder_passwords": PASSWORD}
    SPEC = ArgumentSpec(
        options={
            "holders": {"type": "list", "elements": "dict", "options": HOLDER_OPTIONS, "default": [], "site": True},
            "holder_passwords": {"type": "dict", "no_log": True, "default": {}, "site": True},
            "browsers": {"type": "bool", "site": True},
            "computer": {"type": "str", "site": True},
            "portal_url": {"type": "str", "site": True},
            **ISSUER_OPTIONS,
            "authorisation_pattern": {"type": "str", "site": True},
            "authorisation_anniversary": {"type": "str", "site": True},
            "time_zone": {"type": "str", "default": "UTC", "site": True},
            "check_stray_bundles": {"type": "bool", "default": False, "site": True},
            "evidence_path": {"type": "path", "site": True},
        },
    )

    def check_given(self, given: Mapping[str, Any]) -> None:
        check_holders(given.get("holders") or [])

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        site = issuers_of(task.options)
        scope = browser_scope(task.options, site)
        if not task.options["holders"] and not self.drivers.is_windows:
            return self.no_workstation()
        result = self._looked_at(task, scope, site)
        if task.options["check_stray_bundles"]:
            result["lines"] += self._stray_bundles(task)
        return result

    def _looked_at(self, task: TaskContext, scope: BrowserScope | None, site: Issuers) -> dict[str, Any]:
        anniversary = parse_day(task.options["authorisation_anniversary"], setting="authorisation_anniversary")
        pattern = task.options["authorisation_pattern"]
        check_pattern("authorisation_pattern", pattern, groups=1)
        listed = [parse_holder(raw, pattern, site_anniversary=anniversary) for raw in task.options["holders"]]
        today = calendar_of(task.options["time_zone"], 0).day(now())
        entries = [entry for entry in listed if not entry.has_left(today)]
        check_duplicates(entries)
        passwords = task.options["holder_passwords"]
        with_password = [entry.user for entry in entries if has_password(passwords, entry, entries)]
        nobody = no_holders(task.host) if FROM_SITE in self._task.args and self.variable(VARIABLE) is None else ()
        try:
            inventory = self.drivers.read_inventory([entry.user for entry in entries])
        except Pkcs12Error as refusal:
            return preflight_result(task.host, (*lockdown_findings(refusal), *nobody))
        computer = computer_finding(self.drivers.expected_computer(), inventory)
        if computer.severity is Severity.ERROR:
            return preflight_result(inventory.computer, (computer, *nobody))
        accounts = accounts_in_inventory(self, entries, site, today)
        issuer = issuer_finding(inventory, entries, site)
        others = [("", self.variable(REGISTER_HOLDERS))]
        numbers = {*self.of_all_hosts(VARIABLE, numbers_of, "comparison"), *numbers_of(others)}
        numbers |= {entry.person.authorisation for entry in listed if entry.person.authorisation}
        index = index_holders(numbers, pattern)
        compared = {
            "comparison": comparison(inventory, entries, index, site, now()),
            "issuers": of_stores(site, inventory, index),
        }
        findings = (
            computer,
            spnego_finding(installed("pyspnego")),
            *preflight(inventory, now(), with_password),
            *account_findings(inventory, entries, accounts),
            issuer,
            *date_findings(listed, today),
        )
        if scope is None:
            return preflight_result(inventory.computer, (*findings, *nobody)) | compared
        found = scope.findings(inventory, self.drivers)
        result = preflight_result(inventory.computer, (*findings, *found, *nobody))
        return result | compared | browser_facts(found, now())

    def _stray_bundles(self, task: TaskContext) -> list[Problem]:
        """The bundles in people's folders, or why nobody could look. They keep no workstation from being ready."""
        wanted = StrayTask((), evidence_of(task.options, task.job, task.host), check_mode=True)
        try:
            return stray_lines(handle_stray_bundles(wanted, self.drivers, now))
        except Pkcs12Error as failure:
            return [] if failure.code == WRONG_COMPUTER else [failure.problem]  # a finding has said that
