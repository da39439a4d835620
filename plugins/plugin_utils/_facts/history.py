# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Keys that did not sign when they were tried last, as earlier facts of the workstation have it. Pure.

A store shows a link to a dead key like one to a key that works, so whoever does not remember takes it for granted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .schema import SCHEMA, KeyState

KeyId = tuple[str, str]
"""An owner's SID and a thumbprint."""


def unusable_keys(facts: Any) -> frozenset[KeyId]:
    """Those of ``ansible_facts.pkcs12``; none where the facts are of another schema, or not there."""
    rows = facts.get("certificates") if isinstance(facts, Mapping) and facts.get("schema") == SCHEMA else None
    return frozenset(
        (str(row.get("owner_sid")), str(row.get("thumbprint")))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping) and row.get("key_state") == KeyState.UNUSABLE.value
    )
