# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The site's issuers by the options of a task: ``issuers``, or ``issuer`` as the only one. The one place that reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .._crypto.certificate import Certificate, UnreadableCertificate
from .._crypto.signature import read_certificates
from .._errors import Pkcs12Error, Problem, file_reason
from .._policy.issuers import Issuers, Profile, issuers_of_pattern, signers_in
from .._policy.subject import check_pattern

ISSUER_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "issuer": {"type": "str", "site": True},
    "issuers": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "authority": {"type": "path"},
            "issuer": {"type": "str"},
        },
        "default": [],
        "site": True,
    },
}
"""The options of a task that asks who issued a certificate."""

MOST_BYTES = 1024 * 1024
"""Of a file of authorities."""


def issuers_of(options: Mapping[str, Any]) -> Issuers:
    """The profiles of the site. Raises ``Pkcs12Error``: ``bad_arguments``, ``bad_pattern``, ``bad_authority``."""
    check_pattern("issuer", options["issuer"])
    given: Sequence[Mapping[str, Any]] = options["issuers"] or ()
    single = issuers_of_pattern(options["issuer"])
    if not given:
        return single
    if single.is_named:
        raise Pkcs12Error(Problem("bad_arguments.issuer_beside_issuers", setting="issuer"))
    profiles = tuple(map(_profile, given))
    names = [each.name for each in profiles]
    if "" in names or len(set(names)) < len(names):
        raise Pkcs12Error(Problem("bad_arguments.issuer_names", setting="issuers"))
    if unnamed := [each.name for each in profiles if not each.is_named]:
        raise Pkcs12Error(Problem("bad_arguments.issuer_unnamed", {"name": unnamed[0]}, "issuers"))
    return Issuers(profiles)


def _profile(given: Mapping[str, Any]) -> Profile:
    pattern = given.get("issuer") if str(given.get("issuer") or "").strip() else None
    check_pattern("issuers", pattern)
    path = given.get("authority")
    return Profile(str(given["name"]).strip(), pattern, authorities_in(path) if path else None)


def authorities_in(path: str) -> tuple[Certificate, ...]:
    """The signers in a file of authorities. Raises ``Pkcs12Error``: ``bad_authority``."""
    try:
        with Path(path).open("rb") as file:
            signers = signers_in(read_certificates(file.read(MOST_BYTES)))
    except OSError as problem:
        values = {"path": path, "reason": file_reason(problem)}
        raise Pkcs12Error(Problem("bad_authority.unreadable", values, "issuers")) from None
    except (UnreadableCertificate, ValueError):  # a parser's own words say nothing to who wrote the file
        raise Pkcs12Error(Problem("bad_authority.no_certificates", {"path": path}, "issuers")) from None
    if not signers:
        raise Pkcs12Error(Problem("bad_authority.no_signer", {"path": path}, "issuers"))
    return signers
