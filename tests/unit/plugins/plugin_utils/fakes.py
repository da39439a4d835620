# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the controller's layers share: certificates, stores and an inventory as values, and a workstation to talk to."""

from __future__ import annotations

import base64
import copy
import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import (
    CLIENT_AUTH,
    PROOF_PREFIX,
    Certificate,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import Bundle, open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import (
    CertificateStore,
    SerializedElement,
    StoreCertificate,
    StoreContents,
    parse_elements,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo, thumbprint_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.evidence import Evidence
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import PresentBundle, PresentOptions
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.run import DesiredState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import (
    ExecutionOptions,
    Transaction,
    locate_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.retirement import RetirementPolicy
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Account,
    Drivers,
    ExchangeAnswer,
    ExchangeError,
    ExchangeRequest,
    Identity,
    Inventory,
    JournalEntry,
    Logging,
    Profile,
    RunAs,
    StepRequest,
)
from lab.authority import Authority, IssuedBundle
from lab.emulated.element import pack, properties

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=timezone.utc)
YEAR = timedelta(days=365)
SID = "S-1-5-21-1004336348-1177238915-682003330-1104"
OTHER_SID = "S-1-5-21-1004336348-1177238915-682003330-1200"
HOLDER = "CHU\\jdupont"
JEANNE = "Jeanne Dupont - T123456"
ISSUER = "CN=AC Personnes,O=Registre"
SOFTWARE = "Microsoft Software Key Storage Provider"
CARD = "Microsoft Base Smart Card Crypto Provider"
EMAIL = "1.3.6.1.5.5.7.3.4"
PASSPHRASE = "wIthdrawal-7"


def now() -> datetime:
    """The controller's clock, which stands still."""
    return NOW


def certificate(
    cn: str = JEANNE, *, issuer: str = ISSUER, left: timedelta = YEAR, eku: tuple[str, ...] | None = (CLIENT_AUTH,)
) -> Certificate:
    """A certificate by its facts alone. ``left``: how long it is still valid; the thumbprint follows from the facts."""
    der = repr((cn, issuer, left, eku)).encode()
    return Certificate(
        thumbprint=thumbprint_of(der),
        sha256=hashlib.sha256(der).hexdigest(),
        spki_sha256="",
        subject=f"CN={cn}",
        subject_cn=cn,
        issuer=issuer,
        issuer_cn=None,
        serial="01",
        not_before=NOW + left - 3 * YEAR,
        not_after=NOW + left,
        eku=eku,
        key_usage=("digital_signature",),
        upn=None,
        emails=(),
        key_type="RSA",
        key_size=2048,
        signature_hash="sha256",
        is_ca=False,
        der=der,
    )


def stored(
    what: Certificate, provider: str | None = SOFTWARE, *, friendly_name: str | None = None, archived: bool = False
) -> StoreCertificate:
    """A certificate as a store has it. ``provider`` None: no key."""
    key = KeyProvInfo("{1}", provider, 0, 0, 0) if provider is not None else None
    return StoreCertificate(what, friendly_name, archived, key)


def view(*found: StoreCertificate) -> CertificateStore:
    """A store of these."""
    return CertificateStore(found, (), "hash")


def inventory(**changes: Any) -> Inventory:
    """A workstation with one holder, logged on, whose store is empty, under an administrator's connection."""
    usual = Inventory(
        identity=Identity(OTHER_SID, "CHU\\svc-ansible", administrator=True, debug_privilege=True),
        computer="WS-1",
        os_build=19045,
        utc=NOW,
        language_mode="FullLanguage",
        logging=Logging(script_block=False, module=False, transcription=False),
        force_key_protection=0,
        secondary_logon=3,
        accounts=(Account(HOLDER, SID, HOLDER, None),),
        profiles=(profile(),),
        machine=StoreContents((), ()),
    )
    return replace(usual, **changes)


def profile(*elements: bytes, **changes: Any) -> Profile:
    """The holder's profile."""
    store = StoreContents(tuple(SerializedElement("file", data) for data in elements), ())
    return replace(Profile(SID, "C:\\Users\\jdupont", loaded=True, temporary=False, my=store), **changes)


def issue(authority: Authority, cn: str = JEANNE, left: timedelta = YEAR, **details: Any) -> IssuedBundle:
    """A bundle with a new P-256 key."""
    name, authorisation = cn.split(" - ")
    dates = {"not_before": NOW + left - 3 * YEAR, "not_after": NOW + left}
    return authority.issue(name, authorisation, passphrase=PASSPHRASE, key="ec-p256", **(dates | details))


def opened(issued: IssuedBundle) -> Bundle:
    """The bundle as the controller has it."""
    return open_bundle(issued.data, issued.passphrase)


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
    ``portal``: the facts of a step ``connect``, which fails when they have a ``code``.
    """

    found: Inventory = field(default_factory=inventory)
    fails: tuple[str, str] | None = None
    lie: dict[str, Any] = field(default_factory=dict)
    elements: dict[str, dict[int, bytes]] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    requests: list[tuple[ExchangeRequest, RunAs]] = field(default_factory=list)
    usable: list[set[str]] = field(default_factory=list)
    sid: str = SID
    portal: dict[str, Any] = field(default_factory=lambda: dict(ACCEPTED))
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
        """Carries the steps out; undoes them all when one fails before anything was retired."""
        self.calls.append("exchange")
        self.requests.append((request, run_as))
        before, kept = self.stored(), copy.deepcopy(self.elements)
        assert request.store_hash == parse_elements(before).store_hash
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
        return {"algorithm": "ECDSA-SHA256", "signature": base64.b64encode(b"".join(halves)).decode()}

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


def execution(evidence: Path | None = None, **changes: Any) -> ExecutionOptions:
    """A task outside check mode, without a password."""
    usual = ExecutionOptions(None, check_mode=False, evidence=Evidence(evidence, "17", "ws-1"))
    return replace(usual, **changes)


def present_options(under: ExecutionOptions | None = None, **changes: Any) -> PresentOptions:
    """The options of a task that leaves them all at their defaults."""
    usual = PresentOptions(
        ExpectedSubject(), None, False, True, Prove.ON_CHANGE, RetirementPolicy(), under or execution()
    )
    return replace(usual, **changes)


def run_state(state: DesiredState, drivers: Drivers) -> Transaction:
    """Checks, reads and applies a state for the holder. Raises ``CollectionError`` for an error before or in the exchange."""
    state.check(NOW)
    done = state.apply(locate_holder(drivers.inventory([HOLDER]), HOLDER, now()), drivers, NOW)
    if done.error:
        raise done.error
    return done


def present(options: PresentOptions, bundle: Bundle, drivers: Drivers) -> Transaction:
    """``state: present`` with this bundle."""
    return run_state(PresentBundle(options, bundle), drivers)
