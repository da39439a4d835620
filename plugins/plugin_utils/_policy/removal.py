# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which certificates a removal means. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from .._crypto.store import CertificateStore, StoreCertificate
from .._errors import CollectionError
from .retirement import is_software
from .subject import ExpectedSubject, check_pattern
from .validity import Calendar

HEX = re.compile(r"[0-9A-F]*")
SHA1_DIGITS, SHA256_DIGITS = 40, 64


@dataclass(frozen=True, slots=True)
class RemovalSelector:
    """All that is given has to match; ``thumbprints`` or ``issuer`` has to be given. Raises ``CollectionError``: ``bad_arguments``.

    ``thumbprints`` are normalised, and none of them selects nothing; ``issuer`` is a regular expression on its RFC 4514 name.
    ``expired_for_days`` are calendar days of the site since the day of the end; what still lasts has not ended.
    """

    thumbprints: tuple[str, ...] | None = None
    issuer: str | None = None
    person: ExpectedSubject = field(default_factory=ExpectedSubject)
    expired_for_days: int | None = None
    calendar: Calendar = field(default_factory=Calendar)

    def __post_init__(self) -> None:
        check_pattern("issuer", self.issuer)
        if self.thumbprints is None and not self.issuer:
            # A variable that came out empty must not mean every certificate of the holder.
            raise CollectionError(
                code="bad_arguments",
                cause="Nothing says which certificates are meant: thumbprints and issuer are empty.",
                next_step="Give one of them; issuer: '.' means every issuer.",
            )

    def select(self, view: CertificateStore, now: datetime) -> tuple[StoreCertificate, ...]:
        """The certificates meant. A smart card's is never among them."""
        return tuple(found for found in view.certificates if is_software(found) and self._means(found, now))

    def _means(self, found: StoreCertificate, now: datetime) -> bool:
        certificate = found.certificate
        if self.thumbprints is not None and found.thumbprint not in self.thumbprints:
            return False
        if self.issuer is not None and re.search(self.issuer, certificate.issuer) is None:
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
    """A thumbprint as people paste it, as 40 upper-case hex digits. Raises ``CollectionError``: ``bad_thumbprint``.

    The certificate dialog of Windows puts an invisible U+200E before it when it is copied.
    """
    digits = "".join(
        character for character in text if character not in " :\t\r\n\u200e\u200f\u202a\u202c\ufeff\u00a0"
    ).upper()
    if len(digits) == SHA1_DIGITS and HEX.fullmatch(digits):
        return digits
    kind = "the SHA-256 thumbprint" if len(digits) == SHA256_DIGITS and HEX.fullmatch(digits) else "no thumbprint"
    raise CollectionError(
        code="bad_thumbprint",
        cause=f"{text!r} is {kind}; Windows names certificates by their SHA-1, 40 hex digits.",
        next_step="Take the thumbprint from certificate_facts or from the certificate's details in Windows.",
    )
