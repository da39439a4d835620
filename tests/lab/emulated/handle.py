# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store as a driver's process has it open: every change is announced, and is the last one when the process was killed."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ARCHIVED,
    CERTIFICATE,
    FRIENDLY_NAME,
    ElementError,
    KeyProvInfo,
    parse_element,
    read_records,
    thumbprint_of,
)
from lab.emulated.element import Properties, link_of, pack, text
from lab.emulated.errors import DriverError, HResult
from lab.emulated.store import CNG_PROVIDER, KeyContainer, Store

TRANSPORT_KEY = re.compile(r"hospital_it\.pkcs12\.transport\.[0-9a-f]{32}")
"""The name of its container."""
IMPORTED_KEY = re.compile(r"hospital_it\.pkcs12\.key\.[0-9a-f]{32}")
"""That of a container which an import has made. Both have the second in which they were named, in 8 digits."""
HOUR, DAY = 3600, 86400


class Change(str, Enum):
    """What can happen to a store."""

    CONTAINER_CREATED = "container created"
    CONTAINER_DELETED = "container deleted"
    CERTIFICATE_WRITTEN = "certificate written"
    CERTIFICATE_DELETED = "certificate deleted"


@dataclass(frozen=True, slots=True)
class Operation:
    """A change that was just made: ``subject`` is a thumbprint or the name of a container."""

    owner: str
    change: Change
    subject: str


Observer = Callable[[Operation], None]


class StoreHandle:
    """The operations the drivers use. ``observe`` runs after each one and may raise to make the process fail there."""

    def __init__(self, store: Store, observe: Observer, deletes_keys: bool = True) -> None:
        """Opens it. ``deletes_keys``: the token of the process may."""
        self._store, self._observe, self._deletes_keys = store, observe, deletes_keys

    def save(self) -> None:
        """Has the disk take what was changed."""
        self._store.save()

    def find(self, thumbprint: str) -> Properties | None:
        """What the store knows of a certificate, archived or not."""
        return self._certificates().get(thumbprint.upper())

    def write(self, known: Properties) -> None:
        """Adds a certificate or replaces the one with its thumbprint."""
        thumbprint = thumbprint_of(known[CERTIFICATE])
        self._store.elements[thumbprint] = pack(known)
        self._announce(Change.CERTIFICATE_WRITTEN, thumbprint)

    def remove(self, thumbprint: str) -> None:
        """Deletes a certificate, if it is there; its key stays."""
        if self._store.elements.pop(thumbprint, None):
            self._announce(Change.CERTIFICATE_DELETED, thumbprint)

    def rename(self, known: Properties, friendly_name: str) -> None:
        """Sets the friendly name."""
        self.write({**known, FRIENDLY_NAME: text(friendly_name)})

    def archive(self, known: Properties) -> None:
        """Hides a certificate from whoever chooses one."""
        self.write({**known, ARCHIVED: b""})

    def others(self, thumbprint: str) -> list[Properties]:
        """All certificates in all stores of the owner but this one. Raises ``DriverError`` when a store does not open."""
        if self._store.has_closed_neighbour:
            raise DriverError(None, HResult.ACCESS_DENIED)
        return [*self._requests(), *(known for name, known in self._certificates().items() if name != thumbprint)]

    def create_container(self, holder: KeyContainer) -> KeyProvInfo:
        """Stores a key and returns the link that a certificate needs to find it."""
        self._store.containers[holder.name] = holder
        self._announce(Change.CONTAINER_CREATED, holder.name)
        return self._store.link(holder)

    def delete_container(self, name: str) -> None:
        """Destroys a key; one that is gone already is no error. Raises ``DriverError`` when Windows does not delete it."""
        if not self._deletes_keys:
            raise DriverError(None, HResult.ACCESS_DENIED)
        if name in self._store.undeletable:
            raise DriverError(None, HResult.NTE_PERM)
        if self._store.containers.pop(name, None):
            self._announce(Change.CONTAINER_DELETED, name)

    def container(self, link: KeyProvInfo) -> KeyContainer | None:
        """The container that a link leads to. CNG opens one of CAPI only by its key spec (NCryptOpenKey, dwLegacyKeySpec)."""
        found = self.named(link)
        legacy = found is not None and found.provider_type != 0
        return None if legacy and not link.provider_type and not link.key_spec else found

    def named(self, link: KeyProvInfo) -> KeyContainer | None:
        """The container of this name, whoever can open it."""
        return self._store.containers.get(link.container)

    def transport_key(self, name: str) -> KeyContainer | None:
        """The transport key of this name."""
        return self._store.containers.get(name)

    def transport_keys(self, now: int) -> list[str]:
        """The containers of transport keys that no run needs any more at this second."""
        return [name for name in self._store.containers if TRANSPORT_KEY.fullmatch(name) and _age(name, now) >= HOUR]

    def imported_keys(self, now: int) -> list[str]:
        """The containers that imports have made a day ago, and that no certificate links to."""
        unlinked = (holder.name for holder in self._unlinked() if holder.provider == CNG_PROVIDER)
        return [name for name in unlinked if IMPORTED_KEY.fullmatch(name) and _age(name, now) >= DAY]

    def leftovers(self, spki: bytes) -> list[str]:
        """The containers, of CNG and of CAPI, that hold the key to this public one and that no certificate links to."""
        return [holder.name for holder in self._unlinked() if holder.spki == spki]

    def _unlinked(self) -> list[KeyContainer]:
        """None while a store does not open, because its certificates may link to them."""
        if self._store.has_closed_neighbour:
            return []
        links = [link_of(known) for known in (*self._requests(), *self._certificates().values())]
        linked = {link.container.casefold() for link in links if link}
        return [holder for holder in self._store.containers.values() if holder.name.casefold() not in linked]

    def _requests(self) -> list[Properties]:
        return [read_records(element) for element in self._store.requests.values()]

    def _certificates(self) -> dict[str, Properties]:
        """By thumbprint. What cannot be parsed is left out, as crypt32 does."""
        found: dict[str, Properties] = {}
        for element in self._store.elements.values():
            with suppress(ElementError):
                found[parse_element(element).thumbprint] = read_records(element)
        return found

    def _announce(self, change: Change, subject: str) -> None:
        self._observe(Operation(self._store.owner, change, subject))


def _age(name: str, now: int) -> int:
    """Of a container, in seconds. One from the future has an age, too: the clock was wrong once."""
    return abs(now - int(name.rpartition(".")[2][:8], 16))
