# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Variables that look like those of the collection and are none: a misspelt one has no effect, and Ansible does not say so. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from .._errors import counted
from .variable_suggestions import is_secret, meant_by

MOST_NAMES = 3
"""How many hosts are named."""

OWN_NAMES = "pkcs12_own_variables"
"""The variable with the names that a site uses itself."""

PASSPHRASES = "pkcs12_passphrases_"
"""How the name of a further variable with passphrases begins. Any word may follow."""

OF_MODULES = frozenset({"pkcs12", "pkcs12_fact_audit", "pkcs12_fact_browsers", "pkcs12_fact_deliveries"})
"""Facts of the modules. Ansible offers a fact of the cache as a variable, too."""

SET_BY_PLAYBOOKS = OF_MODULES | frozenset(
    {
        *("pkcs12_left_out", "pkcs12_not_evaluated", "pkcs12_revoked", "pkcs12_to_renew", "pkcs12_without_holders"),
        *("pkcs12_fact_summary", "collect_authorisation", "collect_bundle", "collect_passphrase"),
        *("collect_result", "enrol_result", "remind_result", "renew_result", "retire_result"),
        *("collect_for_tests", "pkcs12_for_tests", "renew_due", "report_mail"),
    }
)
"""Groups, facts, results, modules and playbooks. They are known, but to set one has no effect, so none is suggested."""


def misspelt_variables(names: Mapping[str, Iterable[str]], known: Set[str]) -> list[str]:
    """A sentence for each name that is none of ``known``, with those that it may mean, and the hosts that have it.

    ``names``: of the variables, by host. No host is named in a sentence that holds for all of them.
    """
    found: dict[str, list[str]] = {}
    for host, variables in names.items():
        for name in variables:
            if name not in known and not name.startswith(PASSPHRASES):
                found.setdefault(name, []).append(host)
    settings = frozenset(known - SET_BY_PLAYBOOKS - {PASSPHRASES})
    meant = {name: meant_by(name, settings) for name in sorted(found)}
    return [
        _doubt(name, likely, _whose(found[name], len(names))) for name, likely in meant.items() if likely is not None
    ]


def names_in(given: Any) -> list[str]:
    """The names in ``pkcs12_own_variables``: a list, or a text with commas or spaces between them. Anything else has none."""
    if isinstance(given, str):
        return [name for name in re.split(r"[,\s]+", given) if name]
    return [str(name) for name in given] if isinstance(given, (list, tuple)) else []


def _doubt(name: str, likely: Sequence[str], whose: str) -> str:
    return (
        f"warning: The variable {name}{whose} has no effect here.{_question(likely)}"
        f" If it is one of your own, give it another prefix, or add it to {OWN_NAMES}."
    )


def _question(likely: Sequence[str]) -> str:
    if not likely:
        return ""
    if is_secret(likely):
        return f" Did you mean {likely[0]} (what opens the bundles) or {likely[1]} (Windows passwords of accounts)?"
    *others, last = likely
    return f" Did you mean {', '.join(others)}{' or ' if others else ''}{last}?"


def _whose(hosts: Sequence[str], number: int) -> str:
    if len(hosts) == number:
        return ""
    named = sorted(hosts)
    left = len(named) - MOST_NAMES
    more = f" and {counted(left, 'other host')}" if left > 0 else ""
    return f" of {', '.join(named[:MOST_NAMES])}{more}"
