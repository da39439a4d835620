# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether Ansible keeps facts from one run to the next, and what to do where it does not, or where there are none. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._errors import Pkcs12Error, Problem

READERS = frozenset({"report", "remind"})
"""Playbooks that read the facts of all workstations."""


@dataclass(frozen=True, slots=True)
class FactCache:
    """How Ansible is set up: ``plugin``, ``connection`` and ``timeout`` (in seconds) of ``fact_caching``; ``in_awx``: in a job of AWX."""

    plugin: str
    connection: str
    timeout: int
    in_awx: bool

    @property
    def keeps(self) -> bool:
        """Whether facts outlast the run."""
        return self.plugin.rpartition(".")[2] != "memory"

    def refusal(self) -> Pkcs12Error:
        """The refusal where there are facts of no workstation: a report of them would look as if nobody had a certificate."""
        if not self.keeps:
            variant = "not_kept_in_awx" if self.in_awx else "not_kept"
            return Pkcs12Error(Problem(f"no_facts.{variant}", {"plugin": self.plugin}))
        if self.in_awx:
            return Pkcs12Error(Problem("no_facts.none_in_awx"))
        variant = "none_or_expired" if self.timeout else "none"
        return Pkcs12Error(Problem(f"no_facts.{variant}", {"plugin": self.plugin, "connection": self.connection}))

    def refusal_outside(self, limit: str) -> Pkcs12Error:
        """The refusal where a run calls only some workstations and there are facts of no other: its report would replace a good one."""
        return Pkcs12Error(Problem("no_facts.outside_limit", {"limit": limit, "plugin": self.plugin}))

    def warning(self, playbooks: Sequence[str]) -> Problem | None:
        """What an audit says whose facts are gone after the run. ``playbooks``: those of the run, as its command names them."""
        if self.keeps or any(_short(each) in READERS for each in playbooks[1:]):
            return None
        return Problem(f"facts_not_kept.{'in_awx' if self.in_awx else 'by_ansible'}", {"plugin": self.plugin})


def _short(playbook: str) -> str:
    """``report`` of ``hospital_it.pkcs12.report``, and of ``playbooks/report.yml``."""
    name = playbook.rpartition("/")[2].removesuffix(".yml").removesuffix(".yaml")
    return name.rpartition(".")[2]
