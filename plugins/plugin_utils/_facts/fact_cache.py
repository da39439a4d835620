# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether Ansible keeps facts from one run to the next, and what to do where it does not, or where there are none. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._errors import Pkcs12Error

NOBODY_KNOWS = "There are no facts of any workstation, so nobody knows who has access until when."
CONFIGURATION = (
    "Write these lines into ansible.cfg, below [defaults]: fact_caching = ansible.builtin.jsonfile; fact_caching_connection = "
    "/srv/pkcs12/facts; fact_caching_timeout = 0 (a folder that only the account of Ansible may read)."
)
STORAGE = "Switch on Enable Fact Storage of the job templates, of this one and of the one that audits."
EXPIRED = "they have expired (fact_caching_timeout is not 0), "
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
            return Pkcs12Error(
                code="no_facts",
                cause=f"{NOBODY_KNOWS} Ansible keeps no facts from one run to the next (fact_caching is {self.plugin}).",
                next_step=f"{STORAGE if self.in_awx else CONFIGURATION} Then run the playbook audit. Or run audit and this playbook "
                "in one command of ansible-playbook.",
            )
        if self.in_awx:
            return Pkcs12Error(
                code="no_facts",
                cause=f"{NOBODY_KNOWS} AWX keeps none of the hosts of this job: no job has left any, or they have expired.",
                next_step=f"{STORAGE} Set the fact cache timeout of AWX (Settings, Jobs) to 0. Then run the job that audits, with the same "
                "inventory.",
            )
        return Pkcs12Error(
            code="no_facts",
            cause=f"{NOBODY_KNOWS} Ansible keeps facts in {self.connection} (fact_caching is {self.plugin}), and finds none of these "
            f"workstations there: no audit has left any, {EXPIRED if self.timeout else ''}or this account cannot read them.",
            next_step=f"{CONFIGURATION} Then run the playbook audit, with the same ansible.cfg and account.",
        )

    def warning(self, playbooks: Sequence[str]) -> str | None:
        """What an audit says whose facts are gone after the run. ``playbooks``: those of the run, as its command names them."""
        if self.keeps or any(_short(each) in READERS for each in playbooks[1:]):
            return None
        return (
            f"Ansible keeps no facts after this run (fact_caching is {self.plugin}), so a later report or reminder knows nothing of this "
            f"audit. {STORAGE if self.in_awx else CONFIGURATION}"
        )


def _short(playbook: str) -> str:
    """``report`` of ``hospital_it.pkcs12.report``, and of ``playbooks/report.yml``."""
    name = playbook.rpartition("/")[2].removesuffix(".yml").removesuffix(".yaml")
    return name.rpartition(".")[2]
