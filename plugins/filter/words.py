# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems in words, for roles and playbooks. See ansible-doc -t filter hospital_it.pkcs12.words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.filter.misspelt_variables import known_settings
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Problem, with_names
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.catalogue import catalogue
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words


def words(
    given: Any, language: Any = "", setting: str | None = None, causes: Iterable[Any] = (), **values: Any
) -> str | list[str]:
    """The sentences of a code with these values, of a problem as facts and results keep it, or of each in a list."""
    told = Words(str(language), _variable)

    def text_of(each: Any) -> str:
        problem = (
            Problem.from_map(each)
            if isinstance(each, Mapping)
            else Problem(str(each), _typed(str(each), values), setting, tuple(map(Problem.from_map, causes)))
        )
        return with_names(told.of(problem), _variable)

    return [text_of(each) for each in given] if isinstance(given, (list, tuple)) else text_of(given)


def _variable(option: str) -> str:
    """Roles and playbooks take all options from variables."""
    variable = f"pkcs12_{option}"
    return variable if variable in known_settings() else option


def _typed(code: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a template, which may make a text of a number."""
    types = catalogue().get(code, {}).get("values", {})
    return {name: _value(value, types.get(name)) for name, value in values.items()}


def _value(value: Any, kind: str | None) -> Any:
    if isinstance(value, (list, tuple)) or kind in ("strs", "words"):
        return tuple(map(str, value))
    if kind == "int" and str(value).strip().isdecimal():
        return int(value)
    return Outside(value) if kind == "outside" else value if isinstance(value, (bool, int)) else str(value)


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"words": words}
