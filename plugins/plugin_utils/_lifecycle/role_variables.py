# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A result in the words of the role that runs the task: the user has set ``enrol_bundle_folder``, and never ``bundle_folder``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

COLLECTION = "hospital_it.pkcs12."
ROLES = ("enrol", "renew", "retire")
OTHER_NAMES = {
    ("renew", "renew_before_days"): "renew_before_days",
    ("renew", "install"): "renew_now",
    ("retire", "retire"): "retire_method",
    ("retire", "retire_encryption_keys"): "retire_encryption_keys",
}
"""Options whose variable is not the role's name and theirs."""
ABOUT_OPTIONS = ("bad_arguments", "bad_pattern")
"""Codes of a refusal whose sentences name options."""
NOT_A_VARIABLE = ("state",)


def role_of(name: Any) -> str | None:
    """The role of this collection by the variable ``ansible_role_name``, or None."""
    short = str(name or "").removeprefix(COLLECTION)
    return short if short in ROLES and str(name).startswith(COLLECTION) else None


def in_words_of_role(result: Mapping[str, Any], role: str, options: Iterable[str]) -> dict[str, Any]:
    """The result with the role's variables in its sentences."""
    variables = {
        name: OTHER_NAMES.get((role, name), f"{role}_{name}") for name in options if name not in NOT_A_VARIABLE
    }
    # Words like issuer also stand in plain sentences. They are options only where the task itself is wrong.
    plain = (result.get("error") or {}).get("code") in ABOUT_OPTIONS
    said = {name: variable for name, variable in variables.items() if plain or "_" in name}
    holders: list[Mapping[str, Any]] = result["holders"] if isinstance(result.get("holders"), list) else []

    def reword(text: str) -> str:
        return _with_variables(_with_values(text, variables), said, role)

    def reworded(row: Mapping[str, Any], *parts: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(row)
        if "msg" in row and any(each.get("failed") or each.get("deferred") for each in (row, *parts)):
            changed["msg"] = reword(str(row["msg"]))
        if row.get("error"):
            changed["error"] = row["error"] | {"next_step": reword(row["error"]["next_step"])}
        return changed

    new = reworded(result, *holders)
    if holders:
        new["holders"] = [reworded(row) for row in holders]
    return new


def _with_values(text: str, variables: Mapping[str, str]) -> str:
    """What stands before ``: true`` or ``: false`` is an option, whatever the sentence is about."""
    names = "|".join(sorted(map(re.escape, variables), key=len, reverse=True))
    return re.sub(rf"(?<![\w/.-])({names})(?=: (?:true|false)\b)", lambda found: variables[found[1]], text)


def _with_variables(text: str, variables: Mapping[str, str], role: str) -> str:
    names = "|".join(sorted(map(re.escape, variables), key=len, reverse=True))
    text = re.sub(rf"(?<![\w/.-])({names})(?![\w/])", lambda found: variables[found[1]], text)
    return re.sub(rf"ansible-doc {re.escape(COLLECTION)}\w+", f"ansible-doc -t role {COLLECTION}{role}", text)
