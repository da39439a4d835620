# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The options of ``holder_certificates`` for one holder after the other, in the form that ``certificate`` has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from .._crypto.passphrases import is_refusal, passphrases_in
from .._errors import Pkcs12Error, named
from .._facts.holders import HolderEntry
from .._facts.shared_numbers import Shared, shared_by
from .._policy.names import number_key
from .._policy.secret_kinds import account_key
from .number_look import check_own_number
from .options import RunContext, state_of
from .result import DeferralRule
from .run import DesiredState, HolderTask, prepare

PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def holder_tasks(
    options: Mapping[str, Any],
    entries: Sequence[HolderEntry],
    context: RunContext,
    now: datetime,
    shared: Shared = MappingProxyType({}),
) -> list[HolderTask]:
    """What ``state: present`` asks for each holder. An error of one holder, for instance a wrong passphrase, does not stop the others.

    ``shared``: numbers that the inventory has for two people.
    """
    check_duplicates(entries, shared)

    def state(entry: HolderEntry) -> DesiredState:
        check_own_number(entry, shared)
        return state_of(options_of(options, entry, entries), entry, context)

    return prepare(entries, state, now)


def options_of(options: Mapping[str, Any], entry: HolderEntry, entries: Sequence[HolderEntry]) -> dict[str, Any]:
    """The options that are this holder's alone. ``entries``: all holders of the inventory. Raises ``Pkcs12Error``."""
    if options["state"] == "present":
        check_placeholders(options["bundle_pattern"], entry)
    return {
        **options,
        "passphrase": passphrases_of(options["passphrases"], entry),
        "holder_password": _password(options["holder_passwords"], entry, entries),
        "thumbprints": None,
        "portal_url": portal_of(options),
    }


def check_needed(options: Mapping[str, Any]) -> None:
    """Refuses a task that lacks what its state needs. Raises ``Pkcs12Error``: ``bad_arguments``."""
    if options["state"] == "present" and not options["bundle_folder"]:
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"An installation needs '{named('bundle_folder')}', and it is not set.",
            next_step="Set it to the folder on the controller that has the bundles.",
            setting="bundle_folder",
        )
    if options["state"] == "absent" and not options["issuer"]:
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"A removal needs '{named('issuer')}', and it is not set.",
            next_step="Set it to a part of the name of the authority whose certificates are removed. The report shows the name beside each "
            "certificate, and so does issuer_cn in ansible_facts.pkcs12.certificates.",
            setting="issuer",
        )


def portal_of(options: Mapping[str, Any]) -> str | None:
    """The portal that has to accept a certificate; None where nobody asks one. Raises ``Pkcs12Error``: ``bad_url``."""
    if options["require_portal"] is False or (options["require_portal"] is None and options["portal_url"] is None):
        return None
    return options["portal_url"] or ""


def deferral_rule(options: Mapping[str, Any]) -> DeferralRule:
    """When a deferred holder counts as a failure. A leaver cannot wait, even if the certificate lasts for years."""
    within = None if options["state"] == "absent" else options["deferred_fails_within_days"]
    return DeferralRule(options["fail_when_deferred"], within)


def check_duplicates(entries: Sequence[HolderEntry], shared: Shared = MappingProxyType({})) -> None:
    """Refuses two entries with the same number and account. Those of ``shared`` are refused one by one. Raises ``Pkcs12Error``."""
    seen = set()
    for entry in entries:
        if shared_by(entry.person.authorisation, shared):
            continue
        if entry.key in seen:
            raise Pkcs12Error(
                code="bad_arguments",
                cause=f"The holder {entry.person.authorisation or entry.user} is listed twice with the account {entry.user}.",
                next_step="Leave one of the two entries in pkcs12_holders.",
            )
        seen.add(entry.key)


def check_placeholders(pattern: str, entry: HolderEntry) -> None:
    """Refuses a pattern with a placeholder that does not exist, or with an empty one: that would fit bundles of other holders.

    Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    values = {"name": entry.person.name, "authorisation": entry.person.authorisation}
    unknown = [found for found in PLACEHOLDER.findall(pattern) if found[1:-1] not in values]
    if unknown:
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"{named('bundle_pattern')} has {', '.join(dict.fromkeys(unknown))}, which stands for nothing.",
            next_step="Use {name} and {authorisation}: they stand for the values of the holder. Wildcards are * and ?.",
            setting="bundle_pattern",
        )
    for key, value in values.items():
        if f"{{{key}}}" in pattern and not value:
            raise Pkcs12Error(
                code="bad_arguments",
                cause=f"The holder {entry.user} has no {key}, and {named('bundle_pattern')} needs one to find the bundle.",
                next_step=f"Add {key} to the holder's entry in pkcs12_holders.",
            )


def passphrases_of(given: Mapping[str, Any], entry: HolderEntry) -> list[str | None]:
    """The passphrases of a holder's bundles, the newest first; older bundles keep older ones."""
    return passphrases_in(given.get(number_key(entry.person.authorisation)))


def has_password(given: Mapping[str, Any], entry: HolderEntry, entries: Sequence[HolderEntry]) -> bool:
    """Whether there is a Windows password for this very account, be it one that cannot be used."""
    try:
        return _password(given, entry, entries) is not None
    except Pkcs12Error:
        return True


def _password(given: Mapping[str, Any], entry: HolderEntry, entries: Sequence[HolderEntry]) -> str | None:
    """The Windows password of this very account.

    It is looked up by the account first. A number names an account only if the inventory has one account for it: a password must never
    be tried against another account, which Windows may then lock.
    """
    number, own = entry.person.authorisation, number_key(entry.person.authorisation)
    found = given.get(account_key(entry.user))
    of_number = [secret for key, secret in given.items() if own and number_key(key) == own]
    if found is None and of_number:
        accounts = [each.user for each in entries if number_key(each.person.authorisation) == own]
        if entry.user not in accounts:
            return None
        if len(accounts) > 1:
            raise Pkcs12Error(
                code="bad_arguments",
                cause=f"{named('holder_passwords')} has a password for {number}, who has several accounts here: {', '.join(accounts)}.",
                next_step="Name the account there instead of the number.",
            )
        found = of_number[0] if len(of_number) == 1 else of_number
    if found is not None and is_refusal(found):
        raise Pkcs12Error(found)
    if isinstance(found, list):
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"'{named('holder_passwords')}' has several passwords for {entry.user}.",
            next_step="Write one. Windows may lock an account at which two are tried.",
        )
    return str(found) if found else None
