# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From validated options to the state that one holder's store should have."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .._crypto.passphrases import is_refusal, passphrases_in
from .._crypto.pkcs12 import Bundle
from .._crypto.pkcs12_files import FolderFiles, load_bundle, read_bundle_folder
from .._errors import Pkcs12Error, Problem
from .._facts.holders import HolderEntry
from .._facts.retired import NO_NOTES, Notes
from .._facts.schema import KeyId
from .._facts.shared_accounts import Accounts
from .._facts.shared_numbers import Shared, shared_by
from .._policy.accounts import account_key
from .._policy.bundles import BundleFolder, bundle_folder, bundle_folders
from .._policy.issuers import Answer, Issuers
from .._policy.names import number_key
from .._policy.plan import Prove
from .._policy.removal import RemovalSelector, parse_thumbprint
from .._policy.subject import ExpectedSubject
from .._policy.superseding import RemovalMethod, RemovalPolicy
from .._policy.use import check_use
from .._policy.validity import Calendar, calendar_of
from .._portal.address import parse_portal_url
from .absent import Absent
from .evidence import Evidence
from .number_look import check_own_number
from .present import Install, PresentBundle, PresentFromFolder, PresentOptions
from .result import DeferralRule
from .run import DesiredState, HolderTask, prepare
from .transaction import ExecutionOptions

CHANGE_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "exportable": {"type": "bool", "default": False, "site": True},
    "chain": {"type": "bool", "default": True, "site": True},
    "prove": {"type": "str", "choices": ["on_change", "always"], "default": "on_change", "site": True},
    "superseded": {"type": "str", "choices": ["archive", "delete", "none"], "default": "delete", "site": True},
    "removal": {"type": "str", "choices": ["archive", "delete"], "default": "delete", "site": True},
    "delete_encryption_keys": {"type": "bool", "default": False, "site": True},
    "max_certificates": {"type": "int", "default": 3, "site": True},
    "portal_url": {"type": "str", "site": True},
}
"""How certificates are put in and taken out: of every action that does it."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """How the task runs. ``host`` is the inventory's name, ``job`` the number of an AWX job, ``unusable`` see ``PresentOptions``.

    ``entries``: all holders of the workstation. ``notes``: of those who are retired. ``site``: its issuers. ``accounts``: whose they are.
    """

    check_mode: bool
    host: str
    job: str | None
    unusable: Set[KeyId]
    entries: tuple[HolderEntry, ...] = ()
    notes: Notes = NO_NOTES
    site: Issuers = field(default_factory=Issuers)
    accounts: Accounts = field(default_factory=Accounts)


def state_of(
    options: Mapping[str, Any], entry: HolderEntry, context: RunContext
) -> PresentBundle | PresentFromFolder | Absent:
    """The state that the options of one holder ask for; of a folder, the bundle of any issuer of the site that ends last.

    Raises ``Pkcs12Error``.
    """
    if options["state"] == "absent":
        return _absent(options, entry.person, _execution(options, context), context.site)
    present = _present(options, entry, context)
    if options["bundle_folder"] is None:
        bundle = load_bundle(options)
        check_use(bundle.leaf)
        admit_bundle(context.notes, entry.person, bundle, context.site)
        return PresentBundle(present, bundle, _calendar(options).zone)
    folder = bundle_folder(_files(options, entry))
    site = context.site.like(folder.ends_last.leaf) if folder.ends_last else context.site
    return _from_folder(options, replace(present, site=site), folder, context)


def states_of(
    options: Mapping[str, Any], entry: HolderEntry, context: RunContext
) -> Sequence[tuple[HolderEntry, PresentFromFolder]]:
    """What a folder asks for, for each issuer of the site: the holder's entry and the state under it. Raises ``Pkcs12Error``."""
    present = _present(options, entry, context)
    return [
        (
            replace(entry, issuer_setting=setting) if setting else entry,
            _from_folder(options, replace(present, site=site), folder, context),
        )
        for site, setting, folder in folders_of(options, entry, context.site)
    ]


def folders_of(
    options: Mapping[str, Any], entry: HolderEntry, site: Issuers
) -> Sequence[tuple[Issuers, str, BundleFolder]]:
    """The holder's files of the folder for each issuer of the site: the issuer alone, its name if there are several, and its files.

    Raises ``Pkcs12Error``.
    """
    folders = bundle_folders(_files(options, entry), site)
    several = len(folders) > 1
    return [(each, each.names[0] if several else "", folders[each.names[0]]) for each in site.each_alone]


def _present(options: Mapping[str, Any], entry: HolderEntry, context: RunContext) -> PresentOptions:
    """Raises ``Pkcs12Error``."""
    person, name = entry.person, options["friendly_name"]
    context.notes.admit(person.authorisation)
    return PresentOptions(
        person=person,
        friendly_name=name if name is None else fill(name, entry),
        exportable=options["exportable"],
        chain=options["chain"],
        prove=Prove(options["prove"]),
        policy=_policy(options, "superseded"),
        execution=_execution(options, context),
        unusable=context.unusable,
        portal=_portal(options["portal_url"]),
        others=tuple(each for each in context.entries if each.key != entry.key),
        site=context.site,
        accounts=context.accounts,
    )


def _calendar(options: Mapping[str, Any]) -> Calendar:
    return calendar_of(options["time_zone"], options["renew_before_days"])


