# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why bytes are not a PKCS#12 file that opens, told apart for the person on call. Pure; knows no cryptography."""

from __future__ import annotations

import base64
import binascii

from .._crypto import asn1
from .._errors import Pkcs12Error, counted

MAX_SIZE = 1024 * 1024
ASK_ISSUER = "Take the file from the issuer's page or mail again, or ask the issuer for a new one."

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
        raise Pkcs12Error(
            code="not_p12",
            cause=f"The file has {counted(len(data), 'byte')}, but a personal certificate has a few thousand.",
            next_step="Check the path, because this is another file.",
        )
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
        raise Pkcs12Error(
            code="truncated",
            cause=f"The file is cut off: it should have {counted(start + length, 'byte')}, and has {len(data)}.",
            next_step="Copy the file again from its source. " + ASK_ISSUER,
        )
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
        raise Pkcs12Error(code="empty_file", cause="The file is empty.", next_step=ASK_ISSUER)
    if b"-----BEGIN " in data[:4096]:
        raise Pkcs12Error(
            code="pem_text",
            cause="The file is PEM text, not a PKCS#12 file.",
            next_step="Convert it with `openssl pkcs12 -export`, or ask the issuer for the .p12 file.",
        )
    if data[:4096].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Pkcs12Error(
            code="html_page",
            cause="The file is a web page. Somebody saved the issuer's page instead of the PKCS#12 file.",
            next_step="Open it in a browser to see the issuer's message, then withdraw the file again.",
        )
    if _is_base64_text(data):
        raise Pkcs12Error(
            code="base64_text",
            cause="The file is the base64 text of a PKCS#12 file, not the file itself.",
            next_step="Decode it with `base64 -d`, or give its text as content instead of path.",
        )


def _is_base64_text(data: bytes) -> bool:
    try:
        decoded = base64.b64decode(b"".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return decoded[:1] == bytes([asn1.SEQUENCE])


def _not_p12() -> Pkcs12Error:
    return Pkcs12Error(
        code="not_p12", cause="The file is not a PKCS#12 file.", next_step="Check the path. " + ASK_ISSUER
    )
