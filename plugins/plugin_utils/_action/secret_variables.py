# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Variables with secrets. Each value is rendered by itself, so that one that cannot be rendered stops one person. What Ansible says of it
may have a part of the secret, and is not shown: a refusal stands in its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from ansible.errors import AnsibleError, AnsibleUndefinedVariable

from .._crypto.passphrases import is_refusal
from .host_variables import untag


def rendered_mappings(templar: Any, variables: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values of these variables by name, for ``merged``."""
    return {name: _each_secret(templar, name, variables[name]) for name in names}


def names_of(term: str, known: Mapping[str, Any]) -> list[str]:
    """The variables that a term names; ``*`` at its end stands for any word."""
    if not term.endswith("*"):
        return [term] if term in known else []
    start = term.removesuffix("*")
    return sorted(name for name in known if name.startswith(start) and name != start)


def rendered_secret(templar: Any, written: Any, where: str) -> Any:
    """A secret, or the refusal in its place. ``where``: its variable, for a sentence."""
    try:
        return untag(templar.template(written))
    except AnsibleError as problem:
        if isinstance(problem, AnsibleUndefinedVariable):
            reason, next_step = "has something that is not defined", "Define it, or correct the variable."
        elif "crypt" in str(problem) or "vault" in str(problem).lower():
            reason, next_step = "has a vault that does not open", "Give the password of this vault."
        else:
            reason, next_step = "has a template that Ansible cannot render", "Correct the variable."
        return {"cause": f"{where} {reason}.", "next_step": next_step}


def _each_secret(templar: Any, name: str, written: Any) -> Any:
    if not isinstance(written, Mapping):
        written = rendered_secret(templar, written, name)
    with suppress(ValueError):  # -e name='{...}' is a text
        written = json.loads(written) if isinstance(written, str) and written.strip() else written
    if isinstance(written, str):
        return written if written.strip() else None
    if not isinstance(written, Mapping) or is_refusal(written):
        return written
    return {
        str(key): rendered_secret(templar, value, f"The value of {key} in {name}") for key, value in written.items()
    }
