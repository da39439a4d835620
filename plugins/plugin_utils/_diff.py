# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The diff of a holder's store: a line per certificate, before and after. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ._certificate import Certificate
from ._observed import StoreCertificate, StoreView
from ._plan import NameLeaf, Plan
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
    if leaf and (plan.imports or names):
        installed = before.find(leaf.thumbprint)
        lines[leaf.thumbprint] = _line(
            leaf, names.get(leaf.thumbprint, installed.friendly_name if installed else None), "key"
        )
    for thumbprint, method in plan.leaving.items():
        del lines[thumbprint]
        old = before.find(thumbprint)
        if old and method is Method.ARCHIVE:
            lines[thumbprint] = _line(old.certificate, old.friendly_name, "archived")
    return lines


def _lines(view: StoreView) -> dict[str, str]:
    return {
        found.thumbprint: _line(found.certificate, found.friendly_name, _state(found)) for found in view.certificates
    }


def _line(certificate: Certificate, name: str | None, state: str) -> str:
    until = f"until {certificate.not_after:%Y-%m-%d}"
    return f"{certificate.thumbprint} {certificate.subject} {until}, {state}, named {name or '-'}\n"


def _state(found: StoreCertificate) -> str:
    return "archived" if found.archived else "key" if found.key else "no key"


def _text(lines: Mapping[str, str]) -> str:
    return "".join(lines[thumbprint] for thumbprint in sorted(lines))
