# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``delivery_summary`` reaches what it is for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import base
from unit.plugins.action.effects import Effect, Scene, check, code
from unit.plugins.plugin_utils._mail.deliveries import PICKED_UP, error_row, known, mail
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
    return len(scene.result["lines"])


def to_withdraw(scene: Scene) -> Any:
    return scene.result["to_withdraw"]


DONE = {"collected": 1}
EFFECTS = [
    Effect("deliveries", [mail("T1", state="not_authentic")], totals, DONE, {"not_authentic": 1}),
    Effect("withdrawals", [{**PICKED_UP, "state": "link_used"}], totals, DONE, {"link_used": 1}),
    Effect("problems", [{"place": "new/1", "error": error_row("mail_date.missing")}], needed, [], ["?"]),
    Effect("holder_problems", ["pkcs12_holders of ws-1 is a text."], needed, [], ["?"]),
    Effect("unstored", {"T1": "No store."}, totals, DONE, {"passphrase_not_stored": 1}),
    Effect("holders", [], totals, DONE, {"unknown_holder": 1}),
    Effect("acknowledged", ["<T1@issuer.example>"], totals, DONE, {"acknowledged": 1}),
    Effect("leavers", ["T1"], totals, DONE, {"left": 1}),
    Effect("retry", ["T2"], code, None, "bad_arguments"),
    Effect("reading", {"msg": "1 mail read."}, told, 2, 3),
    Effect("known", known("T0"), numbers, ["T1"], ["T0", "T1"]),
]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.option)
def test_an_option_reaches_what_it_is_for(effect: Effect, tmp_path: Path) -> None:
    check("delivery_summary", BASE, effect, tmp_path)


PEOPLE = [{"name": "Jeanne Dupont", "authorisation": number} for number in ("T1", "T2", "T3", "T4")]
MAILS = [
    mail("T9"),
    *(mail(each["authorisation"]) for each in PEOPLE),
    mail("T1", state="superseded"),
    mail(None, state="refused"),
]


def test_what_a_run_has_to_withdraw_is_new_of_a_holder_and_open() -> None:
    given = BASE | {"deliveries": MAILS, "holders": PEOPLE, "acknowledged": ["<T2@issuer.example>"], "leavers": ["t3"]}
    planned = run_action("delivery_summary", given | {"withdrawals": []}, FakeDrivers(), check_mode=True)
    summed = run_action("delivery_summary", given, FakeDrivers())
    assert (planned["to_withdraw"], "ansible_facts" in planned) == (["T1", "T4"], False)
    assert (summed["to_withdraw"], "ansible_facts" in summed) == (["T1", "T4"], True)


@pytest.mark.parametrize(
    "number", ["T2", "T3", "T9", "T5", ""], ids=["acknowledged", "left", "no holder", "no mail", "empty"]
)
def test_a_number_to_retry_that_is_not_withdrawn_is_refused(number: str) -> None:
    given = BASE | {"deliveries": MAILS, "holders": PEOPLE, "acknowledged": ["<T2@issuer.example>"], "leavers": ["t3"]}
    told = run_action("delivery_summary", given | {"retry": ["T1", number]}, FakeDrivers())
    assert (told["error"]["code"], told["error"]["setting"], "ansible_facts" in told) == (
        "bad_arguments",
        "retry",
        False,
    )
    assert told["error"]["problem"]["values"] == {"numbers": [number]}
    assert run_action("delivery_summary", given | {"retry": ["T4", " t1"]}, FakeDrivers())["to_withdraw"] == [
        "T1",
        "T4",
    ]


def test_ansible_hides_the_link_and_the_code_of_a_delivery_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: set[str] = set()
    monkeypatch.setattr(base, "register_secrets", hidden.update)
    link = {"url": "https://ra.example/withdraw?id=1", "code": "c0de-of-T1"}
    run_action("delivery_summary", BASE | {"deliveries": [mail("T1", **link)]}, FakeDrivers())
    assert hidden == set(link.values())


@pytest.mark.parametrize(
    ("option", "called"), [("server_timeout", "pkcs12_server_timeout"), ("max_bundle_bytes", "max_bundle_bytes")]
)
def test_the_option_of_a_withdrawal_is_told_by_its_variable_if_it_has_one(option: str, called: str) -> None:
    """It is none of this task, and the role collect takes it from there."""
    problem = {"code": "bad_arguments.withdrawal_not_positive", "setting": option}
    failed = {**PICKED_UP, "state": "new", "error": {"code": "bad_arguments", "problem": problem}}
    result = run_action("delivery_summary", BASE | {"withdrawals": [failed]}, FakeDrivers())
    assert re.findall(rf"\w*{option}", result["msg"]) == [called]
