# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Variables that look like those of the collection and are none: a misspelt one has no effect, and Ansible does not say so. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from difflib import get_close_matches

from .._errors import counted

OWN = "pkcs12_"
"""The prefix of variables for several playbooks. Nothing else has it."""
OF_ROLES = ("audit_", "collect_", "enrol_", "remind_", "renew_", "report_", "retire_")
"""Prefixes that a site may have, too. Of these only what is nearly the name of a variable is told."""
LIKE, VERY_LIKE = 0.6, 0.9
MOST_NAMES = 3
"""How many hosts are named."""


def misspelt_variables(names: Mapping[str, Iterable[str]], known: Set[str]) -> list[str]:
    """A sentence for each name that is none of ``known``, with the nearest that is one, and the hosts that have it.

    ``names``: of the variables, by host. No host is named in a sentence that holds for all of them.
    """
    found: dict[str, list[str]] = {}
    for host, variables in names.items():
        for name in variables:
            if name.startswith((OWN, *OF_ROLES)) and name not in known:
                found.setdefault(name, []).append(host)
    return [said for name, hosts in sorted(found.items()) if (said := _doubt(name, known, _whose(hosts, len(names))))]


def _doubt(name: str, known: Set[str], whose: str) -> str:
    is_own = name.startswith(OWN)
    near = get_close_matches(name, sorted(known), 1, LIKE if is_own else VERY_LIKE)
    if not near and not is_own:
        return ""
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"warning: The variable {name}{whose} has no effect here.{meant} If it is one of your own, give it another prefix."


def _whose(hosts: Sequence[str], number: int) -> str:
    if len(hosts) == number:
        return ""
    left = len(hosts) - MOST_NAMES
    more = f" and {counted(left, 'other host')}" if left > 0 else ""
    return f" of {', '.join(hosts[:MOST_NAMES])}{more}"
