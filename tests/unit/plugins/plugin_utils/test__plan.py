# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import StoredElement
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._observed import view_elements
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._plan import (
    ImportLeaf,
    NameLeaf,
    PlannedStep,
    Prove,
    ProveKey,
    Wanted,
    plan_present,
)
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.fakes import element


def plan(
    issued: IssuedBundle, *store: StoredElement, name: str | None = None, prove: Prove = Prove.ON_CHANGE
) -> tuple[list[type[PlannedStep]], bool, bool]:
    """The kinds of the steps, whether they change the store, and whether the bundle has to travel."""
    planned = plan_present(Wanted(issued.thumbprint, name, prove), view_elements(store))
    assert all(step.thumbprint == issued.thumbprint for step in planned.steps)
    return [type(step) for step in planned.steps], planned.changes, planned.imports


def test_what_is_not_there_is_imported_and_proven(issued: IssuedBundle, other: IssuedBundle) -> None:
    assert plan(issued) == ([ImportLeaf, ProveKey], True, True)
    assert plan(issued, element(other)) == ([ImportLeaf, ProveKey], True, True)
    assert plan(issued, name="SISERI") == ([ImportLeaf, ProveKey, NameLeaf], True, True)


def test_what_cannot_be_used_is_imported_again(issued: IssuedBundle) -> None:
    assert plan(issued, element(issued, key=None)) == ([ImportLeaf, ProveKey], True, True)
    assert plan(issued, element(issued, archived=True)) == ([ImportLeaf, ProveKey], True, True)


def test_what_is_there_is_left_alone(issued: IssuedBundle) -> None:
    assert plan(issued, element(issued)) == ([], False, False)
    assert plan(issued, element(issued, friendly_name="SISERI")) == ([], False, False)
    assert plan(issued, element(issued, friendly_name="SISERI"), name="SISERI") == ([], False, False)


@pytest.mark.parametrize("before", [None, "old"])
def test_another_name_is_set_without_an_import(issued: IssuedBundle, before: str | None) -> None:
    assert plan(issued, element(issued, friendly_name=before), name="new") == ([NameLeaf], True, False)


def test_proof_at_every_run_changes_nothing(issued: IssuedBundle) -> None:
    assert plan(issued, element(issued), prove=Prove.ALWAYS) == ([ProveKey], False, False)
