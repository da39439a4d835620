# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published JSON schemas, for tests that compare them with the documents that they describe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from consistency.tree import ROOT


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema of ``docs``: its text, and the same text parsed."""

    text: str
    content: dict[str, Any]

    def canonical(self) -> str:
        """The text that the file must have."""
        return json.dumps(self.content, indent=2, ensure_ascii=False) + "\n"

    def complaints(self, document: Any) -> list[str]:
        """The reasons why a document does not fit, each with its place."""
        validator = Draft202012Validator(self.content, format_checker=FormatChecker())
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]

    def objects(self) -> list[dict[str, Any]]:
        """Every part that describes a map."""
        return list(_objects(self.content))


def published(name: str) -> Schema:
    """A schema by its file's name. Raises ``jsonschema.SchemaError`` if the file is no schema."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(content)
    return Schema(text, content)


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for each in part.values():
            yield from _objects(each)
    elif isinstance(part, list):
        for each in part:
            yield from _objects(each)
