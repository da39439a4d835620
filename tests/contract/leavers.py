# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a case that prepare the profile of someone who has left. What they make are files.

``leaver: {logged_on: false, ...}``
    The profile, as ``person`` would make it.
``leavers_certificate: {of: NAME, container: TEXT, provider: TEXT, type: 0, flags: 0, store: My|Request, file: NAME}``
    A certificate, with a key link unless ``container`` is null, in a file of this name (else its thumbprint).
``key_file: {container: TEXT, form: cng|capi, file: NAME}``
    A key file, made by its published form. Wine itself keeps keys in its registry and writes none.
``leavers_file: {path: PATH, text: TEXT, utf_16: false, size: NUMBER}``
    Any file below the leaver's ``AppData\\Roaming\\Microsoft``. ``utf_16``: the text is in UTF-16LE behind one byte.

Each but the first also takes ``locked``, ``link``, ``shared`` and ``read_only``, as ``file`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo
from contract.fixture_certificates import fixture_certificate
from lab.emulated.element import pack, properties
from lab.emulated.store import AT_KEYEXCHANGE, CNG_PROVIDER
from lab.key_files import capi_key_file, cng_key_file, file_name

SID, NAME = "S-1-5-21-9-9-9-1105", "mdurand"
MICROSOFT = rf"C:\Users\{NAME}\AppData\Roaming\Microsoft"
MY = rf"{MICROSOFT}\SystemCertificates\My\Certificates" + "\\"


def _certificate(
    of: str,
    container: str | None = None,
    provider: str = CNG_PROVIDER,
    type: int = 0,  # noqa: A002  a key of the cases
    flags: int = 0,
    store: str = "My",
    file: str = "",
) -> tuple[str, bytes]:
    wanted = fixture_certificate(of)
    key_spec = AT_KEYEXCHANGE if type else 0
    link = None if container is None else KeyProvInfo(container, provider, type, flags, key_spec)
    path = rf"{MICROSOFT}\SystemCertificates\{store}\Certificates\{file or wanted.thumbprint}"
    return path, pack(properties(wanted.der, link))


def _key_file(container: str, form: str = "cng", file: str = "") -> tuple[str, bytes]:
    folder = rf"{MICROSOFT}\Crypto\Keys" if form == "cng" else rf"{MICROSOFT}\Crypto\RSA\{SID}"
    data = cng_key_file(container) if form == "cng" else capi_key_file(container)
    return rf"{folder}\{file or file_name(container)}", data


def _file(path: str, text: str = "", utf_16: bool = False, size: int = 0) -> tuple[str, bytes]:
    data = b"\1" + text.encode("utf-16-le") if utf_16 else text.encode()
    return rf"{MICROSOFT}\{path}", data or bytes(size)


MAKERS: Mapping[str, Callable[..., tuple[str, bytes]]] = {
    "leavers_certificate": _certificate,
    "key_file": _key_file,
    "leavers_file": _file,
}
"""By word: path and bytes of its file."""
