# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who has left, as the inventory says it: the variable ``pkcs12_leavers``. Pure."""

from __future__ import annotations

from typing import Any

LEAVERS = "pkcs12_leavers"
"""The variable of a site, a group or a host with the authorisation numbers of those who have left."""


def leavers_in(given: Any) -> frozenset[str]:
    """The numbers of this variable: a list, or a text with commas as ``-e`` gives it. Spaces around a number do not count."""
    numbers = given.split(",") if isinstance(given, str) else given or ()
    return frozenset(number for each in numbers if (number := str(each).strip()))
