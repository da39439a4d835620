# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Passphrases out of several variables. See ansible-doc -t lookup hospital_it.pkcs12.secrets_by_number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import untag
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import merged
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE, PASSWORD

PASSWORDS = "holder_passwords"
"""In the name of a variable with Windows passwords."""


class LookupModule(LookupBase):
    """The lookup, by its name."""

    def run(self, terms: Sequence[str], variables: Mapping[str, Any] | None = None, **_options: Any) -> list[Any]:
        known = variables or {}
        names = [name for term in terms for name in _names(str(term), known)]
        values = {name: self._value(name, known[name]) for name in names}
        found, doubts = merged(values, PASSWORD if any(PASSWORDS in name for name in names) else PASSPHRASE)
        for doubt in doubts:  # Ansible shows the same warning once in a run
            Display().warning(doubt)
        return [found]

    def _value(self, name: str, written: Any) -> Any:
        """The value of a variable, or why it has none. What Ansible says may have a part of a passphrase, and is not shown."""
        try:
            value = untag(self._templar.template(written))
        except AnsibleError as problem:
            return _refusal(name, problem)
        with suppress(ValueError):  # -e name='{...}' is a text
            value = json.loads(value) if isinstance(value, str) and value.strip() else value
        return value if not isinstance(value, str) or value.strip() else None


def _names(term: str, known: Mapping[str, Any]) -> list[str]:
    """The variables that a term names; ``*`` at its end stands for any word."""
    if not term.endswith("*"):
        return [term] if term in known else []
    start = term.removesuffix("*")
    return sorted(name for name in known if name.startswith(start) and name != start)


def _refusal(name: str, problem: AnsibleError) -> dict[str, str]:
    if isinstance(problem, AnsibleUndefinedVariable):
        reason, next_step = "has something that is not defined", "Define it, or correct the variable."
    elif "crypt" in str(problem) or "vault" in str(problem).lower():
        reason, next_step = "has a vault that does not open", "Give the password of this vault."
    else:
        reason, next_step = "has a template that Ansible cannot render", "Correct the variable."
    return {"cause": f"{name} {reason}.", "next_step": next_step}
