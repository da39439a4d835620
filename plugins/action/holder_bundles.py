# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether each holder's bundle can be installed, on the controller. See ansible-doc hospital_it.pkcs12.holder_bundles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import (
    hidden_variables,
    texts_written,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.passphrase_files import WithPassphraseFiles
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import SecretKind
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.hidden_output import (
    hidden_output,
    is_in_sentences,
    is_secret,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import check_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HOLDER_OPTIONS, parse_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import without_leavers
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.site_issuers import (
    ISSUER_OPTIONS,
    issuers_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.bundle_check import check_bundles
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.leaving import KnowsRetired, leavers_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.number_look import shared_in_inventory
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.names import NameCheck
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of


class ActionModule(KnowsRetired, WithPassphraseFiles):
    """The argument spec and the call."""

    _hidden: Problem | None = None
    SECRETS_BY_KEY: ClassVar[Mapping[str, SecretKind]] = {"passphrases": PASSPHRASE}
    SPEC = ArgumentSpec(
        options={
            "holders": {"type": "list", "elements": "dict", "options": HOLDER_OPTIONS, "required": True, "site": True},
            "leavers": {"type": "raw", "site": True},
            "bundle_folder": {"type": "path", "required": True, "site": True},
            "bundle_pattern": {"type": "str", "default": "{name} - {authorisation}*.p12", "site": True},
            "passphrases": {"type": "dict", "no_log": True, "default": {}, "site": True},
            "passphrase_folder": {"type": "path", "site": True},
            "time_zone": {"type": "str", "default": "UTC", "site": True},
            "authorisation_pattern": {"type": "str", "site": True},
            **ISSUER_OPTIONS,
            "name_check": {"type": "str", "choices": ["strict", "words", "off"], "default": "words", "site": True},
        },
    )

    def check_given(self, given: Mapping[str, Any]) -> None:
        if "holders" in given:
            check_holders(given["holders"])
        if given.keys() <= self.SPEC.options.keys() and not given.get("bundle_folder"):  # a misspelt option comes first
            raise Pkcs12Error(Problem("bad_arguments.check_needs_folder", setting="bundle_folder"))

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        site = issuers_of(options)
        check = NameCheck(options["name_check"])
        today = calendar_of(options["time_zone"], 0).day(now())
        staying = without_leavers(options["holders"], leavers_of(self, options, today))
        entries = [parse_holder(raw, options["authorisation_pattern"], check) for raw in staying]
        shared = shared_in_inventory(self, entries)
        if not options["holders"] and not self.drivers.is_windows:
            return self.no_workstation()
        notes = self.notes(True, Path(options["bundle_folder"]))  # a check takes nobody back
        passphrases = self.all_passphrases(options, [entry.person.authorisation for entry in entries])
        return check_bundles({**options, "passphrases": passphrases}, entries, now(), shared, notes, site)

    def finish(self, result: dict[str, Any], task: TaskContext) -> dict[str, Any]:
        result = super().finish(result, task)
        return result | ({"warnings": [*result.get("warnings", ()), self._hidden]} if self._hidden else {})

    def of_all_hosts(
        self, name: str, make: Callable[[Iterator[tuple[str, Any]]], Any], what: str = "hidden_output"
    ) -> Any:
        """The first look at all hosts also finds what makes output unreadable. The host whose task looks says it, and no other."""
        if what != "hidden_output":
            return super().of_all_hosts(name, make, what)

        def look(by_host: Iterator[tuple[str, Any]]) -> Any:
            found = dict(by_host)
            hosts = self._task_vars.get("groups", {}).get("all", ())
            shown = (*hosts, *texts_written(self._task_vars, is_in_sentences))
            self._hidden = hidden_output(shown, found, hidden_variables(self._task_vars, is_secret))
            return make(iter(found.items()))

        return super().of_all_hosts(name, look, what)
