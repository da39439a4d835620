# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""PKCS#12 on the controller (RFC 7292): open, validate, and transcode to a one-use file."""

from __future__ import annotations

import hashlib
import secrets
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, pkcs12

from .._errors import Outside, Pkcs12Error, Problem, Value
from .certificate import Certificate, UnreadableCertificate, read_certificate
from .instants import day_and_time
from .leaf_checks import chain_of, check_leaf, name_in, usable_key
from .passphrases import NumberAsText
from .pfx import count_private_keys, extract_pfx

FIRST_BUILD_WITH_AES = 16299  # Windows 10 1709; older builds report a wrong password for an AES file
TRANSPORT_KDF_ROUNDS = 2000
STORED_KDF_ROUNDS = 100_000
"""For a file that stays, because its passphrase may be short."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened p12: one leaf, its key and the other certificates. ``sha256`` is of the file, lower-case hex."""

    leaf: Certificate
    chain: tuple[Certificate, ...]
    sha256: str
    friendly_name: str | None
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False, compare=False)
    leaf_x509: x509.Certificate = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class TransportBundle:
    """A p12 for one import, and its random passphrase, which nothing else has."""

    data: bytes = field(repr=False)
    passphrase: str = field(repr=False)


def open_bundle(data: bytes, passphrase: str | None) -> Bundle:
    """Opens a p12 and checks that it holds one personal certificate with its key, for whatever use.

    Raises ``Pkcs12Error`` with the codes of ``extract_pfx`` and ``leaf_checks``, and ``two_keys``, ``bundle_without_key``,
    ``key_mismatch``, ``unreadable``, ``no_passphrase``, ``wrong_passphrase``.
    """
    pfx = extract_pfx(data)
    if count_private_keys(pfx) > 1:
        raise Pkcs12Error(Problem("two_keys"))
    content = _load(pfx, passphrase)
    if content.key is None:
        raise Pkcs12Error(Problem("bundle_without_key"))
    if content.cert is None:
        raise Pkcs12Error(Problem("key_mismatch"))
    leaf = _read(content.cert)
    chain = chain_of(leaf, map(_read, content.additional_certs))
    check_leaf(leaf)
    key = usable_key(leaf, content.key)
    name = content.cert.friendly_name
    return Bundle(
        leaf=leaf,
        chain=chain,
        sha256=hashlib.sha256(data).hexdigest(),
        friendly_name=name.decode("utf-8", errors="replace") if name else None,
        key=key,
        leaf_x509=content.cert.certificate,
    )


def check_dates(bundle: Bundle, now: datetime, zone: tzinfo = timezone.utc) -> None:
    """Refuses a leaf outside its validity at ``now`` (aware). ``zone``: whose time is told. Raises ``Pkcs12Error``: ``expired``,
    ``not_yet_valid``."""
    leaf = bundle.leaf
    if now > leaf.not_after:
        day, time = day_and_time(leaf.not_after, zone)
        raise Pkcs12Error(Problem("expired", {"whose": name_in(leaf), "day": day, "time": time}))
    if now < leaf.not_before:
        day, time = day_and_time(leaf.not_before, zone)
        today, clock = day_and_time(now, zone)
        values: dict[str, Value] = {"whose": name_in(leaf), "day": day, "time": time, "today": today, "clock": clock}
        raise Pkcs12Error(Problem("not_yet_valid", values))


def transcode(bundle: Bundle, os_build: int, at: datetime) -> TransportBundle:
    """A p12 in memory that holds the leaf and its key only, with a random passphrase and a cipher that this Windows build reads.

    Windows names the key container after the friendly name. So this is a new one each time, with ``at`` (by the workstation's clock):
    ``Remove-Leftover`` of _PrivateKey.psm1 knows by it what an import that was cut has left, and since when.
    """
    name = f"hospital_it.pkcs12.key.{int(at.timestamp()):08x}{secrets.token_hex(12)}"
    passphrase = secrets.token_urlsafe(32)
    style = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(TRANSPORT_KDF_ROUNDS)
    if os_build < FIRST_BUILD_WITH_AES:
        style = style.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303
    else:
        style = style.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    encryption = style.build(passphrase.encode("ascii"))
    return TransportBundle(
        pkcs12.serialize_key_and_certificates(name.encode("ascii"), bundle.key, bundle.leaf_x509, None, encryption),
        passphrase,
    )


def encrypt_again(data: bytes, passphrase: str | None, new_passphrase: str) -> bytes:
    """A p12 with the same key, certificates and friendly names under another passphrase, by AES-256 and SHA-256. All in memory.

    Raises ``Pkcs12Error`` as ``open_bundle`` does for a file that does not open.
    """
    content = _load(extract_pfx(data), passphrase)
    leaf = content.cert
    if leaf is None or not isinstance(content.key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise Pkcs12Error(Problem("bundle_without_key"))
    style = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(STORED_KDF_ROUNDS)
    style = style.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    encryption = style.build(new_passphrase.encode("utf-8"))
    chain = content.additional_certs or None
    return pkcs12.serialize_key_and_certificates(leaf.friendly_name, content.key, leaf.certificate, chain, encryption)


def _read(found: pkcs12.PKCS12Certificate) -> Certificate:
    try:
        return read_certificate(found.certificate.public_bytes(Encoding.DER))
    except UnreadableCertificate as problem:
        raise Pkcs12Error(Problem("unreadable", {"reason": Outside(problem)})) from problem


def _load(pfx: bytes, passphrase: str | None) -> pkcs12.PKCS12KeyAndCertificates:
    refusal: Exception | None = None
    for spelling in _spellings(passphrase):
        try:
            with warnings.catch_warnings():
                # It warns about BER instead of DER, as Firefox writes it. The user cannot do anything about it.
                warnings.simplefilter("ignore")
                return pkcs12.load_pkcs12(pfx, spelling)
        except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
            refusal = problem
    if refusal is not None and "password" not in str(refusal).lower():
        raise Pkcs12Error(Problem("not_p12.damaged", {"reason": Outside(refusal)})) from None
    raise _wrong_passphrase(passphrase)


def _spellings(passphrase: str | None) -> Iterator[bytes | None]:
    """The passphrase in UTF-8; then the same bytes, each read as a Latin-1 character and encoded in UTF-8.

    The second opens files of OpenSSL before 1.1.0, which did this. It also opens a file whose passphrase was read from a Latin-1 file:
    Python holds its letters as lone surrogates.
    """
    if not passphrase:
        yield None
        return
    try:
        octets = passphrase.encode("utf-8", errors="surrogateescape")
    except UnicodeEncodeError:
        return
    if octets.decode("utf-8", errors="ignore").encode("utf-8") == octets:
        yield octets
    if not passphrase.isascii():
        yield octets.decode("latin-1").encode("utf-8")


def _wrong_passphrase(passphrase: str | None) -> Pkcs12Error:
    if not passphrase:
        return Pkcs12Error(Problem("no_passphrase.none_given"))
    if isinstance(passphrase, NumberAsText):
        variant = "number"
    elif passphrase.endswith(("\n", "\r")):
        variant = "line_break"
    elif passphrase != passphrase.strip():
        variant = "space"
    elif not passphrase.isascii():
        variant = "other_letters"
    else:
        variant = "another"
    return Pkcs12Error(Problem(f"wrong_passphrase.{variant}"))
