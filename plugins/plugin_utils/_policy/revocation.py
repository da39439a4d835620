# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which revocation lists (CRLs) are believed, and what they say of a certificate. Pure.

A list is believed only if a certificate of its issuer that the site has named signed it: it usually comes over http, and a false one
could hide a revocation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum

from .._crypto.crl import Crl, CrlAuthority, UnreadableCrl, read_authorities, read_crl


class RevocationReason(str, Enum):
    """Why a certificate was revoked (RFC 5280, 5.3.1)."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key_compromise"
    CA_COMPROMISE = "ca_compromise"
    AFFILIATION_CHANGED = "affiliation_changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation_of_operation"
    CERTIFICATE_HOLD = "certificate_hold"
    PRIVILEGE_WITHDRAWN = "privilege_withdrawn"
    AA_COMPROMISE = "aa_compromise"


class CrlProblem(str, Enum):
    """Why a revocation list is not believed, or certificates were not checked."""

    UNREADABLE = "unreadable"
    HOST_NOT_ALLOWED = "host_not_allowed"
    NOT_A_CRL = "not_a_crl"
    NOT_AN_AUTHORITY = "not_an_authority"
    NO_AUTHORITY = "no_authority"
    BAD_SIGNATURE = "bad_signature"
    PARTIAL = "partial"
    ENDED = "ended"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Revocation:
    """When and why a certificate was revoked. ``at`` is aware, in UTC."""

    at: datetime
    reason: RevocationReason


class NotUsable(ValueError):
    """What was read is no list, or no certificate of an authority, that can be used."""

    def __init__(self, problem: CrlProblem, detail: str = "") -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


def authorities_of(data: bytes) -> Sequence[CrlAuthority]:
    """The authorities' certificates in a file. Raises ``NotUsable``."""
    try:
        return read_authorities(data)
    except UnreadableCrl as problem:
        raise NotUsable(CrlProblem.NOT_AN_AUTHORITY, str(problem)) from None


def believed(data: bytes, authorities: Iterable[CrlAuthority]) -> Crl:
    """The list in a file, whole and signed by one of the authorities. It may have ended. Raises ``NotUsable``."""
    try:
        crl = read_crl(data)
    except UnreadableCrl as problem:
        raise NotUsable(CrlProblem.NOT_A_CRL, str(problem)) from None
    named = [each for each in authorities if name_key(each.subject) == name_key(crl.issuer)]
    if not named:
        raise NotUsable(CrlProblem.NO_AUTHORITY, crl.issuer)
    if not any(map(crl.is_signed_by, named)):
        raise NotUsable(CrlProblem.BAD_SIGNATURE, crl.issuer)
    if crl.partial:
        raise NotUsable(CrlProblem.PARTIAL, crl.partial)
    return crl


def has_ended(crl: Crl, now: datetime) -> bool:
    """Whether a newer list has to be there by now. A list that does not say until when it is current counts as ended."""
    return crl.next_update is None or now > crl.next_update


def name_key(name: str) -> str:
    """A name to compare (RFC 5280, 7.1): neither case nor the number of spaces counts."""
    return " ".join(name.split()).casefold()


LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


class Revocations:
    """What believed lists say at an instant. A list that has ended still says what was revoked; it does not say what was not."""

    def __init__(self, lists: Iterable[Crl] = (), now: datetime = LONG_AGO) -> None:
        self._now = now
        self._lists: dict[str, list[Crl]] = {}
        for crl in lists:
            self._lists.setdefault(name_key(crl.issuer), []).append(crl)

    def of(self, issuer: str, serial: str, urls: Sequence[str]) -> Revocation | None:
        """The earliest revocation of a certificate, None if no list has it. ``serial``: upper-case hex, as facts have it.

        ``urls``: the distribution points of the certificate.
        """
        if not self._lists:
            return None
        found = [entry for crl in self._about(issuer, urls) if (entry := crl.revocation_of(int(serial or "0", 16)))]
        at, reason = min(found, default=(self._now, ""))
        return Revocation(at, RevocationReason(reason)) if reason and at <= self._now else None

    def cover(self, issuer: str, urls: Sequence[str]) -> bool:
        """Whether a list that has not ended is about certificates of this issuer with these distribution points."""
        return any(not has_ended(crl, self._now) for crl in self._about(issuer, urls))

    def _about(self, issuer: str, urls: Sequence[str]) -> list[Crl]:
        return [crl for crl in self._lists.get(name_key(issuer), ()) if not crl.urls or set(crl.urls) & set(urls)]
