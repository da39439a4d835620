# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words in which a case prepares a workstation, turned into a few orders that every kind can carry out.

``certificate: {of: NAME, key: KEY, legacy: false, cng_link: NUMBER, provider: TEXT, friendly_name: TEXT, archived: false,
undeletable: false, exportable: false, store: own|request|computer}``
    A certificate. KEY: ``own`` (the default), in a container of its own; ``none``; ``lost``, where the link leads nowhere; the
    name of another certificate, whose key it is; ``shared``, the container of the preparation before; ``computer``, a link to a
    key of the computer. With a ``provider`` the key is in that one, which is not there. ``cng_link``: the link is one to CNG, with
    this key spec, although the key is a ``legacy`` one. ``undeletable``: Windows does not delete the container.
    ``exportable``: it lets the key out.
``leftover_key: {of: NAME, undeletable: false}``
    A key container that no certificate links to.
``transport_key: NUMBER|young|{number: NUMBER, undeletable: false}``
    A transport key that a run has made, in 1970 or just now. Its container's name ends in the number, in 32 hex digits.
``imported_key: NUMBER|young|{number: NUMBER, undeletable: false}``
    A key container with the name that imports give it, and some key.
``unparsable: BASE64``
    Bytes where an element should be.
``element_without_data: NAME``
    An element of the owner's store whose data is not there.
``person: {sid: SID, name: NAME, certificates: [NAME, ...], logged_on: false, redirected_to: PATH, path: PATH, appdata: true,
store: true, state: 0, twin: false, locked: false, denied: false, local: false}``
    Someone else's profile. ``redirected_to``: where the hive says that AppData is. ``path``: where the profile is, if not in
    ``C:\\Users``. ``store``: whether its folder ``SystemCertificates\\My`` is there. ``state``: of its entry in ``ProfileList``, which has
    a ``.bak`` beside it with ``twin``. ``locked``: another program has the files of the store open. ``denied``: even an administrator
    is kept out. ``local``: the SID is that of an account of the computer.
``logging: {kind: KIND, edition: Windows PowerShell|PowerShell 7, of: computer|SID, value: 1}``
    A policy that makes PowerShell keep what it runs, of the computer or of a user whose hive is loaded. KIND: ``script_block``,
    ``module``, ``transcription``.
``secondary_logon: NUMBER``
    The start type of that service.
``temporary_profile: true``
    Windows gave the owner a temporary one.
``force_key_protection: 0|1|2``
    The policy: no, a dialog at the first use of a key, a dialog at every use.
``dns: {host: TEXT, domain: TEXT}``
    The computer's names by GetNetworkParams.
``registry: {of: computer|own|SID, key: KEY, values: {NAME: VALUE, ...}}``
    Values below the key ``Software`` of the computer, the owner, or another user, who is then logged on. VALUE may be ``{size: NUMBER}``,
    so many zero bytes.
``authority: {of: NAME, store: KEY, owner: computer|own}``
    A certificate in a store of authorities; KEY is like ``Microsoft\\SystemCertificates\\CA``.
``file: {path: PATH, text: TEXT, certificate: NAME, size: NUMBER, copies: 1, locked: false, link: false, shared: false,
read_only: false}``
    A file with this text, or with so many zero bytes. ``<profile>`` is the owner's folder. ``certificate``: it is the element of this
    one, and ``path`` is its folder. ``copies``: so many files, whose names have their numbers in place of ``{number}``. ``locked``:
    another program has it open. ``link``: a link to a folder instead. What is behind it comes after it. ``shared``: another program has it
    open, and shares it with everybody, also with who deletes it.
``closed_store: true``
    A store of the owner, beside My, does not open.
``broken_dpapi: true``
    The owner is logged on at the desk, and Windows cannot protect data for him.
``exchange_running: true``
    Another exchange holds the owner's mutex.
``scanner: {of: own|leaver, reads: NUMBER}``
    A program opens what a driver has just written, and shares it with nobody while the driver tries to read so many times.
