# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``summary`` reaches what it is for."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from unit.plugins.action.effects import EAST, Effect, Scene, table
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.lazy_variables import Lazy

ROW = {"user": "CHU\\x", "name": "X Y", "authorisation": "T1", "deferred": False, "planned": False, "failed": False}
DONE, GONE = (
    {"holders": [{**ROW, "outcome": outcome, "msg": "Done."}], "msg": "Done.", "not_found": []}
    for outcome in ("renewed", "removed")
)
HOSTS = {"ws-1": {"first": DONE, "second": GONE}, "ws-2": {"first": DONE, "second": GONE}}
VARIABLES = {"hostvars": HOSTS, "groups": {"all": list(HOSTS)}}
LEAVER = {"user": "CHU\\y", "name": "Y Z", "authorisation": "T2"}
LEFT = {"ws-1": {**HOSTS["ws-1"], "pkcs12_holders": [ROW, LEAVER], "pkcs12_leavers": "T9, t2"}}
LEAVING = {"hostvars": LEFT, "groups": {"all": list(LEFT)}}
BASE = {"results": "first", "hosts": ["ws-1"]}
FIRST, SECOND = (
    {"batch": {"so_far": {"hosts": hosts, "of": 3, "need_help": 1 + hosts, "did_not_answer": 2 + hosts}}}
    for hosts in (1, 2)
)
BATCHES = {"ws-1": {**HOSTS["ws-1"], **FIRST}, "ws-2": {**HOSTS["ws-2"], **SECOND}, "ws-3": HOSTS["ws-2"]}
IN_BATCHES = {"hostvars": BATCHES, "groups": {"all": list(BATCHES)}}
SECOND_BATCH = {"hosts": ["ws-2"], "batch_of": ["ws-1", "ws-2"]}
THIRD_BATCH = {"hosts": ["ws-3"], "batch_of": ["ws-1", "ws-2", "ws-3"]}
BROKEN = {
    "hostvars": {"ws-1": {}, "ws-2": {"broken": {"failed": True, "msg": "No."}}},
    "groups": {"all": ["ws-1", "ws-2"]},
}
LOOKED = {"due": False, "rows": [{"name": "X Y", "status": "valid", "ends_on": "2027-03-01", "was_seen": True}]}
LOOKED_AT = {"hostvars": {"ws-1": {**HOSTS["ws-1"], "looked": LOOKED}}, "groups": {"all": ["ws-1"]}}


SIGNER = {
    "subject": "CN=AC Personnes",
    "sha256": "27ac",
    "pem": "-----BEGIN CERTIFICATE-----\n",
    "way": "new_file",
    "profile": "",
    "thumbprints": ["8720"],
}
NOTHING: dict[str, list[Any]] = {key: [] for key in ("unverified", "unknown", "proven", "signed_none", "not_carried")}
CHECKED = DONE | {"issuers": NOTHING | {"signers": [SIGNER]}}
PROPOSING = {"hostvars": {"ws-1": {"first": CHECKED}}, "groups": {"all": ["ws-1"]}}


def totals(scene: Scene) -> Any:
    return scene.result["totals"]


def so_far(scene: Scene) -> Any:
    return scene.result.get("so_far")


def written(scene: Scene) -> Any:
    file = scene.folder / "proposed.pem"
    return scene.result["changed"], file.exists() and file.read_text(encoding="utf-8") == scene.result["authorities"]


COUNTED = {"hosts": 2, "of": 2, "need_help": 0, "did_not_answer": 0}

