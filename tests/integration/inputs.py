# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people hand in, as values: what the task is given, what the store holds before, and what is expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    FRIENDLY_NAME,
    read_records,
)
from integration import forge
from integration.forge import PASSPHRASE, Forge
from lab.authority import Authority, IssuedBundle
from lab.emulated.store import Store
from lab.faults import DISK_FULL, WRITE_PROTECT, Refusing
from lab.people import JEANNE, PAUL


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
    """What the task gets. ``data`` None: ``path`` in ``arguments`` is all there is. ``leaf`` is what has to be installed in the end.

    ``passphrase`` in bytes comes from a file.
    """

    data: bytes | None
    passphrase: str | bytes | None = PASSPHRASE
    leaf: x509.Certificate | None = None
    plant: Callable[[Store], None] = quiet
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """``code``: the problem's. ``value``: one that it names. ``not_windows``: why Windows PowerShell does not show it.

    ``stays``: how many of the certificates that were there stay; ``changed`` False: it is as it should be already.
    """

    layer: Layer
    give: Callable[[Forge], Given]
    code: str | None = None
    value: str = ""
    not_windows: str | None = NEVER_SENT
    stays: int = 0
    spare: int = 0
    changed: bool = True

    @property
    def kind(self) -> str | None:
        """What users see of the code."""
        return self.code and self.code.partition(".")[0]


def of(bundle: IssuedBundle, plant: Callable[[Store], None] = quiet, **arguments: Any) -> Given:
    return Given(bundle.data, bundle.passphrase, bundle.certificate, plant, arguments)


def odd(bundle: IssuedBundle, data: bytes, passphrase: str | bytes | None = PASSPHRASE) -> Given:
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


def in_serial_number(**arguments: str) -> Callable[[Forge], Given]:
    """The issuer writes the number as the serialNumber of the subject, and the name alone into its CN."""
    wanted = {"name": JEANNE.name, "authorisation": JEANNE.authorisation} | arguments

    def give(f: Forge) -> Given:
        return replace(self_made(f, f.key, subject=forge.NUMBERED), arguments=wanted)

    return give


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


def of_passphrase(f: Forge, written: str, given: str | bytes) -> Given:
    bundle = f.issue(passphrase=written)
    return odd(bundle, bundle.data, given)


def rewritten(bundle: IssuedBundle, write: Callable[[IssuedBundle], bytes]) -> Given:
    return odd(bundle, write(bundle))
