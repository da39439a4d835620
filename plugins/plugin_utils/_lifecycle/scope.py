# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the facts in a result are about: the certificates of the holders of a workstation. Others are counted only. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .._facts.build import FactsScope
from .._facts.history import exportable_keys, related_certificates, strangers_of, unusable_keys
from .._facts.holders import HolderEntry
from .._facts.issuer_settings import issuer_settings
from .._facts.selection import Selection
from .._policy.issuers import Issuers
from .._policy.subject import index_holders
from .._policy.validity import Calendar
from .run import WorkstationRun


def facts_scope(
    run: WorkstationRun, entries: Sequence[HolderEntry], site: Issuers, calendar: Calendar, earlier: Any
) -> FactsScope:
    """The scope of the facts after a run. ``site``: the issuers of the task, ``earlier`` the facts from before it.

    The issuer and the authorisation numbers of the holders select the certificates, and what earlier facts list stays listed: a leaver is
    no holder of the task. Without both, the issuers of the certificates of the run select them.
    """
    pattern = next((entry.person.pattern for entry in entries), None)
    numbers = [entry.person.authorisation for entry in entries if entry.person.authorisation]
    settings = issuer_settings(site, earlier)
    if site.is_named or numbers:
        selection = Selection(
            site=site,
            pattern=pattern,
            index=index_holders(numbers, pattern),
            known=related_certificates(earlier),
            earlier=strangers_of(earlier),
        )
    else:
        selection = Selection(pattern=pattern, issuer_names=frozenset(_issuers(run)))
    return FactsScope(selection, entries, calendar, unusable_keys(earlier), settings, exportable_keys(earlier))


def _issuers(run: WorkstationRun) -> Iterable[str]:
    for each in run.holders:
        done = each.transaction
        if done is None:
            continue
        if done.leaf:
            yield done.leaf.issuer
        gone = (done.before.find(thumbprint) for thumbprint in done.plan.removals)
        yield from (stored.certificate.issuer for stored in gone if stored)
