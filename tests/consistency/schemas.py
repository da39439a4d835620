# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published JSON schemas, as tests hold them against what they describe."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from consistency.tree import ROOT


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema of ``docs``: its text, and what it says."""

    text: str
    said: dict[str, Any]

    def complaints(self, document: Any) -> list[str]:
        """What it has against a document, as places and reasons."""
        validator = Draft202012Validator(self.said, format_checker=FormatChecker())
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]

    def objects(self) -> list[dict[str, Any]]:
        """Every description of a map in it."""
        return list(_objects(self.said))


def published(name: str) -> Schema:
    """A schema by its file's name. Raises ``jsonschema.SchemaError`` for what is none."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    said: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(said)
    return Schema(text, said)


def put(*place: str | int, value: Any) -> Callable[[Any], None]:
    """Puts something wrong in one place of a document."""

    def apply(said: Any) -> None:
        for part in place[:-1]:
            said = said[part]
        said[place[-1]] = value

    return apply


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for each in part.values():
            yield from _objects(each)
    elif isinstance(part, list):
        for each in part:
            yield from _objects(each)
