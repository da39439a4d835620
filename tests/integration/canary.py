# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Searches what a run left behind for its secrets, in every form that a program may have given them."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_from_bytes

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from integration.written_files import Piece

WINDOW = 16
"""Bytes of a form that are enough to know it by."""
STRIDE = 8
"""Where the search looks. So it finds each part of a long form of ``WINDOW + STRIDE - 1`` bytes and more."""

PIECE = 256
"""Bytes of a gzip that are unpacked together."""

GZIP = b"\x1f\x8b\x08"
GZIP_IN_BASE64 = re.compile(rb"H4sI[A-Za-z0-9+/]{16,}")
GZIP_IN_WIDE_BASE64 = re.compile(rb"H\x004\x00s\x00I\x00(?:[A-Za-z0-9+/]\x00){16,}")
"""What ansible-core sends to Windows since 2.22, and how a log of Windows would have it."""

Forms = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Secret:
    """``forms``: what it looks like, by the name of the encoding. Equal forms of two encodings are one."""

    name: str
    forms: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a secret was found: the place, the byte in it, and the form it had there."""

    secret: str
    form: str
    place: str
    offset: int


def text_secret(name: str, text: str) -> Secret:
    """A passphrase or a password. Windows keeps text in UTF-16."""
    utf8, utf16 = text.encode(), text.encode("utf-16-le")
    forms = {"UTF-8": utf8, "UTF-16LE": utf16, "percent": quote(text, safe="").encode()}
    in_json = json.dumps(text)[1:-1]
    forms |= {"JSON": in_json.encode(), "JSON in JSON": json.dumps(in_json)[1:-1].encode()}
    forms |= {"Python": repr(text)[1:-1].encode()}
    forms |= _encodings(utf8, "") | _encodings(utf16, " of UTF-16LE")
    return Secret(name, _distinct(forms))


def binary_secret(name: str, data: bytes, public: bytes | None = None) -> Secret:
    """Bytes. A p12 shows the thumbprint of its leaf, which is no secret: ``public`` is what to leave out."""
    forms: Forms = {}
    for part in filter(None, data.split(public) if public else [data]):
        forms |= {f"{form}, from byte {data.index(part)}": value for form, value in _of(part).items()}
    return Secret(name, _distinct(forms))


def key_secrets(name: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Iterator[Secret]:
    """The private numbers of a key, each in either byte order (Windows writes CAPI's little-endian) and in decimal digits."""
    numbers = key.private_numbers()
    if isinstance(numbers, rsa.RSAPrivateNumbers):
        private = {"d": numbers.d, "p": numbers.p, "q": numbers.q}
    else:
        private = {"private value": numbers.private_value}
    for part, number in private.items():
        big = number.to_bytes((number.bit_length() + 7) // 8, "big")
        forward, backward = binary_secret("", big).forms, binary_secret("", big[::-1]).forms
        reversed_forms = {f"{form}, reversed": value for form, value in backward.items()}
        yield Secret(f"{part} of {name}", {"decimal": str(number).encode(), **forward, **reversed_forms})


class Scanner:
    """Knows the secrets of a run. Short forms are searched as they are, of long ones every part."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self.secrets = tuple(secrets)
        self._short: list[tuple[bytes, str, str]] = []
        self._windows: dict[bytes, tuple[str, str]] = {}
        for secret in self.secrets:
            for form, value in secret.forms.items():
                self._learn(secret.name, form, value)

    def _learn(self, name: str, form: str, value: bytes) -> None:
        if len(value) < WINDOW + STRIDE - 1:
            self._short.append((value, name, form))
        for start in range(len(value) - WINDOW + 1):
            self._windows.setdefault(value[start : start + WINDOW], (name, form))

    def search(self, pieces: Iterable[Piece]) -> list[Hit]:
        """What is found in all of it."""
        return [hit for place, data in pieces for hit in self.scan(place, data)]

    def scan(self, place: str, data: bytes) -> Iterator[Hit]:
        """Each form of a secret that is found here, once, and once more in each part of it that is compressed."""
        seen = set()
        for value, name, form in self._short:
            at = data.find(value)
            if at >= 0:
                seen.add((name, form))
                yield Hit(name, form, place, at)
        for at in range(0, len(data) - WINDOW + 1, STRIDE):
            found = self._windows.get(data[at : at + WINDOW])
            if found and found not in seen:
                seen.add(found)
                yield Hit(*found, place, at)
        for inside in _unpacked(data):
            yield from self.scan(f"{place}, unpacked", inside)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Each gzip in the data, also in base64. One that is cut gives what it has until there."""
    packed = [data[match.start() :] for match in re.finditer(re.escape(GZIP), data)]
    for digits in GZIP_IN_BASE64.findall(data) + GZIP_IN_WIDE_BASE64.findall(data):
        narrow = digits.replace(b"\0", b"")
        packed.append(base64.b64decode(narrow[: len(narrow) // 4 * 4]))
    for each in packed:
        inside = _inflated(each)
        if inside:
            yield inside


def _inflated(data: bytes) -> bytes:
    """Piece by piece, because a mistake in the data takes the whole piece away."""
    inflate, found = zlib.decompressobj(zlib.MAX_WBITS | 16), []
    try:
        for start in range(0, len(data), PIECE):
            found.append(inflate.decompress(data[start : start + PIECE]))
            if inflate.eof:
                break
    except zlib.error:
        pass
    return b"".join(found)


def _of(data: bytes) -> Forms:
    """What is text in turn is looked for in UTF-16 as well."""
    encodings = _encodings(data, "")
    latin = data.decode("latin-1")
    forms = {"raw": data, "percent": quote_from_bytes(data, safe="").encode(), "Python": repr(data)[2:-1].encode()}
    forms |= {"JSON": json.dumps(latin)[1:-1].encode(), "Latin-1 in UTF-8": latin.encode()}
    return forms | encodings | {f"{form} in UTF-16LE": _wide(value) for form, value in encodings.items()}


def _wide(ascii_text: bytes) -> bytes:
    return ascii_text.decode().encode("utf-16-le")


def _encodings(data: bytes, of: str) -> Forms:
    forms = {f"hex{of}": data.hex().encode(), f"HEX{of}": data.hex().upper().encode()}
    for offset in range(3):
        # What stands before shifts the digits, what follows changes the last one: only the digits in between are sure.
        digits = base64.b64encode(b"\0" * offset + data).rstrip(b"=")
        first = (offset * 8 + 5) // 6
        last = (offset + len(data)) * 8 // 6
        forms[f"base64 at {offset}{of}"] = digits[first:last]
    return forms


def _distinct(forms: Forms) -> Forms:
    by_value: dict[bytes, str] = {}
    for form, value in forms.items():
        by_value.setdefault(value, form)
    return {form: value for value, form in by_value.items()}
