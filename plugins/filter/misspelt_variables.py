# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of the collection. See ansible-doc -t filter hospital_it.pkcs12.misspelt_variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import (
    OF_MODULES,
    OWN_NAMES,
    misspelt_variables,
    names_in,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_suggestions import OF_ROLES, OWN

ROOT = Path(__file__).parents[2]
PLACES = ("playbooks/**/*.yml", "roles/*/*/*.yml", "extensions/molecule/**/*.yml")
NAME = re.compile(rf"\b(?:{'|'.join((OWN, *OF_ROLES))})\w+")


@cache
def known_variables() -> frozenset[str]:
    """All names with these prefixes in the roles, playbooks and Molecule scenarios of the collection, and the facts of its modules."""
    files = [path for place in PLACES for path in ROOT.glob(place)]
    named = frozenset(name for path in files for name in NAME.findall(path.read_text(encoding="utf-8")))
    return named | OF_MODULES | {OWN_NAMES}


def of_hosts(hosts: Iterable[str], variables: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence for each misspelt variable of these hosts. ``variables``: ``hostvars``; of one of them the value is read."""
    names: dict[str, set[str]] = {}
    for host in map(str, hosts):
        try:
            of_host = variables[host]
        except AnsibleError:  # a file of its groups is encrypted with another password; the task that needs it says so
            continue
        names[host] = set(of_host) - set(_own_names(of_host))
    return misspelt_variables(names, known_variables())


def _own_names(of_host: Mapping[str, Any]) -> list[str]:
    try:
        return names_in(of_host.get(OWN_NAMES))
    except Exception:  # noqa: BLE001  a template may miss something, or a password; the errors differ from line to line of ansible-core
        return []


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"misspelt_variables": of_hosts}
