# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Variables that begin like those of the collection and that nothing reads there. Ansible does not say so. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from .._errors import Problem, Value

PREFIX = "pkcs12_"
NEAR_PREFIX = re.compile(r"pkcs[\W_]*(?:12)?[\W_]*", re.IGNORECASE)
"""How a name begins that somebody types for one with the prefix."""
ROLES = frozenset({"audit", "collect", "enrol", "remind", "renew", "retire"})
"""With a role's name before it, as other collections name the variables of their roles, a setting is none. Others write reports, too."""
OWN_NAMES = "pkcs12_own_variables"
"""The variable with the names that a site uses itself."""
FREE = ("pkcs12_fact_", "pkcs12_passphrases_", "pkcs12_holder_passwords_", "pkcs12_register_problems")
"""How facts begin, and further variables with secrets; any word may follow. The last is what the inventory plugin says."""

LOCALHOST, WORKSTATION, BOTH = "localhost", "workstation", "both"
OF_EACH = {"pkcs12_authorisation_anniversary", "pkcs12_passphrases", "pkcs12_required_folders", OWN_NAMES}
"""What localhost reads for each host or only to add to it, or what each host may have alone."""
NEAR = 0.7
"""How alike a name is that was meant. One that is far off misleads."""


def without_effect(
    names: Mapping[str, Iterable[str]], of_localhost: Iterable[str], settings: Mapping[str, str]
) -> list[Problem]:
    """A problem for each name that is no setting, and for each that is set for the wrong hosts only.

    ``names``: of the variables, by host. ``of_localhost``: those of localhost, also where it is none of the hosts.
    ``settings``: for whom each is read: ``localhost``, ``workstation``, or anything else for both.
    """
    hosts: dict[str, list[str]] = {}
    for host, variables in names.items():
        for name in variables:
            if (name.startswith(PREFIX) and not name.startswith(FREE)) or _is_near(name, settings):
                hosts.setdefault(name, []).append(host)
    read_there = set(of_localhost)
    found = []
    for name, having in sorted(hosts.items()):
        of_hosts: dict[str, Value] = {"name": name, "hosts": tuple(sorted(having))}
        if name not in settings:
            everywhere = len(having) == len(names)
            code, values = ("everywhere", dict[str, Value](name=name)) if everywhere else ("unknown", of_hosts)
            found.append(Problem(f"unused_variable.{code}", values, causes=_meant(name, settings)))
        elif settings[name] == LOCALHOST and name not in read_there:
            found.append(Problem("unused_variable.of_localhost", of_hosts))
        elif settings[name] == WORKSTATION and having == [LOCALHOST] != list(names):
            found.append(Problem("unused_variable.of_workstations", of_hosts))
        elif settings[name] == BOTH and LOCALHOST in names and name not in read_there | OF_EACH:
            found.append(Problem("unused_variable.on_localhost", of_hosts))
    return found


def names_in(given: Any) -> list[str]:
    """The names in ``pkcs12_own_variables``: a list, or a text with commas or spaces between them. Anything else has none."""
    if isinstance(given, str):
        return re.findall(r"[^,\s]+", given)
    return [str(name) for name in given] if isinstance(given, (list, tuple)) else []


def nearly_settings(names: Iterable[str], settings: Iterable[str]) -> list[tuple[str, str]]:
    """The names that are none of a setting and nearly that of one, each with this one."""
    words = frozenset(settings)
    found = ((name, meant_setting(name, words)) for name in sorted(names) if name not in words)
    return [(name, near) for name, near in found if near]


def meant_setting(name: str, settings: Iterable[str]) -> str | None:
    """The setting that somebody meant who wrote this name, which is none; None where it is near none."""
    word = meant_word(name, settings)
    words = [setting.removeprefix(PREFIX) for setting in settings] if word else []
    near = get_close_matches(word, words, 1, NEAR)
    return f"{PREFIX}{near[0]}" if near else None


def meant_word(name: str, settings: Iterable[str]) -> str:
    """What stands behind the prefix, or behind something like it; empty for any other name, and for those that are free."""
    if name.startswith(FREE):
        return ""
    if prefix := NEAR_PREFIX.match(name):
        return name[prefix.end() :].casefold()
    role, _underscore, word = name.partition("_")
    return word if role in ROLES and f"{PREFIX}{word}" in settings else ""


def _is_near(name: str, settings: Iterable[str]) -> bool:
    """Whether a name without the prefix is nearly a setting's. Most names begin in another way, and are not compared."""
    return not name.startswith(PREFIX) and meant_setting(name, settings) is not None


def _meant(name: str, settings: Iterable[str]) -> tuple[Problem, ...]:
    near = meant_setting(name, settings)
    return (Problem("unused_variable.meant", {"near": near}),) if near else ()
