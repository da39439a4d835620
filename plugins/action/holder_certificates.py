# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of all holders of a workstation. See ansible-doc hospital_it.pkcs12.holder_certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import REGISTER_PROBLEMS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.passphrase_files import WithPassphraseFiles
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import SecretKind
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import ConnectionLost, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import numbers_here, owned_stores
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.history import (
    merge_known,
    unusable_keys,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import check_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    HOLDER_OPTIONS,
    HolderEntry,
    parse_day,
    parse_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_settings import (
    issuer_settings,
    known_holders,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import (
    numbers_in,
    without_leavers,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.retired import (
    NO_NOTES,
    SITE_FOLDER,
    Notes,
    check_can_write,
    retired_in,
    write_down,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.site_issuers import (
    ISSUER_OPTIONS,
    issuers_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.diff import run_diff
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.leaving import (
    CONFIRM,
    COUNT,
    KnowsRetired,
    Leaving,
    check_count,
    folder_of_notes,
    leavers_of,
    this_job,
    who_leaves,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.number_look import (
    accounts_in_inventory,
    shared_in_inventory,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.options import (
    CHANGE_OPTIONS,
    RunContext,
    check_needed,
    deferral_rule,
    holder_tasks,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.removal_targets import removal_run
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import (
    ResultContext,
    help_wanted,
    silent_result,
    waiting_tasks,
    workstation_result,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.run import run_tasks
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.scope import facts_scope
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.names import NameCheck, number_key
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE, PASSWORD
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of


class ActionModule(KnowsRetired, WithPassphraseFiles):
    """The argument spec and the call."""

    WRITES = True
    SECRETS_BY_KEY: ClassVar[Mapping[str, SecretKind]] = {"passphrases": PASSPHRASE, "holder_passwords": PASSWORD}
    SPEC = ArgumentSpec(
        options={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "holders": {"type": "list", "elements": "dict", "options": HOLDER_OPTIONS, "required": True, "site": True},
            "holder_passwords": {"type": "dict", "no_log": True, "default": {}, "site": True},
            "bundle_folder": {"type": "path", "site": True},
            "bundle_pattern": {"type": "str", "default": "{name} - {authorisation}*.p12", "site": True},
            "passphrases": {"type": "dict", "no_log": True, "default": {}, "site": True},
            "passphrase_folder": {"type": "path", "site": True},
            "install": {"type": "str", "choices": ["always", "due", "missing"], "default": "always", "site": "run"},
            "retire_authorisations": {"type": "raw", "default": [], "site": "run", "blank": True},
            "leavers": {"type": "raw", "default": [], "site": True},
            "retire_everyone": {"type": "bool", "default": False, "site": "run"},
            "leave_note": {"type": "bool", "default": True},
            "authorisation_pattern": {"type": "str", "site": True},
            "name_check": {"type": "str", "choices": ["strict", "words", "off"], "default": "words", "site": True},
            "friendly_name": {"type": "str", "default": "{name} - {authorisation}", "site": True},
            **CHANGE_OPTIONS,
            "require_portal": {"type": "bool", "site": True},
            "allow_downgrade": {"type": "bool", "default": False, "site": True},
            **ISSUER_OPTIONS,
            "expired_for_days": {"type": "int", "site": True},
            "offline": {"type": "bool", "default": False, "site": True},
            "renew_before_days": {"type": "int", "default": 40, "site": True},
            "authorisation_due_within_days": {"type": "int", "default": 40, "site": True},
            "time_zone": {"type": "str", "default": "UTC", "site": True},
            "authorisation_anniversary": {"type": "str", "site": True},
            "fail_when_deferred": {"type": "bool", "default": True, "site": True},
            "deferred_fails_within_days": {"type": "int", "default": 7, "site": True},
            "computer": {"type": "str", "site": True},
            "evidence_path": {"type": "path", "site": True},
        },
    )

    def check_given(self, given: Mapping[str, Any]) -> None:
        if "holders" in given:
            check_holders(given["holders"])

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        check_needed(options)
        absent = options["state"] == "absent"
        calendar = calendar_of(
            options["time_zone"], options["renew_before_days"], options["authorisation_due_within_days"]
        )
        options = {**options, "leavers": leavers_of(self, options, calendar.day(now()))}
        if not absent:
            options = {**options, "holders": without_leavers(options["holders"], options["leavers"])}
        if not options["holders"] and not self.drivers.is_windows:
            return self.no_workstation()
        name_check = NameCheck(options["name_check"])
        pattern = options["authorisation_pattern"]
        anniversary = parse_day(options["authorisation_anniversary"], setting="authorisation_anniversary")
        entries = [parse_holder(raw, pattern, name_check, anniversary) for raw in options["holders"]]
        site = issuers_of(options)
        options = {**options, "issuer": None}  # it is one of the profiles
        leaving = self._leaving(options, entries) if absent else None
        confirmed = leaving is None or leaving.confirmed or self.is_confirmed(CONFIRM)
        notes = NO_NOTES if absent else self.notes(task.check_mode, Path(options["bundle_folder"]))
        is_noted = leaving is not None and leaving.noted and leaving.numbers and confirmed
        noted, put_aside = self._written_down(task, leaving) if leaving and is_noted else ((), [])
        check_mode = task.check_mode or not confirmed
        context = RunContext(check_mode, task.host, task.job, unusable_keys(task.facts), tuple(entries), notes, site)
        known = merge_known(entries, known_holders(task.facts, site))
        shown = ResultContext(check_mode, calendar, now(), deferral_rule(options), confirmed, site=site)
        if leaving:
            run = removal_run(options, entries, leaving.numbers, context, self.drivers, now)
        else:
            numbers = [entry.person.authorisation for entry in entries]
            options = {**options, "passphrases": self.all_passphrases(options, numbers)}
            context = replace(context, accounts=accounts_in_inventory(self, entries, site, calendar.day(now())))
            tasks = holder_tasks(options, entries, context, now(), shared_in_inventory(self, entries))
            try:
                inventory = self.drivers.inventory([entry.user for entry in entries])
            except ConnectionLost as problem:
                # Nobody has said that a silent workstation may wait for ever.
                rule = replace(shown.deferral, fails=True)
                waiting = waiting_tasks(tasks, known, issuer_settings(site, task.facts))
                return silent_result(problem, waiting, replace(shown, deferral=rule))
            run = run_tasks(tasks, inventory, self.drivers, now)
        scope = facts_scope(run, known, site, calendar, task.facts)
        not_taken_back = () if absent else self._not_taken_back(task, entries, notes)
        has_notes = leaving is not None and not confirmed and self._has_notes(options, leaving)
        result = workstation_result(run, scope, replace(shown, now=now()), noted, not_taken_back, has_notes)
        result["put_aside"] = put_aside
        result["taken_back"] = [each for each in self.taken_back(notes) if each not in not_taken_back]
        stores = owned_stores(run.inventory, run.stores)
        result["numbers_here"] = None if absent else numbers_here(stores, task.options["holders"], pattern)
        if leaving and not leaving.numbers and not run.holders:
            result["msg"] = Problem("done.nobody_leaves", {"computer": run.inventory.computer})
        return result | {"diff": run_diff(run, self.words.of, calendar.ends_on)} if task.diff else result

    def _not_taken_back(self, task: TaskContext, entries: Sequence[HolderEntry], notes: Notes) -> list[str]:
        """Whom this run takes back, and who is none of these holders. A number that only a note has, for instance after a typing error,
        loses its note. Raises ``Pkcs12Error``."""
        listed = numbers_in(task.options["leavers"], "leavers")
        known = {
            number_key(str(each))
            for each in (*listed, *(raw.get("authorisation") for raw in task.options["holders"]))
            if each
        }
        numbers = self.not_taken_back(entry.person.authorisation for entry in entries)
        return [each for each in numbers if number_key(each) in known or not notes.forget(each)]

    def finish(self, result: dict[str, Any], task: TaskContext) -> dict[str, Any]:
        """The result says whether somebody has to do something, and what: a role makes the host fail by it."""
        return result | {"needs_help": help_wanted(self.host, result)}

    def _leaving(self, options: Mapping[str, Any], entries: Sequence[HolderEntry]) -> Leaving:
        """Who leaves. Raises ``Pkcs12Error``."""
        has_last_days = REGISTER_PROBLEMS in self._task_vars or any(entry.leaves_on for entry in entries)
        leaving = who_leaves(options, entries, may_be_nobody=has_last_days)
        if options["retire_everyone"]:
            check_count(self.of_this_run(COUNT), self._task_vars.get("ansible_play_hosts_all") or [self.host])
        return leaving

    def _has_notes(self, options: Mapping[str, Any], leaving: Leaving) -> bool:
        """Whether an earlier run has written down all of them."""
        folder = folder_of_notes(options["bundle_folder"], self.folder(SITE_FOLDER))
        known = set(map(number_key, retired_in(folder)))
        return all(number_key(number) in known for number in leaving.numbers)

    def _written_down(self, task: TaskContext, leaving: Leaving) -> tuple[Sequence[str], Sequence[str]]:
        """Whose removal is on the disk now, before the workstation is touched, and which bundles were put aside. Raises ``Pkcs12Error``."""
        folder = folder_of_notes(task.options["bundle_folder"], self.folder(SITE_FOLDER))
        if task.check_mode:
            check_can_write(folder)
            return (), []
        return leaving.numbers, write_down(folder, leaving.numbers, this_job(task.job), now())
