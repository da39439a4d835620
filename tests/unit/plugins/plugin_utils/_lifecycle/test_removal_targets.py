# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A removal by number reaches every store that holds the number, each as its owner, and says what it could not reach."""

from __future__ import annotations

from typing import Any

import pytest

from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.enrolment import HOLDERS, JEANNE, PAUL, codes, outcomes
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import CARD, YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action, sid_of

SHARED = "CHU\\shared"


@pytest.fixture(scope="module")
def hers(authority: Authority) -> IssuedBundle:
    return issue(authority, "Jeanne Dupont - T123456", YEAR)


@pytest.fixture(scope="module")
def his(authority: Authority) -> IssuedBundle:
    return issue(authority, "Paul Martin - T654321", YEAR)


@pytest.fixture
def stocked(workstation: FakeWorkstation, hers: IssuedBundle, his: IssuedBundle) -> FakeWorkstation:
    """Both have their certificate."""
    workstation.plant(JEANNE["user"], hers)
    workstation.plant(PAUL["user"], his)
    return workstation


def retire(workstation: FakeWorkstation, *numbers: str, **given: Any) -> dict[str, Any]:
    task = {name: given.pop(name) for name in ("check_mode", "diff") if name in given}
    usual = {
        "state": "absent",
        "holders": HOLDERS,
        "retire_authorisations": list(numbers),
        "issuer": ".",
        "leave_note": False,
    }
    return run_action("holder_certificates", usual | given, workstation, **task)


def test_a_leavers_certificate_goes_and_everybody_elses_stays(stocked: FakeWorkstation, his: IssuedBundle) -> None:
    result = retire(stocked, "T123456")
    assert (outcomes(result), result["changed"], result["failed"]) == (["removed"], True, False)
    assert stocked.thumbprints(JEANNE["user"]) == []
    assert stocked.thumbprints(PAUL["user"]) == [his.thumbprint]
    assert stocked.calls == ["inventory", f"exchange {JEANNE['user']}"]
    facts = result["ansible_facts"]["pkcs12"]["holders"]
    assert [(row["authorisation"], row["outcome"]) for row in facts] == [
        ("T123456", "removed"),
        ("T654321", None),
        ("T300001", None),
    ]


def test_a_number_that_is_given_twice_is_one_removal(stocked: FakeWorkstation) -> None:
    assert outcomes(retire(stocked, "T123456", "T123456")) == ["removed"]


def test_a_store_that_cannot_be_read_is_named_and_one_that_was_read_is_not(stocked: FakeWorkstation) -> None:
    stocked.person(SHARED)
    stocked.unreadable.add(SHARED)
    result = retire(stocked, "T123456")
    assert (outcomes(result), result["not_searched"]) == (["removed"], [stocked.profile_path(SHARED)])
    assert retire(stocked, "T654321", check_mode=True)["not_searched"] == [stocked.profile_path(SHARED)]
    stocked.unreadable.add("LocalMachine")
    assert retire(stocked, "T654321")["not_searched"] == [stocked.profile_path(SHARED), "LocalMachine\\My"]


def test_a_leavers_own_store_that_cannot_be_read_is_a_failure_of_its_own(stocked: FakeWorkstation) -> None:
    stocked.unreadable.add(JEANNE["user"])
    result = retire(stocked, "T123456")
    assert (result["failed"], result["not_searched"]) == (True, [])


def test_a_leaver_whose_account_was_deleted_is_removed_by_the_store_and_no_mistake(stocked: FakeWorkstation) -> None:
    gone = [dict(HOLDERS[0]) | {"user": "CHU\\deleted"}, *HOLDERS[1:]]
    result = retire(stocked, "T123456", holders=gone)
    assert (outcomes(result), result["failed"]) == (["removed"], False)
    assert stocked.thumbprints(JEANNE["user"]) == []
    again = retire(stocked, "T123456", holders=gone)
    assert [row["error"]["code"] for row in again["holders"]] == ["unknown_holder"]


def test_every_account_of_the_inventory_and_every_other_store_with_the_number_is_reached_as_its_owner(
    stocked: FakeWorkstation, hers: IssuedBundle
) -> None:
    stocked.plant(SHARED, hers)
    stocked.plant(PAUL["user"], hers)
    result = retire(stocked, "T123456")
    assert outcomes(result) == ["removed"] * 3
    assert [row["user"] for row in result["holders"]] == [JEANNE["user"], sid_of(PAUL["user"]), sid_of(SHARED)]
    assert [(account, run_as.account) for account, run_as, _request in stocked.exchanges] == [
        (account, account) for account in (JEANNE["user"], PAUL["user"], SHARED)
    ]
    assert stocked.calls[:2] == ["inventory", "inventory"]
    assert len(stocked.thumbprints(PAUL["user"])) == 1


