# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which certificates a removal selects. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .._crypto.certificate import Certificate
from .._crypto.store import CertificateStore, StoreCertificate
from .._errors import Pkcs12Error, Problem
from .held import held_by
from .issuers import Answer, Issuers
from .subject import ExpectedSubject, check_pattern
from .superseding import is_software
from .validity import Calendar

HEX = re.compile(r"[0-9A-F]*")
SHA1_DIGITS, SHA256_DIGITS = 40, 64


@dataclass(frozen=True, slots=True)
class RemovalSelector:
    """A certificate has to match every field that is set. ``thumbprints`` or ``issuer`` has to be set, or ``site`` has to name its issuers.

    ``thumbprints`` are normalised; an empty tuple selects nothing. ``issuer`` is a regular expression for the RFC 4514 name, of the task
    alone. ``site``: its issuers. Without thumbprints only what they signed is selected. ``expired_for_days`` are calendar days of the site
    since the day from which on the certificate gave no access. Raises ``Pkcs12Error``: ``bad_arguments``.
    """

    thumbprints: tuple[str, ...] | None = None
    issuer: str | None = None
    site: Issuers = field(default_factory=Issuers)
    person: ExpectedSubject = field(default_factory=ExpectedSubject)
    expired_for_days: int | None = None
    calendar: Calendar = field(default_factory=Calendar)

    def __post_init__(self) -> None:
        check_pattern("issuer", self.issuer)
        if self.thumbprints is None and not self.issuer and not self.site.is_named:
            # An empty variable must not select every certificate of the holder.
            raise Pkcs12Error(Problem("bad_arguments.nothing_selected"))

    def select(self, store: CertificateStore, now: datetime) -> tuple[StoreCertificate, ...]:
        """The selected certificates. Those of a smart card or a TPM are never among them."""
        return tuple(stored for stored in store.certificates if is_software(stored) and self._selects(stored, now))

    def on_cards(self, store: CertificateStore, now: datetime) -> tuple[StoreCertificate, ...]:
        """What it would select had it a key on the disk: those of a smart card or a TPM, which go with their card or workstation."""
        return tuple(stored for stored in store.certificates if not is_software(stored) and self._selects(stored, now))

    def left_for_thumbprints(self, store: CertificateStore) -> tuple[StoreCertificate, ...]:
        """The person's that stay because nobody knows that the site's issuer signed them: only by its thumbprint such a one goes."""
        return tuple(stored for stored, answer in self._staying(store) if self._goes_by_thumbprint(answer))

    def of_other_issuers(self, store: CertificateStore) -> tuple[StoreCertificate, ...]:
        """The person's that stay because the task means another issuer."""
        return tuple(stored for stored, answer in self._staying(store) if not self._goes_by_thumbprint(answer))

    def means(self, certificate: Certificate) -> bool:
        """Whether a certificate is of the issuer whose certificates the task removes. One of the task alone, which no profile of the site
        means, is known by its name only."""
        if not self._has_name(certificate):
            return False
        answer = self.site.asks(certificate)
        is_of_task_alone = self.issuer is not None and not self.site.relates(certificate)
        return answer is Answer.SIGNED or (is_of_task_alone and answer is Answer.NOT_KNOWN)

    def _staying(self, store: CertificateStore) -> Iterator[tuple[StoreCertificate, Answer]]:
        if self.thumbprints is None and self.person.authorisation is not None:
            for stored, answer in held_by(store, self.site, self.person):
                if not stored.archived and is_software(stored) and not self.means(stored.certificate):
                    yield stored, answer

    def _goes_by_thumbprint(self, answer: Answer) -> bool:
        return answer is Answer.SELF_SIGNED or (answer is Answer.NOT_KNOWN and self.site.is_verified)

    def _has_name(self, certificate: Certificate) -> bool:
        return self.issuer is None or re.search(self.issuer, certificate.issuer) is not None

    def _selects(self, stored: StoreCertificate, now: datetime) -> bool:
        certificate = stored.certificate
        if self.thumbprints is None:
            if not self.means(certificate):
                return False
        elif stored.thumbprint not in self.thumbprints or not self._has_name(certificate):
            return False
        if self.person.authorisation is not None and not self.person.owns(certificate):
            return False
        if not self.person.is_named_in(certificate):
            return False
        if self.expired_for_days is None:
            return True
        return (
            certificate.not_after < now
            and -self.calendar.days_left(certificate.not_after, now) >= self.expired_for_days
        )


def parse_thumbprint(text: str) -> str:
    """Normalises a thumbprint to 40 upper-case hex digits. Raises ``Pkcs12Error``: ``bad_thumbprint``.

    Users copy it from the certificate dialog of Windows, which puts an invisible U+200E before it.
    """
    digits = "".join(
        character for character in text if character not in " :\t\r\n\u200e\u200f\u202a\u202c\ufeff\u00a0"
    ).upper()
    if len(digits) == SHA1_DIGITS and HEX.fullmatch(digits):
        return digits
    variant = "sha256" if len(digits) == SHA256_DIGITS and HEX.fullmatch(digits) else "other_text"
    raise Pkcs12Error(Problem(f"bad_thumbprint.{variant}", {"given": text}))
