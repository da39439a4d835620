# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealed messages: the multipart bodies of a connection whose logon agreed on keys (MS-WSMV, Encrypted Message Types).

A message is two parts: the clear length; and the signature's length (u32 LE), the signature, the sealed bytes. CredSSP seals at most 16 KiB
at once, so its longer messages are several pairs of parts.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Protocol

BOUNDARY = b"--Encrypted Boundary"
SOAP_TYPE = "application/soap+xml;charset=UTF-8"
OCTETS = b"\tContent-Type: application/octet-stream\r\n"
_LENGTH = re.compile(rb"Length=(\d+)")
_PROTOCOL = re.compile(r'protocol="(application/HTTP-(?:SPNEGO|Kerberos|CredSSP)-session-encrypted)"')


class CannotUnseal(ValueError):
    """The body was not sealed on this connection, or was changed: the service answers HTTP 400."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A piece of a message. ``padding``: bytes that the cipher added to the clear ones; they count in the announced length."""

    signature: bytes
    data: bytes = field(repr=False)
    padding: int = 0


class Sealer(Protocol):
    """The session security of one authenticated connection."""

    @property
    def longest(self) -> int | None:
        """At most so many bytes are sealed at once; None: any number."""

    def seal(self, clear: bytes) -> Sealed:
        """Seals a piece."""

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        """Gives the clear bytes. Raises ``CannotUnseal``."""


def is_sealed(content_type: str) -> bool:
    """Whether a body with this Content-Type is sealed."""
    return content_type.startswith(("multipart/encrypted", "multipart/x-multi-encrypted"))


def seal(sealer: Sealer, clear: bytes, asked: str) -> tuple[str, bytes]:
    """The Content-Type and the body of a sealed answer. ``asked``: the request's Content-Type, whose protocol is kept."""
    found = _PROTOCOL.search(asked)
    protocol = found[1] if found else "application/HTTP-SPNEGO-session-encrypted"
    longest = sealer.longest or len(clear)
    pieces = [clear[start : start + longest] for start in range(0, len(clear), longest)]
    body = b"".join(_pair(sealer, piece, protocol) for piece in pieces) + BOUNDARY + b"--\r\n"
    kind = "multipart/x-multi-encrypted" if len(pieces) > 1 else "multipart/encrypted"
    return f'{kind};protocol="{protocol}";boundary="Encrypted Boundary"', body


def _pair(sealer: Sealer, clear: bytes, protocol: str) -> bytes:
    sealed = sealer.seal(clear)
    return b"".join((
        BOUNDARY, b"\r\n\tContent-Type: ", protocol.encode(),
        b"\r\n\tOriginalContent: type=", SOAP_TYPE.encode(), b";Length=", str(len(clear) + sealed.padding).encode(), b"\r\n",
        BOUNDARY, b"\r\n", OCTETS, struct.pack("<I", len(sealed.signature)), sealed.signature, sealed.data,
    ))  # fmt: skip


def unseal(sealer: Sealer, body: bytes) -> bytes:
    """Reads the body of a sealed request. Raises ``CannotUnseal``."""
    rest = body.removesuffix(BOUNDARY + b"--\r\n")
    parts = rest.split(BOUNDARY + b"\r\n")
    if len(rest) == len(body) or parts[0] or len(parts) < 3 or len(parts) % 2 == 0:
        raise CannotUnseal("not a message of pairs of parts")
    return b"".join(_clear(sealer, head, part) for head, part in zip(parts[1::2], parts[2::2], strict=True))


def _clear(sealer: Sealer, head: bytes, part: bytes) -> bytes:
    length = _LENGTH.search(head)
    payload = part.removeprefix(OCTETS)
    if length is None or len(payload) == len(part) or len(payload) < 4:
        raise CannotUnseal("no length, or no sealed bytes")
    (size,) = struct.unpack_from("<I", payload)
    clear = sealer.unseal(payload[4 : 4 + size], payload[4 + size :])
    if len(clear) != int(length[1]):
        raise CannotUnseal(f"{len(clear)} bytes, announced were {length[1].decode()}")
    return clear
