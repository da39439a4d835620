# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``portal_info``: a portal is shown a certificate, from the controller or by its holder on a workstation. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._crypto.certificate import Certificate
from .._crypto.instants import format_instant
from .._crypto.pkcs12 import Bundle
from .._crypto.store import StoreCertificate
from .._errors import ErrorRow, Pkcs12Error, Problem, Value
from .._facts.holders import HolderEntry
from .._io.tls_client import check_openssl
from .._policy.issuers import Issuers
from .._policy.plan import ConnectStep, Plan
from .._policy.removal import parse_thumbprint
from .._policy.superseding import is_software
from .._policy.use import check_use
from .._policy.validity import best_certificate
from .._portal.address import (
    SYSTEM_PROXY,
    PortalAddress,
    check_statuses,
    check_timeout,
    environment_proxy,
    parse_portal_url,
    parse_proxy,
)
from .._portal.causes import portal_refusal
from .._portal.portal import PortalTarget, visit_portal
from .._portal.visit import Visit
from .._workstation.protocol import Drivers
from .evidence import Evidence
from .portal_step import REFUSED, visit_in
from .transaction import ExecutionOptions, HolderStore, execute, locate_holder, plan_transaction


@dataclass(frozen=True, slots=True)
class PortalCheck:
    """What came of it. ``visit`` is None if nobody connected: in check mode, or because of ``deferred``."""

    address: PortalAddress
    thumbprint: str
    visit: Visit | None = None
    deferred: Problem | None = None


def check_from_controller(options: Mapping[str, Any], bundle: Bundle, check_mode: bool) -> PortalCheck:
    """Shows the certificate of a bundle. The key stays in memory. Raises ``Pkcs12Error``."""
    check_use(bundle.leaf)
    address = parse_portal_url(options["url"])
    proxy = None
    if options["use_proxy"]:
        proxy = parse_proxy(options["proxy"]) if options["proxy"] else environment_proxy(address)
    expected, timeout = check_statuses(options["expected_status"]), check_timeout(options["server_timeout"])
    check_openssl()
    target = PortalTarget(address, proxy, options["ca_path"], timeout, expected)
    visit = None if check_mode else visit_portal(target, bundle)
    return PortalCheck(address, bundle.leaf.thumbprint, visit)


@dataclass(frozen=True, slots=True)
class WorkstationCheck:
    """The holder's certificate is shown from the workstation. ``thumbprint`` None: the usable one of the
    site's issuer that is valid longest."""

    entry: HolderEntry
    thumbprint: str | None
    address: PortalAddress
    proxy: str
    timeout: int
    expected: tuple[int, ...]
    execution: ExecutionOptions
    site: Issuers = field(default_factory=Issuers)

    def run(self, drivers: Drivers, now: datetime) -> PortalCheck:
        """One exchange with one step. Raises ``Pkcs12Error`` for everything but a refusal of the portal."""
        inventory = drivers.inventory([self.entry.user])
        found = locate_holder(inventory, self.entry.user, now)
        shown = self._certificate(found, now)
        step = ConnectStep(shown.thumbprint, self.address.url, self.proxy, self.timeout, self.expected)
        done = execute(self.execution, drivers, plan_transaction(found, Plan((step,)), shown.certificate), None)
        visit = visit_in(done.journal)
        if done.error and (done.error.code != REFUSED or visit is None):
            raise done.error
        return PortalCheck(self.address, shown.thumbprint, visit, done.deferred)

    def _certificate(self, found: HolderStore, now: datetime) -> StoreCertificate:
        if self.thumbprint is not None:
            shown = found.store.find(self.thumbprint)
        else:
            shown = best_certificate(found.store, self.entry.person, None, now, self.site)
        if shown is None:
            raise Pkcs12Error(
                Problem("no_usable_certificate", {"name": found.owner.name, "computer": found.inventory.computer})
            )
        if not is_software(shown):
            raise Pkcs12Error(Problem("not_software", {"thumbprint": shown.thumbprint}))
        check_use(shown.certificate)
        return shown


def workstation_check(
    options: Mapping[str, Any], entry: HolderEntry, site: Issuers, check_mode: bool
) -> WorkstationCheck:
    """From options. Raises ``Pkcs12Error``."""
    proxy = ""
    if options["use_proxy"]:
        proxy = parse_proxy(options["proxy"]).url if options["proxy"] else SYSTEM_PROXY
    thumbprint = options["thumbprint"]
    return WorkstationCheck(
        entry=entry,
        thumbprint=None if thumbprint is None else parse_thumbprint(thumbprint),
        address=parse_portal_url(options["url"]),
        proxy=proxy,
        timeout=check_timeout(options["server_timeout"]),
        expected=check_statuses(options["expected_status"]),
        execution=ExecutionOptions(options["holder_password"], check_mode, Evidence(None, None, "")),
        site=site,
    )


def portal_result(check: PortalCheck, fail_when_refused: bool) -> dict[str, Any]:
    """The documented result. A refusal fails the task, unless it must not."""
    visit = check.visit or Visit()
    result = {
        "accepted": check.visit.accepted if check.visit else None,
        "deferred": check.deferred is not None,
        "thumbprint": check.thumbprint,
        "code": visit.cause,
        "tls_version": visit.tls_version,
        "asked": visit.asked if check.visit else None,
        "sent": visit.sent if check.visit else None,
        "issuers": list(visit.issuers),
        "http_status": visit.http_status,
        "server_certificate": _server(visit.server),
        "msg": _message(check),
    }
    if check.visit is None or check.visit.accepted:
        return result
    refusal = portal_refusal(check.address.url, check.visit)
    return result | {"msg": refusal, "failed": fail_when_refused, "error": ErrorRow(refusal)}


def _server(server: Certificate | None) -> dict[str, Any] | None:
    if server is None:
        return None
    return {"subject": server.subject, "issuer": server.issuer, "not_after": format_instant(server.not_after)}


def _message(check: PortalCheck) -> Problem:
    if check.visit is None:
        return check.deferred or Problem("done.portal_not_visited")
    version, status = check.visit.tls_version or "", check.visit.http_status or 0
    told: dict[str, Value] = {"url": check.address.url, "version": version, "status": status}
    return Problem("done.portal_accepted", told)
