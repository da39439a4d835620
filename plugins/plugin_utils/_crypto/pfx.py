# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why bytes are not a PKCS#12 file that opens, told apart for the person on call. Pure; knows no cryptography."""

from __future__ import annotations

import base64
import binascii

from .._errors import Pkcs12Error, Problem
from . import asn1

MAX_SIZE = 1024 * 1024

VERSION_3 = b"\x02\x01\x03"
DATA = bytes.fromhex("2a864886f70d010701")
"""id-data: 1.2.840.113549.1.7.1, RFC 5652, section 4."""
BAG_TYPES = bytes.fromhex("2a864886f70d010c0a01")
"""1.2.840.113549.1.12.10.1, RFC 7292, section 4.2; the last number follows."""
KEY_BAGS = (BAG_TYPES + b"\x01", BAG_TYPES + b"\x02")
SAFE_CONTENTS_BAG = BAG_TYPES + b"\x06"


def extract_pfx(data: bytes) -> bytes:
    """The PFX (RFC 7292, section 4) at the start of the data. It drops what follows, for example a newline that a transfer added.

    Raises ``Pkcs12Error``: ``empty_file``, ``pem_text``, ``html_page``, ``base64_text``, ``not_p12``, ``truncated``.
    """
    if len(data) > MAX_SIZE:
        raise Pkcs12Error(Problem("not_p12.too_large", {"size": len(data)}))
    _check_text(data)
    try:
        start, length = asn1.header(data)
    except asn1.DerError:
        raise _not_p12() from None
    if data[0] != asn1.SEQUENCE or data[start : start + len(VERSION_3)] != VERSION_3:
        raise _not_p12()
    if length is None:
        return data
    if start + length > len(data):
        raise Pkcs12Error(Problem("truncated", {"needed": start + length, "size": len(data)}))
    return data[: start + length]


def count_private_keys(pfx: bytes) -> int:
    """How many key bags there are outside encrypted sections, where all known programs put them. Raises ``Pkcs12Error``: ``not_p12``.

    ``cryptography`` takes the first key and ignores the others without an error, so this function counts them.
    """
    try:
        content = asn1.read(pfx).children[1]
        sections = asn1.read(_data_of(content) or b"").children
        unread_sections = [section for section in map(_data_of, sections) if section is not None]
        count = 0
        while unread_sections:
            for bag in asn1.read(unread_sections.pop()).children:
                kind, value = bag.children[:2]
                count += kind.body in KEY_BAGS
                if kind.body == SAFE_CONTENTS_BAG:
                    unread_sections.append(value.body)
    except (asn1.DerError, IndexError, ValueError):
        raise _not_p12() from None
    return count


def _data_of(content: asn1.Node) -> bytes | None:
    """The bytes in a ContentInfo (RFC 5652, section 3) of type data; None for an encrypted one."""
    kind, value = content.children[:2]
    return value.children[0].octets if kind.body == DATA else None


def _check_text(data: bytes) -> None:
    if not data:
        raise Pkcs12Error(Problem("empty_file"))
    if b"-----BEGIN " in data[:4096]:
        raise Pkcs12Error(Problem("pem_text"))
    if data[:4096].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Pkcs12Error(Problem("html_page"))
    if _is_base64_text(data):
        raise Pkcs12Error(Problem("base64_text"))


def _is_base64_text(data: bytes) -> bool:
    try:
        decoded = base64.b64decode(b"".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return decoded[:1] == bytes([asn1.SEQUENCE])


def _not_p12() -> Pkcs12Error:
    return Pkcs12Error(Problem("not_p12.other_file"))
