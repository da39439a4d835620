# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Outcomes as the results that users see: documented keys, no secret, the same in check mode. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ._bundle import Bundle
from ._certificate import Certificate
from ._driver import JournalEntry
from ._driver_json import TIME_FORMAT
from ._facts import Selection, certificate_row, workstation_facts
from ._observed import StoreCertificate, StoreView
from ._renewal import Outcome, Present

PENDING = {"key_state": "planned", "key_provider": None}


def present_result(wanted: Present, outcome: Outcome, selection: Selection, now: datetime) -> dict[str, Any]:
    """The result of ``certificate``. In check mode and while deferred, ``certificate`` shows what is planned."""
    changes = outcome.plan.changes and outcome.deferred is None
    result: dict[str, Any] = {
        "changed": changes,
        "deferred": outcome.deferred is not None,
        "workstation": outcome.inventory.computer,
        "owner": {"sid": outcome.owner.sid, "account": outcome.owner.account.name},
        "certificate": _certificate(wanted.bundle, outcome, selection, now),
        "journal": [journal_row(entry) for entry in outcome.journal],
        "ansible_facts": {
            "pkcs12": workstation_facts(
                outcome.inventory, {outcome.owner.sid: outcome.after}, selection, outcome.observed_at
            )
        },
        "msg": outcome.deferred or _sentence(wanted, outcome),
    }
    return result


def store_diff(wanted: Present, outcome: Outcome) -> dict[str, str]:
    """The holder's store before and after, a line per certificate; after is what is planned while nothing was done."""
    before = _lines(outcome.before)
    after = dict(_lines(outcome.after))
    leaf = wanted.bundle.leaf
    if outcome.deferred is None and outcome.plan.changes:
        installed = outcome.after.find(leaf.thumbprint)
        name = (
            wanted.friendly_name if wanted.friendly_name is not None else installed.friendly_name if installed else None
        )
        after[leaf.thumbprint] = _line(leaf, name, "key")
    header = f"{outcome.inventory.computer} {outcome.owner.name} CurrentUser\\My"
    return {"before_header": header, "after_header": header, "before": _text(before), "after": _text(after)}


def bundle_result(bundle: Bundle, now: datetime, renew_before_days: int) -> dict[str, Any]:
    """What is inside a p12, without its key."""
    leaf = certificate_row(StoreCertificate(bundle.leaf, bundle.friendly_name, False, None), renew_before_days, now)
    leaf |= {"key_state": "in_bundle", "sha256": bundle.leaf.sha256, "key_usage": list(bundle.leaf.key_usage or ())}
    leaf |= {"upn": bundle.leaf.upn, "emails": list(bundle.leaf.emails), "spki_sha256": bundle.leaf.spki_sha256}
    chain = [
        {
            "thumbprint": other.thumbprint,
            "subject": other.subject,
            "issuer": other.issuer,
            "not_after": other.not_after.strftime(TIME_FORMAT),
        }
        for other in bundle.chain
    ]
    return {"certificate": leaf, "chain": chain, "bundle_sha256": bundle.sha256}


def journal_row(entry: JournalEntry) -> dict[str, Any]:
    """A journal entry as one flat map."""
    return {"id": entry.id, "step": entry.step, "outcome": entry.outcome, "at": entry.at} | dict(entry.facts)


def _sentence(wanted: Present, outcome: Outcome) -> str:
    leaf = wanted.bundle.leaf
    verb = "is already installed"
    if outcome.plan.changes:
        verb = f"{'would be' if wanted.check_mode else 'was'} {'installed' if outcome.plan.imports else 'renamed'}"
    proof = " and its key signs" if outcome.proven else ""
    return f"{leaf.subject_cn or leaf.thumbprint} {verb} for {outcome.owner.name}{proof}; valid until {leaf.not_after:%Y-%m-%d}."


def _certificate(bundle: Bundle, outcome: Outcome, selection: Selection, now: datetime) -> dict[str, Any]:
    installed = outcome.after.find(bundle.leaf.thumbprint)
    if installed is None or installed.key is None:
        planned = StoreCertificate(bundle.leaf, None, False, None)
        return certificate_row(planned, selection.renew_before_days, now) | PENDING
    row = certificate_row(installed, selection.renew_before_days, now)
    return row | {"key_state": "proven"} if outcome.proven else row


def _lines(view: StoreView) -> dict[str, str]:
    return {
        found.thumbprint: _line(found.certificate, found.friendly_name, _state(found)) for found in view.certificates
    }


def _line(certificate: Certificate, name: str | None, state: str) -> str:
    until = f"until {certificate.not_after:%Y-%m-%d}"
    return f"{certificate.thumbprint} {certificate.subject} {until}, {state}, named {name or '-'}\n"


def _state(found: StoreCertificate) -> str:
    key = "key" if found.key else "no key"
    return f"{key}, archived" if found.archived else key


def _text(lines: Mapping[str, str]) -> str:
    return "".join(lines[thumbprint] for thumbprint in sorted(lines))
