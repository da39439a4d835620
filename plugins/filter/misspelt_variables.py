# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of the collection. See ansible-doc -t filter hospital_it.pkcs12.misspelt_variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import words_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.known_settings import known_settings
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import (
    LOCALHOST,
    OWN_NAMES,
    names_in,
    without_effect,
)


def of_hosts(hosts: Iterable[str], variables: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence for each variable of these hosts that nothing reads. ``variables``: ``hostvars``; of one of them the value is read."""
    names = {host: found for host in map(str, hosts) if (found := _names(host, variables)) is not None}
    of_localhost = names[LOCALHOST] if LOCALHOST in names else _names(LOCALHOST, variables)
    problems = without_effect(names, known_settings() if of_localhost is None else of_localhost, known_settings())
    return list(map(words_of(variables, list(names)).of, problems)) if problems else []


def _names(host: str, variables: Mapping[str, Mapping[str, Any]]) -> set[str] | None:
    """The names of a host's variables, without those that are the site's own; None where they cannot be read."""
    try:
        of_host = variables[host]
        return set(of_host) - set(_own_names(of_host))
    except (
        AnsibleError,
        KeyError,
    ):  # a file of its groups is encrypted with another password; the task that needs it says so
        return None


def _own_names(of_host: Mapping[str, Any]) -> list[str]:
    try:
        return names_in(of_host.get(OWN_NAMES))
    except Exception:  # noqa: BLE001  a template may miss something, or a password; the errors differ from line to line of ansible-core
        return []


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"misspelt_variables": of_hosts}
