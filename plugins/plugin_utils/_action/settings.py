# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Where the value of an option comes from: the task, else the site's variable of the same name, else the role, else the module.

A role's task has ``from_site``, a mapping with the role's own defaults. For each option that the spec marks (``site``) and that the task
does not give, the action then takes the variable ``pkcs12_`` and the option's name, where it is defined and not empty. Null and blank text
are empty; an empty list or mapping, false and 0 are values. Without ``from_site`` a task is read alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from .._crypto.passphrases import SecretKind, by_key, is_refusal, merged, texts_in
from .._errors import Pkcs12Error, Problem
from .._messages.words import LANGUAGES, SHARED_WORDS
from .arguments import Arguments, ArgumentSpec
from .host_variables import untag
from .known_settings import known_settings
from .secret_variables import names_of, rendered_mappings, rendered_secret
from .this_run import OwnVariables
from .validation import check_value
from .variable_names import OWN_NAMES, names_in, nearly_settings

FROM_SITE = "from_site"
SITE = "site"
"""The key of an option that a site may set: true, or ``run`` where only one run may set it."""
RUN = "run"
BLANK = "blank"
"""The key of an option whose blank text is a value of its own, which the task refuses: nothing else is meant in its place."""
OF_THE_COMMAND = {"pkcs12_hosts", "pkcs12_serial"}
"""Ansible reads these before the inventory. There they have no effect, and a run works on other workstations than somebody thinks."""
PREFIX = "pkcs12_"
"""How the site's variable of an option begins."""
SHARED: Mapping[str, Mapping[str, Any]] = {"language": {"type": "str", "choices": list(LANGUAGES)}}
"""Settings that count in every task, whether its spec has them or not."""


class SiteSettings(OwnVariables):
    """A part of an action: it merges the task's arguments with the site's settings."""

    SPEC: ArgumentSpec
    SECRETS_BY_KEY: ClassVar[Mapping[str, SecretKind]] = {}
    """Options with the secrets of several people, and what a secret is."""
    WRITES: ClassVar[bool] = False
    """Whether the action changes a workstation, uses a link that works once, or sends: a setting that is not read would be missed."""
    _task: Any
    _doubts: tuple[Problem, ...] = ()

    def arguments_of_task(self) -> Arguments:
        """The task's own arguments, plain. It never fails."""
        written: dict[str, Any] = untag(self._task.args)
        takes_site = FROM_SITE in written and any(option.get(SITE) for option in self.SPEC.options.values())
        given = {name: value for name, value in written.items() if not (takes_site and name == FROM_SITE)}
        names = {
            name: f"{PREFIX}{name}" if takes_site and option.get(SITE) and given.get(name) is None else name
            for name, option in self.SPEC.options.items()
        }
        of_shared = {
            word: names[option] for word, option in SHARED_WORDS.items() if option in names and word not in names
        }
        return Arguments(self._checked_secrets(given, names), names | of_shared)

    def check_shared(self) -> None:
        """Refuses a setting that every task reads, and that cannot be used. Raises ``Pkcs12Error``: ``bad_arguments``."""
        for name, option in SHARED.items():
            if (value := self.variable(f"{PREFIX}{name}")) is not None:
                check_value(f"{PREFIX}{name}", value, option)

    def merged_arguments(self) -> Arguments:
        """The task's arguments with those that the site or the role gives. Raises ``Pkcs12Error``: ``bad_arguments``."""
        given = self.arguments_of_task()
        if FROM_SITE in given.values or FROM_SITE not in self._task.args:
            return given
        for name in OF_THE_COMMAND & self._task_vars.keys():
            self.refuse_in_inventory(name)
        if self.WRITES:
            self._check_names()
        defaults = self._defaults()
        values = {name: value for name, value in given.values.items() if value is not None}
        for name, option in self.SPEC.options.items():
            if option.get(SITE) and name not in values:
                value = self._of_site(name, option)
                if is_empty(value) and not (option.get(BLANK) and value is not None):
                    value = defaults.get(name)
                if value is not None:
                    values[name] = value
        return Arguments(self._checked_secrets(values, given.names), given.names)

    def _check_names(self) -> None:
        """Refuses a variable with nearly the name of a setting, which nothing reads. Raises ``Pkcs12Error``: ``bad_arguments``."""
        own = names_in(self.variable(OWN_NAMES))
        if near := nearly_settings(self._task_vars.keys() - set(own), known_settings()):
            meant = (Problem("bad_arguments.meant", {"given": name, "near": setting}) for name, setting in near)
            raise Pkcs12Error(Problem("bad_arguments.nearly_a_setting", causes=tuple(meant)))

    def _defaults(self) -> Mapping[str, Any]:
        defaults = untag(self._task.args[FROM_SITE])
        defaults = {} if defaults is None else defaults
        marked = [name for name, option in self.SPEC.options.items() if option.get(SITE)]
        if not isinstance(defaults, Mapping):
            raise Pkcs12Error(Problem("bad_arguments.from_site_no_mapping", {"known": tuple(marked)}))
        if other := sorted(name for name in defaults if name not in marked):
            wrong = {"options": tuple(other), "known": tuple(marked)}
            raise Pkcs12Error(Problem("bad_arguments.from_site_unknown", wrong))
        return defaults

    def _of_site(self, name: str, option: Mapping[str, Any]) -> Any:
        """The site's value of an option; None where there is none."""
        variable = f"{PREFIX}{name}"
        if kind := self.SECRETS_BY_KEY.get(name):
            return self._secrets_by_key(variable, kind)
        if variable not in self._task_vars:
            return None
        value = self._secret(variable) if option.get("no_log") else self.variable(variable)
        if option[SITE] == RUN:
            self.refuse_in_inventory(variable)
        return "" if value is None and option.get(BLANK) and self._task_vars[variable] is not None else value

    def _secret(self, variable: str) -> Any:
        value = rendered_secret(self._templar, self._task_vars[variable], variable)
        if is_refusal(value):
            raise Pkcs12Error(replace(value, setting=variable.removeprefix(PREFIX)))
        return value

    def _secrets_by_key(self, variable: str, kind: SecretKind) -> Mapping[str, Any] | None:
        """The secrets of all variables whose name is this one, or begins with it and an underscore."""
        names = [*names_of(variable, self._task_vars), *names_of(f"{variable}_*", self._task_vars)]
        written = rendered_mappings(self._templar, self._task_vars, names)
        self._secrets |= texts_in(list(written.values()))
        found, doubts = merged(written, kind)
        self._doubts = (*self._doubts, *doubts)
        return found or None

    def _checked_secrets(self, given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """One person's secret that is no text is a refusal in its place, because Ansible would refuse them all."""
        known = {name: kind for name, kind in self.SECRETS_BY_KEY.items() if name in given}
        self._secrets |= texts_in([given[name] for name in known])
        return {**given, **{name: by_key(given[name], kind, names[name]) for name, kind in known.items()}}


def is_empty(value: Any) -> bool:
    """Whether a variable counts as not set: null, or blank text, such as an empty answer to a survey."""
    return value is None or (isinstance(value, str) and not value.strip())
