# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expiry facts of a workstation, for all its users. See ansible-doc hospital_it.pkcs12.certificate_facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import (
    FactsScope,
    numbers_here,
    owned_stores,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.history import (
    exportable_keys,
    merge_known,
    unusable_keys,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import check_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    HOLDER_OPTIONS,
    HolderEntry,
    other_names,
    parse_day,
    parse_holder,
    resolve_accounts,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_advice import of_facts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_settings import (
    issuer_settings,
    known_holders,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import selection_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.shared_numbers import Shared
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.site_issuers import (
    ISSUER_OPTIONS,
    issuers_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.audit import audited, with_refused
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.key_proof import (
    WorkstationReading,
    proven_record,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.number_look import shared_in_inventory
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.names import NameCheck
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "holders": {"type": "list", "elements": "dict", "options": HOLDER_OPTIONS, "default": [], "site": True},
            "only_holders": {"type": "bool", "default": False, "site": True},
            **ISSUER_OPTIONS,
            "subject": {"type": "str", "site": True},
            "authorisation_pattern": {"type": "str", "site": True},
            "name_check": {"type": "str", "choices": ["strict", "words", "off"], "default": "words", "site": True},
            "eku": {"type": "list", "elements": "str", "default": []},
            "include_unrelated": {"type": "bool", "default": False},
            "include_archived": {"type": "bool", "default": False},
            "renew_before_days": {"type": "int", "default": 40, "site": True},
            "authorisation_due_within_days": {"type": "int", "default": 40, "site": True},
            "time_zone": {"type": "str", "default": "UTC", "site": True},
            "authorisation_anniversary": {"type": "str", "site": True},
            "computer": {"type": "str", "site": True},
            "prove_keys": {"type": "bool", "default": False, "site": True},
            "record_audit": {"type": "bool", "default": False},
            "fail_on_unreachable": {"type": "bool", "default": False, "site": True},
        },
    )

    _asked: Sequence[HolderEntry] = ()
    _shared: Shared = MappingProxyType({})

    def check_given(self, given: Mapping[str, Any]) -> None:
        check_holders(given.get("holders") or [])

    def finish(self, result: dict[str, Any], task: TaskContext) -> dict[str, Any]:
        result = super().finish(result, task)
        if not task.options["record_audit"]:
            return result
        told = audited(result, task.host, now(), task.options["fail_on_unreachable"])
        return with_refused(told, self._asked, self._shared)

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        if options["fail_on_unreachable"] and not options["record_audit"]:
            raise Pkcs12Error(Problem("bad_arguments.only_for_audits"))
        calendar = calendar_of(
            options["time_zone"], options["renew_before_days"], options["authorisation_due_within_days"]
        )
        if not options["holders"] and not self.drivers.is_windows:
            return self.no_workstation()
        pattern, name_check = options["authorisation_pattern"], NameCheck(options["name_check"])
        anniversary = parse_day(options["authorisation_anniversary"], setting="authorisation_anniversary")
        asked = [parse_holder(entry, pattern, name_check, anniversary) for entry in options["holders"]]
        site = issuers_of(options)
        selection_of(options, asked, site)  # refused before anything is asked of the workstation
        if options["record_audit"]:
            self._asked, self._shared = asked, shared_in_inventory(self, asked)
        inventory = self.drivers.inventory([entry.user for entry in asked])
        entries = resolve_accounts(merge_known(asked, known_holders(task.facts, site)), inventory)
        scope = FactsScope(
            selection_of(options, entries, site),
            entries,
            calendar,
            unusable_keys(task.facts),
            issuer_settings(site, task.facts),
            exportable_keys(task.facts),
        )
        reading = WorkstationReading(inventory, scope, now())
        record = proven_record(reading, self.drivers, task.check_mode) if options["prove_keys"] else reading.record({})
        return {
            "ansible_facts": {"pkcs12": to_map(record)},
            "issuers": of_facts(site, record.certificates),
            "other_names": other_names(record, asked),
            "numbers_here": numbers_here(owned_stores(inventory, {}), options["holders"], pattern),
        }
