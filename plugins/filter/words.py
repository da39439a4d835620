# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems in words, for roles and playbooks. See ansible-doc -t filter hospital_it.pkcs12.words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.known_settings import variable_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words


def words(
    given: Any,
    /,
    language: Any = "",
    setting: str | None = None,
    causes: Iterable[Any] = (),
    rows: Iterable[Mapping[str, Any]] | None = None,
    **values: Any,
) -> str | list[str]:
    """The sentences of a code with these values, of a kept problem, of each in a list, or of a code for each row."""
    told = Words(str(language), variable_of)
    led_to = tuple(map(Problem.from_map, causes))

    def text_of(each: Any, of_row: Mapping[str, Any]) -> str:
        is_kept = isinstance(each, Mapping)
        problem = Problem.from_map(each) if is_kept else Problem(str(each), _typed(str(each), of_row), setting, led_to)
        return told.of(problem)

    if rows is not None:
        return [text_of(given, {name: _at(row, str(path)) for name, path in values.items()}) for row in rows]
    return [text_of(each, values) for each in given] if isinstance(given, (list, tuple)) else text_of(given, values)


def _at(row: Any, path: str) -> Any:
    """The value at a place such as ``places.0.workstation``."""
    for key in path.split("."):
        row = row[int(key)] if isinstance(row, (list, tuple)) else row[key]
    return row


def _typed(code: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that the code has. A template may have made a text of a number."""
    types = CODES[code].values if code in CODES else dict.fromkeys(values)
    return {name: _value(value, types[name]) for name, value in values.items() if name in types}


def _value(value: Any, kind: str | None) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(map(str, value))
    if kind == "int" and str(value).strip().isdecimal():
        return int(value)
    if kind == "outside":
        return Outside(value)
    return value if isinstance(value, (bool, int)) and kind != "str" else str(value)


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"words": words}
