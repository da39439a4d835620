# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report with accepted findings, revoked certificates and revocation lists of every kind."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import (
    CrlProblem,
    Revocation,
    RevocationReason,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.crl_row import CrlRow
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    Acceptable,
    Accepted,
    ExceptionRow,
    ExceptionState,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Report
from unit.plugins.plugin_utils._report.reports import NOW, TODAY, sample


def checked(language: str = "en") -> Report:
    """The sample, with the first holder weak and accepted, and the second revoked."""
    report = sample(language)
    first, second, *others = report.holders
    where = first.places[0].workstation
    accepted = Accepted(Acceptable.WEAK, where, "A new one comes in January.", TODAY)
    weak = tuple(replace(place, workstation=where, status=Status.WEAK) for place in first.places)
    revocation = Revocation(NOW, RevocationReason.KEY_COMPROMISE)
    certificates = tuple(
        replace(report.certificates[0], accepted=accepted, revocation=Revocation(NOW, reason))
        for reason in RevocationReason
    )
    return replace(
        report,
        holders=(
            replace(
                first,
                status=Status.WEAK,
                accepted=(accepted,),
                places=weak,
                next_step=NextStep.NOTHING,
                actor=Actor.NOBODY,
            ),
            replace(
                second,
                status=Status.REVOKED,
                places=(replace(second.places[0], revocation=revocation, status=Status.REVOKED),),
            ),
            *others,
        ),
        certificates=(*report.certificates, *certificates),
        exceptions=exceptions(first.authorisation, where),
        revocation_lists=revocation_lists(),
    )


def exceptions(authorisation: str, workstation: str) -> tuple[ExceptionRow, ...]:
    """One for each finding and state."""
    return tuple(
        ExceptionRow(authorisation, (None, workstation)[number % 2], what, "A reason.", TODAY, state)
        for number, what in enumerate(Acceptable)
        for state in ExceptionState
    )


def revocation_lists() -> tuple[CrlRow, ...]:
    """A good list, an old one, and one for each problem."""
    bad = (CrlRow(f"/srv/{each.value}.crl", None, None, None, None, each, "3") for each in CrlProblem)
    good = CrlRow("/srv/good.crl", "CN=AC", NOW, NOW, 1200, None, "")
    return good, CrlRow("/srv/old.crl", "CN=AC", NOW, NOW, 1, CrlProblem.ENDED, ""), *bad
