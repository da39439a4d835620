# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The portal and the proxy that a case of step ``connect`` needs, while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from contract.fixture_certificates import fixture_certificate
from lab.authority import Authority
from lab.portal import Demand, Portal, Terms
from lab.web_proxy import WebProxy

ADDRESS = "localhost"
"""Wine compares names of hosts, and not IP addresses, with a server's certificate."""


@cache
def portal_authority() -> Authority:
    """The authority of the portal's own certificate."""
    return Authority.create()


@contextmanager
def portals(workstation: tuple[Mapping[str, Any], ...]) -> Iterator[dict[str, str]]:
    """Starts what the preparations name, and gives the words for its addresses."""
    words: dict[str, str] = {}
    with ExitStack() as running:
        for preparation in workstation:
            if "portal" in preparation:
                words["portal"] = running.enter_context(_portal(**preparation["portal"])).url
            if "proxy" in preparation:
                words["proxy"] = running.enter_context(WebProxy()).url
        yield words


def _portal(
    demand: str = "required",
    signs_for: str | None = None,
    trusted: bool = True,  # noqa: ARG001  of the workstation
    status: int | None = None,
    takes: str | None = None,
) -> Portal:
    terms = Terms(
        Demand(demand), ADDRESS, signs_for=signs_for, accepts=_only(takes) if takes else None, tls_1_2_only=True
    )
    return Portal(portal_authority(), terms=terms, status=status)


def _only(name: str) -> Authority:
    """Whoever signed a fixture: itself."""
    wanted = fixture_certificate(name)
    if not isinstance(wanted.key, rsa.RSAPrivateKey):
        raise TypeError(f"{name} has another kind of key")
    return Authority(wanted.certificate, wanted.certificate, wanted.key)
