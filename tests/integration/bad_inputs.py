# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what people hand in: odd files that have to work, and bad ones, each with the layer that stops it."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from integration import forge
from integration.forge import PASSPHRASE
from integration.inputs import (
    BROKEN,
    DATES_AND_NAMES,
    FILE_STAYS,
    NO_P384,
    OTHERS,
    OWN_TEST,
    Given,
    Layer,
    Row,
    crowd,
    damaged,
    expecting,
    full_after_the_key,
    identical,
    in_serial_number,
    named,
    odd,
    of,
    of_another_issuer,
    of_passphrase,
    read_only,
    rewritten,
    same_key,
    secret,
    self_made,
    there,
)
from lab.people import JEANNE

B, P, D, W = Layer.BUNDLE, Layer.PERSON, Layer.DATES, Layer.NONE
MEGABYTES = 10 * 1024 * 1024

PASSPHRASES = {
    "wrong passphrase": Row(
        B, lambda f: odd(f.issue(), f.issue().data, "of another letter"), "wrong_passphrase.another"
    ),
    "no passphrase": Row(B, lambda f: odd(f.issue(), f.issue().data, None), "no_passphrase.none_given"),
    "empty passphrase": Row(B, lambda f: odd(f.issue(), f.issue().data, ""), "no_passphrase.none_given"),
    "line break after the passphrase": Row(
        B, lambda f: odd(f.issue(), f.issue().data, PASSPHRASE + "\n"), "wrong_passphrase.line_break"
    ),
    "passphrase with a line break of its own": Row(W, secret("two\nlines\n"), not_windows=FILE_STAYS),
    "passphrase in UTF-8": Row(W, secret("clé d'été 東京 🔑"), not_windows=FILE_STAYS),
    "passphrase that was taken for Latin-1": Row(
        W,
        lambda f: of_passphrase(f, "clé d'été".encode().decode("latin-1"), "clé d'été"),
        not_windows=FILE_STAYS,
    ),
    "passphrase from a file in Latin-1": Row(
        W, lambda f: of_passphrase(f, "clé d'été", "clé d'été".encode("latin-1")), not_windows=FILE_STAYS
    ),
    "passphrase outside ASCII that is wrong": Row(
        B, lambda f: odd(f.issue(), f.issue().data, "clé"), "wrong_passphrase.other_letters"
    ),
    "passphrase with quotes": Row(W, secret("""it's "so" $HOME $(id) `id` \\ %PATH% & | ;"""), not_windows=FILE_STAYS),
    "passphrase of 60 characters": Row(W, secret("0123456789" * 6), not_windows=FILE_STAYS),
}


FORMS = {
    "RC2-40": Row(W, lambda f: of(f.issue(dialect="rc2-40", key="rsa2048")), not_windows=None),
    "3DES": Row(W, lambda f: of(f.issue(dialect="3des", key="rsa2048")), not_windows=None),
    "AES-256": Row(W, lambda f: of(f.issue(dialect="modern", key="rsa2048")), not_windows=None),
    "PBMAC1": Row(W, lambda f: rewritten(f.issue(), forge.with_pbmac1), not_windows=FILE_STAYS),
    "no MAC": Row(
        W,
        lambda f: rewritten(f.issue(), lambda b: forge.by_hand(f.key, b.certificate, mac=False)),
        not_windows=FILE_STAYS,
    ),
    "a million rounds": Row(
        W, lambda f: rewritten(f.issue(), lambda b: forge.with_rounds(b, 1_000_000)), not_windows=FILE_STAYS
    ),
    "base64 text": Row(B, lambda f: rewritten(f.issue(), lambda b: base64.encodebytes(b.data)), "base64_text"),
    "PEM with the name of a p12": Row(B, lambda f: rewritten(f.issue(), forge.pem), "pem_text"),
    "empty file": Row(B, lambda _f: Given(b""), "empty_file"),
    "zero bytes": Row(B, lambda _f: Given(bytes(4096)), "not_p12.other_file"),
    "truncated": Row(B, lambda f: rewritten(f.issue(), lambda b: b.data[:1000]), "truncated"),
    "10 MB of noise": Row(
        B, lambda _f: Given(b"\x30\x82" + os.urandom(MEGABYTES)), "not_p12.too_large", str(MEGABYTES + 2)
    ),
    "a folder": Row(B, lambda _f: Given(None, arguments={"path": str(Path(__file__).parent)}), "bundle_file.is_folder"),
    "no such file": Row(B, lambda _f: Given(None, arguments={"path": "/nowhere/there.p12"}), "bundle_file.not_found"),
    "a file that may not be read": Row(
        B, lambda f: Given(f.issue().data, arguments={"mode": "0000"}), "bundle_file.no_access"
    ),
}


