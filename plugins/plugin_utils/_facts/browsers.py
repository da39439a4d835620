# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What ``workstation_info`` finds about browsers, and ``ansible_facts.pkcs12_fact_browsers``, which the report reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from .._crypto.store import parse_store
from .._policy.held import signed_in
from .._policy.issuers import Issuers
from .._policy.use import Use, use_of
from .._workstation.auto_select import Portal, parse_portal
from .._workstation.browser_protocol import DRIVER, BrowserInfo, browser_arguments, parse_browser_info
from .._workstation.browsers import HolderCertificates, browser_findings, issuers
from .._workstation.preflight import Finding
from .._workstation.protocol import Inventory
from .codec import to_map
from .schema import BrowserProblem, BrowserRecord


def offered(inventory: Inventory, site: Issuers) -> tuple[HolderCertificates, ...]:
    """What of the site's issuer browsers may offer, for each account of the task that the workstation knows.

    Archived and expired certificates, those of authorities, and those that are not for authentication are left out.
    """
    return tuple(_holder(inventory, account.asked, account.sid, site) for account in inventory.accounts if account.sid)


def _holder(inventory: Inventory, asked: str, sid: str, site: Issuers) -> HolderCertificates:
    profile = inventory.profile(sid)
    stored = signed_in(parse_store(profile.my), site) if profile else ()
    return HolderCertificates(
        asked,
        sid,
        tuple(
            each.certificate
            for each in stored
            if not each.archived
            and not each.certificate.is_ca
            and each.certificate.is_in_date(inventory.utc)
            and use_of(each.certificate) is Use.AUTHENTICATION
        ),
    )


class BrowserDriver(Protocol):
    """Runs ``browser_info`` on a workstation. The base of the actions implements it."""

    def ask(
        self, driver: str, arguments: dict[str, Any], parse: Callable[[Mapping[str, Any]], BrowserInfo]
    ) -> BrowserInfo:
        """Runs a driver as the connection's user. Raises ``Pkcs12Error``."""


@dataclass(frozen=True, slots=True)
class BrowserScope:
    """What the task asks about browsers. ``site``: its issuers."""

    portal: Portal | None
    site: Issuers

    def findings(self, inventory: Inventory, driver: BrowserDriver) -> tuple[Finding, ...]:
        """Asks the workstation about its browsers. Raises ``Pkcs12Error``."""
        holders = offered(inventory, self.site)
        info = driver.ask(DRIVER, browser_arguments(issuers(holders)), parse_browser_info)
        return browser_findings(inventory.computer, holders, info, self.portal)


def browser_scope(options: Mapping[str, Any], site: Issuers) -> BrowserScope | None:
    """The scope of a task's options, None if it does not ask. Raises ``Pkcs12Error``: ``bad_portal_url``."""
    portal = parse_portal(options["portal_url"]) if options["portal_url"] else None
    asks = options["browsers"] if options["browsers"] is not None else portal is not None
    return BrowserScope(portal, site) if asks else None


def browser_facts(findings: Sequence[Finding], now: datetime) -> dict[str, Any]:
    """The fact ``pkcs12_fact_browsers`` as a part of a result. ``now``: the controller's clock."""
    problems = dict.fromkeys(BrowserProblem(finding.subject) for finding in findings if not finding.ok)
    record = BrowserRecord(problems=tuple(problems), at=now.replace(microsecond=0))
    return {"ansible_facts": {"pkcs12_fact_browsers": to_map(record)}}
