# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether a removal is done: certificate and key are gone. A key that stays is named with how it goes, unless a rule keeps it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from .._crypto.store import StoreCertificate
from .._crypto.store_element import KeyProvInfo
from .._errors import Pkcs12Error, Problem, Value
from .._policy.removal import RemovalSelector
from .._workstation.protocol import JournalEntry
from .transaction import Transaction

GONE = ("deleted", "gone")
"""What the journal says of a key that is no longer there."""


def key_left(done: Transaction, selector: RemovalSelector, now: datetime) -> Pkcs12Error | None:
    """Why a removal that ran is not done although its certificates are gone: a key stays. None if none does, or a rule keeps each."""
    if done.error or done.deferred:
        return None
    staying = _staying(done)
    found = tuple(_problem(done, *each) for each in staying if not _kept_by_rule(done, each[0], selector, now))
    if not found:
        return None
    return Pkcs12Error(Problem("key_left", {"computer": done.inventory.computer}, causes=found), changed=True)


def kept_with(done: Transaction, selector: RemovalSelector, now: datetime) -> list[StoreCertificate]:
    """The certificates of the person for which a rule keeps a key whose certificate has gone."""
    found = (_kept_by_rule(done, stored, selector, now) for stored, _link, _reason in _staying(done))
    return list({each.thumbprint: each for of_one in found for each in of_one}.values())


def _staying(done: Transaction) -> list[tuple[StoreCertificate, KeyProvInfo, str | None]]:
    """Each removed certificate whose key stays, with its link and the driver's reason. A later step may have taken the key all the same:
    by its container, or as a further container of the same key (``swept``)."""
    known = [(entry, stored) for entry in done.journal if (stored := _of_key(done, entry))]
    gone = {_name(stored) for entry, stored in known if entry.facts["key"] in GONE}
    kept = [(entry, stored) for entry, stored in known if entry.facts["key"] == "kept" and _name(stored) not in gone]
    found = []
    for entry, stored in kept:
        key = stored.certificate.spki_sha256
        swept = sum(each.facts.get("swept") or 0 for each, other in known if other.certificate.spki_sha256 == key)
        containers = {_name(other) for _entry, other in kept if other.certificate.spki_sha256 == key}
        if stored.key and swept < len(containers):
            found.append((stored, stored.key, entry.facts.get("kept_because")))
    return found


def _of_key(done: Transaction, entry: JournalEntry) -> StoreCertificate | None:
    """The certificate of a step that says what became of its key."""
    is_told = entry.outcome == "done" and "key" in entry.facts
    return done.before.find(str(entry.facts.get("thumbprint"))) if is_told else None


def _name(stored: StoreCertificate) -> str:
    return stored.key.container.casefold() if stored.key else ""


def _have_one_key(one: StoreCertificate, other: StoreCertificate) -> bool:
    if one.key is None or other.key is None or one.thumbprint == other.thumbprint:
        return False
    return _name(one) == _name(other) or one.certificate.spki_sha256 == other.certificate.spki_sha256


def _sharing(found: Sequence[StoreCertificate], stored: StoreCertificate) -> list[StoreCertificate]:
    return [each for each in found if _have_one_key(each, stored)]


def _kept_by_rule(
    done: Transaction, stored: StoreCertificate, selector: RemovalSelector, now: datetime
) -> list[StoreCertificate]:
    """The person's own certificates that need the key and that this removal leaves on purpose: what old mails or files may need, and where
    only expired ones go, the others."""
    own = replace(selector, expired_for_days=None).select(done.after, now)
    return _sharing(own, stored)


def _problem(done: Transaction, stored: StoreCertificate, link: KeyProvInfo, reason: str | None) -> Problem:
    values: dict[str, Value] = {"certificate": _named(stored)}
    if others := _sharing(done.after.certificates, stored):
        return Problem("key_left.shared", values | {"others": tuple(map(_named, others))})
    values |= {"container": link.container, "provider": link.provider}
    if reason == "machine_key":
        return Problem("key_left.machine", values)
    is_lost = _sharing(done.before.certificates, stored)  # the last certificate of the key has gone, too
    return Problem("key_left.without_certificate" if is_lost else "key_left.other_store", values)


def _named(stored: StoreCertificate) -> str:
    name = stored.certificate.subject_cn or stored.certificate.subject
    return f"{name} ({stored.thumbprint})" if name else stored.thumbprint