CONTENTS = {
    "no key": Row(B, lambda f: rewritten(f.issue(), forge.without_key), "bundle_without_key"),
    "two leaves": Row(
        B, lambda f: rewritten(f.issue(), lambda b: forge.with_certificates(b, f.issue().certificate)), "two_leaves"
    ),
    "another key": Row(B, lambda f: rewritten(f.issue(), forge.with_another_key), "key_mismatch"),
    "the leaf twice": Row(
        W, lambda f: rewritten(f.issue(), lambda b: forge.with_certificates(b, b.certificate)), not_windows=FILE_STAYS
    ),
    "leaf is an authority": Row(
        B, lambda f: self_made(f, f.key, x509.BasicConstraints(ca=True, path_length=None)), "leaf_is_ca"
    ),
    "for servers only": Row(B, lambda f: of(f.issue(eku=[ExtendedKeyUsageOID.SERVER_AUTH])), "wrong_eku"),
    "no signatures": Row(B, lambda f: of(f.issue(key_usage=["key_encipherment"])), "wrong_key_usage"),
    "RSA of 1024 bits": Row(B, lambda f: self_made(f, rsa.generate_private_key(65537, 1024)), "weak_key"),  # noqa: S505
    "ECDSA on P-256": Row(W, lambda f: of(f.issue(key="ec-p256")), not_windows=None),
    "ECDSA on P-384": Row(W, lambda f: of(f.issue(key=ec.generate_private_key(ec.SECP384R1()))), not_windows=NO_P384),
    "Ed25519": Row(B, lambda f: self_made(f, ed25519.Ed25519PrivateKey.generate()), "key_type"),
    "difficult subject": Row(W, lambda f: self_made(f, f.key, subject=forge.DIFFICULT), not_windows=DATES_AND_NAMES),
    "until 9999": Row(
        W, lambda f: of(f.forged(validity=("20200101000000Z", "99991231235959Z"))), not_windows=DATES_AND_NAMES
    ),
    "since 1949": Row(
        W, lambda f: of(f.forged(validity=("19490101000000Z", "20991231235959Z"))), not_windows=DATES_AND_NAMES
    ),
    "negative serial number": Row(W, lambda f: of(f.forged(serial=b"\x80\x01")), not_windows=DATES_AND_NAMES),
    "expired": Row(D, lambda f: of(f.issue(-1000, -1)), "expired"),
    "not yet valid": Row(D, lambda f: of(f.issue(1, 1000)), "not_yet_valid"),
    "somebody else's number": Row(P, expecting(authorisation="T999999"), "wrong_person.another_person", "T999999"),
    "somebody else's name": Row(P, expecting(name="Paul Martin"), "wrong_person.another_person", "Paul Martin"),
    "name turned round": Row(W, expecting(name="DUPONT-JEANNE", authorisation="T100001"), not_windows=OTHERS),
    "name turned round, strict": Row(
        P,
        expecting(name="Dupont Jeanne", authorisation="T100001", name_check="strict"),
        "wrong_person.another_name",
    ),
    "name turned round, no number": Row(
        P, expecting(name="Dupont Jeanne"), "wrong_person.another_person", "Dupont Jeanne"
    ),
    "number beside the name": Row(W, in_serial_number(), not_windows=DATES_AND_NAMES),
    "number beside the name, by a pattern": Row(
        W, in_serial_number(authorisation_pattern="serialNumber=(T[0-9]+)"), not_windows=DATES_AND_NAMES
    ),
    "somebody else's number beside the name": Row(
        P, in_serial_number(authorisation="T10000"), "wrong_person.another_person", f"{JEANNE.name} T10000"
    ),
}

STORES = {
    "older than installed": Row(
        Layer.PLAN, lambda f: of(f.issue(-500, 50), there(f.old())), "downgrade", not_windows=OTHERS
    ),
    "five predecessors": Row(
        Layer.PLAN, lambda f: of(f.issue(), there(*(f.old() for _each in range(5)))), "too_many", not_windows=OTHERS
    ),
    "identical": Row(W, identical, stays=1, changed=False, not_windows=OTHERS),
    "predecessor": Row(W, lambda f: of(f.issue(), there(f.old())), not_windows=OTHERS),
    "same key certified again": Row(W, same_key, spare=1, not_windows=OWN_TEST),
    "same subject, other issuer": Row(
        W, lambda f: of(f.issue(), there(of_another_issuer(f))), stays=1, not_windows=OTHERS
    ),
    "one friendly name for both": Row(W, named, not_windows=OTHERS),
    "200 certificates of others": Row(W, lambda f: of(f.issue(), crowd(f, 200)), stays=200, not_windows=OTHERS),
    "one certificate of another": Row(W, lambda f: of(f.issue(), crowd(f, 1)), stays=1, not_windows=OTHERS),
    "a damaged element": Row(W, lambda f: of(f.issue(), damaged), stays=1, not_windows=BROKEN),
    "read-only": Row(
        Layer.DRIVER, lambda f: of(f.issue(), read_only(f)), "import_failed", "0x80070013", not_windows=BROKEN
    ),
    "full after the key": Row(
        Layer.DRIVER, lambda f: of(f.issue(), full_after_the_key(f)), "import_failed", "0x80070070", not_windows=BROKEN
    ),
}

ROWS: Mapping[str, Row] = {**PASSPHRASES, **FORMS, **CONTENTS, **STORES}

SOMEBODY_ELSES = {
    "wrong_person",
    "weak_key",
    "key_type",
    "wrong_eku",
    "wrong_key_usage",
    "leaf_is_ca",
    "expired",
    "not_yet_valid",
    "downgrade",
}
"""The codes of a bundle that opens, and that is not the holder's certificate for this purpose now."""
