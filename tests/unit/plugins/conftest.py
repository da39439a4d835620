# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every problem that a unit test makes is one of the catalogue, with exactly the values of its entry."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES

TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "word": str,
    "outside": Outside,
    "reason": str,
    "instant": str,
    "account": str,
    "int": int,
    "bool": bool,
    "date": date,
    "strs": tuple,
    "accounts": tuple,
    "choices": tuple,
    "words": tuple,
}
EXACT = ("int", "bool", "date")
"""A bool is an int and a moment is a day for Python, and neither is told as the other."""


@pytest.fixture(autouse=True)
def _known_problems(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("any_problem"):
        return
    made = Problem.__init__

    def checked(self: Problem, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        if sys._getframe(1).f_code.co_name == "from_map":  # a file may be of another version
            return
        entry = CODES.get(self.code)
        assert entry is not None, f"{self.code} is no code of the catalogue"
        types = entry.values
        assert self.values.keys() == types.keys(), (
            f"{self.code} has {sorted(self.values)}, and the catalogue {sorted(types)}"
        )
        for name, value in self.values.items():
            known = TYPES[types[name]]
            exact = types[name] in EXACT
            fits = value.__class__ is known if exact else isinstance(value, known)
            assert fits or value is None, f"{self.code}: {name} is {type(value).__name__}, not {types[name]}"
            if known is tuple:
                assert all(isinstance(each, str) for each in value or ()), (
                    f"{self.code}: {name} has other items than texts"
                )

    monkeypatch.setattr(Problem, "__init__", checked)
