# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One My store in memory: serialized elements, and beside them the key containers of the same owner."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    KeyProvInfo,
    thumbprint_of,
)
from lab.emulated.element import MACHINE_KEYSET, pack, properties

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

CNG_PROVIDER = "Microsoft Software Key Storage Provider"
CAPI_PROVIDERS = {
    1: "Microsoft Enhanced Cryptographic Provider v1.0",
    24: "Microsoft Enhanced RSA and AES Cryptographic Provider",
}
AT_KEYEXCHANGE = 1


@dataclass(frozen=True, slots=True)
class KeyContainer:
    """A private key at rest. ``provider_type`` 0 is CNG, 1 and 24 are legacy CAPI providers."""

    name: str
    provider: str
    provider_type: int
    exportable: bool
    key: PrivateKey = field(repr=False)

    @property
    def spki(self) -> bytes:
        """The public key, to tell whose key this is."""
        return spki(self.key.public_key())


def spki(key: PublicKeyTypes) -> bytes:
    """A public key as certificates carry it."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def container(
    key: PrivateKey, provider_type: int = 0, exportable: bool = False, name: str | None = None
) -> KeyContainer:
    """A container with the name that the bundle gives the key, else with a new one."""
    provider = CAPI_PROVIDERS[provider_type] if provider_type else CNG_PROVIDER
    return KeyContainer(name or "{" + str(uuid.uuid4()).upper() + "}", provider, provider_type, exportable, key)


class Store:
    """What lies on the disk. Drivers change it through ``lab.emulated.handle``; tests prepare it with ``plant*``."""

    def __init__(self, owner: str, machine: bool = False) -> None:
        self.owner, self.machine = owner, machine
        self.elements: dict[str, bytes] = {}
        self.containers: dict[str, KeyContainer] = {}
        self.undeletable: set[str] = set()
        """The containers that Windows does not delete."""
        self.requests: dict[str, bytes] = {}
        """Elements of the owner's store REQUEST."""
        self.has_closed_neighbour = False
        """Another store of the owner does not open."""
        self.on_disk: Store | None = None
        """As it was when the disk last took it: a power loss may take what came after."""

    def save(self) -> None:
        """The disk takes it as it is."""
        self.on_disk = Store(self.owner, self.machine)
        self.on_disk.elements, self.on_disk.containers = dict(self.elements), dict(self.containers)

    def link(self, holder: KeyContainer) -> KeyProvInfo:
        """The key link of a certificate whose key lies in this container."""
        flags = MACHINE_KEYSET if self.machine else 0
        key_spec = AT_KEYEXCHANGE if holder.provider_type else 0
        return KeyProvInfo(holder.name, holder.provider, holder.provider_type, flags, key_spec)

    def plant(
        self,
        certificate: Certificate,
        key: PrivateKey | None = None,
        *,
        friendly_name: str | None = None,
        archived: bool = False,
        provider_type: int = 0,
    ) -> str:
        """Puts a certificate there, with its key, if given, in a container of its own. Returns the thumbprint."""
        der = certificate.public_bytes(Encoding.DER)
        link = self.link(self.plant_key(key, provider_type)) if key is not None else None
        self.plant_raw(thumbprint_of(der), pack(properties(der, link, friendly_name, archived)))
        return thumbprint_of(der)

    def plant_key(self, key: PrivateKey, provider_type: int = 0, exportable: bool = False) -> KeyContainer:
        """Puts a key there that no certificate links to, as an interrupted import leaves it."""
        holder = container(key, provider_type, exportable)
        self.containers[holder.name] = holder
        return holder

    def plant_raw(self, name: str, element: bytes) -> None:
        """Puts any bytes where an element should be."""
        self.elements[name] = element
