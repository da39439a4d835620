# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a site should do about its issuers, told once for a whole run: the key ``issuers`` of results, and their sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._crypto.certificate import Certificate
from .._crypto.signature import is_signed_by, issuer_key_id, issuer_urls, pem_of
from .._crypto.store import parse_store
from .._errors import Problem
from .._policy.issuers import NOT_KNOWN, SELF_SIGNED, Answer, Issuers, has_roots_only, may_sign
from .._policy.status import Status
from .._policy.subject import HolderIndex
from .._workstation.protocol import Inventory
from .issuers import short_issuer
from .schema import CertificateRecord

NEW_FILE, ADD, NEW_PROFILE = "new_file", "add", "new_profile"
"""What to do with an authority that is proposed: a profile that its name fits has no file yet, has one, or there is no such profile."""

Advice = Mapping[str, Any]
"""The key ``issuers`` of a result. ``unverified``: the profiles without an authority. ``unknown``: the issuers of certificates that no
authority of the site has signed, each once, with the thumbprints of these. ``proven``: the profiles of which an authority signed a
certificate. ``signed_none``: those of which none did, where one should have or the file has roots alone. ``not_asked``: how many facts are
from before the authority.

Where certificates were seen and not their facts alone, ``unknown`` has the issuers that ``signers`` has not. ``signers``: the
certificates of authorities that were found beside those that they signed, and that no file has. ``not_carried``: the issuers that were not
found there.
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A person's certificate in a store or a bundle. ``beside``: certificates in which its signer may be. ``account``: of the store."""

    certificate: Certificate
    beside: Sequence[Certificate] = ()
    account: str = ""

    @property
    def signers(self) -> tuple[Certificate, ...]:
        """Those beside it that signed it, and may."""
        return tuple(each for each in self.beside if may_sign(each) and is_signed_by(self.certificate, each))


def of_facts(site: Issuers, certificates: Iterable[CertificateRecord]) -> Advice:
    """By the facts of certificates, with their statuses of today."""
    known = list(certificates)
    found = [each for each in known if each.status is Status.UNKNOWN_ISSUER]
    named = (_named(site, each.issuer, each.issuer_key_id, each.issuer_urls, each.thumbprint) for each in found)
    return {
        "unverified": unverified(site),
        "unknown": _gathered(named),
        **_by_files(site, [(each.issuer, each.signed_by) for each in known], [each.issuer for each in found]),
        "not_asked": sum(each.status is Status.UNKNOWN for each in known),
    }


def of_certificates(site: Issuers, seen: Sequence[Seen]) -> Advice:
    """By certificates of people themselves: those of stores, or of bundles."""
    keys = {each.spki_sha256 for each in site.signers()}
    unproven = [each for each in seen if site.signed_by(each.certificate) not in {SELF_SIGNED, *keys}]
    alone = [each for each in unproven if not each.signers]
    refused = [each.certificate for each in unproven if site.asks(each.certificate) is Answer.NOT_KNOWN]
    not_known = [each for each in alone if each.certificate in refused]
    signers: dict[str, dict[str, Any]] = {}
    for each in unproven:
        for signer in each.signers:
            row = signers.setdefault(signer.sha256, _found(site, signer))
            row["thumbprints"] = [*dict.fromkeys([*row["thumbprints"], each.certificate.thumbprint])]
    return {
        "unverified": unverified(site),
        "unknown": _issuers_of(site, not_known),
        **_by_files(
            site,
            [(each.certificate.issuer, site.signed_by(each.certificate)) for each in seen],
            [each.issuer for each in refused],
        ),
        "signers": list(signers.values()),
        "not_carried": _issuers_of(site, (each for each in alone if each not in not_known)),
    }


def of_stores(site: Issuers, inventory: Inventory, index: HolderIndex) -> Advice:
    """By the stores of a workstation. ``verdicts``: each certificate of which the signature says something else than the name."""
    seen = of_people(site, inventory, index)
    return {**of_certificates(site, seen), "verdicts": [row for each in seen for row in _changed(site, each)]}


