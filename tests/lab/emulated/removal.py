# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking a certificate out of an emulated store together with its key, unless the key has to stay."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ARCHIVED,
    CERTIFICATE,
    KeyProvInfo,
    thumbprint_of,
)
from lab.emulated.element import MACHINE_KEYSET, Properties, link_of
from lab.emulated.errors import DriverError
from lab.emulated.handle import TRANSPORT_KEY, StoreHandle
from lab.emulated.store import CAPI_PROVIDERS, CNG_PROVIDER, KeyContainer, spki

Facts = dict[str, Any]


def require(store: StoreHandle, thumbprint: str) -> Properties:
    """The certificate with this thumbprint. Raises ``DriverError``: ``no_certificate``."""
    found = store.find(thumbprint)
    if found is None:
        raise DriverError("no_certificate")
    return found


def remove_with_key(store: StoreHandle, known: Properties) -> Facts:
    """Hidden first, then the key, then the certificate, so that a run that is cut leaves no key without a name.

    Raises ``DriverError`` with the facts that are true all the same.
    """
    link, thumbprint = link_of(known), thumbprint_of(known[CERTIFICATE])
    facts: Facts = {"key": "none"}
    if link:
        kept = _reason_to_keep(store, known, link)
        facts = {"container": link.container, "provider": link.provider, "kept_because": kept, "key": "kept"}
        if kept is None:
            try:
                _remove_key(store, known, link, facts)
            except DriverError as error:
                raise DriverError(error.code, error.hresult, facts) from error
    store.remove(thumbprint)
    return facts


def remove_leftovers(store: StoreHandle, now: int, used: Collection[str] = (), insist: bool = False) -> int:
    """Deletes what runs that were cut have left, and counts it. ``used`` stays.

    Raises ``DriverError``, if told to insist, for a transport key that does not go: ``transport_key_left``.
    """
    deleted = 0
    for name in store.transport_keys(now) + store.imported_keys(now):
        if name in used:
            continue
        try:
            store.delete_container(name)
        except DriverError as error:
            if insist and TRANSPORT_KEY.fullmatch(name):
                raise DriverError("transport_key_left", error.hresult) from error
        else:
            deleted += 1
    return deleted


def _remove_key(store: StoreHandle, known: Properties, link: KeyProvInfo, facts: Facts) -> None:
    """The certificate is shown again while its key is there, and stays hidden when a further container of the key stays."""
    if ARCHIVED not in known:
        store.archive(known)
    held = store.container(link) is not None or _is_its_key(store.named(link), known)
    try:
        if held:
            store.delete_container(link.container)
    except DriverError:
        if ARCHIVED not in known:
            store.write(known)
        raise
    facts["key"] = "deleted" if held else "gone"
    leftovers = store.leftovers(_public_key(known))
    for name in leftovers:
        store.delete_container(name)
    facts["swept"] = len(leftovers)


def place_to_keep(link: KeyProvInfo) -> str | None:
    """Why the place of a key forbids to delete it; None when it is the user's, in a software provider."""
    if link.flags & MACHINE_KEYSET:
        return "machine_key"
    return None if link.provider in (CNG_PROVIDER, *CAPI_PROVIDERS.values()) else "provider"


def _reason_to_keep(store: StoreHandle, known: Properties, link: KeyProvInfo) -> str | None:
    place = place_to_keep(link)
    if place:
        return place
    for other in store.others(thumbprint_of(known[CERTIFICATE])):
        other_link = link_of(other)
        if other_link is None:
            continue
        if other_link.container.casefold() == link.container.casefold():
            return "shared_container"
        if _public_key(other) == _public_key(known):
            return "shared_public_key"
    return None


def _is_its_key(holder: KeyContainer | None, known: Properties) -> bool:
    return holder is not None and holder.spki == _public_key(known)


def _public_key(known: Properties) -> bytes:
    return spki(x509.load_der_x509_certificate(known[CERTIFICATE]).public_key())
