# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a site should do about its issuers, told once for a whole run: the key ``issuers`` of results, and their sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._crypto.certificate import Certificate
from .._crypto.signature import issuer_key_id, issuer_urls
from .._crypto.store import CertificateStore
from .._errors import Problem
from .._policy.issuers import Answer, Issuers
from .._policy.status import Status
from .._policy.subject import HolderIndex
from .schema import CertificateRecord

Advice = Mapping[str, Any]
"""The key ``issuers`` of a result. ``unverified``: the profiles without an authority. ``unknown``: the issuers of certificates that no
authority of the site has signed, each once, with how many these are."""


def of_facts(site: Issuers, certificates: Iterable[CertificateRecord]) -> Advice:
    """By the facts of certificates, with their statuses of today."""
    found = (each for each in certificates if each.status is Status.UNKNOWN_ISSUER)
    named = ((each.issuer, each.issuer_key_id, each.issuer_urls) for each in found)
    return {"unverified": unverified(site), "unknown": _counted((*each, 1) for each in named)}


def of_certificates(site: Issuers, seen: Iterable[Certificate]) -> Advice:
    """By certificates of people themselves: those of stores, or of bundles."""
    found = (each for each in seen if site.asks(each) is Answer.NOT_KNOWN)
    named = ((each.issuer, issuer_key_id(each), issuer_urls(each)) for each in found)
    return {"unverified": unverified(site), "unknown": _counted((*each, 1) for each in named)}


def of_people(site: Issuers, stores: Iterable[CertificateStore], index: HolderIndex) -> list[Certificate]:
    """The certificates of stores that an audit relates to the site: by a holder's number, or by the pattern of a profile."""
    there = (each.certificate for store in stores for each in store.certificates if not each.archived)
    return [each for each in there if not each.is_ca and (index.holder_of(each) or site.fits(each.issuer))]


def unverified(site: Issuers) -> list[str]:
    """The profiles whose issuer nobody has named by an authority."""
    return [each.name for each in site.profiles if each.signers is None]


def advice_of(results: Iterable[Mapping[str, Any] | None]) -> list[Problem]:
    """The sentences of a run, each once, by the results of its hosts."""
    found: list[Advice] = [result["issuers"] for result in results if result and result.get("issuers")]
    return [*_unverified(found), *_unknown(found)]


def _unverified(found: Iterable[Advice]) -> Iterator[Problem]:
    names = dict.fromkeys(name for each in found for name in each["unverified"])
    profiles = tuple(filter(None, names))
    if profiles:
        yield Problem("issuer_not_verified.profiles", {"profiles": profiles}, "issuers")
    elif names:
        yield Problem("issuer_not_verified", setting="issuers")


def _unknown(found: Iterable[Advice]) -> Iterator[Problem]:
    rows = _counted(
        (row["issuer"], row["key_id"], row["urls"], row["count"]) for each in found for row in each["unknown"]
    )
    if rows:
        count = sum(row["count"] for row in rows)
        yield Problem("issuers_not_known", {"count": count}, "issuers", tuple(map(_signer, rows)))


def _signer(row: Mapping[str, Any]) -> Problem:
    key = [Problem("signer.key", {"key": row["key_id"]})] if row["key_id"] else []
    at = [Problem("authority.at", {"url": url}) for url in row["urls"]]
    return Problem("signer", {"issuer": row["issuer"], "count": row["count"]}, causes=(*key, *at))


def _counted(named: Iterable[tuple[str, str, Iterable[str], int]]) -> list[dict[str, Any]]:
    """Each issuer by its name and its key once, the most frequent one first."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for issuer, key_id, urls, count in named:
        row = rows.setdefault((issuer, key_id), {"issuer": issuer, "key_id": key_id, "urls": [], "count": 0})
        row["urls"] = list(dict.fromkeys([*row["urls"], *urls]))
        row["count"] += count
    return sorted(rows.values(), key=lambda row: (-row["count"], row["issuer"], row["key_id"]))
