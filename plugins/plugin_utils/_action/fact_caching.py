# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""How Ansible keeps facts, and which playbooks this run has."""

from __future__ import annotations

from ansible import constants, context


def fact_caching() -> tuple[str, str, int]:
    """The settings ``fact_caching``, ``fact_caching_connection`` and ``fact_caching_timeout``, wherever they were set."""
    return (
        str(constants.CACHE_PLUGIN),
        str(constants.CACHE_PLUGIN_CONNECTION or ""),
        int(constants.CACHE_PLUGIN_TIMEOUT),
    )


def playbooks_of_run() -> tuple[str, ...]:
    """The playbooks of the command, as it names them. Empty where it has none."""
    return tuple(str(each) for each in context.CLIARGS.get("args") or ())
