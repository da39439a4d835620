# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated workstation under test."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterable, Sized
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from contract import leavers
from contract.normal import Place
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
from lab.emulated import EmulatedWorkstation, PlacedFile, User
from lab.emulated.profile import SHELL_FOLDERS, Profile
from lab.emulated.store import Store
from lab.emulated.transport_key import public_blob, transport_container
from lab.workstation_interface import Kind, Logon, Process

OWNER = User(
    r"CHU\jdupont", "S-1-5-21-1004336348-1177238915-682003330-1104", "a password", True, "jeanne.dupont@chu.example"
)
BUILD = 19043
"""The build that Wine says it is."""
MUTEX_WAIT = 0.1


class EmulatedSubject:
    """In this process."""

    kind = Kind.EMULATED
    place = Place(OWNER.sid, OWNER.account, "PC-017", r"C:\Users\jdupont")

    def __init__(self) -> None:
        """One user, an administrator, who is not at the desk: the connection alone loads the profile, as under Wine, which has no
        secondary logon service."""
        self.workstation = EmulatedWorkstation(self.place.computer, os_build=BUILD)
        self.workstation.mutex_wait = MUTEX_WAIT
        self.workstation.secondary_logon = None
        self.workstation.add_user(OWNER)
        self._containers: dict[str, str] = {}
        self.transport_keys: dict[str, str] = {}

    def prepare(self, orders: Iterable[Order]) -> tuple[bytes, ...]:
        """See ``contract.subject``."""
        for order in orders:
            self._carry_out(order)
        return tuple(self.workstation.store_of(OWNER.sid).elements.values())

    def _carry_out(self, order: Order) -> None:
        match order:
            case PutKey() | PutNamedKey():
                self._put_key(order)
            case PutElement():
                self._put_element(order)
            case PutPerson():
                self._put_person(order)
            case PutLogging():
                logging = replace(self.workstation.logging, **{order.kind: order.value == 1})
                self.workstation.logging = logging
            case PutRegistry() | PutFile():
                self._put_into_a_place(order)
            case TrustRoot():
                self._trust(order.der)
            case DnsName():
                self.workstation.dns_host, self.workstation.dns_domain = order.host, order.domain
            case Scanner():
                self.workstation.scans[OWNER.sid if order.of == "own" else order.of] = order.reads
            case Condition() | Setting():
                self._bring_into(order)

    def _put_into_a_place(self, order: PutRegistry | PutFile) -> None:
        if isinstance(order, PutRegistry):
            of = OWNER.sid if order.of == "own" else order.of
            self.workstation.registry.put(of, order.key, order.values)
            if of and rf"Software\{order.key}" == SHELL_FOLDERS and "AppData" in order.values:
                self.workstation.profiles[of].redirected_to = str(order.values["AppData"])
            return
        for each in order.paths:
            path = each.replace("<profile>", self.place.profile)
            file = PlacedFile(path, order.data, is_link=order.link, locked=order.locked, sparse=order.sparse)
            file.shared, file.read_only = order.shared, order.read_only
            # Under Wine all files are those of the one Unix user.
            file.owner = OWNER.sid
            self.workstation.files.put(file)
            folder, name = path.rpartition("\\")[::2]
            if folder + "\\" == leavers.MY:
                self.workstation.profiles[leavers.SID].store.plant_raw(name, order.data)

    def _put_element(self, order: PutElement) -> None:
        store, element = self._store(order.computer), self._with_containers(order.data or b"")
        if order.request:
            store.requests[order.name] = element
        else:
            store.plant_raw(order.name, element)

    def _bring_into(self, condition: Condition | Setting) -> None:
        match condition:
            case Setting("ForceKeyProtection"):
                self.workstation.force_key_protection = condition.value
            case Setting("SecondaryLogon"):
                self.workstation.secondary_logon = condition.value
            case Condition.TEMPORARY_PROFILE:
                self.workstation.profiles[OWNER.sid].temporary = True
            case Condition.MUTEX_HELD:
                self.workstation.mutex(OWNER.sid).acquire()
            case Condition.MUTEX_SQUATTED:
                self.workstation.squatted_mutexes.add(OWNER.sid)
            case Condition.STORE_CLOSED:
                self.workstation.store_of(OWNER.sid).has_closed_neighbour = True
            case Condition.DPAPI_BROKEN:
                profile = self.workstation.profiles[OWNER.sid]
                profile.logged_on = profile.dpapi_broken = True

    def _trust(self, der: bytes) -> None:
        root = x509.load_der_x509_certificate(der)
        self._roots = tempfile.NamedTemporaryFile("wb", suffix=".pem")  # noqa: SIM115  it lives as long as the workstation
        self._roots.write(root.public_bytes(Encoding.PEM))
        self._roots.flush()
        self.workstation.trusted_roots = self._roots.name

    def _store(self, computer: bool) -> Store:
        return self.workstation.machine if computer else self.workstation.store_of(OWNER.sid)

    def _put_key(self, order: PutKey | PutNamedKey) -> None:
        if isinstance(order, PutKey):
            holder = self._store(order.computer).plant_key(order.of.key, 1 if order.legacy else 0, order.exportable)
            self._containers[order.alias] = holder.name
            if order.undeletable:
                self._store(order.computer).undeletable.add(holder.name)
            return
        holder = transport_container(order.name.replace("<second>", f"{int(self.workstation.clock().timestamp()):08x}"))
        assert isinstance(holder.key, rsa.RSAPrivateKey)
        store = self.workstation.store_of(OWNER.sid)
        store.containers[holder.name] = holder
        if order.undeletable:
            store.undeletable.add(holder.name)
        self.transport_keys[order.name] = base64.b64encode(public_blob(holder.key.public_key())).decode()

    def _with_containers(self, element: bytes) -> bytes:
        for alias, name in self._containers.items():
            element = element.replace(alias.encode("utf-16-le"), name.encode("utf-16-le"))
        return element

    def _put_person(self, order: PutPerson) -> None:
        profile = Profile(order.folder, Store(order.sid), logged_on=order.logged_on)
        profile.exists, profile.redirected_to, profile.has_store = order.appdata, order.redirected_to, order.store
        profile.temporary, profile.locked, profile.denied = order.temporary, order.locked, order.denied
        for name, element in order.elements.items():
            profile.store.plant_raw(name, element)
        self.workstation.profiles[order.sid] = profile
        if order.local:
            account = rf"{self.place.computer}\{order.name}"
            self.workstation.accounts.add(User(account, order.sid, "nobody knows it"))

    def count(self, what: str) -> int:
        """See ``contract.subject``."""
        own, authorities = self.workstation.store_of(OWNER.sid), self.workstation.authorities
        exportable = sum(container.exportable for container in own.containers.values())
        bundles = list(self.workstation.files.below(self.place.profile))
        key_files = [file for file in self.workstation.files.below("C:") if r"\Microsoft\Crypto" in file.path]
        counted: dict[str, Sized] = {"containers": own.containers, "authorities": authorities, "bundles": bundles}
        counted["key_files"] = key_files
        return exportable if what == "exportable" else len(counted[what])

    def start(self, logon: Logon, command_line: str) -> Process:
        """See ``contract.subject``."""
        return self.workstation.start(logon, command_line, console=False)

    def close(self) -> None:
        """See ``contract.subject``."""
        self.workstation.close()
