# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The arguments of a task, what its user calls them, and their conversion by Ansible's own validator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

OF_OURS = {"no_log", "site", "blank"}
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


@dataclass(frozen=True, slots=True)
class Validation:
    """``options``: the validated values, with the spec's defaults. ``said``: why Ansible refuses them, in its own words."""

    options: Mapping[str, Any] = field(repr=False)
    said: str | None


def validated(spec: ArgumentSpec, arguments: Arguments) -> Validation:
    """What Ansible's validator makes of the arguments that are options. One that is null counts as left out, and gets its default."""
    options = {
        name: {key: said for key, said in option.items() if key not in OF_OURS} for name, option in spec.options.items()
    }
    rules = {each.name: getattr(spec, each.name) for each in fields(spec) if each.name != "options"}
    given = {
        name: entries_in(value) if isinstance(value, str) and options[name].get("type") == "list" else value
        for name, value in arguments.values.items()
        if value is not None and name in options
    }
    done = ArgumentSpecValidator(options, **rules).validate(given)
    return Validation(done.validated_parameters, next(map(str, done.errors), None))


def entries_in(text: str) -> list[str]:
    """The entries of a list that is written as a text with commas. Ansible itself would keep the blanks around them."""
    return [each.strip() for each in text.split(",") if each.strip()]
