# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A reader of X.690 structure, where it must be seen rather than decoded: DER, and the BER of some exporters. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE, CONTEXT_0 = 0x04, 0x06, 0x30, 0xA0
"""Identifier octets."""

MAX_DEPTH = 32

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_LONG_LENGTH = 0x80
_SHORTEST = 2
_LENGTH_OCTETS = range(1, 5)
_END_OF_CONTENTS = b"\0\0"
_MORE, _BITS = 0x80, 7
_ARC, _LAST_ARC = 40, 2


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
        """The elements in the contents, in their order. Raises ``DerError``."""
        nodes, offset = [], 0
        while offset < len(self.body):
            node = read(self.body[offset:])
            nodes.append(node)
            offset += len(node.raw)
        return nodes

    @property
    def octets(self) -> bytes:
        """The value of an OCTET STRING, which BER may split into pieces. Raises ``DerError``."""
        if self.tag == OCTET_STRING:
            return self.body
        if self.tag == OCTET_STRING | _CONSTRUCTED:
            return b"".join(piece.octets for piece in self.children)
        raise DerError(f"tag {self.tag:#04x} is no octet string")

    @property
    def dotted(self) -> str:
        """An OBJECT IDENTIFIER such as ``1.2.840.10045.2.1`` (X.690, section 8.19). Raises ``DerError``."""
        if self.tag != OBJECT_IDENTIFIER or not self.body or self.body[-1] & _MORE:
            raise DerError("this is no object identifier")
        numbers, number = [], 0
        for octet in self.body:
            number = number << _BITS | octet & ~_MORE
            if not octet & _MORE:
                numbers.append(number)
                number = 0
        arc = min(numbers[0] // _ARC, _LAST_ARC)  # the first two components are one number
        return ".".join(map(str, (arc, numbers[0] - arc * _ARC, *numbers[1:])))


def read(data: bytes, depth: int = 0) -> Node:
    """The element at the start of ``data``. It ignores the bytes after it. Raises ``DerError``."""
    if depth > MAX_DEPTH:
        raise DerError("elements are nested too deep")
    start, length = header(data)
    if length is None:
        return _read_indefinite(data, start, depth)
    if start + length > len(data):
        raise DerError(f"an element of {start + length} bytes has only {len(data)}")
    return Node(data[0], data[start : start + length], data[: start + length])


def header(data: bytes) -> tuple[int, int | None]:
    """The sizes of the first element's header and contents, in bytes. The contents' size is None for BER's indefinite length.

    Raises ``DerError``.
    """
    if len(data) < _SHORTEST:
        raise DerError("an element is shorter than its header")
    if data[0] & _LONG_TAG == _LONG_TAG:
        raise DerError("a tag number above 30 is not allowed")
    first = data[1]
    if first < _LONG_LENGTH:
        return _SHORTEST, first
    if first == _LONG_LENGTH and data[0] & _CONSTRUCTED:
        return _SHORTEST, None
    size = _SHORTEST + first - _LONG_LENGTH
    if first - _LONG_LENGTH not in _LENGTH_OCTETS or len(data) < size:
        raise DerError("a length cannot be read")
    return size, int.from_bytes(data[_SHORTEST:size], "big")


def _read_indefinite(data: bytes, start: int, depth: int) -> Node:
    offset = start
    while data[offset : offset + len(_END_OF_CONTENTS)] != _END_OF_CONTENTS:
        offset += len(read(data[offset:], depth + 1).raw)
    return Node(data[0], data[start:offset], data[: offset + len(_END_OF_CONTENTS)])
