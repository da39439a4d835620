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
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import SecretKind
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.browsers import browser_facts, browser_scope
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import check_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HOLDER_OPTIONS, parse_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuers import issuer_finding
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.options import (
    check_duplicates,
    has_password,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSWORD
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import (
    Severity,
    computer_finding,
    lockdown_findings,
    preflight,
    preflight_result,
    spnego_finding,
)


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
            "issuer": {"type": "str", "site": True},
        },
    )

    def check_given(self, given: Mapping[str, Any]) -> None:
        check_holders(given.get("holders") or [], self.host)

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        scope = browser_scope(task.options)
        if not task.options["holders"] and not self.drivers.is_windows:
            return self.no_workstation()
        entries = [parse_holder(raw) for raw in task.options["holders"]]
        check_duplicates(entries)
        passwords = task.options["holder_passwords"]
        accounts = [entry.user for entry in entries if has_password(passwords, entry, entries)]
        try:
            inventory = self.drivers.read_inventory([entry.user for entry in entries])
        except Pkcs12Error as refusal:
            return preflight_result(task.host, lockdown_findings(refusal))
        computer = computer_finding(self.drivers.expected_computer(), inventory)
        if computer.severity is Severity.ERROR:
            return preflight_result(inventory.computer, (computer,))
        issuer = issuer_finding(inventory, entries, task.options["issuer"])
        findings = (computer, spnego_finding(installed("pyspnego")), *preflight(inventory, now(), accounts), issuer)
        if scope is None:
            return preflight_result(inventory.computer, findings)
        found = scope.findings(inventory, self.drivers)
        return preflight_result(inventory.computer, findings + found) | browser_facts(found, now())
