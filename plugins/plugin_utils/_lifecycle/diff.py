# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The diff of a holder's store: one line per certificate, before and after. Certificates of other issuers are only counted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from datetime import date, datetime

from .._crypto.certificate import Certificate
from .._crypto.store import CertificateStore, StoreCertificate
from .._errors import Problem, Value
from .._policy.plan import NameStep
from .._policy.superseding import RemovalMethod
from .run import WorkstationRun
from .transaction import UNREAD, Transaction

Tell = Callable[[Problem], str]
"""From a problem to its words."""
Day = Callable[[datetime], date]
"""From the last second of a certificate to the first day of the site that is not whole."""


def run_diff(run: WorkstationRun, tell: Tell, day: Day) -> list[dict[str, str]]:
    """The diffs of all holders whose store was read."""
    return [store_diff(each.transaction, tell, day) for each in run.holders if each.transaction]


def store_diff(outcome: Transaction, tell: Tell, day: Day) -> dict[str, str]:
    """The diff of one store. Its ``after`` is the store after the exchange, or what the plan would make of it if none has run."""
    done = bool(outcome.journal) or outcome.deferred is not None
    issuers = _issuers(outcome)
    before = _lines(outcome.before, issuers, day)
    after = _lines(outcome.after, issuers, day) if done else _planned(before, outcome, day)
    shown = outcome.after if done else outcome.before
    header = f"{outcome.inventory.computer} {outcome.owner.name} CurrentUser\\My"
    return {
        "before_header": header,
        "after_header": header,
        "before": _text(before, outcome.before, issuers, tell),
        "after": tell(Problem("diff.not_read")) + "\n"
        if outcome.after is UNREAD
        else _text(after, shown, issuers, tell),
    }


def _issuers(outcome: Transaction) -> Set[str]:
    """The issuers whose certificates the task is about. The owner's other certificates, such as those of a smart card, are private."""
    removals = (outcome.before.find(thumbprint) for thumbprint in outcome.plan.removals)
    about = {stored.certificate.issuer for stored in removals if stored}
    return about | {outcome.leaf.issuer} if outcome.leaf else about


def _planned(lines: Mapping[str, Problem], outcome: Transaction, day: Day) -> dict[str, Problem]:
    lines, before, plan, leaf = dict(lines), outcome.before, outcome.plan, outcome.leaf
    names = {step.thumbprint: step.friendly_name for step in plan.steps if isinstance(step, NameStep)}
    if leaf and (plan.imports or names):
        installed = before.find(leaf.thumbprint)
        lines[leaf.thumbprint] = _line(
            leaf, names.get(leaf.thumbprint, installed.friendly_name if installed else None), "key", day
        )
    for thumbprint, method in plan.removals.items():
        del lines[thumbprint]
        old = before.find(thumbprint)
        if old and method is RemovalMethod.ARCHIVE:
            lines[thumbprint] = _line(old.certificate, old.friendly_name, "archived", day)
    return lines


def _lines(store: CertificateStore, issuers: Set[str], day: Day) -> dict[str, Problem]:
    return {
        stored.thumbprint: _line(stored.certificate, stored.friendly_name, _state(stored), day)
        for stored in store.certificates
        if stored.certificate.issuer in issuers
    }


def _line(certificate: Certificate, name: str | None, state: str, day: Day) -> Problem:
    told: dict[str, Value] = {
        "thumbprint": certificate.thumbprint,
        "subject": certificate.subject,
        "ends_on": day(certificate.not_after),
    }
    return Problem(f"diff.{state}", {**told, "name": name or "-"})


def _state(stored: StoreCertificate) -> str:
    return "archived" if stored.archived else "key" if stored.has_key else "dead_key" if stored.key else "no_key"


def _text(lines: Mapping[str, Problem], store: CertificateStore, issuers: Set[str], tell: Tell) -> str:
    others = sum(stored.certificate.issuer not in issuers for stored in store.certificates)
    told = [lines[thumbprint] for thumbprint in sorted(lines)]
    told += [Problem("diff.others", {"count": others})] if others else []
    return "".join(f"{tell(each)}\n" for each in told)
