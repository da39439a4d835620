# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A revocation list in the report: where it is from, how current it is, and why it could not be used. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .._policy.revocation import CrlProblem


@dataclass(frozen=True, slots=True)
class CrlRow:
    """``source``: a path on the controller or a URL; with ``not_checked`` the issuer whose certificates no list is about.

    ``issuer``, ``this_update``, ``next_update`` and ``revoked``, the number of its entries, are None if the list is not believed.
    ``problem`` is None if there is none; ``detail`` says more of it, or nothing.
    """

    source: str
    issuer: str | None
    this_update: datetime | None
    next_update: datetime | None
    revoked: int | None
    problem: CrlProblem | None
    detail: str
