# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who has left, as the inventory says it: the variable ``pkcs12_leavers``. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from .._errors import Pkcs12Error, named
from .._policy.names import number_key

LEAVERS = "pkcs12_leavers"
"""The variable of a site, a group or a host with the authorisation numbers of those who have left."""


def numbers_in(given: Any, variable: str) -> list[str]:
    """The numbers of a variable: a list, or a text with commas as ``-e`` gives it. Spaces around a number do not count.

    A comma with nothing behind it is no number; an empty entry of a list stays, so that a task can refuse it. A number has to be text, as
    in ``number_of``: a leaver who is not recognised would get a certificate. Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    if isinstance(given, str):
        return [text for each in given.split(",") if (text := each.strip())]
    if isinstance(given, (Mapping, bool, int, float)):
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"{variable} is {'a mapping' if isinstance(given, Mapping) else 'no list'}.",
            next_step="Write a list of authorisation numbers, each beginning with '- '.",
        )
    return [_text(each, variable).strip() for each in given or ()]


def leavers_in(given: Any) -> frozenset[str]:
    """The numbers in ``pkcs12_leavers``, as in ``numbers_in``. Raises ``Pkcs12Error``: ``bad_arguments``."""
    return frozenset(filter(None, numbers_in(given, LEAVERS)))


def _text(number: Any, variable: str) -> str:
    if isinstance(number, (Mapping, list, bool, int, float)):
        kind = "number" if isinstance(number, (int, float)) else "value"
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"{variable} has the {kind} {number}, not text.",
            next_step='Write it in quotes, for instance - "0123456": YAML reads a number without quotes differently.',
        )
    return str(number or "")


def has_left(holder: Mapping[str, Any], leavers: Set[str]) -> bool:
    """Whether an entry of ``pkcs12_holders`` is of a leaver."""
    return number_key(holder.get("authorisation")) in set(map(number_key, leavers))


def without_leavers(holders: Any, given: Any) -> Any:
    """The entries of ``pkcs12_holders`` without those of the leavers; ``given``: the option ``leavers``, as in ``numbers_in``.

    What is no list of entries stays as it is: the module that gets it says what is wrong with it.
    """
    leavers = frozenset(filter(None, numbers_in(given, named("leavers"))))
    if not isinstance(holders, list) or not leavers:
        return holders
    return [each for each in holders if not (isinstance(each, Mapping) and has_left(each, leavers))]
