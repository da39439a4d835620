# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from lab.authority import Authority, Dialect, KeyKind

PASSPHRASE = "Ve\u0301rifié-4711"
DIALECTS: list[Dialect] = ["modern", "3des", "rc2-40"]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create()


def test_the_chain_leads_from_the_person_to_the_root(authority: Authority) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE)
    issued.certificate.verify_directly_issued_by(authority.issuing)
    authority.issuing.verify_directly_issued_by(authority.root)
    authority.root.verify_directly_issued_by(authority.root)
    assert issued.file_name == "Jeanne Dupont - T123456.p12"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("kind", "type_"), [("rsa2048", rsa.RSAPrivateKey), ("ec-p256", ec.EllipticCurvePrivateKey)])
def test_a_bundle_holds_the_leaf_its_key_and_its_chain(
    authority: Authority, dialect: Dialect, kind: KeyKind, type_: type
) -> None:
    issued = authority.issue(
        "Jeanne Dupont", "T123456", passphrase=PASSPHRASE, dialect=dialect, key=kind, friendly_name="Zoé"
    )
    content = pkcs12.load_pkcs12(issued.data, PASSPHRASE.encode())
    assert isinstance(content.key, type_)
    assert content.key.public_key() == issued.certificate.public_key()  # type: ignore[union-attr]
    assert content.cert == pkcs12.PKCS12Certificate(issued.certificate, "Zoé".encode())
    assert {found.certificate for found in content.additional_certs} == {authority.issuing, authority.root}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_bundle_opens_with_its_passphrase_only(authority: Authority, dialect: Dialect) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, dialect=dialect)
    with pytest.raises(ValueError, match="Invalid password"):
        pkcs12.load_pkcs12(issued.data, b"another")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(
    ("dialect", "cipher", "mac", "options"),
    [
        ("modern", "AES-256-CBC", "MAC: sha256", []),
        ("3des", "pbeWithSHA1And3-KeyTripleDES-CBC", "MAC: sha1", []),
        ("rc2-40", "pbeWithSHA1And40BitRC2-CBC", "MAC: sha1", ["-legacy"]),
    ],
)
def test_openssl_sees_the_dialect(
    authority: Authority, tmp_path: Path, dialect: Dialect, cipher: str, mac: str, options: list[str]
) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, dialect=dialect, friendly_name="SISERI")
    file = tmp_path / issued.file_name
    file.write_bytes(issued.data)
    command = ["openssl", "pkcs12", "-info", "-nokeys", *options, "-in", str(file), "-passin", "stdin"]
    done = subprocess.run(command, input=PASSPHRASE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(cipher) == 2
    assert mac in done.stderr
    assert done.stdout.count("BEGIN CERTIFICATE") == 3
    assert "friendlyName: SISERI" in done.stdout


def test_every_knob_of_an_issuer_turns(authority: Authority) -> None:
    start = datetime(2023, 6, 1, tzinfo=timezone.utc)
    key = ec.generate_private_key(ec.SECP384R1())
    issued = authority.issue(
        "Jeanne Dupont",
        "T123456",
        passphrase=PASSPHRASE,
        key=key,
        not_before=start,
        not_after=start + timedelta(days=7),
        eku=[ExtendedKeyUsageOID.SERVER_AUTH],
        key_usage=["key_agreement"],
        with_chain=False,
    )
    certificate = issued.certificate
    assert issued.private_key is key
    assert (certificate.not_valid_before_utc, certificate.not_valid_after_utc) == (start, start + timedelta(days=7))
    assert certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_agreement
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert pkcs12.load_pkcs12(issued.data, PASSPHRASE.encode()).additional_certs == []


def test_extensions_can_be_left_out(authority: Authority) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, eku=(), key_usage=())
    kinds = {type(extension.value) for extension in issued.certificate.extensions}
    assert kinds == {x509.SubjectKeyIdentifier, x509.BasicConstraints}


def test_nothing_secret_is_in_a_repr(authority: Authority) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE)
    for shown in (repr(issued), repr(authority)):
        assert PASSPHRASE not in shown
        assert "Key" not in shown
        assert "data=" not in shown
