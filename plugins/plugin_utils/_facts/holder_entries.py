# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The shape of ``pkcs12_holders``: a list, each entry a mapping with known keys and a user. Nothing else knows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import CollectionError
from .holders import HOLDER_OPTIONS

VARIABLE = "pkcs12_holders"


def check_holders(given: Any, host: str) -> None:
    """Refuses a value of another shape, in words of the inventory. ``host``: whose value it is.

    Ansible would make a list of a text, and its own words name neither the host nor the variable. Raises ``CollectionError``:
    ``bad_arguments``.
    """
    whose = f"{VARIABLE} of {host}"
    if given is None or given == "":  # up to ansible-core 2.18, a null that is passed on becomes an empty text
        raise _refusal(
            f"{whose} is empty.", "List the holders, each beginning with '- ', or write [] if nobody works there."
        )
    if not isinstance(given, list):
        raise _refusal(f"{whose} is {_kind(given)}, not a list of holders.", "Begin each holder with '- '.")
    for place, entry in enumerate(given, 1):
        _check_entry(entry, place, whose)


def entries_in(given: Any) -> list[Mapping[str, Any]]:
    """The entries that can be read. What is wrong with others, the task says that has to use them."""
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def _check_entry(entry: Any, place: int, whose: str) -> None:
    if not isinstance(entry, Mapping):
        raise _refusal(
            f"Entry {place} of {whose} is {_kind(entry)}, not a holder.",
            "Write it as '- user: DOMAIN\\name', and the other keys of the holder below user.",
        )
    unknown = sorted(str(key) for key in entry if key not in HOLDER_OPTIONS)
    if unknown:  # a misspelt date would be no date
        raise _refusal(
            f"{whose} has {', '.join(unknown)}, which no holder has.",
            f"Correct or remove it. A holder has: {', '.join(HOLDER_OPTIONS)}.",
        )
    if not str(entry.get("user") or "").strip():
        who = entry.get("name") or entry.get("authorisation") or f"entry {place}"
        state = "empty" if "user" in entry else "missing"
        raise _refusal(f"In {whose}, user of {who} is {state}.", "Write DOMAIN\\name, a SID or a UPN.")


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


def _refusal(cause: str, next_step: str) -> CollectionError:
    return CollectionError(code="bad_arguments", cause=cause, next_step=next_step)
