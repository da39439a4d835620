# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The variables of the collection, and what another task's option is called."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from .._messages.words import SHARED_WORDS

SETTINGS = Path(__file__).parent / "site_settings.json"
"""Made from the specs of the actions. To import all of them takes longer than everything else here."""


@cache
def known_settings() -> dict[str, str]:
    """All settings, and for whom each is read."""
    found: dict[str, str] = json.loads(SETTINGS.read_text(encoding="utf-8"))
    return found


def variable_of(option: str) -> str:
    """The variable from which roles and playbooks take an option; the option itself if there is none."""
    variable = f"pkcs12_{SHARED_WORDS.get(option, option)}"
    return variable if variable in known_settings() else option
