# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A holder's certificate is there, or certificates are gone. See ansible-doc hospital_it.pkcs12.certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.history import unusable_keys
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, with_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_settings import holders_under
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.site_issuers import (
    ISSUER_OPTIONS,
    issuers_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.diff import run_diff
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.leaving import KnowsRetired, folders_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.number_look import accounts_in_inventory
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.options import (
    CHANGE_OPTIONS,
    RunContext,
    state_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import (
    ResultContext,
    certificate_result,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.run import HolderTask, run_tasks
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.scope import facts_scope
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.accounts import account_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.names import NameCheck
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of


class ActionModule(KnowsRetired, Pkcs12Action):
    """The argument spec and the call."""

    WRITES = True
    SPEC = ArgumentSpec(
        options={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "holder": {"type": "str", "required": True},
            "holder_password": {"type": "str", "no_log": True},
            "path": {"type": "path"},
            "content": {"type": "str", "no_log": True},
            "bundle_folder": {"type": "path"},
            "bundle_pattern": {"type": "str", "default": "{name} - {authorisation}*.p12", "site": True},
            "passphrase": {"type": "raw", "no_log": True},
            "name": {"type": "str"},
            "authorisation": {"type": "str"},
            "authorisation_pattern": {"type": "str", "site": True},
            "former_name": {"type": "str"},
            "name_check": {"type": "str", "choices": ["strict", "words", "off"], "default": "words", "site": True},
            "friendly_name": {"type": "str", "site": True},
            **CHANGE_OPTIONS,
            "allow_downgrade": {"type": "bool", "default": False, "site": True},
            "thumbprints": {"type": "list", "elements": "str"},
            **ISSUER_OPTIONS,
            "expired_for_days": {"type": "int"},
            "offline": {"type": "bool", "default": False, "site": True},
            "install": {"type": "str", "choices": ["always", "due"], "default": "always", "site": "run"},
            "renew_before_days": {"type": "int", "default": 40, "site": True},
            "authorisation_due_within_days": {"type": "int", "default": 40, "site": True},
            "time_zone": {"type": "str", "default": "UTC", "site": True},
            "computer": {"type": "str", "site": True},
            "evidence_path": {"type": "path", "site": True},
        },
        mutually_exclusive=[["path", "content", "bundle_folder"]],
        required_if=[
            ["state", "present", ["path", "content", "bundle_folder"], True],
            ["state", "absent", ["thumbprints", "issuer"], True],
        ],
    )

    def _check_selection(self, options: Mapping[str, Any]) -> None:
        """Refuses a removal that the site's issuer alone would select: it is set for other tasks. Raises ``Pkcs12Error``."""
        if options["thumbprints"] is None and self._arguments.name("issuer") != "issuer":
            raise Pkcs12Error(Problem("bad_arguments.site_issuer_selects", setting="issuer"))

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        if options["state"] == "absent":
            self._check_selection(options)
        person = ExpectedSubject(
            options["name"],
            options["authorisation"],
            options["authorisation_pattern"],
            NameCheck(options["name_check"]),
            options["former_name"] or None,
        )
        entry = HolderEntry(account_of(options["holder"], "holder"), person)
        # A removal has an issuer of its own, beside the site's.
        removes = options["state"] == "absent" and options["issuers"]
        site = issuers_of({**options, "issuer": None} if removes else options)
        if options["thumbprints"] is not None and self._arguments.name("issuer") != "issuer":
            options = {**options, "issuer": None}  # the site's says nothing of a certificate that the task names
        entries = with_holder(holders_under(task.facts, site), entry)
        entry = replace(
            entry, anniversary=entries[-1].anniversary
        )  # the facts know it from a task that read the inventory
        unusable = unusable_keys(task.facts)
        calendar = calendar_of(
            options["time_zone"], options["renew_before_days"], options["authorisation_due_within_days"]
        )
        context = RunContext(task.check_mode, task.host, task.job, unusable, entries, site=site)
        if options["state"] == "present":
            notes = self.notes(task.check_mode, *folders_of(options))
            accounts = accounts_in_inventory(self, [entry], site, calendar.day(now()))
            context = replace(context, notes=notes, accounts=accounts)
        state = state_of(options, entry, context)
        state.check(now())
        run = run_tasks([HolderTask(entry, state)], self.drivers.inventory([entry.user]), self.drivers, now)
        scope = facts_scope(run, entries, site, calendar, task.facts)
        result = certificate_result(run, scope, ResultContext(task.check_mode, calendar, now(), site=site))
        diffs = run_diff(run, self.words.of, calendar.ends_on) if task.diff else []
        return result | {"diff": diffs[0]} if diffs else result
