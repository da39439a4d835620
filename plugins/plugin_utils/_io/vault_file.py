# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A file with passphrases that Ansible Vault has encrypted. Several jobs can add to it: each reads and writes it under a lock.

No secret is in a file, not even for a moment: what is written is encrypted already.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecret, is_encrypted, parse_vaulttext_envelope

from .._errors import Pkcs12Error, Problem, file_reason
from .durable_files import replace_file
from .file_lock import locked, this_process

VARIABLE = "pkcs12_passphrases_collected"
"""Its own, beside the ``pkcs12_passphrases`` that people write. The playbooks merge both."""
LONGEST_WAIT = 60.0
"""Seconds for which a job waits for others. Each needs less than a second."""
DEFAULT_ID = "default"


@dataclass(frozen=True, slots=True)
class VaultFile:
    """``path`` need not exist. ``password`` is that of Ansible Vault."""

    path: Path
    password: str = field(repr=False)

    def check(self) -> None:
        """Checks that a passphrase could be added, and changes nothing. Raises ``Pkcs12Error``."""
        if not self.password.strip():
            raise Pkcs12Error(Problem("vault_password.empty", setting="vault_password"))
        folder = self._real.parent
        if not folder.is_dir():
            raise _unusable(self.path, "no_folder")
        if self._real.is_dir():
            raise _unusable(self.path, "is_folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise _unusable(self.path, "locked_folder")
        self._read()

    def add(self, authorisation: str, passphrase: str) -> bool:
        """Puts a passphrase before those of the number. Returns whether it was missing. Raises ``Pkcs12Error``."""
        self.check()
        # Older lines of ansible-core have types of their own for texts, which YAML does not write.
        authorisation, passphrase = "".join([*authorisation]), "".join([*passphrase])
        try:
            with self._locked():
                values, label = self._read()
                newer = with_newest(values[VARIABLE], authorisation, passphrase)
                if newer is None:
                    return False
                values[VARIABLE] = newer
                replace_file(self._real, self._encrypted(values, label))
        except OSError as problem:
            raise _unusable(self.path, "not_written", reason=file_reason(problem)) from None
        return True

    def lacks(self, authorisation: str, passphrase: str) -> bool:
        """Whether the file would change. Raises ``Pkcs12Error``."""
        self.check()
        values, _label = self._read()
        return with_newest(values[VARIABLE], authorisation, passphrase) is not None

    @property
    def _real(self) -> Path:
        """The file itself, where a link leads to it."""
        return Path(os.path.realpath(self.path))

    @property
    def _secret(self) -> VaultSecret:
        return VaultSecret(self.password.strip().encode("utf-8"))

    def _vault(self, label: str) -> VaultLib:
        return VaultLib([(label, self._secret)])

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Others wait meanwhile."""
        me = this_process(None, datetime.now(timezone.utc))
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self._real.parent, self._real.name, me, LONGEST_WAIT))
            except Pkcs12Error as taken:
                raise Pkcs12Error(
                    Problem("vault_file.locked", {"path": str(self.path)}, causes=(taken.problem,))
                ) from None
            yield

    def _read(self) -> tuple[dict[str, Any], str]:
        """The variables in the file, and the label of its vault. Raises ``Pkcs12Error``."""
        try:
            data = self._real.read_bytes()
        except FileNotFoundError:
            return {VARIABLE: {}}, DEFAULT_ID
        except OSError as problem:
            raise _unusable(self.path, "not_read", reason=file_reason(problem)) from None
        if not is_encrypted(data):
            raise _unusable(self.path, "not_encrypted")
        label = self._label(data)
        return _variables(self.path, self._decrypted(data, label)), label

    def _label(self, data: bytes) -> str:
        try:
            label: str = parse_vaulttext_envelope(data)[3]
        except AnsibleError:
            raise _unusable(self.path, "no_vault") from None
        return label

    def _decrypted(self, data: bytes, label: str) -> bytes:
        try:
            text: bytes = self._vault(label).decrypt(data)
        except AnsibleError:
            raise Pkcs12Error(Problem("vault_password.wrong", {"path": str(self.path)}, "vault_password")) from None
        return text

    def _encrypted(self, values: Mapping[str, Any], label: str) -> bytes:
        text = yaml.safe_dump(dict(values), allow_unicode=True, default_flow_style=False)
        data: bytes = self._vault(label).encrypt(text, secret=self._secret, vault_id=label)
        return data.rstrip(b"\n") + b"\n"


def _variables(path: Path, text: bytes) -> dict[str, Any]:
    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeError):
        raise _unusable(path, "no_yaml") from None
    values = {} if values is None else values
    if not isinstance(values, dict) or not isinstance(values.get(VARIABLE) or {}, dict):
        raise _unusable(path, "no_mapping", variable=VARIABLE)
    return {**values, VARIABLE: by_number(values.get(VARIABLE) or {})}


def by_number(written: Mapping[Any, Any]) -> dict[str, Any]:
    """The passphrases of each number, as YAML has them: 123 and "123" are two keys there."""
    found: dict[str, Any] = {}
    for number, each in written.items():
        found[str(number)] = [*_listed(found[str(number)]), *_listed(each)] if str(number) in found else each
    return found


def with_newest(known: Mapping[str, Any], number: str, passphrase: str) -> dict[str, Any] | None:
    """The passphrases with one more, which comes first, because older bundles keep the older ones. None if it is there."""
    older = _listed(known.get(number))
    return None if passphrase in older else {**known, number: [passphrase, *older]}


def _listed(known: Any) -> list[str]:
    """One passphrase, or a list of them; nothing for a number without a passphrase."""
    return [] if known is None else [str(each) for each in (known if isinstance(known, list) else [known])]


def _unusable(path: Path, why: str, **values: str) -> Pkcs12Error:
    return Pkcs12Error(Problem(f"vault_file.{why}", {"path": str(path), **values}))