``mutex_squatted: true``
    An event of another program has the name of the owner's mutex.
``portal: {demand: required|optional|nothing|after the request, signs_for: NAME, trusted: true, status: 200, takes: NAME}``
    A portal, which takes this certificate. ``trusted``: its authority is a root of the computer. ``${portal}`` is its address.
``proxy: true``
    A proxy, whose address is ``${proxy}``.
The words for someone who has left are in ``contract.leavers``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    KeyProvInfo,
    thumbprint_of,
)
from contract import leavers
from contract.fixture_certificates import fixture_certificate
from contract.orders import (
    Condition,
    DnsName,
    Order,
    PutElement,
    PutKey,
    PutLogging,
    PutNamedKey,
    PutRegistry,
    Scanner,
    Setting,
    TrustRoot,
)
from contract.placed import PutFile, PutPerson
from contract.portals import portal_authority
from lab.emulated.element import MACHINE_KEYSET, pack, properties
from lab.emulated.registry import Value
from lab.emulated.store import AT_KEYEXCHANGE, CAPI_PROVIDERS, CNG_PROVIDER

Json = dict[str, Any]

LARGEST_IN_MEMORY = 2 << 20
EDITIONS = {"Windows PowerShell": r"Windows\PowerShell", "PowerShell 7": "PowerShellCore"}
"""With the folder of their policies in the registry."""
KINDS_OF_LOGGING = {
    "script_block": ("ScriptBlockLogging", "EnableScriptBlockLogging"),
    "module": ("ModuleLogging", "EnableModuleLogging"),
    "transcription": ("Transcription", "EnableTranscripting"),
}
"""With the key and the value that Windows' templates of group policy write."""


def orders(preparations: tuple[Json, ...]) -> Iterator[Order]:
    """What to do, in order. Raises ``ValueError`` or ``TypeError`` for a word that is not known."""
    alias = ""
    for number, preparation in enumerate(preparations):
        ((word, details),) = preparation.items()
        previous, alias = alias, f"{{00000000-0000-0000-0000-{number:012X}}}"
        match word:
            case "certificate":
                yield from _Certificate(**details).orders(alias, previous)
            case "leftover_key":
                undeletable = details.get("undeletable", False)
                yield PutKey(alias, fixture_certificate(details["of"]), False, False, undeletable)
            case "transport_key" | "imported_key":
                facts = {**details} if isinstance(details, dict) else {"number": details}
                alias = _container(word, facts.pop("number"))
                yield PutNamedKey(alias, **facts)
            case "unparsable":
                data = base64.b64decode(details)
                yield PutElement(thumbprint_of(data), data, computer=False)
            case "element_without_data":
                yield PutElement(details, None, computer=False)
            case _ if word in PLAIN:
                yield PLAIN[word]
            case _ if word in PLACED:
                yield PLACED[word](**details)
            case "portal" | "proxy":
                yield from _trusted(word, details)
            case _:
                yield _of_the_computer(word, details)


def transport_name(number: int | str) -> str:
    """The name of a transport key's container."""
    return _container("transport_key", number)


def _container(word: str, number: int | str) -> str:
    kind = "transport" if word == "transport_key" else "key"
    return f"hospital_it.pkcs12.{kind}." + (f"<second>{0:024x}" if number == "young" else f"{int(number):032x}")


def _trusted(word: str, details: Any) -> Iterator[Order]:
    """The servers themselves are no preparation of the workstation."""
    if word == "portal" and details.get("trusted", True):
        yield TrustRoot(portal_authority().root.public_bytes(Encoding.DER))


