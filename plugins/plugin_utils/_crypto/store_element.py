# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Serialized certificate elements, as Windows keeps them in files and in the registry. Pure.

The format is in docs/developers/driver_protocol.md; the property ids are those of wincrypt.h
(CERT_KEY_PROV_INFO_PROP_ID and so on).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

KEY_PROVIDER_INFO = 2
FRIENDLY_NAME = 11
ARCHIVED = 19
CERTIFICATE = 32
HASHED = (KEY_PROVIDER_INFO, FRIENDLY_NAME, ARCHIVED, CERTIFICATE)

RECORD = struct.Struct("<III")
KEY_PROV_INFO = struct.Struct("<7I")


class ElementError(ValueError):
    """An element that is not what the format says; the text is the reason."""


@dataclass(frozen=True, slots=True)
class KeyProvInfo:
    """Where a private key is (CRYPT_KEY_PROV_INFO). Provider type 0 is CNG, any other a legacy CAPI provider."""

    container: str
    provider: str
    provider_type: int
    flags: int
    key_spec: int


@dataclass(frozen=True, slots=True)
class StoreElement:
    """A certificate in a store with its properties. ``thumbprint``: SHA-1 of the DER, upper-case hex. ``key``: its key link."""

    thumbprint: str
    der: bytes = field(repr=False)
    friendly_name: str | None
    archived: bool
    key: KeyProvInfo | None


def parse_element(raw: bytes) -> StoreElement:
    """Reads one element. It checks each length and each offset. Raises ``ElementError``."""
    records = read_records(raw)
    if CERTIFICATE not in records:
        raise ElementError("it holds no certificate (record 32)")
    der = records[CERTIFICATE]
    link = records.get(KEY_PROVIDER_INFO)
    name = records.get(FRIENDLY_NAME)
    return StoreElement(
        thumbprint=thumbprint_of(der),
        der=der,
        friendly_name=_shown_text(name) if name is not None else None,
        archived=ARCHIVED in records,
        key=_key_prov_info(link) if link is not None else None,
    )


def read_records(raw: bytes) -> dict[int, bytes]:
    """Property id to data. Raises ``ElementError`` when the lengths do not add up."""
    records: dict[int, bytes] = {}
    offset = 0
    while offset < len(raw):
        if len(raw) - offset < RECORD.size:
            raise ElementError(f"a record is cut off at byte {offset}")
        identifier, _encoding, length = RECORD.unpack_from(raw, offset)
        offset += RECORD.size
        if length > len(raw) - offset:
            raise ElementError(f"record {identifier} says {length} bytes, of which {len(raw) - offset} came")
        records[identifier] = raw[offset : offset + length]
        offset += length
    return records


def store_hash(elements: Iterable[bytes]) -> str:
    """The store hash of the driver protocol (SHA-256, lower-case hex). If elements have the same thumbprint, the last one counts."""
    store = dict(_canonical(raw) for raw in elements)
    return hashlib.sha256(b"".join(store[thumbprint] for thumbprint in sorted(store))).hexdigest()


def thumbprint_of(der: bytes) -> str:
    """SHA-1 of a certificate, upper-case hex, as Windows shows it. It identifies a certificate, and protects nothing."""
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


def _canonical(raw: bytes) -> tuple[str, bytes]:
    try:
        records = read_records(raw)
        der = records[CERTIFICATE]
    except (ElementError, KeyError):
        return thumbprint_of(raw), raw
    kept = (identifier for identifier in HASHED if identifier in records)
    return thumbprint_of(der), b"".join(struct.pack("<II", i, len(records[i])) + records[i] for i in kept)


def _key_prov_info(data: bytes) -> KeyProvInfo:
    if len(data) < KEY_PROV_INFO.size:
        raise ElementError("the key link (record 2) is cut off")
    container, provider, kind, flags, _count, _parameters, key_spec = KEY_PROV_INFO.unpack_from(data)
    return KeyProvInfo(_info_name(data, container), _info_name(data, provider), kind, flags, key_spec)


def _info_name(data: bytes, start: int) -> str:
    """A name in a key link. It identifies a key, so invalid bytes are refused. Offset 0 is a null pointer: no name."""
    if start == 0:
        return ""
    if not KEY_PROV_INFO.size <= start < len(data):
        raise ElementError(f"the key link (record 2) has a name at byte {start} of {len(data)}")
    end = next((at for at in range(start, len(data) - 1, 2) if data[at : at + 2] == b"\0\0"), None)
    if end is None:
        raise ElementError("the key link (record 2) has a name without an end")
    try:
        return data[start:end].decode("utf-16-le")
    except UnicodeDecodeError as problem:
        raise ElementError("the key link (record 2) has a name that is not UTF-16") from problem


def _shown_text(data: bytes) -> str:
    """UTF-16LE up to its NUL or to the end. It is shown to people only, so invalid characters are replaced, not refused."""
    return data.decode("utf-16-le", errors="replace").split("\0", 1)[0]
