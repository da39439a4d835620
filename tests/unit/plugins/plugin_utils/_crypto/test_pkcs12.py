# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import re
import subprocess
import warnings
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import NumberAsText
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import (
    check_dates,
    encrypt_again,
    open_bundle,
    transcode,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from lab.authority import Authority, Dialect, IssuedBundle, KeyKind
from unit.plugins.plugin_utils.problems import error_of

PASSPHRASE = "withdrawal-4711"


@pytest.fixture(scope="module")
def jeanne(authority: Authority) -> IssuedBundle:
    return authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, friendly_name="SISERI")


def openssl_export(issued: IssuedBundle, folder: Path, *options: str) -> bytes:
    source, target = folder / "source.pem", folder / "target.p12"
    key = issued.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    source.write_bytes(key + issued.certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "pkcs12", "-export", "-in", str(source), "-out", str(target), "-passout", "stdin", *options]
    done = subprocess.run(command, input=PASSPHRASE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target.read_bytes()


@pytest.mark.parametrize("dialect", ["modern", "3des", "rc2-40"])
@pytest.mark.parametrize("kind", ["rsa2048", "ec-p256"])
def test_every_dialect_of_the_authority_opens(authority: Authority, dialect: Dialect, kind: KeyKind) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, dialect=dialect, key=kind)
    bundle = open_bundle(issued.data, PASSPHRASE)
    assert bundle.leaf.subject_cn == "Jeanne Dupont - T123456"
    assert {other.subject_cn for other in bundle.chain} == {"AC Personnes", "AC Racine"}
    assert bundle.sha256 == hashlib.sha256(issued.data).hexdigest()
    assert bundle.key.private_numbers() == issued.private_key.private_numbers()


@pytest.mark.openssl
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["-pbmac1_pbkdf2"], marks=pytest.mark.pbmac1),
        ["-nomac"],
        ["-certpbe", "NONE", "-keypbe", "NONE"],
        ["-legacy"],
    ],
    ids=" ".join,
)
def test_the_dialects_of_openssl_open(jeanne: IssuedBundle, tmp_path: Path, options: list[str]) -> None:
    data = openssl_export(jeanne, tmp_path, *options)
    assert open_bundle(data, PASSPHRASE).leaf.subject_cn == "Jeanne Dupont - T123456"


def test_ber_as_firefox_writes_it_opens_without_a_warning(rsa_key: rsa.RSAPrivateKey, authority: Authority) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, dialect="rc2-40", key=rsa_key)
    start = 2 + (issued.data[1] & 0x7F)
    open_length = b"\x30\x80" + issued.data[start:] + b"\0\0"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_bundle(open_length, PASSPHRASE).leaf.subject_cn == "Jeanne Dupont - T123456"


def test_a_file_without_passphrase_opens_without_one(jeanne: IssuedBundle) -> None:
    data = pkcs12.serialize_key_and_certificates(None, jeanne.private_key, jeanne.certificate, None, NoEncryption())
    assert open_bundle(data, None).leaf.subject_cn == open_bundle(data, "").leaf.subject_cn == "Jeanne Dupont - T123456"


UMLAUTS = "Pässwörd"


@pytest.mark.parametrize(
    ("closed", "given", "dialect"),
    [
        *((each, each, "modern") for each in ("Pässwörd€", "x" * 60, " space ", "line\n", "мир😀")),
        (UMLAUTS.encode().decode("latin-1"), UMLAUTS, "3des"),  # its UTF-8 was taken for Latin-1
        (UMLAUTS, UMLAUTS.encode("latin-1").decode("utf-8", errors="surrogateescape"), "modern"),  # of a Latin-1 file
    ],
)
def test_a_passphrase_opens_what_it_closed(
    authority: Authority, rsa_key: rsa.RSAPrivateKey, closed: str, given: str, dialect: Dialect
) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=closed, dialect=dialect, key=rsa_key)
    assert open_bundle(issued.data, given)


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        (None, "no_passphrase.none_given"),
        ("", "no_passphrase.none_given"),
        ("wrong", "wrong_passphrase.another"),
        (NumberAsText("4711"), "wrong_passphrase.number"),
        (PASSPHRASE + "\n", "wrong_passphrase.line_break"),
        (" " + PASSPHRASE, "wrong_passphrase.space"),
        ("falsch-ä", "wrong_passphrase.other_letters"),
        ("falsch-\ud800", "wrong_passphrase.other_letters"),
    ],
)
@pytest.mark.parametrize("dialect", ["modern", "rc2-40"])
def test_a_wrong_passphrase_has_its_own_cause_and_is_never_shown(
    authority: Authority, rsa_key: rsa.RSAPrivateKey, passphrase: str | None, code: str, dialect: Dialect
) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, dialect=dialect, key=rsa_key)
    assert error_of(lambda: open_bundle(issued.data, passphrase)).problem == Problem(code)


