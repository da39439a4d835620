# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the reports of a site know besides its settings: which workstations, and what became of the issuer's mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import Pkcs12Error, Problem
from .host_variables import hosts_matching, untag
from .this_run import OwnVariables

DELIVERIES = "pkcs12_fact_deliveries"
"""The fact of this host in which collect keeps what became of the issuer's mails."""
PATTERN = "pkcs12_hosts"
"""The variable of a run that says which hosts it is about. Without it a report is about every host with holders or facts."""


def of_this_site(action: OwnVariables, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options ``report_hosts`` and ``deliveries``. Raises ``Pkcs12Error``: ``bad_arguments``."""
    kept = action._task_vars.get("ansible_facts", {}).get(DELIVERIES) or {}
    hosts, pattern = options["report_hosts"], action.variable(PATTERN)
    if hosts is None and pattern is not None:
        hosts = hosts_matching(action._task_vars, pattern)
        if not hosts:
            raise Pkcs12Error(Problem("bad_arguments.no_host_matches"))
    return {"report_hosts": hosts, "deliveries": options["deliveries"] or untag(kept)}