@pytest.mark.parametrize("usage", ["digital_signature", "key_encipherment", "content_commitment"])
def test_another_store_is_reached_whatever_its_certificate_is_for(
    stocked: FakeWorkstation, authority: Authority, usage: str
) -> None:
    """What a removal keeps there for its use, it tells: nobody else would look for it in that account."""
    name, number = JEANNE["name"], JEANNE["authorisation"]
    found = authority.issue(name, number, passphrase="unused", eku=[], key_usage=[usage])
    stocked.plant(SHARED, found)
    rows = {row["user"]: row for row in retire(stocked, number)["holders"]}
    there = rows[sid_of(SHARED)]
    told = {row["thumbprint"] for row in (*there["removed"], *there["kept"])}
    assert told == {found.thumbprint}


def test_a_number_that_the_inventory_does_not_have_is_removed_where_it_is(stocked: FakeWorkstation) -> None:
    result = retire(stocked, "T123456", holders=[PAUL])
    assert (outcomes(result), result["not_found"]) == (["removed"], [])
    assert [account for account, *_rest in stocked.exchanges] == [JEANNE["user"]]


def test_a_number_that_nobody_has_is_named(stocked: FakeWorkstation) -> None:
    result = retire(stocked, "T999999", "T123456")
    assert (result["not_found"], outcomes(result), result["failed"]) == (["T999999"], ["removed"], False)


def test_a_store_that_is_found_does_not_get_the_password_of_a_number(stocked: FakeWorkstation) -> None:
    stocked.away = {JEANNE["user"]}
    result = retire(stocked, "T123456", holders=[PAUL], holder_passwords={"T123456": "hers"})
    assert (outcomes(result), result["failed"], stocked.exchanges) == (["deferred"], True, [])


def test_the_account_of_the_inventory_gets_its_password_although_another_store_has_the_number_too(
    stocked: FakeWorkstation, hers: IssuedBundle
) -> None:
    stocked.plant(SHARED, hers)
    retire(stocked, "T123456", holder_passwords={"T123456": "hers"})
    assert [(run_as.account, run_as.password) for _who, run_as, _what in stocked.exchanges] == [
        (JEANNE["user"], "hers"),
        (SHARED, None),
    ]


def test_the_name_may_have_changed(stocked: FakeWorkstation) -> None:
    result = retire(stocked, "T123456", holders=[JEANNE | {"name": "Jeanne Durand"}])
    assert (outcomes(result), stocked.thumbprints(JEANNE["user"])) == (["removed"], [])


def test_a_certificate_of_another_issuer_is_red_and_stays(stocked: FakeWorkstation) -> None:
    result = retire(stocked, "T123456", issuer="CN=Nobody")
    assert (codes(result), result["failed"], stocked.exchanges) == (["other_issuer"], True, [])
    assert retire(stocked, "T300001", issuer="CN=Nobody")["failed"] is False


def test_a_certificate_of_the_leaver_with_another_number_is_red_and_stays(stocked: FakeWorkstation) -> None:
    mistyped = {"holders": [JEANNE | {"authorisation": "T12345"}], "issuer": "."}
    result = retire(stocked, "T12345", **mistyped)
    assert (codes(result), result["failed"], stocked.exchanges) == (["number_differs"], True, [])
    homonym = {"holders": [*mistyped["holders"], JEANNE], "issuer": "."}
    assert retire(stocked, "T12345", **homonym)["failed"] is False


def test_a_certificate_in_the_workstations_own_store_is_red_and_stays(
    stocked: FakeWorkstation, hers: IssuedBundle
) -> None:
    machine = FakeDrivers()
    machine.plant(hers)
    stocked.machine = list(machine.stored())
    result = retire(stocked, "T123456")
    assert (outcomes(result), codes(result)) == (["removed", "failed"], [None, "machine_store"])
    assert (result["failed"], result["failed_holders"]) == (True, ["T123456 (LocalMachine)"])
    assert retire(stocked, "T654321")["failed"] is False


def test_a_smart_cards_certificate_is_nobodys_affair(
    workstation: FakeWorkstation, hers: IssuedBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unit.plugins.plugin_utils.fake_drivers.SOFTWARE", CARD)
    workstation.plant(SHARED, hers)
    result = retire(workstation, "T123456")
    assert (outcomes(result), workstation.calls) == (["unchanged"], ["inventory"])


def test_one_number_fails_and_the_other_is_done(stocked: FakeWorkstation) -> None:
    stocked.person(JEANNE["user"]).fails = ("remove", "remove_failed")
    result = retire(stocked, "T123456", "T654321")
    assert (codes(result), outcomes(result)) == (["remove_failed", None], ["failed", "removed"])
    assert stocked.thumbprints(PAUL["user"]) == []


def test_a_number_in_small_letters_is_that_of_the_inventory(stocked: FakeWorkstation) -> None:
    """Stores know no difference either. A second run is green as long as the inventory has the leaver."""
    assert outcomes(retire(stocked, "t123456")) == ["removed"]
    again = retire(stocked, "t123456")
    assert (outcomes(again), again["failed"]) == (["unchanged"], False)
    assert [row["authorisation"] for row in again["holders"]] == ["T123456"]