def test_a_damaged_section_looks_like_a_wrong_passphrase(jeanne: IssuedBundle) -> None:
    damaged = bytearray(jeanne.data)
    damaged[len(damaged) // 2] ^= 1
    refusal = error_of(lambda: open_bundle(bytes(damaged), PASSPHRASE))
    assert refusal.problem == Problem("wrong_passphrase.another")


def test_nothing_secret_is_in_a_repr(jeanne: IssuedBundle) -> None:
    bundle = open_bundle(jeanne.data, PASSPHRASE)
    one_use = transcode(bundle, os_build=19045, at=NOW)
    assert repr(one_use) == "TransportBundle()"
    assert "key=" not in repr(bundle)
    assert "PrivateKey" not in repr(bundle)
    assert "der=" not in repr(bundle)


@pytest.mark.parametrize(("days", "code"), [(-1, "not_yet_valid"), (0, None), (1094, None), (1096, "expired")])
def test_dates_are_checked_at_the_time_given(
    authority: Authority, rsa_key: rsa.RSAPrivateKey, days: int, code: str | None
) -> None:
    start = datetime(2026, 3, 1, 8, 30, tzinfo=timezone.utc)
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, key=rsa_key, not_before=start)
    bundle = open_bundle(issued.data, PASSPHRASE)
    if code is None:
        check_dates(bundle, start + timedelta(days=days))
        return
    problem = error_of(lambda: check_dates(bundle, start + timedelta(days=days))).problem
    day = date(2026, 3, 1) if days < 0 else date(2029, 2, 28)
    assert (problem.code, problem.values["day"], problem.values["time"]) == (code, day, "08:30 UTC")


NOW = datetime(2026, 3, 1, 8, 30, tzinfo=timezone.utc)
TWO_THOUSAND = b"\x02\x02\x07\xd0"
AES_256, PBE_3DES = bytes.fromhex("60864801650304012a"), bytes.fromhex("2a864886f70d010c0103")


@pytest.mark.parametrize(("os_build", "cipher", "absent"), [(16298, PBE_3DES, AES_256), (16299, AES_256, PBE_3DES)])
def test_the_one_use_bundle_has_the_leaf_alone_under_a_cipher_that_the_build_reads(
    jeanne: IssuedBundle, os_build: int, cipher: bytes, absent: bytes
) -> None:
    bundle = open_bundle(jeanne.data, PASSPHRASE)
    assert bundle.friendly_name == "SISERI"
    one_use = transcode(bundle, os_build, NOW)
    content = pkcs12.load_pkcs12(one_use.data, one_use.passphrase.encode())
    assert content.cert is not None
    assert content.cert.certificate == jeanne.certificate
    assert content.additional_certs == []
    assert (one_use.data.count(cipher), one_use.data.count(TWO_THOUSAND)) == (2, 2)  # of the certificate and of its key
    assert absent not in one_use.data
    assert re.fullmatch(rb"hospital_it\.pkcs12\.key\.69a3f908[0-9a-f]{24}", content.cert.friendly_name or b"")


def test_each_one_use_passphrase_and_container_is_new(jeanne: IssuedBundle) -> None:
    bundle = open_bundle(jeanne.data, PASSPHRASE)
    made = [transcode(bundle, 19045, NOW) for _round in range(5)]
    passphrases = {one_use.passphrase for one_use in made}
    assert len(passphrases) == 5
    assert all(len(passphrase) >= 32 and passphrase.isascii() for passphrase in passphrases)
    opened = [pkcs12.load_pkcs12(one_use.data, one_use.passphrase.encode()).cert for one_use in made]
    assert len({each.friendly_name for each in opened if each}) == 5


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_a_bundle_under_another_passphrase_is_the_same_bundle(authority: Authority, dialect: Dialect) -> None:
    issued = authority.issue(
        "Jeanne Dupont", "T123456", passphrase="old-4711", dialect=dialect, friendly_name="Jeanne é"
    )
    before = open_bundle(issued.data, "old-4711")
    data = encrypt_again(issued.data, "old-4711", "nouveau é 0815")
    after = open_bundle(data, "nouveau é 0815")
    assert (after.leaf, after.chain, after.friendly_name) == (before.leaf, before.chain, before.friendly_name)
    assert after.key.private_numbers() == before.key.private_numbers()
    assert error_of(lambda: open_bundle(data, "old-4711")).code == "wrong_passphrase"
    assert error_of(lambda: encrypt_again(issued.data, "wrong", "new")).code == "wrong_passphrase"
    aes_256_cbc, sha_256 = bytes.fromhex("060960864801650304012a"), bytes.fromhex("0609608648016503040201")
    assert aes_256_cbc in data  # RFC 8018, appendix B.2.5
    assert sha_256 in data
