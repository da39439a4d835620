# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The arguments of a task, what its user calls them, and their validation by Ansible's own validator in these names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

OF_OURS = {"no_log", "site"}
"""Keys that Ansible's validator is not told of. With ``no_log`` it would have ansible-core hide a passphrase 1234 in all output."""


@dataclass(frozen=True, slots=True)
class ArgumentSpec:
    """An argument spec: the options, and the rules between them, as Ansible's ``ArgumentSpecValidator`` takes them.

    An option with ``site: True`` can be set by the site's variable of the same name; with ``site: "run"`` by that of one run.
    """

    options: Mapping[str, Mapping[str, Any]]
    mutually_exclusive: Sequence[Sequence[str]] = ()
    required_one_of: Sequence[Sequence[str]] = ()
    required_if: Sequence[Sequence[Any]] = ()
    required_together: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Arguments:
    """``values`` by option, plain; they may hold secrets. ``names``: what the user calls each option of the spec: it, or its variable."""

    values: Mapping[str, Any] = field(repr=False)
    names: Mapping[str, str]

    def name(self, option: str) -> str:
        """What the user calls an option."""
        return self.names.get(option, option)

    def by_name(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """These values of options, by what the user calls them."""
        return {self.name(option): value for option, value in values.items()}


@dataclass(frozen=True, slots=True)
class Validation:
    """``options``: the validated values, with the spec's defaults. ``problem``: Ansible's sentence; ``unknown``: of names of no option."""

    options: Mapping[str, Any] = field(repr=False)
    problem: str | None
    unknown: bool = False


def validated(spec: ArgumentSpec, arguments: Arguments) -> Validation:
    """An option that is null counts as left out: it gets its default, or is missing if it is required."""
    named = {arguments.name(option): option for option in spec.options}
    options = {
        name: {key: said for key, said in spec.options[option].items() if key not in OF_OURS}
        for name, option in named.items()
    }
    rules = {
        each.name: [_named(rule, arguments) for rule in getattr(spec, each.name)]
        for each in fields(spec)
        if each.name != "options"
    }
    given = {name: value for name, value in arguments.values.items() if value is not None}
    known = {name: value for name, value in given.items() if name in spec.options}
    done = ArgumentSpecValidator(options, **rules).validate(arguments.by_name(known))
    values = {named.get(name, name): value for name, value in done.validated_parameters.items()}
    if unknown := sorted(given.keys() - known.keys()):  # a variable is no argument of a task
        supported = ", ".join(sorted(spec.options))
        return Validation(values, f"{', '.join(unknown)}. Supported parameters include: {supported}.", unknown=True)
    # A misspelt key of an entry comes first. In old lines of ansible-core it stands behind one that is missing.
    first = min(done.errors, key=lambda error: not isinstance(error, UnsupportedError), default=None)
    return Validation(values, str(first) if first else None, isinstance(first, UnsupportedError))


def _named(rule: Iterable[Any], arguments: Arguments) -> list[Any]:
    """A rule between options. Only its texts and the texts of its lists can be options; a value that an option has is none."""
    return [
        [arguments.name(each) for each in part]
        if isinstance(part, list)
        else arguments.name(part)
        if isinstance(part, str)
        else part
        for part in rule
    ]
