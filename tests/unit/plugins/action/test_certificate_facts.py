# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``certificate_facts`` reaches what it is for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import ConnectionLost
from unit.plugins.action.effects import (
    EAST,
    NAME,
    NEW,
    OLD,
    TONIGHT,
    Effect,
    Scene,
    authority,
    bundle,
    code,
    computers,
    facts,
    listed,
    renamed,
    table,
    warned,
)
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import CLIENT_AUTH, EMAIL, YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action, sid_of
from unit.plugins.plugin_utils.problems import sample

BASE = {"holders": [JEANNE]}
NUMBERLESS = {"user": JEANNE["user"], "name": "Jeanne Dupont"}
PAULS = bundle("Paul Martin - T654321")
MAIL = bundle("Some Body - X1", eku=(CLIENT_AUTH, EMAIL))
OF_ROOT = issue(replace(authority(), issuing=authority().root), "Jeanne Card - T123456", YEAR)
HERS, HIS, OTHER, CARD = NAME, "Paul Martin - T654321", "Some Body - X1", "Jeanne Card - T123456"


def crowded(scene: Scene) -> None:
    """Four certificates of three people and two issuers, one for mail, too."""
    scene.plant(OLD, OF_ROOT)
    scene.plant(PAULS, MAIL, user=PAUL["user"])


def holder(name: str) -> Any:
    return lambda scene: facts(scene)["holders"][0][name]


def silent(scene: Scene) -> None:
    """Nothing listens there."""

    def lost(_holders: Any) -> Any:
        raise ConnectionLost(sample("connection_refused"))

    vars(scene.workstation)["inventory"] = lost


def audited(scene: Scene) -> bool:
    return "pkcs12_fact_audit" in scene.result["ansible_facts"]


def failed(scene: Scene) -> bool:
    return bool(scene.result["failed"])


def others(scene: Scene) -> list[str]:
    return [each["issued_to"] for each in scene.result["other_names"]]


ELSE = "Paul Martin - T123456"
TURNED = bundle("DUPONT Jeanne - T123456")
SOON = {"authorisation_anniversary": "2026-12-15"}

EFFECTS = [
    Effect("holders", [JEANNE, PAUL], listed, [CARD, HERS], [CARD, HERS, HIS], scene=crowded),
    Effect("holders.user", PAUL["user"], holder("owner_sid"), sid_of(JEANNE["user"]), sid_of(PAUL["user"]), scene=crowded),
    Effect("holders.name", "Jeanne Durand", holder("name"), "Jeanne Dupont", "Jeanne Durand"),
    Effect("holders.authorisation", "T654321", listed, [CARD, HERS], [HIS], scene=crowded),
    Effect("holders.authorisation_anniversary", "2027-03-01", holder("authorisation_anniversary"), None, "2027-03-01"),
    Effect("authorisation_anniversary", "2027-03-01", holder("authorisation_anniversary"), None, "2027-03-01"),
    Effect("authorisation_anniversary", "tomorrow", code, None, "bad_arguments"),
    Effect("holders.absent_until", "tomorrow", code, None, "bad_arguments"),
    Effect("holders.awaiting", "godot", code, None, "bad_arguments"),
    Effect("holders.former_name", "Jeanne Durand", code, None, "bad_arguments", {"holders": [NUMBERLESS]}, entry=NUMBERLESS),
    Effect("holders.expected_from", "soon", code, None, "bad_arguments"),
    Effect("holders.function", "x" * 101, code, None, "bad_arguments"),
    Effect("holders.group", "x" * 1001, code, None, "bad_arguments"),
    Effect("holders.mail", "nobody", code, None, "bad_arguments"),
    Effect("only_holders", True, listed, [CARD, HERS, HIS, OTHER], [CARD, HERS], {"issuer": "."}, crowded),
    Effect("issuer", "CN=AC Personnes", listed, [CARD, HERS], [CARD, HERS, HIS, OTHER], scene=crowded),
    Effect("subject", "CN=Some", listed, [CARD, HERS], [OTHER], scene=crowded),
    Effect("authorisation_pattern", "- (X[0-9])$", listed, [CARD, HERS], [OTHER], scene=crowded),
    Effect("name_check", "strict", others, [], ["DUPONT Jeanne - T123456"], scene=lambda scene: scene.plant(TURNED)),
    Effect("name_check", "off", others, [ELSE], [], scene=lambda scene: scene.plant(bundle(ELSE))),
    Effect("holders.former_name", "Paul Martin", others, [ELSE], [], scene=lambda scene: scene.plant(bundle(ELSE))),
    Effect("eku", [EMAIL], listed, [CARD, HERS], [OTHER], scene=crowded),
    Effect("include_unrelated", True, listed, [CARD, HERS], [CARD, HERS, HIS, OTHER], scene=crowded),
    Effect("include_archived", True, listed, [], [HERS], scene=lambda scene: scene.plant(OLD, archived=True)),
    Effect("renew_before_days", 10, holder("status"), "renewal_due", "valid", scene=lambda scene: scene.plant(OLD)),
    Effect("authorisation_due_within_days", 10, holder("status"), "renewal_due", "valid", SOON, lambda scene: scene.plant(NEW)),
    Effect("time_zone", EAST, holder("days_left"), 365, 364, scene=lambda scene: scene.plant(TONIGHT)),
    Effect("computer", "WS-2", code, None, "wrong_computer"),
    Effect("computer", "pc-7", warned, 1, 0, scene=renamed),
    Effect("computer", "ws-1", computers, [None], ["ws-1"], {"prove_keys": True}, lambda scene: scene.plant(OLD)),
    Effect("record_audit", True, audited, False, True),
    Effect("fail_on_unreachable", True, failed, False, True, {"record_audit": True}, silent),
    Effect("prove_keys", True, holder("proof"), None, "proven", scene=lambda scene: scene.plant(OLD)),
]  # fmt: skip


test_an_option_reaches_what_it_is_for = table("certificate_facts", BASE, EFFECTS)


def test_what_only_an_audit_can_do_is_refused_elsewhere() -> None:
    result = run_action("certificate_facts", {"fail_on_unreachable": True}, FakeWorkstation())
    assert (result["failed"], result["error"]["code"]) == (True, "bad_arguments")
    assert result["error"]["problem"]["code"] == "bad_arguments.only_for_audits"
    assert "journal" not in result


@pytest.mark.parametrize("given", [{}, {"record_audit": True}, {"prove_keys": True}], ids=["facts", "audit", "proof"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_the_last_run_found_stays_until_the_next_one(given: dict[str, Any], check_mode: bool) -> None:
    """A task that only looks has no outcome of its own."""
    workstation = FakeWorkstation()
    workstation.person(JEANNE["user"])
    workstation.plant(JEANNE["user"], OLD)
    last = {"outcome": "failed", "outcome_at": "2026-11-25T00:00:00Z", "problem": sample("wrong_passphrase").to_map()}
    first = run_action("certificate_facts", BASE, workstation)["ansible_facts"]["pkcs12"]
    before = {**first, "holders": [row | last for row in first["holders"]]}
    variables = {"ansible_facts": {"pkcs12": before}}
    result = run_action("certificate_facts", BASE | given, workstation, variables=variables, check_mode=check_mode)
    (row,) = result["ansible_facts"]["pkcs12"]["holders"]
    assert {name: row[name] for name in last} == last
