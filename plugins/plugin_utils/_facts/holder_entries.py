# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The shape of ``pkcs12_holders``: a list, each entry a mapping with known keys and a user; and dates that may be slips. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from .._errors import Pkcs12Error, Problem, Value
from .._policy.access import doubt_of
from .._workstation.preflight import Finding, Severity
from .holders import HOLDER_OPTIONS, HolderEntry, number_of, refusal_of_row

VARIABLE = "pkcs12_holders"

MONTH, YEAR = timedelta(days=31), timedelta(days=366)


def check_holders(given: Any) -> None:
    """Refuses a value of another shape. Ansible would make a list of a text. Raises ``Pkcs12Error``: ``bad_arguments``."""
    if given is None or given == "":  # up to ansible-core 2.18, a null that is passed on becomes an empty text
        raise Pkcs12Error(Problem("bad_arguments.holders_empty"))
    if not isinstance(given, list):
        raise Pkcs12Error(Problem("bad_arguments.holders_no_list", {"found": _kind(given)}))
    for place, entry in enumerate(given, 1):
        _check_entry(entry, place)


def date_findings(entries: Iterable[HolderEntry], today: date) -> list[Finding]:
    """A warning for each day that may be a slip, with those whose it is."""
    whose: dict[tuple[date, str], list[str]] = {}
    for entry in entries:
        for subject, day in _doubtful(entry, today):
            whose.setdefault((day, subject), []).append(entry.person.name or entry.user)
    return [
        Finding(
            subject,
            Severity.WARNING,
            Problem(f"finding.{subject}", {"names": tuple(dict.fromkeys(names)), "day": day}),
        )
        for (day, subject), names in sorted(whose.items())
    ]


def _doubtful(entry: HolderEntry, today: date) -> Iterator[tuple[str, date]]:
    end, last, back = entry.anniversary, entry.leaves_on, entry.absent_until
    if end and (doubt := doubt_of(end, today)):
        yield f"authorisation_{doubt.value}", end
    if last and today - last > MONTH:
        yield "leaves_past", last
    if last and last - today > 5 * YEAR:
        yield "leaves_far", last
    if back and back - today > 2 * YEAR:
        yield "absence_far", back


def entries_in(given: Any) -> list[Mapping[str, Any]]:
    """The entries that can be read. What is wrong with others, the task says that has to use them."""
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def of_inventory(by_host: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Problem]]:
    """The entries of all hosts that have an authorisation number, and what is wrong at those that cannot be read.

    ``by_host``: ``pkcs12_holders`` of each host, or the ``Pkcs12Error`` that says why Ansible cannot read it. A host that cannot be
    read has no holders here, because a one-time link of somebody whose entry is not understood must not be used; nor has a wrong row of a
    register.
    """
    holders: list[Mapping[str, Any]] = []
    problems: dict[Problem, list[str]] = {}
    for host, given in by_host.items():
        try:
            if isinstance(given, Pkcs12Error):
                raise given
            for holder in _numbered(given or []):
                if holder.get("row_problem"):
                    problems.setdefault(refusal_of_row(str(holder["row_problem"])), []).append(host)
                else:
                    holders.append(holder)
        except Pkcs12Error as refusal:
            problems.setdefault(refusal.problem, []).append(host)
    return holders, [
        Problem("bad_arguments.at_workstations", {"workstations": tuple(hosts)}, causes=(each,))
        for each, hosts in problems.items()
    ]


def _numbered(given: Any) -> list[Mapping[str, Any]]:
    """The entries with a number. Whoever has one needs a name too, which the certificate is compared with."""
    check_holders(given)
    numbered = []
    for entry in given:
        number = number_of(entry.get("authorisation"), str(entry["user"]))
        if number and not str(entry.get("name") or "").strip():
            raise Pkcs12Error(Problem("bad_arguments.holder_without_name", {"whose": number}))
        numbered += [entry] if number else []
    return numbered


def _check_entry(entry: Any, place: int) -> None:
    wrong: dict[str, Value]
    if not isinstance(entry, Mapping):
        wrong = {"entry": place, "found": _kind(entry)}
        raise Pkcs12Error(Problem("bad_arguments.holder_no_mapping", wrong))
    unknown = sorted(str(key) for key in entry if key not in HOLDER_OPTIONS)
    if unknown:  # a misspelt date would be no date
        wrong = {"keys": tuple(unknown), "known": tuple(HOLDER_OPTIONS)}
        raise Pkcs12Error(Problem("bad_arguments.holder_unknown_keys", wrong))
    texts = {key: value for key, value in entry.items() if not isinstance(value, (list, Mapping))}
    who = texts.get("name") or texts.get("authorisation")
    of_entry = "" if who else "_of_entry"
    whose: dict[str, Value] = {"whose": str(who)} if who else {"entry": place}
    if key := next((key for key in entry if key not in texts), None):
        wrong = {"key": str(key), "found": _kind(entry[key]), **whose}
        raise Pkcs12Error(Problem(f"bad_arguments.holder_no_text{of_entry}", wrong))
    if not str(entry.get("user") or "").strip():
        raise Pkcs12Error(Problem(f"bad_arguments.holder_without_user{of_entry}", whose))


def _kind(value: Any) -> str:
    """The word for what a value is, as people call it who write YAML."""
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a_mapping"
    if isinstance(value, list):
        return "a_list"
    if isinstance(value, bool):
        return f"the_word_{str(value).lower()}"
    return "a_text" if isinstance(value, str) else "a_number"
