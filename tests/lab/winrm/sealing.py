# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealed messages: the multipart/encrypted bodies of an NTLM connection without TLS (MS-WSMV, Encrypted Message Types).

A message is two parts: the clear length; and the signature's length (u32 LE), the signature, the sealed bytes.
"""

from __future__ import annotations

import re
import struct
from typing import Protocol

BOUNDARY = b"--Encrypted Boundary"
PROTOCOL = b"application/HTTP-SPNEGO-session-encrypted"
CONTENT_TYPE = f'multipart/encrypted;protocol="{PROTOCOL.decode()}";boundary="Encrypted Boundary"'
SOAP_TYPE = "application/soap+xml;charset=UTF-8"
OCTETS = b"\tContent-Type: application/octet-stream\r\n"
_LENGTH = re.compile(rb"Length=(\d+)")


class CannotUnseal(ValueError):
    """The body was not sealed on this connection, or was changed: the service answers HTTP 400."""


class Sealer(Protocol):
    """The session security of one authenticated connection."""

    def seal(self, clear: bytes) -> tuple[bytes, bytes]:
        """Gives the signature and the sealed bytes."""

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        """Gives the clear bytes. Raises ``CannotUnseal``."""


def is_sealed(content_type: str) -> bool:
    """Whether a body with this Content-Type is sealed."""
    return content_type.startswith("multipart/encrypted")


def seal(sealer: Sealer, clear: bytes) -> bytes:
    """Makes the body of a sealed answer."""
    signature, sealed = sealer.seal(clear)
    return b"".join((
        BOUNDARY, b"\r\n\tContent-Type: ", PROTOCOL,
        b"\r\n\tOriginalContent: type=", SOAP_TYPE.encode(), b";Length=", str(len(clear)).encode(), b"\r\n",
        BOUNDARY, b"\r\n", OCTETS, struct.pack("<I", len(signature)), signature, sealed, BOUNDARY, b"--\r\n",
    ))  # fmt: skip


def unseal(sealer: Sealer, body: bytes) -> bytes:
    """Reads the body of a sealed request. Raises ``CannotUnseal``."""
    head, _marker, rest = body.removeprefix(BOUNDARY + b"\r\n").partition(BOUNDARY + b"\r\n" + OCTETS)
    length = _LENGTH.search(head)
    payload = rest.removesuffix(BOUNDARY + b"--\r\n")
    if length is None or len(payload) < 4 or len(payload) == len(rest):
        raise CannotUnseal("not a message of two parts")
    (size,) = struct.unpack_from("<I", payload)
    clear = sealer.unseal(payload[4 : 4 + size], payload[4 + size :])
    if len(clear) != int(length[1]):
        raise CannotUnseal(f"{len(clear)} bytes, announced were {length[1].decode()}")
    return clear
