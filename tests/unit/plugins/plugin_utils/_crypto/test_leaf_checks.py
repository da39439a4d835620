# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from lab.authority import Authority, PrivateKey, der, pfx
from unit.plugins.plugin_utils.problems import error_of

PASSPHRASE = "withdrawal-4711"
AnyKey = PrivateKey | ed25519.Ed25519PrivateKey


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certify(
    key: AnyKey,
    subject: str = "Jeanne Dupont - T123456",
    issuer: str | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
    signer: CertificateIssuerPrivateKeyTypes | None = None,
) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named(issuer or subject))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=timezone.utc))
    builder = builder.not_valid_after(datetime(2029, 1, 1, tzinfo=timezone.utc))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    signing = signer or key
    return builder.sign(signing, None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def bundle(keys: Sequence[AnyKey], certificates: Sequence[x509.Certificate], hide_keys: bool = False) -> bytes:
    """A file with just these in it, whether they belong together or not."""
    encoded = [key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) for key in keys]
    key_bags = [pfx.key_bag(pkcs8, PASSPHRASE) for pkcs8 in encoded]
    certificate_bags = [pfx.certificate_bag(certificate.public_bytes(Encoding.DER)) for certificate in certificates]
    if hide_keys:
        return pfx.pfx([pfx.encrypted_section([*certificate_bags, *key_bags], PASSPHRASE)], PASSPHRASE)
    keys_section = pfx.data_section(der.encode(der.SEQUENCE, *key_bags))
    return pfx.pfx([pfx.encrypted_section(certificate_bags, PASSPHRASE), keys_section], PASSPHRASE)


def refusal(data: bytes) -> Problem:
    return error_of(lambda: open_bundle(data, PASSPHRASE)).problem


def thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303


def usage(**bits: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    rest = {"key_cert_sign": False, "crl_sign": False, "encipher_only": False, "decipher_only": False}
    return x509.KeyUsage(**{name: bits.get(name, False) for name in names}, **rest)


JUNK = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"junk")
FOR_SERVERS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
PAUL = "Paul Martin - T654321"


@pytest.mark.parametrize(
    ("contents", "code"),
    [
        (lambda key, _other: ([], [certify(key)]), "bundle_without_key"),
        (lambda key, other: ([key], [certify(other)]), "key_mismatch"),
        (lambda key, _other: ([key], []), "key_mismatch"),
        # The loader hides one of the keys.
        (lambda key, other: ([key, other], [certify(key)]), "two_keys"),
        (lambda key, other: ([other, key], [certify(key)]), "two_keys"),
        (lambda key, _other: ([key], [certify(key), certify(key)]), "two_leaves"),
        (lambda key, other: ([key], [certify(key), certify(other, "Root", extensions=[JUNK])]), "unreadable"),
        (lambda key, _other: ([key], [certify(key, extensions=[x509.BasicConstraints(True, None)])]), "leaf_is_ca"),
        (lambda key, _other: ([key], [certify(key, extensions=[JUNK])]), "unreadable"),
    ],
)
def test_what_is_no_bundle_of_one_person_is_refused(
    rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey, contents: Any, code: str
) -> None:
    assert refusal(bundle(*contents(rsa_key, other_rsa_key))).code == code


@pytest.mark.parametrize("issuer", [None, "An Authority"])
def test_two_personal_certificates_are_refused_with_their_thumbprints(
    rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey, issuer: str | None
) -> None:
    mine, others = certify(rsa_key, issuer=issuer), certify(other_rsa_key, PAUL, issuer)
    values = {"count": 2, "thumbprints": (thumbprint(mine), thumbprint(others))}
    for certificates in ([mine, others], [others, mine]):
        assert refusal(bundle([rsa_key], certificates)) == Problem("two_leaves", values)
    # Also where their keys are in an encrypted section.
    assert refusal(bundle([rsa_key, other_rsa_key], [mine, others], hide_keys=True)).code == "two_leaves"
    assert open_bundle(bundle([rsa_key], [mine], hide_keys=True), PASSPHRASE)


def test_the_leaf_may_stand_anywhere_and_twice(rsa_key: rsa.RSAPrivateKey, authority: Authority) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, key=rsa_key)
    certificates = [authority.issuing, issued.certificate, issued.certificate, authority.issuing]
    opened = open_bundle(bundle([rsa_key], certificates), PASSPHRASE)
    assert opened.leaf.thumbprint == thumbprint(issued.certificate)
    assert [other.thumbprint for other in opened.chain] == [thumbprint(authority.issuing)]


def test_an_authority_of_version_1_is_no_second_person(
    rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey
) -> None:
    old_root = certify(other_rsa_key, "Old Root")
    leaf = certify(rsa_key, issuer="Old Root", signer=other_rsa_key)
    assert len(open_bundle(bundle([rsa_key], [leaf, old_root]), PASSPHRASE).chain) == 1


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda curve: curve.name)
def test_the_curves_of_windows_are_accepted(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    assert open_bundle(bundle([key], [certify(key)]), PASSPHRASE).leaf.key_type == f"EC {curve.name}"


@pytest.mark.parametrize(
    ("key", "code", "values"),
    [
        (rsa.generate_private_key(65537, 1024), "weak_key", {"bits": 1024, "needed": 2048}),  # noqa: S505
        (ed25519.Ed25519PrivateKey.generate(), "key_type", {"key_type": "Ed25519"}),
        (ec.generate_private_key(ec.SECP256K1()), "key_type", {"key_type": "EC secp256k1"}),
    ],
)
def test_a_weak_or_unsupported_key_is_refused(key: AnyKey, code: str, values: dict[str, Any]) -> None:
    assert refusal(bundle([key], [certify(key)])) == Problem(code, {"whose": "Jeanne Dupont - T123456", **values})


@pytest.mark.parametrize(
    "extensions",
    [
        [x509.BasicConstraints(ca=False, path_length=None)],
        [x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH])],
        [usage(digital_signature=True, key_encipherment=True)],
        [FOR_SERVERS, usage(key_encipherment=True)],
    ],
)
def test_a_leaf_for_whatever_use_is_opened(rsa_key: rsa.RSAPrivateKey, extensions: list[x509.ExtensionType]) -> None:
    assert open_bundle(bundle([rsa_key], [certify(rsa_key, extensions=extensions)]), PASSPHRASE)
