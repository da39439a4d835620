# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of all hosts of a run, for people. See ansible-doc hospital_it.pkcs12.summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.fact_caching import (
    fact_caching,
    playbooks_of_run,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import (
    variables_of,
    wrong_rows,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem, Value, file_reason
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.fact_cache import FactCache
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import VARIABLE, entries_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_advice import (
    advice_of,
    proposal,
    proposed,
    signer_found,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import (
    LEAVERS,
    gone,
    leavers_in,
    many_leave,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.atomic_files import write_new
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.audit import is_audit, unmatched
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.left_out import left_out
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.number_look import names_of_nothing
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary import (
    progress,
    stops,
    summary,
    told_at_end,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary_rows import Listed, not_expected
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import UTC, calendar_of

TIME_ZONE = "pkcs12_time_zone"


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "results": {"type": "str", "required": True},
            "hosts": {"type": "list", "elements": "str", "required": True},
            "whole_inventory": {"type": "bool", "default": True},
            "batch_of": {"type": "list", "elements": "str"},
            "earlier": {"type": "str"},
            "due": {"type": "str"},
            "max_fail_percentage": {"type": "float", "site": True},
            "authority_proposal": {"type": "path", "site": True},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        name, earlier, due = (task.options[option] or "" for option in ("results", "earlier", "due"))
        results: dict[str, Any] = {}
        looked_at: dict[str, Mapping[str, Any]] = {}
        listed: dict[str, Listed] = {}
        known: set[str] = set()
        gone_by_day: frozenset[str] = frozenset()
        today = _today(UTC)
        batches: list[Any] = []
        for host, known_variables in variables_of(
            self._task_vars, task.options["hosts"], (name, VARIABLE, LEAVERS, TIME_ZONE, earlier, due)
        ):
            variables = _rendered(known_variables)
            results[host] = variables.get(name)
            if isinstance(found_due := variables.get(due), Mapping):
                looked_at[host] = found_due
                if found_due.get("due") is False:
                    del results[host]
                elif "due" not in found_due:
                    results[host] = found_due
            batches.append(variables.get(earlier))
            holders = entries_in(variables.get(VARIABLE))
            today = _today(variables.get(TIME_ZONE))
            gone_by_day |= gone(holders, today)
            away = not_expected(holders, today)
            listed[host] = Listed(holders, _leavers(variables.get(LEAVERS)), away, variables.get(VARIABLE) == [])
            if "holders" not in (results.get(host) or {}):  # what this host could not say, its inventory says
                known |= {str(holder.get("authorisation")) for holder in holders}
        listed = {host: replace(each, leavers=each.leavers | gone_by_day) for host, each in listed.items()}
        everybody = listed if task.options["whole_inventory"] else None
        is_about_leaving = everybody is None or any("ready" in (each or {}) for each in results.values())
        people = [holder for each in listed.values() for holder in each.holders]
        doubts = many_leave(people, today) if is_about_leaving else ()
        rows = proposed(results.values())
        text = proposal(rows, self.words.cause)
        changed, told = (False, []) if task.options["batch_of"] else self._proposed(task, rows, text)
        is_check = any("findings" in (each or {}) for each in results.values())
        hosts = self._task_vars.get("groups", {}).get("all", ())
        advice = [*advice_of(results.values()), *told, *(names_of_nothing(self, hosts) if is_check else ())]
        found = summary(
            results, known, self.words.of, everybody, bool(looked_at), wrong_rows(self._task_vars), doubts, advice
        )
        found |= {"authorities": text, "changed": changed}
        most = task.options["max_fail_percentage"]
        if task.options["batch_of"]:
            return {**found, **self._progress(task, found), "stops": stops(found, most)}
        said = [*self._unkept(task, results), *unmatched(results)]
        headline, *lines = found["lines"]
        warned = {"warnings": said} if said else {}
        left = left_out(looked_at) if looked_at else ()
        # Where a run has looked whom to call and called nobody, the first sentence is of those whom it left out.
        first = [headline] if results or not looked_at else []
        return {**found, **warned, "lines": [*first, *told_at_end(found, batches, most), *lines, *left]}

    @staticmethod
    def _proposed(task: TaskContext, rows: Sequence[Mapping[str, Any]], text: str) -> tuple[bool, list[Problem]]:
        """Writes the proposed authorities where the user asks. A file that is there stays: a person may have made it the site's."""
        if not rows:
            return False, []
        values: dict[str, Value] = {"count": len(rows)}
        causes = tuple(map(signer_found, rows))
        path = Path(task.options["authority_proposal"] or "").absolute()
        if not task.options["authority_proposal"]:
            return False, [Problem("authorities_proposed", values, "issuers", causes)]
        try:
            changed = write_new(path, text.encode(), task.check_mode)
        except OSError as problem:
            reason = {"path": str(path), "reason": file_reason(problem)}
            not_written = Problem(
                "authorities_proposed.not_written", {**values, **reason}, "authority_proposal", causes
            )
            return False, [not_written]
        return changed, [Problem("authorities_proposed.written", {**values, "path": str(path)}, "issuers", causes)]

    def _unkept(self, task: TaskContext, results: Mapping[str, Any]) -> list[Problem]:
        """That the facts of an audit are gone after this run."""
        if not any(is_audit(result) for result in results.values()):
            return []
        warning = FactCache(*fact_caching(), in_awx=task.job is not None).warning(playbooks_of_run())
        return [warning] if warning else []

    def _progress(self, task: TaskContext, found: dict[str, Any]) -> dict[str, Any]:
        """Only one host of the batch before is read: a task that runs once registers its result on all hosts of its batch."""
        batch, hosts, name = (task.options[option] for option in ("hosts", "batch_of", "earlier"))
        mine = set(batch)
        first = next((place for place, host in enumerate(hosts) if host in mine), 0)
        before = hosts[first - 1 : first] if name else []
        earlier = [variables.get(name) for _host, variables in variables_of(self._task_vars, before, (name,))]
        return progress(found, batch, hosts, earlier[0] if earlier else None)


def _leavers(given: Any) -> frozenset[str]:
    """Those of a host; nobody if its variable cannot be used, which the result of the host says."""
    try:
        return leavers_in(given)
    except Pkcs12Error:
        return frozenset()


def _rendered(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that Ansible could not render. Why not, the result of the host says."""
    return {name: value for name, value in variables.items() if not isinstance(value, Pkcs12Error)}


def _today(zone: Any) -> date:
    """Today at a host. That its zone is none, the task says that has run there; the summary of the others must not end for it."""
    try:
        return calendar_of(str(zone or UTC), 0).day(now())
    except Pkcs12Error:
        return calendar_of(UTC, 0).day(now())
