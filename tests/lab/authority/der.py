# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A writer of DER (X.690), as much of it as a PKCS#12 file takes."""

from __future__ import annotations

INTEGER, OCTET_STRING, NULL, OID, BMP_STRING, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x1E, 0x30, 0x31
CONTEXT_0, CONTEXT_0_PRIMITIVE = 0xA0, 0x80


def encode(tag: int, *contents: bytes) -> bytes:
    """One element."""
    body = b"".join(contents)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def integer(value: int) -> bytes:
    """A non-negative INTEGER."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    return encode(OID, *map(_base128, (40 * first + second, *rest)))


def _base128(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))
