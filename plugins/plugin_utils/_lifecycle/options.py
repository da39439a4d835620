# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From validated options to the state that one holder's store should have."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._crypto.passphrases import passphrases_in
from .._crypto.pkcs12 import Bundle
from .._crypto.pkcs12_files import load_bundle, read_bundle_folder
from .._errors import Pkcs12Error, named
from .._facts.history import KeyId
from .._facts.holders import HolderEntry
from .._facts.retired import NO_NOTES, Notes
from .._policy.bundles import bundle_folder
from .._policy.plan import Prove
from .._policy.removal import RemovalSelector, parse_thumbprint
from .._policy.subject import ExpectedSubject
from .._policy.superseding import RemovalMethod, RemovalPolicy
from .._policy.validity import calendar_of
from .._portal.address import parse_portal_url
from .absent import Absent
from .evidence import Evidence
from .present import Install, PresentBundle, PresentFromFolder, PresentOptions
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

    ``entries``: all holders of the workstation. ``notes``: of those who are retired.
    """

    check_mode: bool
    host: str
    job: str | None
    unusable: Set[KeyId]
    entries: tuple[HolderEntry, ...] = ()
    notes: Notes = NO_NOTES


def state_of(
    options: Mapping[str, Any], entry: HolderEntry, context: RunContext
) -> PresentBundle | PresentFromFolder | Absent:
    """The state that the options of one holder ask for. Raises ``Pkcs12Error``."""
    person = entry.person
    execution = _execution(options, context)
    if options["state"] == "absent":
        return _absent(options, person, execution)
    context.notes.admit(person.authorisation)
    name = options["friendly_name"]
    present = PresentOptions(
        person=person,
        friendly_name=name if name is None else fill(name, entry),
        exportable=options["exportable"],
        chain=options["chain"],
        prove=Prove(options["prove"]),
        policy=_policy(options, "superseded"),
        execution=execution,
        unusable=context.unusable,
        portal=_portal(options["portal_url"]),
        others=tuple(each for each in context.entries if each.key != entry.key),
    )
    if options["bundle_folder"] is None:
        bundle = load_bundle(options)
        admit_bundle(context.notes, person, bundle)
        return PresentBundle(present, bundle)
    calendar = calendar_of(options["time_zone"], options["renew_before_days"])
    pattern = fill(options["bundle_pattern"], entry, escape=glob.escape)
    number = person.authorisation if "passphrases" in options else None
    files = read_bundle_folder(Path(options["bundle_folder"]), pattern, passphrases_in(options["passphrase"]), number)
    folder = bundle_folder(files)
    admit_bundle(context.notes, person, folder.ends_last)
    return PresentFromFolder(present, folder, Install(options["install"]), calendar)


def admit_bundle(notes: Notes, person: ExpectedSubject, bundle: Bundle | None) -> None:
    """Where nobody has given a number, that in the certificate counts. Raises ``Pkcs12Error``: ``retired``."""
    if bundle is not None and person.authorisation is None:
        notes.admit_subject(person, bundle.leaf)


def fill(text: str, entry: HolderEntry, escape: Callable[[str], str] = str) -> str:
    """A text with the holder's name and number in place of ``{name}`` and ``{authorisation}``. ``escape`` is applied to both."""
    person = entry.person
    return text.replace("{name}", escape(person.name or "")).replace(
        "{authorisation}", escape(person.authorisation or "")
    )


def _absent(options: Mapping[str, Any], person: ExpectedSubject, execution: ExecutionOptions) -> Absent:
    thumbprints = options["thumbprints"]
    selector = RemovalSelector(
        thumbprints=None if thumbprints is None else tuple(parse_thumbprint(text) for text in thumbprints),
        issuer=options["issuer"],
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
        raise Pkcs12Error(
            code="bad_url",
            cause=f"A portal has to accept the certificate, and {named('portal_url')} is empty.",
            next_step=f"Set {named('portal_url')} to the address that asks for the certificate.",
            setting="portal_url",
        )
    return parse_portal_url(url.strip()).url


def _policy(options: Mapping[str, Any], method: str) -> RemovalPolicy:
    """``method``: the option that says how certificates go."""
    return RemovalPolicy(
        method=RemovalMethod(options[method]),
        max_certificates=options["max_certificates"],
        encryption_keys=options["delete_encryption_keys"],
        allow_downgrade=options["allow_downgrade"],
    )
