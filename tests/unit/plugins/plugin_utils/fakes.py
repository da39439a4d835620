# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workstations that exist only as answers: builders for what the drivers say, and drivers that say it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import (
    Account,
    ExchangeAnswer,
    ExchangeError,
    ExchangeRequest,
    Identity,
    ImportStep,
    Inventory,
    JournalEntry,
    Logging,
    NameStep,
    Profile,
    ProveStep,
    RunAs,
    Step,
    Store,
    StoredElement,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._properties import KeyLink
from lab.authority import IssuedBundle, PrivateKey
from lab.emulated.element import pack, properties

NOW = datetime.now(timezone.utc).replace(microsecond=0)
LINK = KeyLink("{container}", "Microsoft Software Key Storage Provider", 0, 0, 0)
SERVICE = Identity("S-1-5-21-1-2-3-1103", "CHU\\svc-ansible", administrator=True, debug_privilege=True)
JEANNE = Account("CHU\\jdupont", "S-1-5-21-1-2-3-1104", "CHU\\jdupont", None)


def element(
    issued: IssuedBundle, key: KeyLink | None = LINK, friendly_name: str | None = None, archived: bool = False
) -> StoredElement:
    """A certificate as a workstation keeps it."""
    der = issued.certificate.public_bytes(Encoding.DER)
    return StoredElement("file", pack(properties(der, key, friendly_name, archived)))


def profile(*elements: StoredElement, sid: str | None = JEANNE.sid) -> Profile:
    """Jeanne's, who is logged on."""
    return Profile(str(sid), "C:\\Users\\jdupont", loaded=True, temporary=False, my=Store(elements, ()))


def inventory(*profiles: Profile, accounts: Iterable[Account] = (JEANNE,)) -> Inventory:
    """What ``store_inventory`` says of a workstation without anything odd."""
    return Inventory(
        identity=SERVICE,
        computer="WS-CARDIO",
        os_build=19045,
        utc=NOW,
        language_mode="FullLanguage",
        logging=Logging(script_block=False, module=False, transcription=False),
        force_key_protection=0,
        secondary_logon=3,
        accounts=tuple(accounts),
        profiles=profiles,
        machine=Store((), ()),
    )


def answer(
    *after: StoredElement, journal: Iterable[JournalEntry] = (), error: ExchangeError | None = None
) -> ExchangeAnswer:
    """What ``store_exchange`` says when it ran as Jeanne."""
    return ExchangeAnswer(
        changed=error is None,
        owner_sid=str(JEANNE.sid),
        utc=NOW,
        before=(),
        after=after,
        journal=tuple(journal),
        error=error,
    )


def proof(key: PrivateKey, nonce: bytes, step: str = "2") -> JournalEntry:
    """The journal entry of a key that signed what it was asked to."""
    message = b"hospital_it.pkcs12 proof\0" + nonce
    if isinstance(key, rsa.RSAPrivateKey):
        algorithm, signature = "RSASSA-PKCS1-v1_5-SHA256", key.sign(message, padding.PKCS1v15(), SHA256())
    else:
        numbers = utils.decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
        algorithm, signature = "ECDSA-SHA256", b"".join(number.to_bytes(32, "big") for number in numbers)
    facts = {"algorithm": algorithm, "signature": base64.b64encode(signature).decode("ascii")}
    return JournalEntry(step, "prove", "done", "2026-11-25T12:00:00Z", facts)


@dataclass
class FakeDrivers:
    """Remembers what it was asked. ``exchanged`` gives the answer to a request; the default does what was asked."""

    found: Inventory
    issued: IssuedBundle
    exchanged: Callable[[ExchangeRequest], ExchangeAnswer] | None = None
    asked: list[tuple[ExchangeRequest, RunAs]] = field(default_factory=list)

    def inventory(self, holders: Sequence[str]) -> Inventory:
        accounts = tuple(replace(account, asked=holders[0]) for account in self.found.accounts)
        return replace(self.found, accounts=accounts)

    def exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        self.asked.append((request, run_as))
        return (self.exchanged or self.obey)(request)

    def obey(self, request: ExchangeRequest) -> ExchangeAnswer:
        """An honest workstation."""
        names = [step.friendly_name for step in request.steps if isinstance(step, NameStep)]
        journal = [self._did(step) for step in request.steps]
        return answer(element(self.issued, friendly_name=names[0] if names else None), journal=journal)

    def _did(self, step: Step) -> JournalEntry:
        if isinstance(step, ProveStep):
            return proof(self.issued.private_key, step.nonce, step.id)
        kind = "import" if isinstance(step, ImportStep) else "name"
        return JournalEntry(step.id, kind, "done", "2026-11-25T12:00:00Z", {})
