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
from ansible.parsing.vault import AnsibleVaultError

from .._crypto.passphrases import is_refusal
from .._errors import Problem
from .host_variables import untag

try:
    from ansible._internal._templating._jinja_common import UndecryptableVaultError
except ImportError:  # before ansible-core 2.19
    UndecryptableVaultError = AnsibleVaultError


def rendered_mappings(templar: Any, variables: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values of these variables by name, for ``merged``."""
    return {name: _each_secret(templar, name, variables[name]) for name in names}


def names_of(term: str, known: Mapping[str, Any]) -> list[str]:
    """The variables that a term names; ``*`` at its end stands for any word."""
    if not term.endswith("*"):
        return [term] if term in known else []
    start = term.removesuffix("*")
    return sorted(name for name in known if name.startswith(start) and name != start)


def rendered_secret(templar: Any, written: Any, variable: str, whose: str | None = None) -> Any:
    """A secret, or the refusal in its place. ``whose``: the key of its value in the variable."""
    try:
        return untag(templar.template(written))
    except AnsibleError as problem:
        undefined = isinstance(problem, AnsibleUndefinedVariable)
        reason = "undefined" if undefined else "closed_vault" if _is_of_vault(problem) else "no_template"
    if whose is None:
        return Problem(f"bad_arguments.secrets_{reason}", {"variable": variable})
    return Problem(f"bad_arguments.secret_{reason}", {"variable": variable, "whose": whose})


def _is_of_vault(problem: BaseException) -> bool:
    """Whether a vault that does not open is the problem, or behind it."""
    behind: list[BaseException | None] = [problem]
    for each in behind:
        if isinstance(each, (AnsibleVaultError, UndecryptableVaultError)):
            return True
        if each is not None:
            others = (each.__cause__, each.__context__, getattr(each, "orig_exc", None))
            behind += [other for other in others if not any(other is known for known in behind)]
    return False


def _each_secret(templar: Any, name: str, written: Any) -> Any:
    if not isinstance(written, Mapping):
        written = rendered_secret(templar, written, name)
    with suppress(ValueError):  # -e name='{...}' is a text
        written = json.loads(written) if isinstance(written, str) and written.strip() else written
    if isinstance(written, str):
        return written if written.strip() else None
    if not isinstance(written, Mapping) or is_refusal(written):
        return written
    return {str(key): rendered_secret(templar, value, name, whose=str(key)) for key, value in written.items()}
