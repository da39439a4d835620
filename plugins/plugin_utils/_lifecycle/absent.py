# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``state: absent``: the selected certificates and their keys are gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from .._policy.plan import plan_absent
from .._policy.removal import RemovalSelector
from .._policy.retirement import RetirementPolicy, choose_methods
from .._workstation.protocol import Drivers
from .transaction import ExecutionOptions, Transaction, execute, observe


@dataclass(frozen=True, slots=True)
class Absent:
    """What the task asks for."""

    selector: RemovalSelector
    policy: RetirementPolicy
    terms: ExecutionOptions


def absent(wanted: Absent, drivers: Drivers, now: Callable[[], datetime]) -> Transaction:
    """Removes what is selected, with its keys. Raises ``CollectionError``."""
    found = observe(wanted.terms.holder, drivers, now)
    chosen = wanted.selector.select(found.before, now())
    plan = plan_absent(choose_methods(chosen, wanted.policy))
    return execute(wanted.terms, drivers, replace(found, plan=plan), None)
