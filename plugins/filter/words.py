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
    **values: Any,
) -> str | list[str]:
    """The sentences of a code with these values, of a kept problem, or of each in a list."""
    told = Words(str(language), variable_of)
    led_to = tuple(map(Problem.from_map, causes))

    def text_of(each: Any) -> str:
        is_kept = isinstance(each, Mapping)
        return told.of(
            Problem.from_map(each) if is_kept else Problem(str(each), _typed(str(each), values), setting, led_to)
        )

    return [text_of(each) for each in given] if isinstance(given, (list, tuple)) else text_of(given)


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
