# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key files of a profile, made by their published form: the head with the container's name, and filler where keys would be.

Sources: ``KULL_M_KEY_CAPI_BLOB`` and ``KULL_M_KEY_CNG_BLOB`` in ``modules/kull_m_key.h`` of Mimikatz; the lengths are those of files that
its wiki shows ("howto ~ decrypt EFS files", "dpapi"). Wine keeps keys in its registry and never writes such a file.
"""

from __future__ import annotations

import hashlib
import struct

FILLER = b"\xa5"
"""Where a real file has a public key and blobs of DPAPI."""
CNG_HEAD, CAPI_HEAD = struct.Struct("<7I16x"), struct.Struct("<10I")
CNG_PARTS = (44, 338, 284)
"""Bytes of public properties, private properties, private key."""
CAPI_PARTS = (0, 0, 284, 1614, 20, 0, 252)
"""Bytes of public and private key for signatures, of both for exchange, of the hash, of two export flags."""


def cng_key_file(container: str) -> bytes:
    """A file of ``Microsoft\\Crypto\\Keys``."""
    name = container.encode("utf-16-le")
    return CNG_HEAD.pack(1, 0, len(name), 0x10002, *CNG_PARTS) + name + FILLER * sum(CNG_PARTS)


def capi_key_file(container: str) -> bytes:
    """A file of ``Microsoft\\Crypto\\RSA\\<SID>``."""
    name = container.encode("ascii") + b"\0"
    return CAPI_HEAD.pack(2, 0, len(name), *CAPI_PARTS) + name + FILLER * sum(CAPI_PARTS)


def file_name(container: str) -> str:
    """As CAPI names it: the MD5 of the name in small letters, and the GUID of the machine (M. Gallant, "UniqueKeyContainer")."""
    digest = hashlib.md5(container.lower().encode() + b"\0", usedforsecurity=False).digest()
    return "".join(f"{part:08x}" for part in struct.unpack("<4I", digest)) + "_4f8e7ec6-a506-4d31-9d5a-1e4cbed4997b"


def container_of(data: bytes, cng: bool) -> str | None:
    """The container that the head names; None when it is no such head."""
    head, version, parts = (CNG_HEAD, 1, slice(4, 7)) if cng else (CAPI_HEAD, 2, slice(3, 10))
    if len(data) < head.size:
        return None
    numbers = head.unpack_from(data)
    if numbers[0] != version or head.size + numbers[2] + sum(numbers[parts]) > len(data):
        return None
    try:
        name = data[head.size : head.size + numbers[2]].decode("utf-16-le" if cng else "ascii")
    except UnicodeDecodeError:
        return None
    return None if "\0" in name[:-1] else name.removesuffix("\0")


def has_name(data: bytes, container: str) -> bool:
    """Whether a file that is not understood could have a container's name: ASCII or UTF-16 in any case, at any place."""
    texts = (data.decode("ascii", "replace"), *(data[start:].decode("utf-16-le", "replace") for start in (0, 1)))
    return not container.isascii() or any(container.casefold() in text.casefold() for text in texts)
