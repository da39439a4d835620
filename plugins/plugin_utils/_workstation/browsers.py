# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Will the browsers of a workstation offer the holders' certificates to the portal? One finding for each thing it depends on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .._crypto.certificate import Certificate
from .._crypto.issuer import is_issued_by, issuer_name
from .._crypto.store import parse_store
from .._errors import Problem, Value
from .auto_select import AutoSelectEntry, Portal, covers, entries
from .browser_protocol import BrowserInfo, BrowserPlace, FirefoxPolicy
from .preflight import Finding, Severity

NAMES = {"edge": "Microsoft Edge", "chrome": "Google Chrome", "firefox": "Firefox"}


@dataclass(frozen=True, slots=True)
class HolderCertificates:
    """The certificates that a browser may offer for one account. ``account`` is as the task gave it."""

    account: str
    sid: str
    certificates: tuple[Certificate, ...]


def issuers(holders: Sequence[HolderCertificates]) -> tuple[bytes, ...]:
    """The issuers' names as DER, each once."""
    return tuple(dict.fromkeys(issuer_name(each.der) for holder in holders for each in holder.certificates))


def browser_findings(
    computer: str, holders: Sequence[HolderCertificates], info: BrowserInfo, portal: Portal | None
) -> tuple[Finding, ...]:
    """All findings about browsers. Without a portal, the policies of Edge and Chrome are not judged."""
    chosen = [_auto_select(computer, browser, holders, info, portal) for browser in ("edge", "chrome") if portal]
    return (*_authorities(computer, holders, info), *chosen, _firefox(computer, holders, info))


def _authorities(computer: str, holders: Sequence[HolderCertificates], info: BrowserInfo) -> Iterator[Finding]:
    """A finding for each holder with a certificate whose issuer is missing, or one that says that none is."""
    subject, missing = "issuing_authority", False
    for holder in holders:
        places = [place for place in (info.computer, info.user(holder.sid)) if place]
        known = [each.certificate.der for place in places for each in parse_store(place.authorities).certificates]
        for certificate in holder.certificates:
            if not any(is_issued_by(certificate.der, authority) for authority in known):
                missing = True
                name = certificate.issuer_cn or certificate.issuer
                values = {"authority": name, "account": holder.account, "computer": computer}
                problem = Problem("finding.authority_missing", values)
                yield Finding(subject, Severity.WARNING, problem, holder.account)
                break
    if not missing:
        is_needed = any(holder.certificates for holder in holders)
        code = "finding.authorities" if is_needed else "finding.no_authority_needed"
        yield Finding(subject, Severity.OK, Problem(code, {"computer": computer}))


def _auto_select(
    computer: str, browser: str, holders: Sequence[HolderCertificates], info: BrowserInfo, portal: Portal
) -> Finding:
    values: dict[str, Value] = {"browser": NAMES[browser], "computer": computer}
    if not _is_installed(info, browser):
        return Finding(browser, Severity.OK, Problem("finding.browser_absent", values))
    values["portal"] = portal.url
    lacking = [holder for holder in holders if not _chooses(_effective(info, browser, holder.sid, portal), holder)]
    if holders and not lacking:
        return Finding(browser, Severity.OK, Problem("finding.browser_chooses", values))
    if not holders:
        if _covering(info.computer, browser, portal):
            return Finding(browser, Severity.OK, Problem("finding.browser_named", values))
        return Finding(browser, Severity.WARNING, Problem("finding.browser_asks_everybody", values))
    values["accounts"] = tuple(holder.account for holder in lacking)
    others = {entry.issuer_cn for holder in lacking for entry in _effective(info, browser, holder.sid, portal)}
    if others:
        values["issuers"] = tuple(sorted(map(str, others)))
        return Finding(browser, Severity.WARNING, Problem("finding.browser_other_issuer", values))
    return Finding(browser, Severity.WARNING, Problem("finding.browser_asks", values))


def _effective(info: BrowserInfo, browser: str, sid: str, portal: Portal) -> tuple[AutoSelectEntry, ...]:
    """The values about the portal that count for a user. If the computer has the policy, it replaces the user's."""
    place = info.computer if info.computer.auto_select[browser] else info.user(sid)
    return _covering(place, browser, portal) if place else ()


def _covering(place: BrowserPlace, browser: str, portal: Portal) -> tuple[AutoSelectEntry, ...]:
    return tuple(entry for entry in entries(place.auto_select[browser]) if covers(entry.pattern, portal))


def _chooses(found: Sequence[AutoSelectEntry], holder: HolderCertificates) -> bool:
    """Whether one of the values fits a certificate of the holder, or would fit any when the holder has none yet."""
    issued_by = {certificate.issuer_cn for certificate in holder.certificates}
    return any(entry.issuer_cn is None or not issued_by or entry.issuer_cn in issued_by for entry in found)


def _firefox(computer: str, holders: Sequence[HolderCertificates], info: BrowserInfo) -> Finding:
    subject, values = "firefox", {"computer": computer}
    if not _is_installed(info, subject):
        return Finding(subject, Severity.OK, Problem("finding.browser_absent", {**values, "browser": NAMES[subject]}))
    users = [place for holder in holders if (place := info.user(holder.sid))]
    policies = [_firefox_policy(info, place) for place in users] or [_firefox_policy(info, None)]
    if any(policy.load_windows_certificates is False for policy in policies):
        return Finding(subject, Severity.WARNING, Problem("finding.firefox_without_certificates", values))
    if any(policy.import_enterprise_roots is False for policy in policies):
        return Finding(subject, Severity.WARNING, Problem("finding.firefox_without_authorities", values))
    is_set = all(policy.load_windows_certificates for policy in policies)
    return Finding(subject, Severity.OK, Problem("finding.firefox_set" if is_set else "finding.firefox", values))


def _firefox_policy(info: BrowserInfo, user: BrowserPlace | None) -> FirefoxPolicy:
    """What counts: the computer's registry before the user's, and both before policies.json."""
    said = [
        info.computer.firefox,
        *([user.firefox] if user else []),
        *([info.policies_file] if info.policies_file else []),
    ]
    return FirefoxPolicy(
        _first(policy.import_enterprise_roots for policy in said),
        _first(policy.load_windows_certificates for policy in said),
    )


def _first(values: Iterator[bool | None]) -> bool | None:
    return next((value for value in values if value is not None), None)


def _is_installed(info: BrowserInfo, browser: str) -> bool:
    return any(place.programs[browser] for place in info.places)
