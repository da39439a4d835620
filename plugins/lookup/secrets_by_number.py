# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Passphrases out of several variables. See ansible-doc -t lookup hospital_it.pkcs12.secrets_by_number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import LANGUAGE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.secret_variables import (
    names_of,
    rendered_mappings,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import is_refusal, merged
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE, PASSWORD

PASSWORDS = "holder_passwords"
"""In the name of a variable with Windows passwords."""


class LookupModule(LookupBase):
    """The lookup, by its name."""

    def run(self, terms: Sequence[str], variables: Mapping[str, Any] | None = None, **options: Any) -> list[Any]:
        known = variables or {}
        names = [name for term in terms for name in names_of(str(term), known)]
        kind = PASSWORD if any(PASSWORDS in name for name in names) else PASSPHRASE
        found, doubts = merged(rendered_mappings(self._templar, known, names), kind)
        words = self._words(known)
        for doubt in doubts:  # Ansible shows the same warning once in a run
            Display().warning(words.of(doubt))
        asked = {kind.key(number): number for number in options.get("numbers", ())}
        return [
            {
                asked.get(kind.key(key), key): value.to_map() if is_refusal(value) else value
                for key, value in found.items()
            }
        ]

    def _words(self, known: Mapping[str, Any]) -> Words:
        try:
            return Words(str(self._templar.template(known.get(LANGUAGE))))
        except AnsibleError:  # a task that reads this setting refuses it
            return Words()
