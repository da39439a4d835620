# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why bytes are not a PKCS#12 file that opens, told apart for the person on call. Pure; knows no cryptography."""

from __future__ import annotations

import base64
import binascii

from ._errors import PkcsError

LARGEST = 1024 * 1024
ASK_ISSUER = "Take the file from the issuer's page or mail again, or ask the issuer for a new one."


def refuse_unlike_p12(data: bytes) -> None:
    """Refuses what cannot be a PFX (RFC 7292, section 4): empty, text, too long, cut off, something else in DER."""
    if not data:
        raise PkcsError(code="empty_file", cause="The file is empty.", next_step=ASK_ISSUER)
    if len(data) > LARGEST:
        raise PkcsError(
            code="not_p12",
            cause=f"The file has {len(data)} bytes; a personal certificate has a few thousand.",
            next_step="Check the path: this is another file.",
        )
    if b"-----BEGIN " in data[:4096]:
        raise PkcsError(
            code="pem_text",
            cause="The file is PEM text, not a PKCS#12 file, whatever its name says.",
            next_step="Convert it with `openssl pkcs12 -export`, or ask the issuer for the .p12 file.",
        )
    if _is_base64_text(data):
        raise PkcsError(
            code="base64_text",
            cause="The file is the base64 text of a PKCS#12 file, not the file itself.",
            next_step="Decode it with `base64 -d`, or give its text as content instead of path.",
        )
    length = _whole_length(data)
    if length is None or not _has_version_3(data):
        raise PkcsError(
            code="not_p12", cause="The file is not a PKCS#12 file.", next_step="Check the path. " + ASK_ISSUER
        )
    if length > len(data):
        raise PkcsError(
            code="truncated",
            cause=f"The file is cut off: it says it has {length} bytes, {len(data)} are there.",
            next_step="Copy the file again from where it came from. " + ASK_ISSUER,
        )


def count_private_keys(data: bytes) -> int:
    """Key bags that stand in the open, as all known writers leave them: keyBag and pkcs8ShroudedKeyBag of RFC 7292, section 4.2."""
    arc = bytes.fromhex("060b2a864886f70d010c0a01")
    return data.count(arc + b"\x01") + data.count(arc + b"\x02")


def _is_base64_text(data: bytes) -> bool:
    try:
        decoded = base64.b64decode(b"".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return decoded[:1] == b"\x30"


def _whole_length(data: bytes) -> int | None:
    """Bytes that the outermost SEQUENCE claims, header included; None when it is no SEQUENCE. BER's open length claims nothing."""
    if len(data) < 2 or data[0] != 0x30:
        return None
    first = data[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    return len(data) if count == 0 else 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def _has_version_3(data: bytes) -> bool:
    header = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
    return data[header : header + 3] == b"\x02\x01\x03"
