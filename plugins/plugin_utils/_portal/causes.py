# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why a portal does not accept a certificate, each cause in a sentence with what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from .._errors import Pkcs12Error, named
from .visit import Visit

CAUSES: Mapping[str, tuple[str, str]] = {
    "not_asked": (
        "It answered without asking for a certificate",
        "Correct the address: it must be the one that asks, behind the portal's public start page.",
    ),
    "none_sent": (
        "No certificate was sent to it, and it refused",
        "Compare the authorities it asks for with the certificate's issuer, and prove the key. If it asks for none, correct the address.",
    ),
    "unknown_authority": (
        "It does not know the authority that issued the certificate",
        "Check that the certificate is one for this portal. If it is, tell the portal's operator which authority is missing.",
    ),
    "expired": (
        "It says that the certificate has expired",
        "Check the dates of the certificate and of its authorities, then ask the issuer for a new one.",
    ),
    "revoked": ("It says that the certificate was revoked", "Ask the issuer why, and for a new certificate."),
    "key_refused": (
        "It could not verify the signature, or the private key could not be used",
        "Prove the key with certificate_facts and prove_keys: true. If it does not sign, install the bundle again.",
    ),
    "certificate_refused": (
        "It refuses the certificate and gives no reason",
        "Check that the certificate is one for this portal, then ask the portal's operator for the reason in its log.",
    ),
    "name_mismatch": (
        "It shows a certificate that is for another host",
        "Correct the address. If it is right, something on the way answers in the portal's place.",
    ),
    "untrusted_server": (
        "It shows a certificate that is not trusted here",
        f"Give its authority in {named('ca_path')}, or, for a workstation, install it there as a trusted root of the site.",
    ),
    "proxy": (
        "It was not reached, because the proxy did not make the connection",
        f"Check proxy and {named('use_proxy')}, and that the proxy lets this connection through without a password.",
    ),
    "unreachable": (
        "It does not answer",
        "Check the address, the name service and the firewall.",
    ),
    "http_refused": (
        "It took the certificate and refused the page",
        "Check the path of the address, and that the holder has an account there. Add the status to expected_status if it is a good one.",
    ),
    "handshake": (
        "It ended the connection in the TLS handshake",
        "Compare the TLS versions of both sides, and ask the portal's operator for the reason in its log.",
    ),
}
"""Sentence without its subject's name and without its period, and what to do, by code."""


AT_WORKSTATION = {
    "untrusted_server": "Install its authority on the workstation as a trusted root of the site, for example by a group policy.",
}
"""What to do where the workstation asked, if it is something else than on the controller."""

NOT_REACHED = ("name_mismatch", "untrusted_server", "proxy", "unreachable")
"""Causes after which the portal has not seen the certificate, so it cannot have refused it."""


def cause_sentence(visit: Visit) -> str:
    """Why the portal did not accept the certificate, in one sentence that begins with ``It``."""
    cause, _next_step = CAUSES.get(visit.cause or "", CAUSES["handshake"])
    facts = (f"HTTP {visit.http_status}" if visit.http_status else None, visit.tls_version, visit.detail)
    shown = ", ".join(fact for fact in facts if fact)
    return f"{cause} ({shown})." if shown else f"{cause}."


def next_step_of(visit: Visit, at_workstation: bool = False) -> str:
    """What to do about it. ``at_workstation``: the workstation asked."""
    _cause, next_step = CAUSES.get(visit.cause or "", CAUSES["handshake"])
    return AT_WORKSTATION.get(visit.cause or "", next_step) if at_workstation else next_step


def portal_refusal(url: str, visit: Visit) -> Pkcs12Error:
    """The error for a visit that was not accepted."""
    outcome = "could not be asked" if visit.cause in NOT_REACHED else "did not accept the certificate"
    return Pkcs12Error(
        code="connect_failed",
        cause=f"The portal {url} {outcome}. {cause_sentence(visit)}",
        next_step=next_step_of(visit),
    )
