# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The story of ``certificate``, ``state: absent``: the selected certificates and their keys are gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from .._policy.plan import plan_absent
from .._policy.removal import Selector
from .._policy.retirement import Policy, going
from .._workstation.protocol import Drivers
from .transaction import Outcome, Terms, carry_out, observe


@dataclass(frozen=True, slots=True)
class Absent:
    """What the task asks for."""

    selector: Selector
    policy: Policy
    terms: Terms


def absent(wanted: Absent, drivers: Drivers, now: Callable[[], datetime]) -> Outcome:
    """Removes what is selected, with its keys. Raises ``PkcsError``."""
    found = observe(wanted.terms.holder, drivers, now)
    chosen = wanted.selector.select(found.before, now())
    plan = plan_absent(going(chosen, wanted.policy))
    return carry_out(wanted.terms, drivers, replace(found, plan=plan), None)