def of_people(site: Issuers, inventory: Inventory, index: HolderIndex) -> list[Seen]:
    """The certificates of people that an audit relates to the site: by a holder's number, or by the pattern of a profile."""
    names = {account.sid: account.name for account in inventory.accounts}
    there = [
        (each.certificate, names.get(profile.owner_sid) or profile.path or profile.owner_sid)
        for profile in inventory.profiles
        for each in parse_store(profile.my).certificates
        if not each.archived
    ]
    beside = tuple(each for each, _account in there if may_sign(each))
    return [
        Seen(each, beside, account)
        for each, account in there
        if not each.is_ca and (index.holder_of(each) or site.means(each.issuer))
    ]


def unverified(site: Issuers) -> list[str]:
    """The profiles whose issuer nobody has named by an authority; empty for that of ``pkcs12_issuer``, which has no name."""
    return ["" if site.setting == "issuer" else each.name for each in site.profiles if each.signers is None]


def not_verified(names: Iterable[str]) -> list[Problem]:
    """What is told of profiles without an authority; see ``unverified``."""
    found = [*dict.fromkeys(names)]
    if profiles := tuple(filter(None, found)):
        return [Problem("issuer_not_verified.profiles", {"profiles": profiles}, "issuers")]
    return [Problem("issuer_not_verified", setting="issuers")] if found else []


def advice_of(results: Iterable[Mapping[str, Any] | None]) -> list[Problem]:
    """The sentences of a run, each once, by the results of its hosts."""
    found = _advice(results)
    older = sum(each.get("not_asked", 0) for each in found)
    return [
        *not_verified(name for each in found for name in each["unverified"]),
        *([Problem("audit_again", {"count": older}, "issuers")] if older else []),
        *_signed_none(found),
        *_unknown(found),
        *_not_carried(found),
    ]


def proposed(results: Iterable[Mapping[str, Any] | None]) -> list[Mapping[str, Any]]:
    """The authorities that a person may add to the site's, by the results of all hosts: that of most certificates first."""
    rows: dict[str, dict[str, Any]] = {}
    for each in _advice(results):
        for row in each.get("signers", ()):
            known = rows.setdefault(row["sha256"], {**row, "thumbprints": []})
            known["thumbprints"] = [*dict.fromkeys([*known["thumbprints"], *row["thumbprints"]])]
    return sorted(rows.values(), key=lambda row: (-len(row["thumbprints"]), row["subject"], row["sha256"]))


def proposal(rows: Sequence[Mapping[str, Any]], tell: Callable[[Problem], str]) -> str:
    """A file of authorities, with how many certificates each of them signed. A reader of PEM skips the lines between the certificates.

    ``tell``: makes words of a cause. What to do with an authority is told by the run: the file may be kept where many read it.
    """
    parts = [f"# {tell(Problem('proposal'))}\n"] if rows else []
    return "\n".join([*parts, *(f"# {tell(signer_found(row))}\n{row['pem']}" for row in rows)])


def signer_found(row: Mapping[str, Any]) -> Problem:
    """An authority that was found, by a row of ``signers``, with what to do if it is the issuer's own."""
    values = {"name": row["subject"], "sha256": row["sha256"], "count": len(row["thumbprints"])}
    if row["way"] == ADD:
        values["profile"] = row["profile"]
    return Problem(f"signer.{row['way']}", values, "issuers")


def _changed(site: Issuers, each: Seen) -> Iterator[dict[str, str]]:
    """What the name of its issuer alone says of a certificate, and what its signature says, where these differ."""
    found = each.certificate
    by_name = Answer.SIGNED if any(profile.fits(found.issuer) for profile in site.profiles) else Answer.NOT_KNOWN
    by_signature = site.asks(found)
    if by_name is not by_signature:
        issuer = short_issuer(found.issuer, found.issuer_cn)
        whose = found.subject_cn or found.subject
        where = {"account": each.account, "found": whose, "issuer": issuer, "thumbprint": found.thumbprint}
        yield {**where, "by_name": by_name.value, "by_signature": by_signature.value}


def _advice(results: Iterable[Mapping[str, Any] | None]) -> list[Advice]:
    return [result["issuers"] for result in results if result and result.get("issuers")]


