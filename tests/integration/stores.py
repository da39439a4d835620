# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an emulated store holds, seen past the drivers."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import parse_element
from lab.emulated.store import Store, spki


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate in a store. ``works``: it is offered, and the container it links to holds its private key."""

    thumbprint: str
    friendly_name: str | None
    works: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """``orphans``: containers that no certificate links to."""

    held: tuple[Held, ...]
    orphans: int


def contents(store: Store) -> Contents:
    """Looks at everything in a store."""
    held, linked = [], set()
    for raw in store.elements.values():
        element = parse_element(raw)
        container = store.containers.get(element.key.container) if element.key else None
        public = x509.load_der_x509_certificate(element.der).public_key()
        if container:
            linked.add(container.name)
        works = not element.archived and container is not None and container.spki == spki(public)
        held.append(Held(element.thumbprint, element.friendly_name, works))
    return Contents(tuple(held), len(store.containers) - len(linked))
