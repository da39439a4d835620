# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why a portal does not accept a certificate, as a problem. Pure."""

from __future__ import annotations

from .._errors import Problem
from .visit import Visit

NOT_REACHED = ("name_mismatch", "untrusted_server", "proxy", "unreachable")
"""Causes after which the portal has not seen the certificate, so it cannot have refused it."""

CAUSES = (
    *NOT_REACHED,
    *("not_asked", "none_sent", "unknown_authority", "expired", "revoked", "key_refused", "certificate_refused"),
    *("http_refused", "handshake"),
)
"""Why a certificate was not accepted: the causes of a visit, each with a sentence that begins with ``It``."""


def visit_problem(visit: Visit, at_workstation: bool = False) -> Problem:
    """Why the portal did not accept the certificate. ``at_workstation``: the workstation asked."""
    cause = visit.cause if visit.cause in CAUSES else "handshake"
    there = "_at_workstation" if at_workstation and cause == "untrusted_server" else ""
    status, version = visit.http_status, visit.tls_version
    seen = (
        *((Problem("portal.seen_status", {"status": status}),) if status else ()),
        *((Problem("portal.seen_version", {"version": version}),) if version else ()),
    )
    return Problem(f"portal.{cause}{there}", causes=(*seen, *visit.details))


def portal_refusal(url: str, visit: Visit) -> Problem:
    """A visit that was not accepted."""
    outcome = "portal_not_asked" if visit.cause in NOT_REACHED else "portal_refused"
    return Problem(f"connect_failed.{outcome}", {"url": url}, causes=(visit_problem(visit),))
