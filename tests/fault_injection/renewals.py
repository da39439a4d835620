# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The renewals that are faulty: what the holder has, what is brought in, what happens to the old."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalMethod
from fault_injection.renewal_in_process import Renewal
from lab.authority import Authority, IssuedBundle, PrivateKey
from lab.emulated.store import Store, spki
from lab.people import JEANNE


@dataclass(frozen=True, slots=True)
class RenewalBundles:
    """One person's certificates. ``recertified`` has the key of ``old``; ``encrypting`` is for mail, too."""

    authority: Authority
    older: IssuedBundle
    old: IssuedBundle
    encrypting: IssuedBundle
    new: IssuedBundle
    recertified: IssuedBundle
    foreign: IssuedBundle

    @classmethod
    def issue(cls) -> RenewalBundles:
        """All by one authority."""
        authority = Authority.create()
        old = _issue(authority, -1000, 30)
        mail = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION)
        foreign = authority.issue("Paul Martin", "T100004", passphrase="his", key="ec-p256")
        return cls(
            authority=authority,
            older=_issue(authority, -1900, -10),
            old=old,
            encrypting=_issue(authority, -1000, 20, eku=mail),
            new=_issue(authority, -1, 1000),
            recertified=_issue(authority, -1, 1100, key=old.private_key),
            foreign=foreign,
        )


def _issue(
    authority: Authority,
    first_day: int,
    last_day: int,
    key: PrivateKey | None = None,
    eku: tuple[object, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
) -> IssuedBundle:
    start, end = (datetime.now(UTC) + timedelta(days=day) for day in (first_day, last_day))
    return authority.issue(
        JEANNE.name,
        JEANNE.authorisation,
        passphrase="le code d'une lettre",
        key=key or "ec-p256",
        not_before=start,
        not_after=end,
        eku=eku,  # type: ignore[arg-type]
    )


def planted(*bundles: IssuedBundle, provider_type: int = 0) -> Callable[[Store], None]:
    """Certificates that are there with their keys."""

    def prepare(store: Store) -> None:
        for bundle in bundles:
            store.plant(bundle.certificate, bundle.private_key, provider_type=provider_type)

    return prepare


def new_one_is_hidden(bundles: RenewalBundles) -> Callable[[Store], None]:
    """Somebody has archived the new certificate."""

    def prepare(store: Store) -> None:
        planted(bundles.old)(store)
        store.plant(bundles.new.certificate, bundles.new.private_key, archived=True)

    return prepare


def removal_was_cut(bundles: RenewalBundles) -> Callable[[Store], None]:
    """The new certificate was being removed: it is hidden, its key is gone."""

    def prepare(store: Store) -> None:
        new_one_is_hidden(bundles)(store)
        (holder,) = (one for one in store.containers.values() if one.spki == spki(bundles.new.private_key.public_key()))
        del store.containers[holder.name]

    return prepare


def new_one_has_no_key(bundles: RenewalBundles) -> Callable[[Store], None]:
    """Somebody has imported the new certificate from a .cer file, and an import that was cut has left its key."""

    def prepare(store: Store) -> None:
        planted(bundles.old)(store)
        store.plant(bundles.new.certificate)
        store.plant_key(bundles.new.private_key)

    return prepare


RENEWALS: Mapping[str, Callable[[RenewalBundles], Renewal]] = {
    "one old one": lambda m: Renewal(planted(m.old), m.new),
    "two old ones": lambda m: Renewal(planted(m.older, m.old), m.new),
    "an old one of CAPI": lambda m: Renewal(planted(m.old, provider_type=24), m.new),
    "an old one that is archived": lambda m: Renewal(planted(m.old), m.new, RemovalMethod.ARCHIVE, kept=1),
    "an old one for mail": lambda m: Renewal(planted(m.encrypting), m.new, kept=1),
    "with a friendly name": lambda m: Renewal(planted(m.old), m.new, friendly_name="SISERI"),
    # Each import has a container of its own, and a key that another certificate has, too, is never deleted (``shared_public_key``).
    "the same key certified again": lambda m: Renewal(planted(m.old), m.recertified, spare=1),
    "a portal has to accept it": lambda m: Renewal(planted(m.old), m.new, portal=m.authority),
    "the new one is hidden": lambda m: Renewal(new_one_is_hidden(m), m.new),
    "a removal of the new one was cut": lambda m: Renewal(removal_was_cut(m), m.new),
    "PowerShell is logged": lambda m: Renewal(planted(m.old), m.new, logged=True),
    "PowerShell is logged, and two old ones": lambda m: Renewal(planted(m.older, m.old), m.new, logged=True),
    "PowerShell is logged, and the new one has no key": lambda m: Renewal(new_one_has_no_key(m), m.new, logged=True),
    "the new one has no key": lambda m: Renewal(new_one_has_no_key(m), m.new),
}
