# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A reader for the few places where structure must be seen rather than decoded: X.690, DER and the BER of old exporters. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_DEPTH = 32
END_OF_CONTENTS = b"\0\0"


class DerError(ValueError):
    """The bytes are not the structure that was expected."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element. ``tag`` is the identifier octet, ``body`` the contents octets, ``raw`` all of it."""

    tag: int
    body: bytes = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def children(self) -> list[Node]:
        """The elements in the contents. Raises ``DerError``."""
        nodes, at = [], 0
        while at < len(self.body):
            node = read(self.body[at:])
            nodes.append(node)
            at += len(node.raw)
        return nodes

    @property
    def octets(self) -> bytes:
        """An OCTET STRING's value; BER allows it in pieces. Raises ``DerError``."""
        if self.tag == 0x04:
            return self.body
        if self.tag == 0x24:
            return b"".join(piece.octets for piece in self.children)
        raise DerError(f"tag {self.tag:#04x} is no octet string")


def read(data: bytes, depth: int = 0) -> Node:
    """The element at the start of ``data``; what follows it is left alone. Raises ``DerError``."""
    if depth > MAX_DEPTH:
        raise DerError("elements are nested too deep")
    header, length = _header(data)
    if length is None:
        return _read_indefinite(data, header, depth)
    if header + length > len(data):
        raise DerError(f"an element of {header + length} bytes has only {len(data)}")
    return Node(data[0], data[header : header + length], data[: header + length])


def declared_length(data: bytes) -> int | None:
    """How many bytes the first element says it has, header included; None when BER leaves it open. Raises ``DerError``."""
    header, length = _header(data)
    return None if length is None else header + length


def _header(data: bytes) -> tuple[int, int | None]:
    """The header's own size and the length of the contents."""
    if len(data) < 2:
        raise DerError("an element is shorter than its header")
    if data[0] & 0x1F == 0x1F:
        raise DerError("a tag number above 30 has no place here")
    first = data[1]
    if first < 0x80:
        return 2, first
    size = first & 0x7F
    if size == 0 and data[0] & 0x20:
        return 2, None
    if not 1 <= size <= 4 or len(data) < 2 + size:
        raise DerError("a length cannot be read")
    return 2 + size, int.from_bytes(data[2 : 2 + size], "big")


def _read_indefinite(data: bytes, header: int, depth: int) -> Node:
    at = header
    while data[at : at + 2] != END_OF_CONTENTS:
        at += len(read(data[at:], depth + 1).raw)
    return Node(data[0], data[header:at], data[: at + 2])
