# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The holders of a whole inventory. See ansible-doc -t filter hospital_it.pkcs12.inventory_holders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import variables_of, words_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import VARIABLE, of_inventory


def of_hosts(hosts: Iterable[str], variables: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The holders of these hosts, and what is wrong with those of others. ``variables``: ``hostvars``."""
    asked = list(hosts)
    of_each = variables_of({"hostvars": variables}, asked, (VARIABLE,))
    holders, problems = of_inventory({host: found[VARIABLE] for host, found in of_each if found})
    words = words_of(variables, asked)
    return {"holders": holders, "problems": [words.of(each) for each in problems]}


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"inventory_holders": of_hosts}
