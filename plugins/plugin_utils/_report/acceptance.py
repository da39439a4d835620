# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What of a row is accepted, and what still needs somebody. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .._policy.status import Status
from .exceptions import Accepted

if TYPE_CHECKING:  # the model counts the accepted rows
    from .model import CertificateRow, HolderRow, HolderWorkstation, Report

AUTHORISATION = "authorisation_"
"""Prefix of what is about the yearly authorisation."""

WITHOUT_PLACE = (Status.MISSING, Status.AWAITED)
"""Statuses that a holder without a workstation can have by himself."""


def not_accepted(row: HolderRow) -> frozenset[str]:
    """What of a holder no exception accepts, as ``fail_on`` names them; ``valid`` is among them where something is."""
    held = {(each.what.value, each.workstation) for each in row.accepted}
    found = {place.status.value for place in row.places if (place.status.value, place.workstation) not in held}
    if not row.places and row.status in WITHOUT_PLACE and (row.status.value, None) not in held:
        found.add(row.status.value)
    said = row.authorisation_status
    if said and (f"{AUTHORISATION}{said.value}", None) not in held:
        # The status of the row counts, unless it is a worse one that the site has accepted.
        found |= {f"{AUTHORISATION}{said.value}"} | (set() if row.status.value in found else {said.value})
    return frozenset(found)


def is_accepted(row: HolderRow) -> bool:
    """Whether exceptions accept all that is wrong, and something is."""
    fine = {Status.VALID.value, f"{AUTHORISATION}{Status.VALID.value}"}
    return bool(row.accepted) and not_accepted(row) <= fine


def accepted_at(row: HolderRow, place: HolderWorkstation) -> Accepted | None:
    """The exception for the status at one workstation, or None."""
    return next(
        (
            each
            for each in row.accepted
            if (each.what.value, each.workstation) == (place.status.value, place.workstation)
        ),
        None,
    )


def all_accepted(report: Report) -> Mapping[tuple[str, str], tuple[Accepted, ...]]:
    """All that is accepted of a report by authorisation number and setting of the issuer."""
    found: dict[tuple[str, str], tuple[Accepted, ...]] = {}
    for key, accepted in _all(report):
        found[key] = (*found.get(key, ()), *accepted)
    return found


def _all(report: Report) -> Iterator[tuple[tuple[str, str], tuple[Accepted, ...]]]:
    for row in (*report.holders, *report.without_workstation):
        yield (row.authorisation, row.issuer_setting), row.accepted
    for certificate in report.certificates:
        if certificate.accepted:
            yield (certificate.holder or "", certificate.certificate.issuer_setting), (certificate.accepted,)


def is_authorisation_due(row: HolderRow) -> bool:
    """Whether the employer has to return the yearly document for this holder, whatever else is to be done. Accepted ends do not count."""
    said = row.authorisation_status
    is_accepted_so = any(each.what.value == f"{AUTHORISATION}{said.value if said else ''}" for each in row.accepted)
    return said in (Status.RENEWAL_DUE, Status.EXPIRED) and not is_accepted_so


def is_left(row: CertificateRow) -> bool:
    """Whether a certificate without a holder still needs somebody. One that is accepted does not."""
    return row.next_step.value != "nothing"