COUNTED_OF_THREE = {**COUNTED, "hosts": 3, "of": 3}
COUNTED_ON = {**COUNTED_OF_THREE, "need_help": 3, "did_not_answer": 4}
FAILING = {**SECOND_BATCH, "results": "broken"}
EFFECTS = [
    Effect("results", "second", totals, {"renewed": 1}, {"removed": 1}, variables=VARIABLES),
    Effect("hosts", ["ws-1", "ws-2"], totals, {"renewed": 1}, {"renewed": 2}, variables=VARIABLES),
    Effect("whole_inventory", False, totals, {"left": 1, "renewed": 1}, {"renewed": 1}, variables=LEAVING),
    Effect("earlier", "batch", so_far, COUNTED_OF_THREE, COUNTED_ON, THIRD_BATCH, variables=IN_BATCHES),
    Effect("max_fail_percentage", 0, lambda scene: scene.result["stops"], False, True, FAILING, variables=BROKEN),
    Effect("due", "looked", totals, {"renewed": 1}, {}, variables=LOOKED_AT),
    Effect("authority_proposal", "{folder}/proposed.pem", written, (False, False), (True, True), variables=PROPOSING),
    Effect("batch_of", ["ws-1"], so_far, None, {**COUNTED, "hosts": 1, "of": 1}, variables=VARIABLES),
]


test_an_option_reaches_what_it_is_for = table("summary", BASE, EFFECTS)


@pytest.mark.parametrize("given", [LEAVER, "CHU\\y", ["CHU\\y"], [[LEAVER]], None, 3])
def test_a_host_with_holders_of_another_shape_spoils_no_summary(given: object) -> None:
    """The task of that host has refused them, and says so."""
    refused = {"failed": True, "msg": "pkcs12_holders of ws-2 is wrong."}
    hosts = {"ws-1": HOSTS["ws-1"], "ws-2": {"first": refused, "pkcs12_holders": given, "pkcs12_leavers": ["T2"]}}
    variables = {"hostvars": hosts, "groups": {"all": list(hosts)}}
    told = run_action("summary", {"results": "first", "hosts": list(hosts)}, FakeWorkstation(), variables=variables)
    assert told["totals"] == {"failed": 1, "renewed": 1}
    assert told["needs_somebody"] == ["ws-2"]
    assert any(line.endswith(" pkcs12_holders of ws-2 is wrong.") and "ws-2" in line for line in told["lines"])


READY = {"ready": True, "msg": "Ready.", "findings": []}
GONE_NOW = [LEAVER | {"authorisation": f"T1{each}", "leaves_on": "2020-02-29"} for each in range(5)]


def test_what_the_register_says_is_told_at_the_end_of_a_run() -> None:
    lines = [Problem("register_row.nameless", {"file": "people.xlsx", "line": line}) for line in (17, 18)]
    rows = [*lines, Problem("register_columns", {"file": "people.xlsx", "headings": ("badge",)})]
    hosts = {"ws-1": {"first": READY, "second": DONE, "pkcs12_holders": GONE_NOW}}
    variables = {"hostvars": hosts, "groups": {"all": list(hosts)}}
    known = variables | {"pkcs12_register_problems": [each.to_map() for each in rows]}
    told = run_action("summary", BASE, FakeWorkstation(), variables=known)
    assert list(told["ends_failed"]) == ["ws-1"]
    assert "register_columns" not in str(told["lines"])
    assert [str(line) in str(told["lines"]) for line in (17, 18)] == [True, True]
    calm = run_action("summary", BASE, FakeWorkstation(), variables=variables)
    assert (calm["ends_failed"], len(calm["lines"])) == ({}, len(told["lines"]) - 2)  # many leave: no failure
    served = run_action("summary", {**BASE, "results": "second"}, FakeWorkstation(), variables=variables)
    assert served["totals"] == {"left": 5, "renewed": 1}


@pytest.mark.parametrize(("zone", "left"), [("UTC", {}), (EAST, {"left": 1})])
def test_whether_a_last_day_has_passed_the_zone_of_the_host_says(zone: str, left: dict[str, int]) -> None:
    host = HOSTS["ws-1"] | {"pkcs12_holders": [LEAVER | {"leaves_on": "2026-11-25"}], "pkcs12_time_zone": zone}
    variables = {"hostvars": {"ws-1": host}, "groups": {"all": ["ws-1"]}}
    told = run_action("summary", BASE, FakeWorkstation(), variables=variables)
    assert told["totals"] == {"renewed": 1, **left}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *((each, AnsibleError("Decryption failed.")) for each in ("first", "pkcs12_holders", "pkcs12_leavers")),
        ("pkcs12_time_zone", AnsibleError("Decryption failed.")),
        ("pkcs12_leavers", [42798]),
    ],
    ids=str,
)
def test_variable_of_one_host_that_cannot_be_used_does_not_stop_the_summary(name: str, given: Any) -> None:
    one = Lazy(**(HOSTS["ws-1"] | {name: given}))
    variables = {"hostvars": {"ws-1": one, "ws-2": HOSTS["ws-2"]}, "groups": {"all": list(HOSTS)}}
    result = run_action("summary", BASE | {"hosts": ["ws-1", "ws-2"]}, FakeWorkstation(), variables=variables)
    assert result.get("failed", False) is False, result
    assert "ws-2" in "\n".join(result["lines"])


