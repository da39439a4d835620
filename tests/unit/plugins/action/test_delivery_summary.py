# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``delivery_summary`` reaches what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import base
from unit.plugins.action.effects import Effect, Scene, check
from unit.plugins.plugin_utils._delivery.deliveries import PICKED_UP, known, mail
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.in_process import run_action

BASE = {
    "deliveries": [mail("T1")],
    "withdrawals": [PICKED_UP],
    "holders": [{"name": "Jeanne Dupont", "authorisation": "T1"}],
}


def totals(scene: Scene) -> Any:
    return scene.result["totals"]


def numbers(scene: Scene) -> Any:
    return [row["authorisation"] for row in scene.result["ansible_facts"]["pkcs12_fact_deliveries"]["deliveries"]]


def needed(scene: Scene) -> Any:
    return scene.result["needs_somebody"]


def told(scene: Scene) -> Any:
    return [line for line in scene.result["lines"] if "read" in line]


DONE = {"collected": 1}
EFFECTS = [
    Effect("deliveries", [mail("T1", state="not_authentic")], totals, DONE, {"not_authentic": 1}),
    Effect("withdrawals", [{**PICKED_UP, "state": "link_used"}], totals, DONE, {"link_used": 1}),
    Effect("problems", [{"place": "new/1", "cause": "So.", "next_step": "Look."}], needed, [], ["?"]),
    Effect("holder_problems", ["pkcs12_holders of ws-1 is a text."], needed, [], ["?"]),
    Effect("unstored", {"T1": "No store."}, totals, DONE, {"passphrase_not_stored": 1}),
    Effect("holders", [], totals, DONE, {"unknown_holder": 1}),
    Effect("acknowledged", ["<T1@issuer.example>"], totals, DONE, {"acknowledged": 1}),
    Effect("leavers", ["T1"], totals, DONE, {"left": 1}),
    Effect("reading", {"msg": "1 mail read."}, told, [], ["1 mail read."]),
    Effect("known", known("T0"), numbers, ["T1"], ["T0", "T1"]),
]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.option)
def test_an_option_reaches_what_it_is_for(effect: Effect, tmp_path: Path) -> None:
    check("delivery_summary", BASE, effect, tmp_path)


def test_ansible_hides_the_link_and_the_code_of_a_delivery_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: set[str] = set()
    monkeypatch.setattr(base, "register_secrets", hidden.update)
    link = {"url": "https://ra.example/withdraw?id=1", "code": "c0de-of-T1"}
    run_action("delivery_summary", BASE | {"deliveries": [mail("T1", **link)]}, FakeDrivers())
    assert hidden == set(link.values())
