# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The shape of ``pkcs12_holders``: a list, each entry a mapping with known keys and a user. Nothing else knows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import Pkcs12Error
from .holders import HOLDER_OPTIONS, number_of

VARIABLE = "pkcs12_holders"


def check_holders(given: Any, host: str) -> None:
    """Refuses a value of another shape, in words of the inventory. ``host``: whose value it is.

    Ansible would make a list of a text, and its own words name neither the host nor the variable. Raises ``Pkcs12Error``:
    ``bad_arguments``.
    """
    if given is None or given == "":  # up to ansible-core 2.18, a null that is passed on becomes an empty text
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"{VARIABLE} of {host} is empty.",
            next_step="List the holders, each beginning with '- ', or write [] if nobody works there.",
        )
    if not isinstance(given, list):
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"{VARIABLE} of {host} is {_kind(given)}, not a list of holders.",
            next_step="Begin each holder with '- '.",
        )
    for place, entry in enumerate(given, 1):
        _check_entry(entry, place, host)


def entries_in(given: Any) -> list[Mapping[str, Any]]:
    """The entries that can be read. What is wrong with others, the task says that has to use them."""
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def of_inventory(by_host: Mapping[str, Any]) -> dict[str, list[Any]]:
    """``holders``: the entries of all hosts that have an authorisation number. ``problems``: a sentence for each host that cannot be read.

    ``by_host``: ``pkcs12_holders`` of each host, or the ``Pkcs12Error`` that says why Ansible cannot read it. A host that cannot be
    read has no holders here, because a one-time link of somebody whose entry is not understood must not be used.
    """
    holders: list[Any] = []
    problems: list[str] = []
    for host, given in by_host.items():
        try:
            if isinstance(given, Pkcs12Error):
                raise given
            holders += _numbered(given or [], host)
        except Pkcs12Error as refusal:
            problems.append(str(refusal))
    return {"holders": holders, "problems": problems}


def _numbered(given: Any, host: str) -> list[Mapping[str, Any]]:
    """The entries with a number. Whoever has one needs a name too, which the certificate is compared with."""
    check_holders(given, host)
    numbered = []
    for entry in given:
        name = f"In pkcs12_holders of {host}, authorisation of {entry['user']}"
        number = number_of(entry.get("authorisation"), name)
        if number and not str(entry.get("name") or "").strip():
            state = "empty" if "name" in entry else "missing"
            raise Pkcs12Error(
                code="bad_arguments",
                cause=f"In pkcs12_holders of {host}, name of {number} is {state}.",
                next_step="Write given name and family name, as in the certificate.",
            )
        numbered += [entry] if number else []
    return numbered


def _check_entry(entry: Any, place: int, host: str) -> None:
    if not isinstance(entry, Mapping):
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"Entry {place} of {VARIABLE} of {host} is {_kind(entry)}, not a holder.",
            next_step="Write it as '- user: DOMAIN\\name', and the other keys of the holder below user.",
        )
    unknown = sorted(str(key) for key in entry if key not in HOLDER_OPTIONS)
    if unknown:  # a misspelt date would be no date
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"{VARIABLE} of {host} has {', '.join(unknown)}, which no holder has.",
            next_step=f"Correct or remove it. A holder has: {', '.join(HOLDER_OPTIONS)}.",
        )
    texts = {key: value for key, value in entry.items() if not isinstance(value, (list, Mapping))}
    who = texts.get("name") or texts.get("authorisation") or f"entry {place}"
    if wrong := next((key for key in entry if key not in texts), None):
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"In {VARIABLE} of {host}, {wrong} of {who} is {_kind(entry[wrong])}.",
            next_step="Write one text.",
        )
    if not str(entry.get("user") or "").strip():
        state = "empty" if "user" in entry else "missing"
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"In {VARIABLE} of {host}, user of {who} is {state}.",
            next_step="Write DOMAIN\\name, a SID or a UPN.",
        )


def _kind(value: Any) -> str:
    """What a value is, as people call it who write YAML."""
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"the word {str(value).lower()}"
    return "a text" if isinstance(value, str) else "a number"
