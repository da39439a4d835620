# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""profile_exchange, emulated: the rules of docs/developers/driver_protocol.md over the files of a profile that is not loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ElementError,
    KeyProvInfo,
    parse_element,
)
from lab.emulated.computer import Computer
from lab.emulated.errors import DriverError, HResult
from lab.emulated.handle import TRANSPORT_KEY, Change, Observer, Operation
from lab.emulated.logon import Session
from lab.emulated.profile import Profile, elements
from lab.emulated.removal import place_to_keep
from lab.emulated.store import CNG_PROVIDER, spki
from lab.emulated.store_folder import CERTIFICATES
from lab.emulated.transaction import Exchange
from lab.key_files import capi_key_file, cng_key_file, container_of, file_name, has_name

LARGEST_FILE, MOST_FILES = 64 << 10, 1000

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadElement:
    """An element that was understood. ``name``: of its file. ``goes``: the request removes it."""

    name: str
    thumbprint: str
    public_key: bytes
    link: KeyProvInfo | None
    goes: bool = False


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file. ``placed``: its path, when it lies there as a file; else it is the container of the store."""

    container: str
    placed: str | None


def profile_exchange(
    computer: Computer, _session: Session, request: Mapping[str, Any], check_mode: bool, observe: Observer
) -> Json:
    """Answers a request of profile_exchange."""
    return _ProfileExchange(computer, request, observe).run(check_mode)


class _ProfileExchange(Exchange):
    driver: ClassVar[str] = "profile_exchange"
    step_keys: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "computer": ("name",),
        "remove_key": ("thumbprint",),
        "remove_certificate": ("thumbprint",),
        "remove_transport_key": ("thumbprint", "container"),
    }

    def __init__(self, computer: Computer, request: Mapping[str, Any], observe: Observer) -> None:
        super().__init__(computer, str(request.get("owner_sid", "")), request)
        self._observe = observe

    @property
    def _of_transport(self) -> bool:
        """Whether it removes a transport key, which belongs to no certificate: the store does not matter."""
        return any(step["step"] == "remove_transport_key" for step in self._request["steps"])

    def _check_request(self) -> None:
        super()._check_request()
        names = [step["container"] for step in self._request["steps"] if "container" in step]
        others = [step for step in self._request["steps"] if step["step"] in ("remove_key", "remove_certificate")]
        if (names and others) or not all(map(TRANSPORT_KEY.fullmatch, names)):
            raise DriverError("bad_request")

    def _check_owner(self) -> None:
        self._profile()

    def _profile(self) -> Profile:
        profile = self._computer.profiles[self._sid] if self._sid in self._computer.people else None
        if profile is None:
            raise DriverError("stale_store")
        if profile.temporary:
            raise DriverError("temporary_profile")
        if profile.loaded and not self._of_transport:
            raise DriverError("profile_loaded")
        if not re.match(r"[A-Za-z]:\\", profile.path):
            raise DriverError("profile_unread", facts={"file": profile.path})
        return profile

    def _transact(self, check_mode: bool) -> None:
        self._profile()
        super()._transact(check_mode)

    def _is_stale(self, before: list[Json]) -> bool:
        return not self._of_transport and super()._is_stale(before)

    def _elements(self) -> list[Json]:
        if self._of_transport:
            return []
        profile = self._computer.profiles[self._sid]
        self._read(profile, "My")
        return elements(profile.store, "file")

    def _run_steps(self) -> None:
        for step in self._request["steps"]:
            try:
                facts = self._do(step["step"], step.get("thumbprint"), step.get("container", ""))
            except DriverError as error:
                self._answer["error"] = self._error(step["id"], error, f"{step['step']}_failed")
                self._enter(step, "failed")
                return
            removed = step["step"] == "remove_certificate" or facts.get("key") == "deleted"
            self._answer["changed"] = self._answer["changed"] or removed
            self._enter(step, "done", **facts)

    def _error(self, step_id: str, error: DriverError, otherwise: str) -> Json:
        return super()._error(step_id, error, otherwise) | {"file": error.facts.get("file")}

    def _do(self, step: str, thumbprint: str | None, container: str) -> Json:
        if step == "computer":
            return {"computer": self._computer.computer_name}
        profile = self._profile()
        if step == "remove_transport_key":
            return {"container": container, "removed": self._remove_named(profile, container)}
        mine = self._read(profile, "My")
        found = [each for each in mine if each.thumbprint == thumbprint]
        if not found:
            raise DriverError("no_certificate")
        if len(found) > 1 or found[0].name != thumbprint:
            raise DriverError("profile_unread", facts={"file": _element_path(profile, "My", found[0].name)})
        if step == "remove_certificate":
            path = _element_path(profile, "My", found[0].name)
            if self._computer.files.find(path):
                self._computer.files.remove(path)
            del profile.store.elements[thumbprint]
            self._observe(Operation(self._sid, Change.CERTIFICATE_DELETED, thumbprint))
            return {}
        going = {step["thumbprint"] for step in self._request["steps"] if step["step"] == "remove_certificate"}
        others = [replace(each, goes=each.thumbprint in going) for each in mine if each.thumbprint != thumbprint]
        others += self._read(profile, "Request")
        return self._remove_key(profile, found[0], others)

    def _remove_key(self, profile: Profile, element: ReadElement, others: list[ReadElement]) -> Json:
        link = element.link
        if link is None:
            return {"key": "none"}
        kept = place_to_keep(link) or _shared(element, link, others)
        facts: Json = {"container": link.container, "provider": link.provider, "kept_because": kept, "key": "kept"}
        if kept:
            return facts
        return facts | {"key": "deleted" if self._remove_named(profile, link.container) else "gone"}

    def _remove_named(self, profile: Profile, container: str) -> bool:
        wanted = container.casefold()
        named = [each for each in self._key_files(profile, wanted) if each.container.casefold() == wanted]
        if len(named) > 1 or not wanted:
            raise DriverError("ambiguous_key", facts={"file": ", ".join(each.placed or "" for each in named)})
        for file in named:
            if file.placed:
                self._computer.files.remove(file.placed)
            else:
                del profile.store.containers[file.container]
            self._observe(Operation(self._sid, Change.CONTAINER_DELETED, container))
        return bool(named)

    def _read(self, profile: Profile, store: str) -> list[ReadElement]:
        folder = _element_path(profile, store, "")
        self._check_folder(folder.rstrip("\\"), "profile_unread")
        found = dict(profile.store.elements) if store == "My" else {}
        for file in self._computer.files.below(folder):
            self._check(file.path, "profile_unread")
            if store != "My":
                found[file.path[len(folder) :]] = file.data
        if profile.locked:
            first = _element_path(profile, store, min(found))
            raise DriverError("profile_unread", HResult.SHARING_VIOLATION, {"file": first})
        return [_element(folder, name, found[name]) for name in sorted(found)]

    def _key_files(self, profile: Profile, wanted: str) -> Iterator[KeyFile]:
        crypto = rf"{profile.path}\AppData\Roaming\Microsoft\Crypto"
        for folder, cng in ((rf"{crypto}\Keys", True), (rf"{crypto}\RSA\{self._sid}", False)):
            self._check_folder(folder, "unread_key")
            files = list(self._computer.files.below(folder))
            if len(files) > MOST_FILES:
                raise DriverError("unread_key", facts={"file": folder})
            for file in files:
                self._check(file.path, "unread_key")
                container = container_of(file.data, cng)
                if container is not None:
                    yield KeyFile(container, file.path)
                elif has_name(file.data, wanted):
                    raise DriverError("unread_key", facts={"file": file.path})
            # What tests have planted as a container would be such a file.
            for name, holder in profile.store.containers.items():
                if (holder.provider == CNG_PROVIDER) is cng:
                    assert file_name(name) and container_of(_key_file(name, cng), cng) == name
                    yield KeyFile(name, None)

    def _check_folder(self, folder: str, code: str) -> None:
        parts = folder.split("\\")
        above = ("\\".join(parts[:number]) for number in range(len(parts), 3, -1))
        if any(file.is_link for file in map(self._computer.files.find, above) if file):
            raise DriverError(code, facts={"file": folder})

    def _check(self, path: str, code: str) -> None:
        """What makes a file unreadable, or worse."""
        file = self._computer.files.find(path)
        if file and file.refusal:
            raise DriverError(code, file.refusal[1], {"file": file.path})
        if file and (file.is_link or len(file.data) > LARGEST_FILE):
            raise DriverError(code, facts={"file": file.path})


def _element_path(profile: Profile, store: str, name: str) -> str:
    return rf"{profile.path}\AppData\Roaming\{CERTIFICATES.replace('My', store)}" + "\\" + name


def _element(folder: str, name: str, data: bytes) -> ReadElement:
    try:
        element = parse_element(data)
        public = x509.load_der_x509_certificate(element.der).public_key()
    except (ElementError, ValueError):
        raise DriverError("profile_unread", facts={"file": folder + name}) from None
    return ReadElement(name, element.thumbprint, spki(public), element.key)


def _shared(element: ReadElement, link: KeyProvInfo, others: list[ReadElement]) -> str | None:
    for other in others:
        if other.link is None:
            continue
        if other.link.container.casefold() == link.container.casefold():
            return "shared_container"
        if other.public_key == element.public_key and not other.goes:
            return "shared_public_key"
    return None


def _key_file(container: str, cng: bool) -> bytes:
    return cng_key_file(container) if cng else capi_key_file(container)
