# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a store holds, understood: elements and certificates together, what cannot be read listed as such. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .certificate import Certificate, UnreadableCertificate, read_certificate
from .store_element import ElementError, KeyProvInfo, parse_element, store_hash


@dataclass(frozen=True, slots=True)
class SerializedElement:
    """A serialized certificate element as the workstation keeps it; ``source`` is ``file`` or ``hive``."""

    source: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnreadSource:
    """A place that could not be read, so the elements are not the whole truth."""

    code: str
    detail: str
    hresult: int | None


@dataclass(frozen=True, slots=True)
class StoreContents:
    """One store of one owner."""

    elements: tuple[SerializedElement, ...]
    unread: tuple[UnreadSource, ...]


@dataclass(frozen=True, slots=True)
class StoreCertificate:
    """A certificate as one store holds it. ``key_works``: whether its key signed when it was last tried, None if unknown."""

    certificate: Certificate
    friendly_name: str | None
    archived: bool
    key: KeyProvInfo | None
    key_works: bool | None = None

    @property
    def thumbprint(self) -> str:
        """SHA-1, upper-case hex."""
        return self.certificate.thumbprint

    @property
    def has_key(self) -> bool:
        """Whether there is a link to a key of which nobody knows that it does not sign."""
        return self.key is not None and self.key_works is not False


@dataclass(frozen=True, slots=True)
class CertificateStore:
    """One store of one owner. ``store_hash`` is the hash that an exchange has to find unchanged."""

    certificates: tuple[StoreCertificate, ...]
    unread: tuple[UnreadSource, ...]
    store_hash: str

    def find(self, thumbprint: str) -> StoreCertificate | None:
        """The certificate with this thumbprint."""
        return next((found for found in self.certificates if found.thumbprint == thumbprint), None)

    def with_tried_keys(self, works: Mapping[str, bool]) -> CertificateStore:
        """The same store after these keys were tried: by thumbprint, whether each has signed. Of others is known what was."""
        certificates = (
            replace(each, key_works=works.get(each.thumbprint, each.key_works)) for each in self.certificates
        )
        return replace(self, certificates=tuple(certificates))


def parse_store(store: StoreContents) -> CertificateStore:
    """Reads all elements; one that cannot be parsed is in ``unread``, with the reason."""
    certificates: dict[str, StoreCertificate] = {}
    unread = list(store.unread)
    for stored in store.elements:
        try:
            element = parse_element(stored.data)
            certificate = read_certificate(element.der)
        except (ElementError, UnreadableCertificate) as problem:
            unread.append(UnreadSource("element", str(problem), None))
            continue
        certificates[element.thumbprint] = StoreCertificate(
            certificate, element.friendly_name, element.archived, element.key
        )
    return CertificateStore(
        tuple(certificates.values()), tuple(unread), store_hash(stored.data for stored in store.elements)
    )


def parse_elements(elements: Iterable[SerializedElement]) -> CertificateStore:
    """The same for the elements that an exchange sent."""
    return parse_store(StoreContents(tuple(elements), ()))
