# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of store_exchange, emulated. A new step is a function and a row of ``STEP_TYPES``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import read_certificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import Bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ARCHIVED,
    CERTIFICATE,
    FRIENDLY_NAME,
    KeyProvInfo,
    thumbprint_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.address import (
    SYSTEM_PROXY,
    parse_portal_url,
    parse_proxy,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.portal import PortalTarget, visit_portal
from lab.emulated.element import Properties, link_of, properties
from lab.emulated.errors import DriverError, HResult
from lab.emulated.handle import StoreHandle
from lab.emulated.removal import remove_with_key, require
from lab.emulated.store import KeyContainer, PrivateKey, container, spki
from lab.emulated.transport_key import new_transport_key, unseal

HRESULTS: Mapping[str, HResult] = {
    "unreachable": HResult.WSAECONNREFUSED,
    "proxy": HResult.WSAECONNREFUSED,
    "name_mismatch": HResult.COR_E_SYSTEM,
    "untrusted_server": HResult.COR_E_SYSTEM,
}
"""What .NET says on the recorded occasions."""
STRANGERS = ("name_mismatch", "untrusted_server")
"""Causes for which .NET ends the handshake before it tells the version."""


def show_certificate(
    der: bytes, key: PrivateKey, above: Sequence[bytes], trusted_roots: str | None, step: Mapping[str, Any]
) -> dict[str, Any]:
    """The facts of the step. Raises ``DriverError`` when the portal does not accept the certificate.

    ``above``: intermediate authorities of the computer. No proxy is set in this Windows.
    """
    bundle = Bundle(
        read_certificate(der), tuple(map(read_certificate, above)), "", None, key, x509.load_der_x509_certificate(der)
    )
    proxy = parse_proxy(step["proxy"]) if step["proxy"] not in ("", SYSTEM_PROXY) else None
    address, expected = parse_portal_url(step["url"]), tuple(step["expected_status"])
    visit = visit_portal(PortalTarget(address, proxy, trusted_roots, step["timeout"], expected), bundle)
    facts = {
        "tls_version": None if visit.cause in STRANGERS else visit.tls_version,
        "asked": visit.asked,
        "sent": visit.sent,
        "issuers": list(visit.issuers),
        "http_status": visit.http_status,
        "code": visit.cause,
    }
    if visit.cause:
        raise DriverError("connect_failed", HRESULTS.get(visit.cause), facts)
    return facts


PBES2 = bytes.fromhex("06092a864886f70d01050d")
PBES2_SINCE = 16299
"""Windows 10 1709 is the first that decrypts AES in a p12; before, it takes the password for wrong."""


def open_bundle(data: bytes, passphrase: str, os_build: int) -> tuple[x509.Certificate, PrivateKey | None, str | None]:
    """The leaf, its key, and how the key is called. Raises ``DriverError``."""
    if not _is_pfx(data):
        raise DriverError("import_failed", HResult.CRYPT_E_BAD_ENCODE)
    if PBES2 in data and os_build < PBES2_SINCE:
        raise DriverError("import_failed", HResult.INVALID_PASSWORD)
    try:
        opened = pkcs12.load_pkcs12(data, passphrase.encode())
    except ValueError as error:
        raise DriverError("import_failed", HResult.INVALID_PASSWORD) from error
    leaf, key = opened.cert or next(iter(opened.additional_certs), None), opened.key
    if leaf is None:
        raise DriverError("import_failed", HResult.CRYPT_E_NOT_FOUND)
    if key is not None and not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise DriverError("import_failed", HResult.CRYPT_E_BAD_ENCODE)
    # cryptography tells the name of the certificate's bag, and writes the same on that of the key.
    return leaf.certificate, key, leaf.friendly_name.decode() if leaf.friendly_name else None


def _is_pfx(data: bytes) -> bool:
    """A SEQUENCE of exactly this length whose first member is the version 3 (RFC 7292, section 4)."""
    if len(data) < 4 or data[0] != 0x30:
        return False
    short = data[1] < 0x80
    size = 0 if short else data[1] & 0x7F
    length = data[1] if short else int.from_bytes(data[2 : 2 + size])
    body = data[2 + size :]
    return len(body) == length and body.startswith(b"\x02\x01\x03")


PROOF_PREFIX = b"hospital_it.pkcs12 proof\0"

Step = Mapping[str, Any]
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """What a step works on. It puts on ``undo``, before each change, what takes that change back.

    ``now``: the second by the computer's clock. ``trusted_roots``: of servers, see ``Computer``.
    """

    store: StoreHandle
    os_build: int
    now: int
    authorities: dict[str, bytes]
    trusted_roots: str | None = None
    computer_name: str = ""
    undo: list[Callable[[], None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StepType:
    """``keys``: what the step takes besides ``id`` and ``step``. ``code``: the error of a failure that names none.

    ``final``: the step touches what others replace, so when it fails nothing is taken back.
    """

    keys: tuple[str, ...]
    code: str
    run: Callable[[Work, Step], Facts]
    final: bool = False


def name_computer(work: Work, _step: Step) -> Facts:
    """Says where this runs. Another computer has refused the request before."""
    return {"computer": work.computer_name}


def make_transport_key(work: Work, step: Step) -> Facts:
    """A key to seal a passphrase to."""
    return new_transport_key(work.store, _bytes(step["nonce"]), work.now)


def import_sealed_bundle(work: Work, step: Step) -> Facts:
    """An import whose passphrase is sealed to a transport key, which is used up."""
    passphrase = unseal(work.store, step["container"], _bytes(step["sealed_passphrase"]))
    return import_bundle(work, {**step, "passphrase": passphrase})


def import_bundle(work: Work, step: Step) -> Facts:
    """Brings in a leaf and its key, unless the very certificate is there with a key that works."""
    leaf, key, key_name = open_bundle(_bytes(step["bundle"]), step["passphrase"], work.os_build)
    der = leaf.public_bytes(Encoding.DER)
    if thumbprint_of(der) != step["thumbprint"]:
        raise DriverError("thumbprint_mismatch")
    leftovers = work.store.leftovers(spki(leaf.public_key()))
    for name in leftovers:
        work.store.delete_container(name)
    link = _working_link(work, der)
    if link is None:
        if key is None:
            raise DriverError("import_failed", HResult.CRYPT_E_NO_KEY_PROPERTY)
        link = _add(work, der, container(key, exportable=step["exportable"], name=key_name))
    _show(work, step["thumbprint"])
    return {"container": link.container, "provider": link.provider, "swept": len(leftovers)}


def _working_link(work: Work, der: bytes) -> KeyProvInfo | None:
    """The link of the certificate that is there; None when it is not there or has no key."""
    present = work.store.find(thumbprint_of(der))
    if present is None:
        return None
    try:
        _key_of(work.store, present)
    except DriverError:
        return None
    return link_of(present)


def _show(work: Work, thumbprint: str) -> None:
    """Takes the archived mark away, which an import over a hidden certificate leaves."""
    known = require(work.store, thumbprint)
    if ARCHIVED in known:
        work.undo.append(lambda: work.store.write(known))
        work.store.write({number: data for number, data in known.items() if number != ARCHIVED})


def _add(work: Work, der: bytes, holder: KeyContainer) -> KeyProvInfo:
    store, thumbprint = work.store, thumbprint_of(der)
    replaced = store.find(thumbprint)
    name = {}
    if replaced is not None:
        work.undo.append(lambda: store.write(replaced))
        name = {FRIENDLY_NAME: replaced[FRIENDLY_NAME]} if FRIENDLY_NAME in replaced else {}
    work.undo.append(lambda: store.delete_container(holder.name))
    link = store.create_container(holder)
    work.undo.append(lambda: store.remove(thumbprint))
    if replaced is not None:
        store.remove(thumbprint)
    store.write(properties(der, link) | name)
    return link


def prove(work: Work, step: Step) -> Facts:
    """Signs the nonce, so that the controller can check that the key behind the certificate works."""
    certificate = require(work.store, step["thumbprint"])
    holder = _key_of(work.store, certificate)
    message = PROOF_PREFIX + _bytes(step["nonce"])
    if isinstance(holder.key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(holder.key.sign(message, ec.ECDSA(SHA256())))
        size = (holder.key.curve.key_size + 7) // 8
        algorithm, signature = "ECDSA-SHA256", r.to_bytes(size) + s.to_bytes(size)
    else:
        algorithm, signature = "RSASSA-PKCS1-v1_5-SHA256", holder.key.sign(message, padding.PKCS1v15(), SHA256())
    return {"algorithm": algorithm, "signature": _text(signature), "exportable": holder.exportable}


def rename(work: Work, step: Step) -> Facts:
    """Sets the friendly name."""
    before = require(work.store, step["thumbprint"])
    work.undo.append(lambda: work.store.write(before))
    work.store.rename(before, step["friendly_name"])
    return {}


def add_authority(work: Work, step: Step) -> Facts:
    """Puts an intermediate authority into LocalMachine\\CA, which the emulated owners may write."""
    der = _bytes(step["certificate"])
    try:
        authority = x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise DriverError(None, HResult.CRYPT_E_NO_MATCH) from error
    if thumbprint_of(der) != step["thumbprint"]:
        raise DriverError("thumbprint_mismatch")
    if authority.subject == authority.issuer:
        raise DriverError("root_certificate")
    if step["thumbprint"] in work.authorities:
        return {"store": None}
    work.undo.append(lambda: work.authorities.__delitem__(step["thumbprint"]))
    work.authorities[step["thumbprint"]] = der
    return {"store": "LocalMachine"}


def connect(work: Work, step: Step) -> Facts:
    """Shows the certificate to a portal, over real TLS."""
    certificate = require(work.store, step["thumbprint"])
    holder = _key_of(work.store, certificate)
    above = tuple(work.authorities.values())
    return show_certificate(certificate[CERTIFICATE], holder.key, above, work.trusted_roots, step)


def retire(work: Work, step: Step) -> Facts:
    """Hides a predecessor, or takes it out with its key."""
    known = require(work.store, step["thumbprint"])
    if step["method"] == "delete":
        return remove_with_key(work.store, known)
    work.store.archive(known)
    return {}


def remove(work: Work, step: Step) -> Facts:
    """Takes a certificate out with its key."""
    return remove_with_key(work.store, require(work.store, step["thumbprint"]))


def _key_of(store: StoreHandle, certificate: Properties) -> KeyContainer:
    """CryptAcquireCertificatePrivateKey with CRYPT_ACQUIRE_COMPARE_KEY_FLAG."""
    link = link_of(certificate)
    if link is None:
        raise DriverError("no_key", HResult.CRYPT_E_NO_KEY_PROPERTY)
    holder = store.container(link)
    if holder is None:
        raise DriverError("no_key", HResult.NTE_BAD_KEYSET)
    if holder.spki != spki(x509.load_der_x509_certificate(certificate[CERTIFICATE]).public_key()):
        raise DriverError("sign_failed", HResult.NTE_BAD_PUBLIC_KEY)
    return holder


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise DriverError(None, HResult.COR_E_FORMAT) from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


STEP_TYPES: Mapping[str, StepType] = {
    "transport_key": StepType(("thumbprint", "nonce"), "transport_key_failed", make_transport_key),
    "import_sealed": StepType(
        ("bundle", "sealed_passphrase", "container", "thumbprint", "exportable"), "import_failed", import_sealed_bundle
    ),
    "computer": StepType(("name",), "computer_failed", name_computer),
    "import": StepType(("bundle", "passphrase", "thumbprint", "exportable"), "import_failed", import_bundle),
    "prove": StepType(("thumbprint", "nonce"), "sign_failed", prove),
    "name": StepType(("thumbprint", "friendly_name"), "name_failed", rename),
    "connect": StepType(("thumbprint", "url", "proxy", "timeout", "expected_status"), "connect_failed", connect),
    "chain": StepType(("thumbprint", "certificate"), "chain_failed", add_authority),
    "retire": StepType(("thumbprint", "method"), "retire_failed", retire, final=True),
    "remove": StepType(("thumbprint",), "remove_failed", remove, final=True),
}
