# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of the collection. See ansible-doc -t filter hospital_it.pkcs12.misspelt_variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import (
    OF_ROLES,
    OWN,
    misspelt_variables,
)

ROOT = Path(__file__).parents[2]
PLACES = ("playbooks/**/*.yml", "roles/*/*/*.yml", "extensions/molecule/**/*.yml")
NAME = re.compile(rf"\b(?:{'|'.join((OWN, *OF_ROLES))})\w+")


@cache
def known_variables() -> frozenset[str]:
    """All names with these prefixes in the roles, playbooks and Molecule scenarios of the collection."""
    files = [path for place in PLACES for path in ROOT.glob(place)]
    return frozenset(name for path in files for name in NAME.findall(path.read_text(encoding="utf-8")))


def of_hosts(hosts: Iterable[str], variables: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence for each misspelt variable of these hosts. ``variables``: ``hostvars``; only names are read."""
    return misspelt_variables({str(host): list(variables[host]) for host in hosts}, known_variables())


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"misspelt_variables": of_hosts}
