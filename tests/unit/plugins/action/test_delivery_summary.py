# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``delivery_summary`` reaches what it is for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import base
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from unit.plugins.action.effects import EAST, Effect, Scene, code, table
from unit.plugins.plugin_utils._mail.deliveries import PICKED_UP, error_row, known, mail
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.in_process import run_action

BASE: dict[str, Any] = {
    "mails": {"deliveries": [mail("T1")]},
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


def files(scene: Scene) -> Any:
    return {number: Path(each["dest"]).name for number, each in scene.result["pickups"].items()}


def folders(scene: Scene) -> Any:
    return {Path(each["dest"]).parent.name for each in scene.result.get("pickups", {}).values()}


def is_store_checked(scene: Scene) -> Any:
    return scene.result["check_store"]


DONE = {"collected": 1}
ONE = {"deliveries": [mail("T1")]}
UNDATED = error_row("mail_date.missing")
PLAN = {"withdrawals": None, "bundle_folder": "/srv/bundles"}
MARK = "dc937b59"  # of the mails here, which have no link
USUAL = {"T1": f"Jeanne Dupont - T1 2026-11-20 0800 {MARK}.p12"}
LAST_DAY = [BASE["holders"][0] | {"leaves_on": "2026-11-25"}]
NO_MAPPING = Problem("bad_arguments.no_mapping_of_secrets", {"variable": "pkcs12_x", "found": "a_text"}).to_map()
EFFECTS = [
    Effect("mails", {"deliveries": [mail("T1", state="not_authentic")]}, totals, DONE, {"not_authentic": 1}),
    Effect("mails", {"deliveries": [], "problems": [{"place": "new/1", "error": UNDATED}]}, needed, [], ["?"]),
    Effect("mails", ONE | {"told": {"code": "delivery.left"}}, told, 2, 3),
    Effect("mails", ONE | {"ignored": {"other_authorisations": 1}}, told, 3, 2, {"acknowledged": ["nowhere"]}),
    Effect("mails", {"error": UNDATED}, code, None, "mail_date"),
    Effect("mails", {"msg": "Not rendered."}, code, None, "delivery"),
    Effect("withdrawals", [{**PICKED_UP, "state": "link_used"}], totals, DONE, {"link_used": 1}),
    Effect("holder_problems", ["pkcs12_holders of ws-1 is a text."], needed, [], ["?"]),
    Effect("unstored", {"T1": "No store."}, totals, DONE, {"passphrase_not_stored": 1}),
    Effect("holders", [], totals, DONE, {"unknown_holder": 1}),
    Effect("acknowledged", ["<T1@issuer.example>"], totals, DONE, {"acknowledged": 1}),
    Effect("leavers", ["T1"], totals, DONE, {"left": 1}),
    Effect("holders", [BASE["holders"][0] | {"leaves_on": "2020-02-29"}], totals, DONE, {"left": 1}),
    Effect("holders", LAST_DAY, totals, DONE, {"left": 1}, variables={"pkcs12_time_zone": EAST}),
    Effect("retry", ["T2"], code, None, "bad_arguments"),
    Effect("known", known("T0"), numbers, ["T1"], ["T0", "T1"]),
    Effect("bundle_folder", "/srv/bundles", folders, set(), {"bundles"}, {"withdrawals": None}),
    Effect("file_name", "{authorisation} {link}.p12", files, USUAL, {"T1": f"T1 {MARK}.p12"}, PLAN),
    Effect("store_tasks", "store_ansible_vault.yml", is_store_checked, False, True, PLAN),
    Effect("passphrases", {"pkcs12_passphrases": NO_MAPPING}, code, None, "bad_arguments", PLAN),
    Effect("new_passphrases", {"pkcs12_new_passphrases": NO_MAPPING}, code, None, "bad_arguments", PLAN),
]


test_an_option_reaches_what_it_is_for = table(
    "delivery_summary", BASE, EFFECTS, lambda effect: f"{effect.option} {effect.changed}"
)


PEOPLE = [{"name": "Jeanne Dupont", "authorisation": number} for number in ("T1", "T2", "T3", "T4")]
MAILS = [
    mail("T9"),
    *(mail(each["authorisation"]) for each in PEOPLE),
    mail("T1", state="superseded"),
    mail(None, state="refused"),
]
SEVERAL: dict[str, Any] = BASE | {"mails": {"deliveries": MAILS}, "holders": PEOPLE}
SEVERAL |= {"acknowledged": ["<T2@issuer.example>"], "leavers": ["t3"]}


def test_what_a_run_has_to_withdraw_is_new_of_a_holder_and_open() -> None:
    planned, summed = (run_action("delivery_summary", SEVERAL | more, FakeDrivers()) for more in (PLAN, {}))
    assert (planned["to_withdraw"], "ansible_facts" in planned) == (["T1", "T4"], False)
    assert (summed["to_withdraw"], "ansible_facts" in summed) == (["T1", "T4"], True)


@pytest.mark.parametrize(
    "number", ["T2", "T3", "T9", "T5", ""], ids=["acknowledged", "left", "no holder", "no mail", "empty"]
)
def test_a_number_to_retry_that_is_not_withdrawn_is_refused(number: str) -> None:
    told, done = (
        run_action("delivery_summary", SEVERAL | {"retry": retry}, FakeDrivers())
        for retry in (["T1", number], ["T4", " t1"])
    )
    assert (told["error"]["code"], told["error"]["setting"]) == ("bad_arguments", "retry")
    assert (told["error"]["problem"]["values"], "ansible_facts" in told) == ({"numbers": [number]}, False)
    assert done["to_withdraw"] == ["T1", "T4"]


def test_ansible_hides_the_link_and_the_code_of_a_delivery_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: set[str] = set()
    monkeypatch.setattr(base, "register_secrets", hidden.update)
    link = {"url": "https://ra.example/withdraw?id=1", "code": "c0de-of-T1"}
    run_action("delivery_summary", BASE | {"mails": {"deliveries": [mail("T1", **link)]}}, FakeDrivers())
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


def test_holders_and_records_are_those_of_the_site() -> None:
    """Whoever works at a workstation whose holders cannot be read is nobody of whom a link is used."""
    jeanne = {"user": "CHU\\jdupont", "name": "Jeanne Dupont", "former_name": "Jeanne Durand", "authorisation": "T1"}
    variables = {
        "ansible_facts": {"pkcs12_fact_deliveries": known("T0")},
        "groups": {"all": ["ws-1", "ws-2"]},
        "hostvars": {"ws-1": {"pkcs12_holders": [jeanne]}, "ws-2": {"pkcs12_holders": "CHU\\pmartin"}},
    }
    given = {"mails": {"deliveries": [mail("T1"), mail("T2")]}} | PLAN
    plan = run_action("delivery_summary", given, FakeDrivers(), variables=variables)
    ((number, pickup),) = plan["pickups"].items()
    assert (number, pickup["name"], pickup["former_name"]) == ("T1", "Jeanne Dupont", "Jeanne Durand")
    assert (plan["needs_somebody"], plan.get("failed", False)) == (["?", "T2"], False)
    summed = run_action("delivery_summary", given | {"withdrawals": []}, FakeDrivers(), variables=variables)
    records = summed["ansible_facts"]["pkcs12_fact_deliveries"]["deliveries"]
    assert [row["authorisation"] for row in records] == ["T0", "T1", "T2"]
