# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what people hand in: odd files that have to work, and bad ones, each with the layer that stops it."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._properties import FRIENDLY_NAME, read_records
from integration import forge
from integration.forge import PASSPHRASE, Forge
from lab.authority import Authority, IssuedBundle
from lab.emulated.store import Store
from lab.faults import DISK_FULL, WRITE_PROTECT, Refusing
from lab.people import PAUL


class Layer(str, Enum):
    """Where it stops. Nothing is sent before the plan; the plan costs one read; the driver has the request and refuses."""

    BUNDLE = "controller/bundle"
    PERSON = "controller/person"
    DATES = "controller/dates"
    PLAN = "plan"
    DRIVER = "driver"
    NONE = "none: it works"


FILE_STAYS = "the file is opened on the controller; a workstation gets a file of the collection's own"
NEVER_SENT = "it is refused on the controller, so there is nothing for a workstation to show"
DATES_AND_NAMES = "what is odd in the certificate is read on the controller; the workstation stores its bytes"
OTHERS = "the workstation under Wine keeps the certificates of all tests, so no test can say what it starts from"
OWN_TEST = "a test of its own shows it there"
NO_P384 = "ncrypt of Wine knows no ECDSA key but on P-256 (NTE_NOT_SUPPORTED)"
BROKEN = "needs a disk that refuses, or bytes that crypt32 would not let into a store"


def quiet(_store: Store) -> None:
    """An empty store."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the task gets. ``data`` None: ``path`` in ``arguments`` is all there is. ``leaf`` is what has to be installed in the end."""

    data: bytes | None
    passphrase: str | None = PASSPHRASE
    leaf: x509.Certificate | None = None
    plant: Callable[[Store], None] = quiet
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """``code``: the error's. ``says``: a word of the sentence. ``not_windows``: why Windows PowerShell does not show it.

    ``stays``: how many of the certificates that were there stay; ``changed`` False: it is as it should be already.
    """

    layer: Layer
    give: Callable[[Forge], Given]
    code: str | None = None
    says: str = ""
    not_windows: str | None = NEVER_SENT
    stays: int = 0
    spare: int = 0
    changed: bool = True
    skip: str | None = None


def of(bundle: IssuedBundle, plant: Callable[[Store], None] = quiet, **arguments: Any) -> Given:
    return Given(bundle.data, bundle.passphrase, bundle.certificate, plant, arguments)


def odd(bundle: IssuedBundle, data: bytes, passphrase: str | None = PASSPHRASE) -> Given:
    """The bundle's leaf in another file, or with another passphrase."""
    return Given(data, passphrase, bundle.certificate)


def there(*bundles: IssuedBundle, friendly_name: str | None = None) -> Callable[[Store], None]:
    """What the store holds before."""

    def plant(store: Store) -> None:
        for bundle in bundles:
            store.plant(bundle.certificate, bundle.private_key, friendly_name=friendly_name)

    return plant


def crowd(f: Forge, number: int) -> Callable[[Store], None]:
    """Other people's certificates, without keys."""
    key = ec.generate_private_key(ec.SECP256R1())
    others = [
        f.authority.issue(f"{PAUL.name} {n}", "T900000", passphrase="x", key=key, with_chain=False)
        for n in range(number)
    ]

    def plant(store: Store) -> None:
        for other in others:
            store.plant(other.certificate)

    return plant


def damaged(store: Store) -> None:
    store.plant_raw("00" * 20, b"\x20\0\0\0\x01\0\0\0\xff\xff\0\0cut off")


def read_only(f: Forge) -> Callable[[Store], None]:
    def plant(store: Store) -> None:
        there(f.old())(store)
        store.elements = Refusing(store.elements, WRITE_PROTECT)
        store.containers = Refusing(store.containers, WRITE_PROTECT)

    return plant


def full_after_the_key(f: Forge) -> Callable[[Store], None]:
    def plant(store: Store) -> None:
        there(f.old())(store)
        store.elements = Refusing(store.elements, DISK_FULL)

    return plant


def secret(passphrase: str) -> Callable[[Forge], Given]:
    return lambda f: of(f.issue(passphrase=passphrase))


def self_made(f: Forge, key: Any, *extensions: x509.ExtensionType, subject: x509.Name | None = None) -> Given:
    leaf = f.certify(key, *extensions, name=subject)
    return Given(forge.bundled(key, leaf), PASSPHRASE, leaf)


def expecting(**arguments: str) -> Callable[[Forge], Given]:
    return lambda f: of(f.issue(), quiet, **arguments)


