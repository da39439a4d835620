# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether the site's issuer is one of this workstation, and which ones there are: what a preflight says of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from .._crypto.certificate import Certificate
from .._crypto.store import parse_store
from .._errors import Problem, Value
from .._policy.issuers import Issuers
from .._policy.subject import index_holders
from .._policy.use import Use, use_of
from .._workstation.preflight import Finding, Severity
from .._workstation.protocol import Inventory
from .holders import HolderEntry

LONGEST_NAME = 200
"""Characters of an issuer's name."""

SUBJECT = "issuer"


def short_issuer(issuer: str, issuer_cn: str | None) -> str:
    """What one writes into ``pkcs12_issuer``: the common name in its form in a distinguished name."""
    return f"CN={issuer_cn}" if issuer_cn else issuer


def issuer_finding(inventory: Inventory, entries: Sequence[HolderEntry], site: Issuers) -> Finding:
    """Whether an audit looks for certificates without a holder, which it does by the site's issuers."""
    index = index_holders([entry.person.authorisation for entry in entries if entry.person.authorisation], None)
    people = [each.certificate for profile in inventory.profiles for each in parse_store(profile.my).certificates]
    own = [each for each in people if index.numbers and index.holder_of(each) is not None]
    there = _named([*own, *(each for each in people if each not in own and _may_be_a_persons(each))])
    seen = (Problem("finding.issuers_there", {"computer": inventory.computer, "issuers": there}),) if there else ()
    if not site.is_named:
        return Finding(SUBJECT, Severity.WARNING, Problem("finding.no_issuer", setting="issuer", causes=seen))
    found = sum(map(site.relates, people))
    named = ", ".join(each.pattern or each.name for each in site.profiles)
    said: dict[str, Value] = {"issuer": named, "computer": inventory.computer}
    if found or not own:
        return Finding(SUBJECT, Severity.OK, Problem("finding.issuer_matches", {**said, "count": found}))
    return Finding(SUBJECT, Severity.WARNING, Problem("finding.issuer_matches_none", said, site.setting, causes=seen))


def _may_be_a_persons(certificate: Certificate) -> bool:
    """Whether it is for authentication, and somebody else issued it."""
    return (
        use_of(certificate) is Use.AUTHENTICATION
        and not certificate.is_ca
        and certificate.issuer != certificate.subject
    )


def _named(certificates: Iterable[Certificate]) -> tuple[str, ...]:
    """The issuers with the number of their certificates, in the order in which they are found."""
    numbers = Counter(short_issuer(each.issuer, each.issuer_cn) for each in certificates)
    return tuple(f"{issuer:.{LONGEST_NAME}} ({count})" for issuer, count in numbers.items())
