# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an answer is what a case expects: an expected object names some keys, an expected list is complete."""

from __future__ import annotations

from collections.abc import Iterator
from reprlib import Repr
from typing import Any

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 120


def mismatches(expected: Any, actual: Any, path: str = "answer") -> Iterator[str]:
    """One sentence for each place where they differ."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, inner in expected.items():
            if key in actual:
                yield from mismatches(inner, actual[key], f"{path}.{key}")
            else:
                yield f"{path}.{key} is missing"
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (inner, found) in enumerate(zip(_sorted(expected), actual, strict=True)):
            yield from mismatches(inner, found, f"{path}[{index}]")
    elif type(expected) is not type(actual) or expected != actual:
        yield f"{path} is {_SHORT.repr(actual)}, expected {_SHORT.repr(expected)}"


def _sorted(expected: list[Any]) -> list[Any]:
    """Elements stand in the order of thumbprints, which an author of cases does not know by heart."""
    if all(isinstance(inner, dict) and "thumbprint" in inner and "step" not in inner for inner in expected):
        return sorted(expected, key=lambda element: str(element["thumbprint"]))
    return expected
