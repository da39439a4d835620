# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No option of an action, and no choice of one, is without a row in the table of its action, or of one that shares the option."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from unit.plugins.action.effects import Effect
from unit.plugins.plugin_utils.in_process import PLUGINS

ACTIONS = sorted(path.stem for path in (Path(__file__).parents[4] / "plugins" / "action").glob("*.py"))


def options_of(action: str) -> dict[str, Mapping[str, Any]]:
    """All options and suboptions of an action, by name."""

    def every(options: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, said in options.items():
            yield f"{place}{name}", said
            yield from every(said.get("options", {}), f"{place}{name}.")

    return dict(every(importlib.import_module(f"{PLUGINS}.action.{action}").ActionModule.SPEC.options))


def table_of(action: str) -> list[Effect]:
    """The rows of an action."""
    rows: list[Effect] = importlib.import_module(f"unit.plugins.action.test_{action}").EFFECTS
    return rows


def tried(action: str) -> Iterator[Effect]:
    """The rows of an action, and those of others for options that all have from one table: one function reads them for all."""
    yield from table_of(action)
    here = options_of(action)
    for other in ACTIONS:
        there = options_of(other)
        yield from (effect for effect in table_of(other) if here.get(effect.option) is there[effect.option])


@pytest.mark.parametrize("action", ACTIONS)
def test_every_option_has_a_row_and_every_row_an_option(action: str) -> None:
    assert {effect.option for effect in tried(action)} == set(options_of(action))


@pytest.mark.parametrize("action", ACTIONS)
def test_every_choice_but_the_default_has_a_row(action: str) -> None:
    rows = {(effect.option, effect.value) for effect in tried(action) if isinstance(effect.value, str)}
    choices = {
        (name, choice)
        for name, said in options_of(action).items()
        if said["type"] == "str"
        for choice in said.get("choices", ())
        if choice != said.get("default")
    }
    assert choices - rows == set()


@pytest.mark.parametrize("action", ACTIONS)
def test_no_row_has_the_default(action: str) -> None:
    known = options_of(action)
    for effect in table_of(action):
        if effect.option not in effect.given:
            assert effect.value != known[effect.option].get("default"), effect.option
