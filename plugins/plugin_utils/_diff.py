# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The diff of a holder's store: a line per certificate, before and after. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ._certificate import Certificate
from ._observed import StoreView
from ._plan import AddAuthority, ImportLeaf, NameLeaf, Plan
from ._predecessors import Method
from ._transaction import Outcome


def store_diff(outcome: Outcome) -> dict[str, str]:
    """After is what the plan says while nothing was done (check mode), and what the store holds once it was."""
    done = bool(outcome.journal)
    after = _lines(outcome.after) if done or outcome.deferred else _planned(outcome.before, outcome.plan, outcome.leaf)
    header = f"{outcome.inventory.computer} {outcome.owner.name} CurrentUser\\My"
    return {
        "before_header": header,
        "after_header": header,
        "before": _text(_lines(outcome.before)),
        "after": _text(after),
    }


def _planned(before: StoreView, plan: Plan, leaf: Certificate | None) -> dict[str, str]:
    lines = _lines(before)
    names = {step.thumbprint: step.friendly_name for step in plan.steps if isinstance(step, NameLeaf)}
    if leaf and plan.changes and any(isinstance(step, (ImportLeaf, NameLeaf, AddAuthority)) for step in plan.steps):
        installed = before.find(leaf.thumbprint)
        name = names.get(leaf.thumbprint, installed.friendly_name if installed else None)
        lines[leaf.thumbprint] = _line(leaf.thumbprint, leaf.subject, leaf.not_after, name, "key")
    for thumbprint, method in plan.leaving.items():
        old = lines.pop(thumbprint)
        if method is Method.ARCHIVE:
            lines[thumbprint] = old.replace("\n", ", archived\n")
    return lines


def _lines(view: StoreView) -> dict[str, str]:
    return {
        found.thumbprint: _line(
            found.thumbprint,
            found.certificate.subject,
            found.certificate.not_after,
            found.friendly_name,
            "key" if found.key else "no key",
            ", archived" if found.archived else "",
        )
        for found in view.certificates
    }


def _line(thumbprint: str, subject: str, not_after: datetime, name: str | None, key: str, archived: str = "") -> str:
    return f"{thumbprint} {subject} until {not_after:%Y-%m-%d}, {key}, named {name or '-'}{archived}\n"


def _text(lines: Mapping[str, str]) -> str:
    return "".join(lines[thumbprint] for thumbprint in sorted(lines))
