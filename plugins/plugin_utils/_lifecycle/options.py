# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From the options of ``certificate`` to the two stories."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from .._crypto.pkcs12_files import read_bundle_folder
from .._errors import CollectionError
from .._facts.build import FactsScope
from .._facts.history import KeyId, unusable_keys
from .._facts.holders import holders_of_facts, with_holder
from .._facts.selection import Selection
from .._policy.plan import Prove
from .._policy.removal import RemovalSelector, parse_thumbprint
from .._policy.retirement import RetirementMethod, RetirementPolicy
from .._policy.subject import ExpectedSubject
from .._policy.validity import calendar_of
from .absent import Absent
from .evidence import Evidence
from .present import Present, Renewal
from .transaction import ExecutionOptions


def wanted_present(options: Mapping[str, Any], terms: ExecutionOptions, dead: Set[KeyId]) -> Present:
    """``state: present``, whichever bundle it will be. Raises ``CollectionError``."""
    return Present(
        person=_person(options),
        friendly_name=options["friendly_name"],
        exportable=options["exportable"],
        chain=options["chain"],
        prove=Prove(options["prove"]),
        policy=_policy(options),
        terms=terms,
        dead=dead,
    )


def renewal_of(options: Mapping[str, Any]) -> Renewal:
    """The bundles of ``folder`` and when one of them is installed. Raises ``CollectionError``."""
    shelf = read_bundle_folder(Path(options["folder"]), options["pattern"], options["passphrase"])
    return Renewal(shelf, options["renew"] == "due", calendar_of(options["time_zone"], options["renew_before_days"]))


def wanted_absent(options: Mapping[str, Any], terms: ExecutionOptions) -> Absent:
    """``state: absent``. Raises ``CollectionError``."""
    policy = _policy(options)
    if policy.method is RetirementMethod.NONE:
        raise CollectionError(
            code="bad_arguments",
            cause="state: absent and retire: none contradict each other.",
            next_step="Leave retire out, or choose delete or archive.",
        )
    thumbprints = options["thumbprints"]
    selector = RemovalSelector(
        thumbprints=None if thumbprints is None else tuple(parse_thumbprint(text) for text in thumbprints),
        issuer=options["issuer"],
        person=_person(options),
        expired_for_days=options["expired_for_days"],
    )
    return Absent(selector, policy, terms)


def execution_options(options: Mapping[str, Any], check_mode: bool, host: str, job: str | None) -> ExecutionOptions:
    """What both states share."""
    path = options["evidence_path"]
    return ExecutionOptions(
        holder=options["holder"],
        holder_password=options["holder_password"],
        allow_logged_secrets=options["allow_logged_secrets"],
        check_mode=check_mode,
        evidence=Evidence(Path(path) if path else None, job, host),
    )


def scope_of(options: Mapping[str, Any], facts: Any) -> FactsScope:
    """What the facts in the result are about: this holder and those whom earlier ``facts`` name. Raises ``CollectionError``."""
    entries = with_holder(holders_of_facts(facts), options["holder"], _person(options))
    selection = Selection(issuer=options["issuer"], pattern=options["authorisation_pattern"])
    calendar = calendar_of(options["time_zone"], options["renew_before_days"])
    return FactsScope(selection, entries, calendar, unusable_keys(facts))


def _person(options: Mapping[str, Any]) -> ExpectedSubject:
    return ExpectedSubject(options["name"], options["authorisation"], options["authorisation_pattern"])


def _policy(options: Mapping[str, Any]) -> RetirementPolicy:
    return RetirementPolicy(
        method=RetirementMethod(options["retire"]),
        most=options["max_retired"],
        encryption_keys=options["retire_encryption_keys"],
        allow_downgrade=options["allow_downgrade"],
    )