def _by_files(site: Issuers, seen: Sequence[tuple[str, str]], refused: Sequence[str]) -> dict[str, Any]:
    """By issuers of certificates and the keys that signed these, and the issuers of those that no authority signed."""
    files = [each for each in site.profiles if each.signers is not None]
    proven = [each.name for each in files if any(each.accepts(issuer, key) for issuer, key in seen)]
    # A certificate that the pattern of no profile fits says nothing about a file.
    expected = {each.name for issuer in refused if (each := site.profile_of(issuer, NOT_KNOWN)).fits(issuer)}
    none = (each for each in files if each.name not in proven)
    doubtful = [each for each in none if has_roots_only(each.signers or ()) or each.name in expected]
    rows = [{"profile": each.name, "authorities": list(each.signer_names)} for each in doubtful]
    return {"proven": proven, "signed_none": rows}


def _found(site: Issuers, signer: Certificate) -> dict[str, Any]:
    """A row of ``signers``, with what would let the site know the certificates that it signed: the pattern of a profile refuses the
    name of an issuer whatever its file has."""
    fitting = [each for each in site.profiles if each.fits(signer.subject)]
    bare = [each for each in fitting if each.signers is None]
    way = NEW_PROFILE if not fitting else NEW_FILE if bare else ADD
    row = {"subject": signer.subject, "sha256": signer.sha256, "pem": pem_of(signer), "thumbprints": []}
    return {**row, "way": way, "profile": fitting[0].name if way == ADD else ""}


def _issuers_of(site: Issuers, seen: Iterable[Seen]) -> list[dict[str, Any]]:
    found = (each.certificate for each in seen)
    return _gathered(
        _named(site, each.issuer, issuer_key_id(each), issuer_urls(each), each.thumbprint) for each in found
    )


def _named(site: Issuers, issuer: str, key_id: str, urls: Sequence[str], thumbprint: str) -> dict[str, Any]:
    fits = any(each.fits(issuer) for each in site.profiles)
    return {"issuer": issuer, "fits": fits, "key_id": key_id, "urls": list(urls), "thumbprints": [thumbprint]}


def _unknown(found: Iterable[Advice]) -> Iterator[Problem]:
    rows = _gathered(row for each in found for row in each["unknown"])
    for fits, code in ((True, "issuers_not_known"), (False, "issuers_not_known.other_name")):
        if these := [row for row in rows if row["fits"] is fits]:
            yield Problem(code, {"count": _sum(these)}, "issuers", tuple(map(_signer, these)))


def _signed_none(found: Sequence[Advice]) -> Iterator[Problem]:
    """Profiles with a file of which no authority signed anything that any host has seen."""
    proven = {name for each in found for name in each["proven"]}
    files = {row["profile"]: tuple(row["authorities"]) for each in found for row in each["signed_none"]}
    for name, authorities in files.items():
        if name not in proven:
            yield Problem("authority_signed_none", {"profile": name, "names": authorities}, "issuers")


def _not_carried(found: Iterable[Advice]) -> Iterator[Problem]:
    if rows := _gathered(row for each in found for row in each.get("not_carried", ())):
        yield Problem("authority_not_there", {"count": _sum(rows)}, "issuers", tuple(map(_signer, rows)))


def _sum(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(len(row["thumbprints"]) for row in rows)


def _signer(row: Mapping[str, Any]) -> Problem:
    key = [Problem("signer.key", {"key": row["key_id"]})] if row["key_id"] else []
    at = [Problem("authority.at", {"url": url}) for url in row["urls"]]
    return Problem("signer", {"issuer": row["issuer"], "count": len(row["thumbprints"])}, causes=(*key, *at))


def _gathered(named: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each issuer by its name and its key once, the most frequent one first."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for each in named:
        row = rows.setdefault((each["issuer"], each["key_id"]), {**each, "urls": [], "thumbprints": []})
        for key in ("urls", "thumbprints"):
            row[key] = list(dict.fromkeys([*row[key], *each[key]]))
    return sorted(rows.values(), key=lambda row: (-len(row["thumbprints"]), row["issuer"], row["key_id"]))