def _of_the_computer(word: str, details: Any) -> Order:
    match word:
        case "person":
            return _person(**details)
        case "leaver":
            return _person(leavers.SID, leavers.NAME, **details)
        case "logging":
            return _logging(**details)
        case "force_key_protection":
            return Setting("ForceKeyProtection", details)
        case "secondary_logon":
            return Setting("SecondaryLogon", details)
        case "scanner":
            return Scanner("own" if details["of"] == "own" else leavers.SID, details["reads"])
    raise ValueError(f"{word} is no word for a preparation")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Certificate:
    of: str
    key: str = "own"
    legacy: bool = False
    cng_link: int | None = None
    provider: str | None = None
    friendly_name: str | None = None
    archived: bool = False
    undeletable: bool = False
    exportable: bool = False
    store: str = "own"

    def orders(self, alias: str, previous: str) -> Iterator[Order]:
        wanted, computer = fixture_certificate(self.of), self.store == "computer"
        key = self.of if self.key == "own" else self.key
        if key not in ("none", "lost", "shared", "computer") and self.provider is None:
            yield PutKey(alias, fixture_certificate(key), self.legacy, computer, self.undeletable, self.exportable)
        link = None if key == "none" else self._link(previous if key == "shared" else alias)
        yield PutElement(
            wanted.thumbprint,
            pack(properties(wanted.der, link, self.friendly_name, self.archived)),
            computer,
            self.store == "request",
        )

    def _link(self, container: str) -> KeyProvInfo:
        if self.cng_link is not None:
            return KeyProvInfo(container, CNG_PROVIDER, 0, 0, self.cng_link)
        provider, provider_type = (CAPI_PROVIDERS[1], 1) if self.legacy else (self.provider or CNG_PROVIDER, 0)
        flags = MACHINE_KEYSET if "computer" in (self.store, self.key) else 0
        return KeyProvInfo(container, provider, provider_type, flags, AT_KEYEXCHANGE if self.legacy else 0)


def _person(sid: str, name: str, certificates: tuple[str, ...] = (), **facts: Any) -> PutPerson:
    owned = map(fixture_certificate, certificates)
    return PutPerson(sid, name, {wanted.thumbprint: pack(properties(wanted.der)) for wanted in owned}, **facts)


def _logging(kind: str, edition: str, of: str, value: int = 1) -> PutLogging:
    if kind not in KINDS_OF_LOGGING or edition not in EDITIONS:
        raise ValueError(f"{kind} of {edition} is no logging policy")
    return PutLogging(kind, edition, None if of == "computer" else of, value)


def _registry(of: str, key: str, values: Mapping[str, Value | Mapping[str, int]]) -> PutRegistry:
    plain = {name: bytes(value["size"]) if isinstance(value, Mapping) else value for name, value in values.items()}
    return PutRegistry(None if of == "computer" else of, key, plain)


def _authority(of: str, store: str, owner: str = "computer") -> PutRegistry:
    wanted = fixture_certificate(of)
    key = rf"{store}\Certificates\{wanted.thumbprint}"
    return _registry(owner, key, {"Blob": pack(properties(wanted.der))})


def _file(path: str, text: str = "", certificate: str | None = None, size: int = 0, **facts: Any) -> PutFile:
    if certificate is None:
        return PutFile(path, text.encode() or bytes(size if size <= LARGEST_IN_MEMORY else 0), sparse=size, **facts)
    wanted = fixture_certificate(certificate)
    return PutFile(rf"{path}\{wanted.thumbprint}", pack(properties(wanted.der)), **facts)


def _leavers_file(word: str, **details: Any) -> PutFile:
    facts = {key: details.pop(key) for key in ("locked", "link", "shared", "read_only") if key in details}
    return PutFile(*leavers.MAKERS[word](**details), **facts)


PLAIN: Mapping[str, Condition] = {
    "temporary_profile": Condition.TEMPORARY_PROFILE,
    "exchange_running": Condition.MUTEX_HELD,
    "mutex_squatted": Condition.MUTEX_SQUATTED,
    "closed_store": Condition.STORE_CLOSED,
    "broken_dpapi": Condition.DPAPI_BROKEN,
}
PLACED: Mapping[str, Callable[..., PutRegistry | PutFile | DnsName]] = {
    "registry": _registry,
    "authority": _authority,
    "file": _file,
    "dns": DnsName,
    **{word: partial(_leavers_file, word) for word in leavers.MAKERS},
}
