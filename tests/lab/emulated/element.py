# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serialized certificate elements as the emulated store writes them: property id to data."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ARCHIVED,
    CERTIFICATE,
    FRIENDLY_NAME,
    KEY_PROV_INFO,
    KEY_PROVIDER_INFO,
    RECORD,
    KeyProvInfo,
    parse_element,
    thumbprint_of,
)

SHA1 = 3
"""CERT_SHA1_HASH_PROP_ID of wincrypt.h."""
ENCODING = 1
MACHINE_KEYSET = 0x20
"""CRYPT_MACHINE_KEYSET of wincrypt.h: the container is the machine's, not the user's."""

Properties = Mapping[int, bytes]


def properties(
    der: bytes, key: KeyProvInfo | None = None, friendly_name: str | None = None, archived: bool = False
) -> dict[int, bytes]:
    """What a store knows of a certificate."""
    known = {SHA1: bytes.fromhex(thumbprint_of(der)), CERTIFICATE: der}
    if key is not None:
        known[KEY_PROVIDER_INFO] = pack_link(key)
    if friendly_name is not None:
        known[FRIENDLY_NAME] = text(friendly_name)
    if archived:
        known[ARCHIVED] = b""
    return known


def pack(known: Properties) -> bytes:
    """The element: one record per property, the certificate last, as Windows writes it."""
    order = sorted(known, key=lambda number: (number == CERTIFICATE, number))
    return b"".join(RECORD.pack(number, ENCODING, len(known[number])) + known[number] for number in order)


def link_of(known: Properties) -> KeyProvInfo | None:
    """The key link of a certificate, or None."""
    return parse_element(pack(known)).key


def text(value: str) -> bytes:
    """UTF-16LE with a final NUL."""
    return (value + "\0").encode("utf-16-le")


def pack_link(link: KeyProvInfo) -> bytes:
    """Seven numbers, then the two names they point to."""
    container, provider = text(link.container), text(link.provider)
    start = KEY_PROV_INFO.size
    numbers = (start, start + len(container), link.provider_type, link.flags, 0, 0, link.key_spec)
    return KEY_PROV_INFO.pack(*numbers) + container + provider
