# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation in memory, as the controller's layers talk to it."""

from __future__ import annotations

import base64
import copy
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import (
    PROOF_PREFIX,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import (
    SerializedElement,
    StoreContents,
    parse_elements,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo, thumbprint_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    ExchangeAnswer,
    ExchangeError,
    ExchangeRequest,
    Inventory,
    JournalEntry,
    RunAs,
    StepRequest,
)
from lab.authority import IssuedBundle
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.fakes import NOW, SID, SOFTWARE
from unit.plugins.plugin_utils.fakes import inventory as usual_inventory


class StepError(Exception):
    """A step that fails; the text is the protocol's code."""


ACCEPTED = {
    "tls_version": "TLSv1.3",
    "asked": True,
    "sent": True,
    "issuers": ["CN=AC Personnes"],
    "http_status": 200,
    "code": None,
}
"""The facts of a step ``connect`` when the portal has accepted the certificate."""


OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


@cache
def transport_key() -> rsa.RSAPrivateKey:
    """One for all: it takes long to make."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(slots=True)
class FakeDrivers:
    """A workstation in memory for one holder. It keeps what it was asked, and after each step which certificates are usable.

    ``fails``: the type of the step that fails, with its code. ``lie``: what is changed in the answer at the end. ``sid``: the holder's.
    ``portal``: the facts of a step ``connect``, which fails when they have a ``code``. ``exportable``: what a proof says of each key.
    """

    found: Inventory = field(default_factory=usual_inventory)
    fails: tuple[str, str] | None = None
    lie: dict[str, Any] = field(default_factory=dict)
    elements: dict[str, dict[int, bytes]] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    requests: list[tuple[ExchangeRequest, RunAs]] = field(default_factory=list)
    usable: list[set[str]] = field(default_factory=list)
    sid: str = SID
    portal: dict[str, Any] = field(default_factory=lambda: dict(ACCEPTED))
    exportable: Any = False
    transport_keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)

    def plant(self, issued: IssuedBundle, **details: Any) -> str:
        """Installs a certificate with its key beforehand."""
        return self._add(issued.certificate.public_bytes(Encoding.DER), issued.private_key, **details)

    def inventory(self, holders: Sequence[str]) -> Inventory:
        """The workstation as it is."""
        self.calls.append("inventory")
        profiles = tuple(replace(each, my=StoreContents(self.stored(), each.my.unread)) for each in self.found.profiles)
        return replace(self.found, profiles=profiles)

    def exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        """Carries the steps out, on the store for which they were planned; undoes them all when one fails before anything went."""
        self.calls.append("exchange")
        self.requests.append((request, run_as))
        before, kept = self.stored(), copy.deepcopy(self.elements)
        if request.store_hash != parse_elements(before).store_hash:
            stale = ExchangeError("guard", "stale_store", None)
            return ExchangeAnswer(False, self.sid, NOW, before, before, (), stale)
        journal: list[JournalEntry] = []
        error = None
        for step in request.steps:
            try:
                self._refuse(step)
                journal.append(self._entry(step, "done", self._do(step)))
                self.usable.append({name for name, known in self.elements.items() if 19 not in known and 2 in known})
            except StepError as problem:
                error = ExchangeError(step.id, str(problem), 0x80090016)
                journal.append(self._entry(step, "failed", self.portal if step.type == "connect" else {}))
                if not any(entry.step in {"retire", "remove"} for entry in journal):
                    self.elements = kept
                break
        changed = self.elements != kept
        answer = ExchangeAnswer(changed, self.sid, NOW, before, self.stored(), tuple(journal), error)
        return replace(answer, **self.lie)

    def _refuse(self, step: StepRequest) -> None:
        if self.fails and self.fails[0] == step.type:
            raise StepError(self.fails[1])

    def _do(self, step: StepRequest) -> dict[str, Any]:
        asked = step.arguments
        if step.type in ("transport_key", "import", "import_sealed"):
            return self._make_transport_key(asked["nonce"]) if "nonce" in asked else self._import(asked)
        if step.type == "prove":
            return self._sign(step)
        if step.type == "connect":
            if self.portal["code"]:
                raise StepError("connect_failed")
            return self.portal
        if step.type == "name":
            self.elements[step.thumbprint][11] = (asked["friendly_name"] + "\0").encode("utf-16-le")
        elif step.type == "retire" and asked["method"] == "archive":
            self.elements[step.thumbprint][19] = b""
        elif step.type == "remove_key":
            return {"key": "deleted", "kept_because": None, "container": "{1}", "provider": SOFTWARE}
        elif step.type == "remove_certificate":
            del self.elements[step.thumbprint]
        elif step.type != "chain":
            del self.elements[step.thumbprint]
            return {"key": "deleted", "kept_because": None}
        return {}

    def _import(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        passphrase: bytes = (
            self.transport_keys.pop(asked["container"]).decrypt(asked["sealed_passphrase"], OAEP)
            if "container" in asked
            else asked["passphrase"].encode()
        )
        key, leaf, others = pkcs12.load_key_and_certificates(asked["bundle"], passphrase)
        assert leaf is not None and not others
        self._add(leaf.public_bytes(Encoding.DER), key)
        return {}

    def _make_transport_key(self, nonce: bytes) -> dict[str, Any]:
        name = f"hospital_it.pkcs12.transport.{len(self.requests):032x}"
        key = self.transport_keys[name] = transport_key()
        numbers = key.public_key().public_numbers()
        sizes = (key.key_size, 3, key.key_size // 8, 0, 0)
        blob = b"RSA1" + struct.pack("<5I", *sizes) + numbers.e.to_bytes(3, "big") + numbers.n.to_bytes(sizes[2], "big")
        message = b"hospital_it.pkcs12 transport key\0" + nonce
        signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        encoded = {"public_key": blob, "signature": signature}
        return {"container": name} | {name: base64.b64encode(data).decode() for name, data in encoded.items()}

    def _sign(self, step: StepRequest) -> dict[str, Any]:
        message = PROOF_PREFIX + step.arguments["nonce"]
        signature = self.keys[step.thumbprint].sign(message, ec.ECDSA(hashes.SHA256()))
        halves = (number.to_bytes(32, "big") for number in utils.decode_dss_signature(signature))
        encoded = base64.b64encode(b"".join(halves)).decode()
        return {"algorithm": "ECDSA-SHA256", "signature": encoded, "exportable": self.exportable}

    def _add(self, der: bytes, key: Any, **details: Any) -> str:
        thumbprint = thumbprint_of(der)
        self.elements[thumbprint] = properties(der, KeyProvInfo("{1}", SOFTWARE, 0, 0, 0), **details)
        self.keys[thumbprint] = key
        return thumbprint

    def stored(self) -> tuple[SerializedElement, ...]:
        """The holder's store as an inventory has it."""
        return tuple(SerializedElement("file", pack(known)) for known in self.elements.values())

    def _entry(self, step: StepRequest, outcome: str, facts: dict[str, Any]) -> JournalEntry:
        return JournalEntry(
            step.id, step.type, outcome, "2026-11-25T12:00:00Z", {"thumbprint": step.thumbprint} | facts
        )
