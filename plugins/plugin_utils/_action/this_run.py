# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Variables that an action reads itself: the site's, and those that somebody gives for one run, which an inventory must not hold."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from ansible.errors import AnsibleError
from ansible.utils.vars import load_extra_vars

from .._crypto.passphrases import is_masked
from .._errors import Outside, Pkcs12Error, Problem
from .host_variables import untag
from .masking import masked
from .validation import YES, check_boolean, kind_of

Answer = TypeVar("Answer")


class OwnVariables:
    """A part of an action: it reads variables of the task by their names."""

    _task_vars: Any = MappingProxyType({})
    _templar: Any
    _loader: Any
    _secrets: frozenset[str] = frozenset()
    """The secrets of this task that are known so far. Of several people's: all texts in them, also beside one that is refused."""

    def _mask(self, text: Answer) -> Answer:
        """Text from a connection, a driver or the task's arguments, without the secrets of this task.

        A secret of a few letters is left: it is part of ordinary words, and the gaps would show it. Everything else in a result is
        built from values that cannot hold a secret.
        """
        shown: Answer = masked(text, filter(is_masked, self._secrets))
        return shown

    @property
    def host(self) -> str:
        """The inventory's name of the host."""
        return str(self._task_vars.get("inventory_hostname", ""))

    def variable(self, name: str) -> Any:
        """A variable as the task has it, plain; None where it is not set or empty. Raises ``Pkcs12Error``: ``bad_arguments``."""
        if name not in self._task_vars:
            return None
        try:
            value = untag(self._templar.template(self._task_vars[name]))
        except AnsibleError as problem:
            wrong = {"variable": name, "said": Outside(self._mask(str(problem)))}
            raise Pkcs12Error(Problem("bad_arguments.unreadable_variable", wrong)) from None
        return (value.strip() or None) if isinstance(value, str) else value

    @property
    def extra_vars(self) -> Mapping[str, Any]:
        """The variables of the command (``-e``)."""
        given: Mapping[str, Any] = load_extra_vars(self._loader)
        return given

    def folder(self, name: str) -> Path | None:
        """A variable with a folder on the controller. Raises ``Pkcs12Error``: ``bad_arguments``."""
        return _folder(name, self.variable(name))

    def of_this_run(self, name: str) -> Any:
        """A variable that only the command of this run may set. Raises ``Pkcs12Error`` (``bad_arguments``) if it is set elsewhere."""
        value = self.variable(name)
        if value and name not in self.extra_vars:
            raise Pkcs12Error(Problem("bad_arguments.set_for_every_run", {"variable": name}))
        return value

    def is_confirmed(self, name: str) -> bool:
        """Whether the command of this run says yes. Raises ``Pkcs12Error``: ``bad_arguments``."""
        value = self.variable(name)
        if not value:
            return False
        check_boolean(name, value)
        return str(value).strip().lower() in YES and bool(self.of_this_run(name))

    def refuse_in_inventory(self, name: str) -> None:
        """Refuses a value that every run would have. A play or a task may set it. Raises ``Pkcs12Error``: ``bad_arguments``."""
        known = self._task_vars.get("hostvars") or {}
        in_inventory = self.host in known and name in known[self.host] and name not in self.extra_vars
        if in_inventory and self.variable(name):
            raise Pkcs12Error(Problem("bad_arguments.set_in_inventory", {"variable": name}))


def folders_in(name: str, hosts: Iterable[tuple[str, Mapping[str, Any]]]) -> set[Path]:
    """The folders that a variable of these hosts names, read as ``folder`` reads it. A value that is none is left to the host's tasks."""
    found: set[Path] = set()
    for _host, variables in hosts:
        with suppress(Pkcs12Error):
            found |= {folder for folder in [_folder(name, variables.get(name))] if folder}
    return found


def _folder(name: str, value: Any) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Pkcs12Error(Problem("bad_arguments.not_one_text", {"option": name, "found": kind_of(value)}))
    text = value.strip()
    return (
        Path(os.path.expandvars(text)).expanduser() if text else None
    )  # as Ansible does with an option of the type path
