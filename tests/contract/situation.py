# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words in which a case prepares a workstation, turned into a few orders that every kind can carry out.

``certificate: {of: NAME, key: own|none|lost|OTHER, legacy: false, friendly_name: TEXT, archived: false, store: own|computer}``
    A certificate. Its key is in a container of its own; or there is none; or the link leads nowhere; or to another's key.
``leftover_key: {of: NAME}``
    A key container that no certificate links to.
``unparsable: BASE64``
    Bytes where an element should be.
``person: {sid: SID, name: NAME, certificates: [NAME, ...], logged_on: false, redirected_to: UNC, appdata: true}``
    Someone else's profile.
``temporary_profile: true``
    Windows gave the owner a temporary one.
``exchange_running: true``
    Another exchange holds the owner's mutex.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._properties import (
    MACHINE_KEYSET,
    KeyLink,
    thumbprint_of,
)

from contract.material import Material, material
from lab.emulated.element import pack, properties
from lab.emulated.store import AT_KEYEXCHANGE, CAPI_PROVIDERS, CNG_PROVIDER

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PutKey:
    """A new container with this key. ``alias`` stands for its name in elements; it is a GUID in braces, as the real one."""

    alias: str
    of: Material
    legacy: bool
    computer: bool


@dataclass(frozen=True, slots=True)
class PutElement:
    """An element in the owner's store, or in the computer's."""

    name: str
    data: bytes
    computer: bool


@dataclass(frozen=True, slots=True)
class PutPerson:
    """Someone else's profile with the elements in it. ``appdata``: its folder is there."""

    sid: str
    name: str
    elements: Mapping[str, bytes]
    logged_on: bool
    redirected_to: str | None
    appdata: bool


@dataclass(frozen=True, slots=True)
class TemporaryProfile:
    """The owner's profile is a temporary one."""


@dataclass(frozen=True, slots=True)
class HoldMutex:
    """Another process holds the owner's mutex until the workstation is closed."""


Order = PutKey | PutElement | PutPerson | TemporaryProfile | HoldMutex


def orders(preparations: tuple[Json, ...]) -> Iterator[Order]:
    """What to do, in order. Raises ``ValueError`` or ``TypeError`` for a word that is not known."""
    for number, preparation in enumerate(preparations):
        ((word, details),) = preparation.items()
        alias = f"{{00000000-0000-0000-0000-{number:012X}}}"
        match word:
            case "certificate":
                yield from _certificate(alias, **details)
            case "leftover_key":
                yield PutKey(alias, material(details["of"]), legacy=False, computer=False)
            case "unparsable":
                data = base64.b64decode(details)
                yield PutElement(thumbprint_of(data), data, computer=False)
            case "person":
                yield _person(**details)
            case "temporary_profile":
                yield TemporaryProfile()
            case "exchange_running":
                yield HoldMutex()
            case _:
                raise ValueError(f"{word} is no word for a preparation")


def _certificate(
    alias: str,
    of: str,
    key: str = "own",
    legacy: bool = False,
    friendly_name: str | None = None,
    archived: bool = False,
    store: str = "own",
) -> Iterator[Order]:
    wanted, computer, link = material(of), store == "computer", None
    if key != "none":
        provider, provider_type = (CAPI_PROVIDERS[1], 1) if legacy else (CNG_PROVIDER, 0)
        link = KeyLink(
            alias, provider, provider_type, MACHINE_KEYSET if computer else 0, AT_KEYEXCHANGE if legacy else 0
        )
    if key not in ("none", "lost"):
        yield PutKey(alias, wanted if key == "own" else material(key), legacy, computer)
    yield PutElement(wanted.thumbprint, pack(properties(wanted.der, link, friendly_name, archived)), computer)


def _person(
    sid: str,
    name: str,
    certificates: tuple[str, ...] = (),
    logged_on: bool = False,
    redirected_to: str | None = None,
    appdata: bool = True,
) -> PutPerson:
    owned = map(material, certificates)
    elements = {wanted.thumbprint: pack(properties(wanted.der)) for wanted in owned}
    return PutPerson(sid, name, elements, logged_on, redirected_to, appdata)
