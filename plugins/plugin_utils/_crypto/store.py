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
    """A part of a store that could not be read, so that the list of elements is not complete."""

    code: str
    detail: str
    hresult: int | None


@dataclass(frozen=True, slots=True)
class StoreContents:
    """One store of one owner as the driver sent it."""

    elements: tuple[SerializedElement, ...]
    unread: tuple[UnreadSource, ...]


@dataclass(frozen=True, slots=True)
class KeyResult:
    """What a try of a key has shown. ``works``: it signed. ``exportable``: it can be exported; None if the workstation could not tell."""

    works: bool
    exportable: bool | None = None


@dataclass(frozen=True, slots=True)
class StoreCertificate:
    """A certificate in one store. ``key`` is its key link. ``key_works``: whether its key signed in the last attempt, None if unknown.

    ``key_exportable``: whether its key can be exported, None if unknown. Only a proof shows it.
    """

    certificate: Certificate
    friendly_name: str | None
    archived: bool
    key: KeyProvInfo | None
    key_works: bool | None = None
    key_exportable: bool | None = None

    @property
    def thumbprint(self) -> str:
        """SHA-1, upper-case hex."""
        return self.certificate.thumbprint

    @property
    def has_key(self) -> bool:
        """Whether it has a key link, and its key is not known to fail."""
        return self.key is not None and self.key_works is not False


@dataclass(frozen=True, slots=True)
class CertificateStore:
    """One store of one owner, parsed. ``store_hash``: an exchange is refused when the store no longer has this hash."""

    certificates: tuple[StoreCertificate, ...]
    unread: tuple[UnreadSource, ...]
    store_hash: str

    def find(self, thumbprint: str) -> StoreCertificate | None:
        """The certificate with this thumbprint, or None."""
        return next((each for each in self.certificates if each.thumbprint == thumbprint), None)

    def with_key_results(self, results: Mapping[str, KeyResult]) -> CertificateStore:
        """The same store with what tries of keys have shown, by thumbprint. Others stay."""
        certificates = (
            replace(each, key_works=result.works, key_exportable=result.exportable)
            if (result := results.get(each.thumbprint))
            else each
            for each in self.certificates
        )
        return replace(self, certificates=tuple(certificates))


def parse_store(store: StoreContents) -> CertificateStore:
    """Parses all elements. An element that cannot be parsed goes to ``unread``, with the reason."""
    certificates: dict[str, StoreCertificate] = {}
    unread = list(store.unread)
    for serialized in store.elements:
        try:
            element = parse_element(serialized.data)
            certificate = read_certificate(element.der)
        except (ElementError, UnreadableCertificate) as problem:
            unread.append(UnreadSource("element", str(problem), None))
            continue
        certificates[element.thumbprint] = StoreCertificate(
            certificate, element.friendly_name, element.archived, element.key
        )
    return CertificateStore(
        tuple(certificates.values()), tuple(unread), store_hash(serialized.data for serialized in store.elements)
    )


def parse_elements(elements: Iterable[SerializedElement]) -> CertificateStore:
    """Parses the elements of an exchange's answer."""
    return parse_store(StoreContents(tuple(elements), ()))
