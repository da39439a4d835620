# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Where nobody has looked for certificates without a holder: that none was found there says nothing. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .._facts.issuers import short_issuer
from .._facts.schema import Strangers
from .model import Report
from .sources import Host


def unmatched_issuers(hosts: Sequence[Host]) -> tuple[str, ...]:
    """The issuers of all certificates, if a pattern was looked for and matches none of them anywhere: it is no pattern of this site's."""
    asked = [host for host in hosts if host.strangers is not Strangers.NOT_SEARCHED]
    if any(host.strangers is Strangers.SEARCHED for host in asked):
        return ()
    certificates = [each for host in asked for each in host.certificates if each.related]
    return tuple(sorted({short_issuer(each.issuer, each.issuer_cn) for each in certificates}))


def not_searched(report: Report) -> int:
    """How many workstations have facts that would not have a certificate without a holder."""
    blind = {Strangers.NOT_SEARCHED, *([Strangers.NO_MATCH] if report.unmatched_issuers else [])}
    return sum(row.facts_at is not None and row.strangers in blind for row in report.workstations)