@pytest.mark.parametrize(("given", "stops"), [(None, False), ("", False), (" ", False), ("0", True), (0, True)])
def test_a_percentage_that_nobody_has_answered_stops_nothing(given: object, stops: bool) -> None:
    variables = BROKEN | {"pkcs12_max_fail_percentage": given}
    batch = {"results": "broken", **SECOND_BATCH, "from_site": {}}
    assert run_action("summary", batch, FakeWorkstation(), variables=variables)["stops"] is stops


def due(**hosts: Any) -> dict[str, Any]:
    """The summary of hosts that were looked at, and of which some were called."""
    known = {"hostvars": hosts, "groups": {"all": list(hosts)}}
    given = {"results": "first", "due": "looked", "hosts": list(hosts)}
    return run_action("summary", given, FakeWorkstation(), variables=known)


@pytest.mark.words  # compares sentences
def test_a_host_where_nobody_is_due_does_not_count_and_is_told_at_the_end() -> None:
    called = {"looked": {**LOOKED, "due": True}, "first": DONE}
    left = {"looked": LOOKED, "pkcs12_holders": [ROW]}
    found, alone = due(called=called, left=left), due(called=called)
    assert {**found, "lines": alone["lines"]} == alone | {"invocation": found["invocation"]}
    assert found["lines"][:-2] == alone["lines"][:-1]
    assert "1 " in found["lines"][-2] and "left" in found["lines"][-1] and "X Y" in found["lines"][-1]
    nobody = due(left=left)
    assert (nobody["totals"], nobody["ends_failed"], nobody["lines"]) == ({}, {}, found["lines"][-2:])


@pytest.mark.words  # compares sentences
def test_a_host_of_which_nobody_can_say_whether_it_is_due_has_failed_for_that_reason() -> None:
    refused = {"failed": False, "msg": "pkcs12_holders of refused is wrong.", "error": {"code": "bad_arguments"}}
    found = due(refused={"looked": refused}, left={"looked": LOOKED})
    assert (found["totals"], found["failed_hosts"]) == ({"failed": 1}, ["refused"])
    assert any(line.endswith(" pkcs12_holders of refused is wrong.") for line in found["lines"])
    assert found["ends_failed"]["refused"].startswith("bad_arguments.")


def test_a_host_that_ansible_has_ended_is_one_without_a_result() -> None:
    """Before it was looked at, or after it, for instance by a variable of its connection."""
    found = due(early={}, late={"looked": {**LOOKED, "due": True}}, left={"looked": LOOKED})
    assert (found["hosts_not_reached"], found["totals"]) == (["early", "late"], {"not_reached": 2})


@pytest.mark.words  # compares sentences
def test_without_a_host_that_was_looked_at_nothing_is_told_of_those_left_out() -> None:
    plain, found = (
        run_action("summary", BASE | more, FakeWorkstation(), variables=VARIABLES) for more in ({}, {"due": "looked"})
    )
    assert found["lines"] == plain["lines"]


def test_a_person_at_a_workstation_that_was_not_called_is_somebody_to_take_back() -> None:
    called = {"looked": {**LOOKED, "due": True}, "first": {**DONE, "not_taken_back": ["T1", "T3"]}}
    found = due(called=called, left={"looked": LOOKED, "pkcs12_holders": [ROW]})
    assert found["not_taken_back"] == ["T3"]