def of_another_issuer(f: Forge) -> IssuedBundle:
    """The same subject, certified by an authority of another name."""
    other, mine = Authority.create(), f.old()
    issuer = x509.Name([*other.issuing.subject.rdns[:-1], x509.Name.from_rfc4514_string("CN=AC Autre").rdns[0]])
    builder = x509.CertificateBuilder().subject_name(mine.certificate.subject).issuer_name(issuer)
    builder = builder.public_key(f.old_key.public_key()).serial_number(7)
    builder = builder.not_valid_before(mine.certificate.not_valid_before_utc).not_valid_after(
        mine.certificate.not_valid_after_utc
    )
    certificate = builder.sign(other.issuing_key, hashes.SHA256())
    return IssuedBundle(b"", "", certificate, f.old_key, "")


def same_key(f: Forge) -> Given:
    old = f.old()
    return of(f.issue(key=old.private_key), there(old))


def identical(f: Forge) -> Given:
    bundle = f.issue()
    return of(bundle, there(bundle))


def named(f: Forge) -> Given:
    return of(f.issue(friendly_name="SISERI"), there(f.old(), friendly_name="SISERI"), friendly_name="SISERI")


def has_name(store: Store, friendly_name: str) -> bool:
    """Whether each certificate has it."""
    wanted = (friendly_name + "\0").encode("utf-16-le")
    return all(read_records(raw).get(FRIENDLY_NAME) == wanted for raw in store.elements.values())


def is_root() -> str | None:
    return "root reads every file, whatever its mode is" if os.geteuid() == 0 else None


B, P, D, W = Layer.BUNDLE, Layer.PERSON, Layer.DATES, Layer.NONE
MEGABYTES = 10 * 1024 * 1024

PASSPHRASES = {
    "wrong passphrase": Row(B, lambda f: odd(f.issue(), f.issue().data, "of another letter"), "wrong_passphrase"),
    "no passphrase": Row(B, lambda f: odd(f.issue(), f.issue().data, None), "no_passphrase"),
    "empty passphrase": Row(B, lambda f: odd(f.issue(), f.issue().data, ""), "no_passphrase"),
    "line break after the passphrase": Row(
        B, lambda f: odd(f.issue(), f.issue().data, PASSPHRASE + "\n"), "wrong_passphrase", "line break"
    ),
    "passphrase with a line break of its own": Row(W, secret("two\nlines\n"), not_windows=FILE_STAYS),
    "passphrase in UTF-8": Row(W, secret("clé d'été 東京 🔑"), not_windows=FILE_STAYS),
    "passphrase that was taken for Latin-1": Row(
        W,
        lambda f: of_passphrase(f, "clé d'été".encode().decode("latin-1"), "clé d'été"),
        not_windows=FILE_STAYS,
    ),
    "passphrase outside ASCII that is wrong": Row(
        B, lambda f: odd(f.issue(), f.issue().data, "clé"), "wrong_passphrase", "Latin-1"
    ),
    "passphrase with quotes": Row(W, secret("""it's "so" $HOME $(id) `id` \\ %PATH% & | ;"""), not_windows=FILE_STAYS),
    "passphrase of 60 characters": Row(W, secret("0123456789" * 6), not_windows=FILE_STAYS),
}


def of_passphrase(f: Forge, written: str, given: str) -> Given:
    bundle = f.issue(passphrase=written)
    return odd(bundle, bundle.data, given)


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
    "zero bytes": Row(B, lambda _f: Given(bytes(4096)), "not_p12"),
    "truncated": Row(B, lambda f: rewritten(f.issue(), lambda b: b.data[:1000]), "truncated"),
    "10 MB of noise": Row(B, lambda _f: Given(b"\x30\x82" + os.urandom(MEGABYTES)), "not_p12", "bytes"),
    "a folder": Row(
        B, lambda _f: Given(None, arguments={"path": str(Path(__file__).parent)}), "bundle_file", "is a folder"
    ),
    "no such file": Row(
        B, lambda _f: Given(None, arguments={"path": "/nowhere/there.p12"}), "bundle_file", "is not there"
    ),
    "a file that may not be read": Row(
        B, lambda f: Given(f.issue().data, arguments={"mode": "0000"}), "bundle_file", "may not be read", skip=is_root()
    ),
}


def rewritten(bundle: IssuedBundle, write: Callable[[IssuedBundle], bytes]) -> Given:
    return odd(bundle, write(bundle))


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
    "somebody else's number": Row(P, expecting(authorisation="T999999"), "wrong_person", "T999999"),
    "somebody else's name": Row(P, expecting(name="Paul Martin"), "wrong_person", "Paul Martin"),
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


def summary() -> str:
    """How many rows are shown where; the reasons are the rows' own."""
    shown = sum(one.not_windows is None for one in ROWS.values())
    return f"{len(ROWS)} bad and odd inputs on emulated, {shown} on Windows PowerShell (tests/integration/bad_inputs.py says why not more)"
