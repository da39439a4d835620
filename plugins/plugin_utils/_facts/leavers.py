# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who has left, as the inventory says it: the variable ``pkcs12_leavers``. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from .._errors import CollectionError

LEAVERS = "pkcs12_leavers"
"""The variable of a site, a group or a host with the authorisation numbers of those who have left."""


def leavers_in(given: Any) -> frozenset[str]:
    """The numbers of this variable: a list, or a text with commas as ``-e`` gives it. Spaces around a number do not count.

    A number has to be text, as in ``number_of``: a leaver who is not recognised would get a certificate. Raises ``CollectionError``:
    ``bad_arguments``.
    """
    numbers = given.split(",") if isinstance(given, str) else given or ()
    if isinstance(numbers, (Mapping, bool, int, float)):
        raise CollectionError(
            code="bad_arguments",
            cause=f"{LEAVERS} is {'a mapping' if isinstance(numbers, Mapping) else 'no list'}.",
            next_step="Write a list of authorisation numbers, each beginning with '- '.",
        )
    return frozenset(text for each in numbers if (text := _text(each).strip()))


def _text(number: Any) -> str:
    if isinstance(number, (Mapping, list, bool, int, float)):
        kind = "number" if isinstance(number, (int, float)) else "value"
        raise CollectionError(
            code="bad_arguments",
            cause=f"{LEAVERS} has the {kind} {number}, not text.",
            next_step='Write it in quotes, for instance - "0123456": YAML reads a number without quotes differently.',
        )
    return str(number or "")


def has_left(holder: Mapping[str, Any], leavers: Set[str]) -> bool:
    """Whether an entry of ``pkcs12_holders`` is of a leaver. Upper and lower case of a number do not differ."""
    return str(holder.get("authorisation") or "").casefold() in {number.casefold() for number in leavers}


def without_leavers(holders: Any, given: Any) -> Any:
    """The entries of ``pkcs12_holders`` without those of the leavers; ``given``: as in ``leavers_in``.

    What is no list of entries stays as it is: the module that gets it says what is wrong with it.
    """
    leavers = leavers_in(given)
    if not isinstance(holders, list) or not leavers:
        return holders
    return [each for each in holders if not (isinstance(each, Mapping) and has_left(each, leavers))]
