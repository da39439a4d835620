# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who has left, as the inventory says it: the variable ``pkcs12_leavers``, and the last day of a holder. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from datetime import date
from typing import Any

from .._errors import Pkcs12Error, Problem, Value
from .._policy.names import number_key
from .holders import MOST_SHOWN, number_of, parse_day

LEAVERS = "pkcs12_leavers"
"""The variable of a site, a group or a host with the authorisation numbers of those who have left."""


def numbers_in(given: Any, setting: str) -> list[str]:
    """The numbers of an option or a variable: a list, or a text with commas as ``-e`` gives it. Spaces around a number do not count.

    A comma with nothing behind it is no number; an empty entry of a list stays, so that a task can refuse it. A number has to be text, as
    in ``number_of``: a leaver who is not recognised would get a certificate. Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    if isinstance(given, str):
        return [text for each in given.split(",") if (text := each.strip())]
    if isinstance(given, (Mapping, bool, int, float)):
        raise Pkcs12Error(Problem("bad_arguments.no_list_of_numbers", setting=setting))
    return [_text(each, setting).strip() for each in given or ()]


def leavers_in(given: Any) -> frozenset[str]:
    """The numbers in ``pkcs12_leavers``, as in ``numbers_in``. Raises ``Pkcs12Error``: ``bad_arguments``."""
    return frozenset(filter(None, numbers_in(given, LEAVERS)))


def _text(number: Any, setting: str) -> str:
    if isinstance(number, (Mapping, list, bool, int, float)):
        raise Pkcs12Error(Problem("bad_arguments.number_in_list", {"number": str(number)[:MOST_SHOWN]}, setting))
    return str(number or "")


def gone(holders: Iterable[Mapping[str, Any]], today: date) -> frozenset[str]:
    """The numbers of those whose last day (``leaves_on``) has passed, of the entries of ``pkcs12_holders``.

    A wrong row of a register does not count: its number or its day may be what is wrong. What cannot be read does not either; the task
    refuses it that has to use it.
    """
    found = set()
    for holder in holders:
        with suppress(Pkcs12Error):
            number = number_of(holder.get("authorisation"))
            last = parse_day(holder.get("leaves_on"))
            if number and last and last < today and not holder.get("row_problem"):
                found.add(number)
    return frozenset(found)


MANY, SHARE = 5, 0.1
"""So many people, and this part of all, do not leave at once."""


def many_leave(holders: Iterable[Mapping[str, Any]], today: date) -> list[Problem]:
    """That the last day of many people has passed, or is the same: a slip in a spreadsheet is copied down a column."""
    last: dict[str, date | None] = {}
    for holder in holders:
        with suppress(Pkcs12Error):
            if number := number_key(number_of(holder.get("authorisation"))):
                day = parse_day(holder.get("leaves_on"))
                last[number] = day or last.get(number)
    days = Counter(filter(None, last.values()))
    most = max(MANY, SHARE * len(last))
    left = sum(count for day, count in days.items() if day < today)
    counted: dict[str, Value] = {"all": len(last)}
    passed = [Problem("register_many_leave.passed", {"count": left, **counted})] if left >= most else []
    same = (
        Problem("register_many_leave.same_day", {"count": count, **counted, "day": day})
        for day, count in sorted(days.items())
        if count >= most
    )
    return [*passed, *same]


def has_left(holder: Mapping[str, Any], leavers: Set[str]) -> bool:
    """Whether an entry of ``pkcs12_holders`` is of a leaver."""
    return number_key(holder.get("authorisation")) in set(map(number_key, leavers))


def without_leavers(holders: Any, given: Any) -> Any:
    """The entries of ``pkcs12_holders`` without those of the leavers; ``given``: the option ``leavers``, as in ``numbers_in``.

    What is no list of entries stays as it is: the module that gets it says what is wrong with it.
    """
    leavers = frozenset(filter(None, numbers_in(given, "leavers")))
    if not isinstance(holders, list) or not leavers:
        return holders
    return [each for each in holders if not (isinstance(each, Mapping) and has_left(each, leavers))]