def _files(options: Mapping[str, Any], entry: HolderEntry) -> FolderFiles:
    """The holder's files of the folder. Raises ``Pkcs12Error``."""
    check_placeholders(options["bundle_pattern"], entry)
    pattern = fill(options["bundle_pattern"], entry, escape=glob.escape)
    number = entry.person.authorisation if "passphrases" in options else None
    return read_bundle_folder(Path(options["bundle_folder"]), pattern, passphrases_in(options["passphrase"]), number)


def _from_folder(
    options: Mapping[str, Any], present: PresentOptions, folder: BundleFolder, context: RunContext
) -> PresentFromFolder:
    """Raises ``Pkcs12Error``: ``retired``."""
    admit_bundle(context.notes, present.person, folder.ends_last, present.site)
    return PresentFromFolder(present, folder, Install(options["install"]), _calendar(options))


def admit_bundle(notes: Notes, person: ExpectedSubject, bundle: Bundle | None, site: Issuers) -> None:
    """Where nobody has given a number, that in the certificate counts, if the site's issuer signed it: another one is refused later, and
    takes nobody back. Raises ``Pkcs12Error``: ``retired``."""
    if bundle is not None and person.authorisation is None and site.asks(bundle.leaf) is Answer.SIGNED:
        notes.admit_subject(person, bundle.leaf)


def fill(text: str, entry: HolderEntry, escape: Callable[[str], str] = str) -> str:
    """A text with the holder's name and number in place of ``{name}`` and ``{authorisation}``. ``escape`` is applied to both."""
    person = entry.person
    return text.replace("{name}", escape(person.name or "")).replace(
        "{authorisation}", escape(person.authorisation or "")
    )


def _absent(options: Mapping[str, Any], person: ExpectedSubject, execution: ExecutionOptions, site: Issuers) -> Absent:
    thumbprints = options["thumbprints"]
    selector = RemovalSelector(
        thumbprints=None if thumbprints is None else tuple(parse_thumbprint(text) for text in thumbprints),
        issuer=options["issuer"],
        site=site,
        person=person,
        expired_for_days=options["expired_for_days"],
        calendar=calendar_of(options["time_zone"], options["renew_before_days"]),
    )
    return Absent(selector, _policy(options, "removal"), execution, options["offline"])


def _execution(options: Mapping[str, Any], context: RunContext) -> ExecutionOptions:
    path = options["evidence_path"]
    return ExecutionOptions(
        holder_password=options["holder_password"],
        check_mode=context.check_mode,
        evidence=Evidence(Path(path) if path else None, context.job, context.host),
    )


def _portal(url: str | None) -> str | None:
    """The address of the portal that has to accept a certificate, or None. Raises ``Pkcs12Error``: ``bad_url``."""
    if url is None:
        return None
    if not url.strip():
        raise Pkcs12Error(Problem("bad_url.no_portal", setting="portal_url"))
    return parse_portal_url(url.strip()).url


def _policy(options: Mapping[str, Any], method: str) -> RemovalPolicy:
    """``method``: the option that says how certificates go."""
    return RemovalPolicy(
        method=RemovalMethod(options[method]),
        max_certificates=options["max_certificates"],
        encryption_keys=options["delete_encryption_keys"],
        allow_downgrade=options["allow_downgrade"],
    )


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

    def states(entry: HolderEntry) -> Sequence[tuple[HolderEntry, DesiredState]]:
        check_own_number(entry, shared)
        return states_of(options_of(options, entry, entries), entry, context)

    return prepare(entries, states, now)


def options_of(options: Mapping[str, Any], entry: HolderEntry, entries: Sequence[HolderEntry]) -> dict[str, Any]:
    """The options that are this holder's alone. ``entries``: all holders of the inventory. Raises ``Pkcs12Error``."""
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
        raise Pkcs12Error(Problem("bad_arguments.no_bundle_folder", setting="bundle_folder"))
    if options["state"] == "absent" and not (options["issuer"] or options["issuers"]):
        raise Pkcs12Error(Problem("bad_arguments.removal_without_issuer", setting="issuer"))


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
    """Refuses two entries with the same number and account. Raises ``Pkcs12Error``.

    Those of ``shared``, and wrong rows of a register, which may have lost their number, are refused one by one.
    """
    seen = set()
    for entry in entries:
        if entry.row_problem or shared_by(entry.person.authorisation, shared):
            continue
        if entry.key in seen:
            raise Pkcs12Error(
                Problem(
                    "bad_arguments.listed_twice",
                    {"holder": entry.person.authorisation or entry.user, "account": entry.user},
                )
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
            Problem(
                "bad_arguments.unknown_placeholder",
                {"unknown": tuple(dict.fromkeys(unknown)), "known": tuple(f"{{{each}}}" for each in values)},
                "bundle_pattern",
            )
        )
    for key, value in values.items():
        if f"{{{key}}}" in pattern and not value:
            raise Pkcs12Error(Problem("bad_arguments.empty_placeholder", {"holder": entry.user, "key": key}))


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
                Problem(
                    "bad_arguments.password_of_several_accounts", {"number": number or "", "accounts": tuple(accounts)}
                )
            )
        found = of_number[0] if len(of_number) == 1 else of_number
    if found is not None and is_refusal(found):
        raise Pkcs12Error(found)
    if isinstance(found, list):
        raise Pkcs12Error(Problem("bad_arguments.several_passwords", {"holder": entry.user}))
    return str(found) if found else None
