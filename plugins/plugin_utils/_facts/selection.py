# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which certificates facts list. The others, for example a person's smart-card certificates, are private and only counted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._crypto.store import StoreCertificate
from .._policy.issuers import Issuers
from .._policy.subject import ExpectedSubject, HolderIndex, check_pattern, index_holders
from .._policy.superseding import is_software
from .holders import HolderEntry
from .schema import CURRENT_USER, CertificateRecord, KeyId, Strangers


@dataclass(frozen=True, slots=True)
class Selection:
    """A certificate has to match every field that is set. Raises ``Pkcs12Error``: ``bad_pattern``.

    Only ``site`` selects nothing but strangers: what has a number of ``index`` is its holder's, whatever its issuer.

    ``site``: its issuers; what is, or claims to be, of one of them is meant. ``subject`` is a regular expression on RFC 4514 names.
    ``pattern`` is one with a group, which is the authorisation number in the subject. ``eku`` are dotted OIDs of which a certificate has at
    least one.

    ``issuer_names`` are whole RFC 4514 names. ``owners``: SIDs of the owners whose stores are listed, None for all. If no other field is
    set, certificates with a number of ``index`` are related. Without numbers, all are related but those of a smart card or a TPM.
    ``known``: certificates that are related whatever the other fields say. They come from earlier facts,
    and ``earlier`` is what these say of strangers.
    """

    site: Issuers = field(default_factory=Issuers)
    issuer_names: frozenset[str] | None = None
    subject: str | None = None
    pattern: str | None = None
    eku: tuple[str, ...] = ()
    owners: frozenset[str] | None = None
    index: HolderIndex | None = None
    known: frozenset[KeyId] = frozenset()
    earlier: Strangers = Strangers.NOT_SEARCHED
    include_unrelated: bool = False
    include_archived: bool = False

    def __post_init__(self) -> None:
        check_pattern("subject", self.subject)
        check_pattern("authorisation_pattern", self.pattern, groups=1)

    def relates(self, owner_sid: str, stored: StoreCertificate, location: str = CURRENT_USER) -> bool:
        """Whether the selection matches a certificate."""
        certificate = stored.certificate
        if not self._covers(owner_sid):
            return False
        if KeyId(owner_sid, stored.thumbprint, location) in self.known:
            return True
        if self.issuer_names is not None and certificate.issuer not in self.issuer_names:
            return False
        is_own = self.index is not None and self.index.holder_of(certificate) is not None
        if not self._has_criteria():
            return is_own if self._has_numbers() else is_software(stored)
        return (
            (is_own or not self.site.is_named or self.site.relates(certificate))
            and _matches(self.subject, certificate.subject)
            and (self.pattern is None or ExpectedSubject(pattern=self.pattern).number_in(certificate) is not None)
            and (not self.eku or any(usage in self.eku for usage in certificate.eku or ()))
        )

    def lists(self, record: CertificateRecord) -> bool:
        """Whether facts list a certificate. Otherwise they only count it."""
        selected = record.related or (self.include_unrelated and self._covers(record.owner_sid))
        return selected and (self.include_archived or not record.archived)

    def strangers(self, stored: Iterable[StoreCertificate]) -> Strangers:
        """Whether certificates of nobody are among those that it selects. ``stored``: all certificates of the workstation."""
        if self.owners is not None:
            return Strangers.NOT_SEARCHED
        if not self._has_criteria():
            return self.earlier if self._has_numbers() or self.issuer_names is not None else Strangers.SEARCHED
        if not self.site.is_named or any(self.site.relates(each.certificate) for each in stored):
            return Strangers.SEARCHED
        return Strangers.NO_MATCH

    def _has_criteria(self) -> bool:
        return bool(self.site.is_named or self.subject or self.pattern or self.eku)

    def _has_numbers(self) -> bool:
        return self.index is not None and bool(self.index.numbers)

    def _covers(self, owner_sid: str) -> bool:
        return self.owners is None or owner_sid in self.owners


def selection_of(options: Mapping[str, Any], entries: Sequence[HolderEntry], site: Issuers) -> Selection:
    """The selection of a task's options. Raises ``Pkcs12Error``: ``bad_pattern``."""
    pattern = options["authorisation_pattern"]
    numbers = [entry.person.authorisation for entry in entries if entry.person.authorisation]
    owners = frozenset(entry.owner_sid for entry in entries if entry.owner_sid)
    return Selection(
        site=site,
        subject=options["subject"],
        pattern=pattern,
        eku=tuple(options["eku"]),
        owners=owners if options["only_holders"] else None,
        index=index_holders(numbers, pattern),
        include_unrelated=options["include_unrelated"],
        include_archived=options["include_archived"],
    )


def _matches(pattern: str | None, text: str) -> bool:
    return pattern is None or re.search(pattern, text) is not None
