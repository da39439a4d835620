# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the controller's layers share: certificates, stores and an inventory as values, and a workstation to talk to."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import (
    CLIENT_AUTH,
    Certificate,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import Bundle, open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import (
    CertificateStore,
    SerializedElement,
    StoreCertificate,
    StoreContents,
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
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalPolicy
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Account,
    Drivers,
    Identity,
    Inventory,
    Logging,
    Profile,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.receiver import Connection, Receiver
from lab.authority import Authority, IssuedBundle

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


PROVEN = Receiver(Connection("winrm", "https", ("ntlm",), "auto"), "ws-1")
"""The connection checks the certificate of the workstation."""


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
        receiver=PROVEN,
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


def execution(evidence: Path | None = None, **changes: Any) -> ExecutionOptions:
    """A task outside check mode, without a password."""
    usual = ExecutionOptions(None, check_mode=False, evidence=Evidence(evidence, "17", "ws-1"))
    return replace(usual, **changes)


def present_options(under: ExecutionOptions | None = None, **changes: Any) -> PresentOptions:
    """The options of a task that leaves them all at their defaults."""
    usual = PresentOptions(ExpectedSubject(), None, False, True, Prove.ON_CHANGE, RemovalPolicy(), under or execution())
    return replace(usual, **changes)


def run_state(state: DesiredState, drivers: Drivers) -> Transaction:
    """Checks, reads and applies a state for the holder. Raises ``Pkcs12Error`` for an error before or in the exchange."""
    state.check(NOW)
    done = state.apply(locate_holder(drivers.inventory([HOLDER]), HOLDER, now()), drivers, NOW)
    if done.error:
        raise done.error
    return done


def present(options: PresentOptions, bundle: Bundle, drivers: Drivers) -> Transaction:
    """``state: present`` with this bundle."""
    return run_state(PresentBundle(options, bundle), drivers)
