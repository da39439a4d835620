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
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
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


def refusal(data: bytes) -> Pkcs12Error:
    return error_of(lambda: open_bundle(data, PASSPHRASE))


def thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303


def test_a_file_without_key_is_refused(rsa_key: rsa.RSAPrivateKey) -> None:
    assert refusal(bundle([], [certify(rsa_key)])).code == "bundle_without_key"


def test_a_key_without_its_certificate_is_refused(rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey) -> None:
    assert refusal(bundle([rsa_key], [certify(other_rsa_key)])).code == "key_mismatch"
    assert refusal(bundle([rsa_key], [])).code == "key_mismatch"


@pytest.mark.parametrize("order", [1, -1])
def test_two_keys_are_refused_although_the_loader_hides_one(
    rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey, order: int
) -> None:
    keys = [rsa_key, other_rsa_key][::order]
    assert refusal(bundle(keys, [certify(rsa_key)])).code == "two_keys"


@pytest.mark.parametrize("issuer", [None, "An Authority"])
def test_two_personal_certificates_are_refused_with_their_thumbprints(
    rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey, issuer: str | None
) -> None:
    mine, others = certify(rsa_key, issuer=issuer), certify(other_rsa_key, "Paul Martin - T654321", issuer)
    for certificates in ([mine, others], [others, mine]):
        error = refusal(bundle([rsa_key], certificates))
        values = {"count": 2, "thumbprints": (thumbprint(mine), thumbprint(others))}
        assert error.problem == Problem("two_leaves", values)


def test_two_certificates_of_one_key_are_refused(rsa_key: rsa.RSAPrivateKey) -> None:
    assert refusal(bundle([rsa_key], [certify(rsa_key), certify(rsa_key)])).code == "two_leaves"


def test_two_people_whose_keys_are_in_an_encrypted_section_are_refused(
    rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey
) -> None:
    certificates = [certify(rsa_key), certify(other_rsa_key, "Paul Martin - T654321")]
    assert refusal(bundle([rsa_key, other_rsa_key], certificates, hide_keys=True)).code == "two_leaves"
    assert open_bundle(bundle([rsa_key], certificates[:1], hide_keys=True), PASSPHRASE)


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
    error = refusal(bundle([key], [certify(key)]))
    assert error.problem == Problem(code, {"whose": "Jeanne Dupont - T123456", **values})


def usage(**bits: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    rest = {"key_cert_sign": False, "crl_sign": False, "encipher_only": False, "decipher_only": False}
    return x509.KeyUsage(**{name: bits.get(name, False) for name in names}, **rest)


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        (x509.BasicConstraints(ca=True, path_length=None), "leaf_is_ca"),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), "wrong_eku"),
        (usage(key_encipherment=True), "wrong_key_usage"),
        (x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"junk"), "unreadable"),
    ],
)
def test_a_leaf_that_cannot_log_on_is_refused(
    rsa_key: rsa.RSAPrivateKey, extension: x509.ExtensionType, code: str
) -> None:
    error = refusal(bundle([rsa_key], [certify(rsa_key, extensions=[extension])]))
    assert error.code == code


@pytest.mark.parametrize(
    "extensions",
    [
        [x509.BasicConstraints(ca=False, path_length=None)],
        [x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH])],
        [usage(digital_signature=True, key_encipherment=True)],
    ],
)
def test_a_leaf_that_says_nothing_against_it_is_accepted(
    rsa_key: rsa.RSAPrivateKey, extensions: list[x509.ExtensionType]
) -> None:
    assert open_bundle(bundle([rsa_key], [certify(rsa_key, extensions=extensions)]), PASSPHRASE)


def test_a_chain_certificate_that_cannot_be_read_is_named(
    rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey
) -> None:
    odd = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"junk")
    chain = certify(other_rsa_key, "Root", extensions=[odd])
    assert refusal(bundle([rsa_key], [certify(rsa_key), chain])).code == "unreadable"
