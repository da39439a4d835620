# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The codes of problems: who acts, the types of their values, and their sentences by language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .._errors import Actor, Problem

LANGUAGES = ("en", "fr")
FOLDER = Path(__file__).parent / "fragments"


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Code to ``actor``, ``values`` (name to type) and, by language, ``cause`` and ``next_step``."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        found.update(json.loads(path.read_text(encoding="utf-8")))
    return found


def actor_of(problem: Problem) -> Actor:
    """Who can mend it. What the catalogue does not know, and what it says that nobody has to, is IT's."""
    said = catalogue().get(problem.code, {}).get("actor")
    return Actor.IT if said in (None, Actor.NOBODY) else Actor(said)
