# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Variables that begin like those of the collection and that nothing reads there. Ansible does not say so. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from .._errors import counted

PREFIX = "pkcs12_"
OWN_NAMES = "pkcs12_own_variables"
"""The variable with the names that a site uses itself."""
FREE = ("pkcs12_fact_", "pkcs12_passphrases_", "pkcs12_holder_passwords_")
"""How facts begin, and further variables with secrets. Any word may follow."""

LOCALHOST, WORKSTATION, BOTH = "localhost", "workstation", "both"
OF_EACH = {"pkcs12_authorisation_anniversary", "pkcs12_required_folders", OWN_NAMES}
"""What localhost reads for each host, or what each host may have alone."""
NEAR = 0.7
"""How alike a name is that was meant. One that is far off misleads."""
MOST_NAMES = 3
"""How many hosts are named."""


def without_effect(
    names: Mapping[str, Iterable[str]], of_localhost: Iterable[str], settings: Mapping[str, str]
) -> list[str]:
    """A sentence for each name that is no setting, and for each that is set for the wrong hosts only.

    ``names``: of the variables, by host. ``of_localhost``: those of localhost, also where it is none of the hosts.
    ``settings``: for whom each is read: ``localhost``, ``workstation``, or anything else for both.
    """
    hosts: dict[str, list[str]] = {}
    for host, variables in names.items():
        for name in variables:
            if name.startswith(PREFIX) and not name.startswith(FREE):
                hosts.setdefault(name, []).append(host)
    read_there = set(of_localhost)
    sentences = []
    for name, having in sorted(hosts.items()):
        if name not in settings:
            sentences.append(_unknown(name, _whose(having, len(names)), settings))
        elif settings[name] == LOCALHOST and name not in read_there:
            sentences.append(_elsewhere(name, having, "It is read for localhost. Set it for all hosts."))
        elif settings[name] == WORKSTATION and having == [LOCALHOST] != list(names):
            sentences.append(_elsewhere(name, having, "It is read for workstations. Set it for these."))
        elif settings[name] == BOTH and LOCALHOST in names and name not in read_there | OF_EACH:
            sentences.append(
                f"warning: The variable {name}{_whose(having, 0)} has no effect on what runs on localhost. Set it for all hosts."
            )
    return sentences


def names_in(given: Any) -> list[str]:
    """The names in ``pkcs12_own_variables``: a list, or a text with commas or spaces between them. Anything else has none."""
    if isinstance(given, str):
        return [name for name in re.split(r"[,\s]+", given) if name]
    return [str(name) for name in given] if isinstance(given, (list, tuple)) else []


def _unknown(name: str, whose: str, settings: Iterable[str]) -> str:
    words = [setting.removeprefix(PREFIX) for setting in settings]
    near = get_close_matches(name.removeprefix(PREFIX).casefold(), words, 1, NEAR)
    return (
        f"warning: The variable {name}{whose} has no effect here.{''.join(f' Did you mean {PREFIX}{word}?' for word in near)}"
        f" If it is one of your own, give it another prefix, or add it to {OWN_NAMES}."
    )


def _elsewhere(name: str, hosts: Sequence[str], where: str) -> str:
    return f"warning: The variable {name}{_whose(hosts, 0)} has no effect there. {where}"


def _whose(hosts: Sequence[str], number: int) -> str:
    if len(hosts) == number:
        return ""
    named = sorted(hosts)
    left = len(named) - MOST_NAMES
    more = f" and {counted(left, 'other host')}" if left > 0 else ""
    return f" of {', '.join(named[:MOST_NAMES])}{more}"
