# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The holders of a whole inventory. See ansible-doc -t filter hospital_it.pkcs12.inventory_holders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import variables_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import VARIABLE, of_inventory


def of_hosts(hosts: Iterable[str], variables: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The holders of these hosts, and what is wrong with those of others. ``variables``: ``hostvars``."""
    of_each = variables_of({"hostvars": variables}, list(hosts), (VARIABLE,))
    return of_inventory({host: found[VARIABLE] for host, found in of_each if found})


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"inventory_holders": of_hosts}
