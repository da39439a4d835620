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

    def reworded(row: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(row)
        if row.get("failed") and "msg" in row:
            changed["msg"] = _with_variables(str(row["msg"]), said, role)
        if row.get("error"):
            changed["error"] = row["error"] | {"next_step": _with_variables(row["error"]["next_step"], said, role)}
        return changed

    new = reworded(result)
    if isinstance(result.get("holders"), list):
        new["holders"] = [reworded(row) for row in result["holders"]]
    return new


def _with_variables(text: str, variables: Mapping[str, str], role: str) -> str:
    names = "|".join(sorted(map(re.escape, variables), key=len, reverse=True))
    text = re.sub(rf"(?<![\w/.-])({names})(?![\w/])", lambda found: variables[found[1]], text)
    return re.sub(rf"ansible-doc {re.escape(COLLECTION)}\w+", f"ansible-doc -t role {COLLECTION}{role}", text)
