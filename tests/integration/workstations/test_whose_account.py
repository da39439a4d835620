# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the inventory gives two people one account, nobody gets a first key there: one of them may be in a wrong cell of a spreadsheet.

Who has a certificate there already is renewed, and a site names the accounts that people do share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from integration.plays import failed_hosts, holder, outcomes, row, summary
from lab.hospital import Hospital
from lab.people import Desk, Person, Seat
from lab.playbook import Run, play

SHARED = "pkcs12_shared_accounts"
RIDS = iter(range(2000, 3000))


def person(name: str, login: str = "", number: str = "", rid: int = 0) -> Person:
    """Somebody with an account of the own name, unless another one is given."""
    rid = rid or next(RIDS)
    return Person(name, number or f"T{rid}", login or name.split(maxsplit=1)[0].lower(), rid)


def beside(other: Person, name: str) -> Person:
    """Somebody in whose row the account of another one stands."""
    return person(name, other.login, rid=other.rid, number=f"U{next(RIDS)}")


ALICE, BRUNO, CELIA, DENIS = (person(each) for each in ("Alice Un", "Bruno Un", "Célia Un", "Denis Un"))
ESTHER, FABIEN, MARIE, NORA = (person(each) for each in ("Esther Un", "Fabien Un", "Marie Un", "Nora Un"))
ALICES, BRUNOS, CELIAS, DENISS = (
    beside(owner, owner.name.replace("Un", "Deux")) for owner in (ALICE, BRUNO, CELIA, DENIS)
)
ESTHERS, FABIENS = beside(ESTHER, "Esther Deux"), beside(FABIEN, "Fabien Deux")
MARIES, NORAS = beside(MARIE, "Marie Deux"), beside(NORA, "Nora Deux")
WARD_ONE, OTHER_ONE = person("Gaël Trois", "ward"), person("Hugo Quatre", "night")
WARD_TWO, OTHER_TWO = beside(WARD_ONE, "Inès Trois"), beside(OTHER_ONE, "Jules Quatre")
OWN_ONE = person(OTHER_ONE.name, "hugo", OTHER_ONE.authorisation)
OLD = person("Karine Cinq")
CORRECTED = person(OLD.name, OLD.login, "T9000", OLD.rid)
ADMIN = person("Louise Six")
ADMINS = person(ADMIN.name, "louise-adm", ADMIN.authorisation)

PAIRS = {
    "own-first": (ALICE, ALICES),
    "own-last": (BRUNOS, BRUNO),
    "upn-first": (MARIE, MARIES),
    "upn-last": (NORAS, NORA),
}
"""The first of a pair is served first: by host, ``<name>-1`` and ``<name>-2``."""
UPNS = {"upn-first-2": MARIE, "upn-last-2": NORA}
"""Where the row has the account as a UPN."""
NOBODYS = "LAB\\nobody"
"""An account of the setting that is in no row."""
TOGETHER = {"ws-own-first": (CELIA, CELIAS), "ws-own-last": (DENISS, DENIS)}
"""Both at one workstation."""
KNOWN = {"known": (ESTHER, ESTHERS), "ws-known": (FABIEN, FABIENS)}
"""The owner of the account has a certificate there: at another workstation, and at the same."""
DESKS = [
    *(Desk(f"{name}-{place}", (Seat(pair[place - 1]),)) for name, pair in PAIRS.items() for place in (1, 2)),
    *(Desk(name, tuple(map(Seat, pair))) for name, pair in TOGETHER.items()),
    *(Desk(f"known-{place}", (Seat(KNOWN["known"][place - 1]),)) for place in (1, 2)),
    Desk("ws-known", tuple(map(Seat, KNOWN["ws-known"]))),
    Desk("ws-ward", (Seat(WARD_ONE), Seat(WARD_TWO))),
    Desk("ws-night", (Seat(OTHER_ONE), Seat(OTHER_TWO))),
    Desk("ws-own", (Seat(OWN_ONE),)),
    Desk("ws-old-number", (Seat(OLD),)),
    Desk("ws-new-number", (Seat(CORRECTED),)),
    Desk("ws-two-accounts", (Seat(ADMIN), Seat(ADMINS))),
]
THERE = {"known-1": ESTHER, "ws-known": FABIEN}
REFUSED = {
    **{f"{name}-{place}": {pair[place - 1]} for name, pair in PAIRS.items() for place in (1, 2)},
    **{name: set(pair) for name, pair in TOGETHER.items()},
    "known-2": {ESTHERS},
    "ws-known": {FABIENS},
    "ws-night": {OTHER_ONE, OTHER_TWO},
}
"""Who is refused, by workstation."""
SERVED = {
    "known-1": {ESTHER},
    "ws-known": {FABIEN},
    "ws-ward": {WARD_ONE, WARD_TWO},
    "ws-own": {OWN_ONE},
    "ws-old-number": {OLD},
    "ws-new-number": {CORRECTED},
    "ws-two-accounts": {ADMIN, ADMINS},
}


@dataclass(frozen=True, slots=True)
class Played:
    """The plays, and the stores after the last one."""

    runs: Mapping[str, Run]
    stores: Mapping[tuple[str, str], int]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with Hospital(tmp_path_factory.mktemp("accounts"), DESKS, days={ESTHER: 300, FABIEN: 300}) as hospital:
        inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
        hosts = inventory["all"]["children"]["workstations"]["hosts"]
        for name, owner in UPNS.items():
            hosts[name]["pkcs12_holders"][0]["user"] = owner.upn
        for each in hosts.values():
            each[SHARED] = [WARD_ONE.account, NOBODYS]
        hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
        for name, owner in THERE.items():
            issued = hospital.bundles[owner.authorisation]
            hospital.emulated(name).store_of(owner.sid).plant(issued.certificate, issued.private_key)
            hospital.deliver(owner, 1000, " new")
        books = {
            "check": ("check", "--forks=4"),
            "checked": ("enrol", "--check", "--forks=4"),
            "enrol": ("enrol", "--forks=1"),
            "again": ("enrol", "--forks=4"),
        }
        runs = {name: play(hospital, f"hospital_it.pkcs12.{book}", *more) for name, (book, *more) in books.items()}
        stores = {
            (desk.name, seat.person.login): len(hospital.emulated(desk.name).store_of(seat.person.sid).elements)
            for desk in DESKS
            for seat in desk.seats
        }
        yield Played(runs, stores)


def refused(run: Run) -> dict[str, set[str]]:
    """The numbers that are refused for the account, by workstation."""
    found: dict[str, set[str]] = {}
    for each in run.holders():
        if (each.result["error"] or {}).get("code") == "shared_account":
            found.setdefault(each.host, set()).add(each.result["authorisation"])
    return found


def numbers(people: Mapping[str, set[Person]]) -> dict[str, set[str]]:
    return {host: {each.authorisation for each in these} for host, these in people.items()}


@pytest.mark.parametrize("step", ["checked", "enrol", "again"])
def test_nobody_gets_a_first_key_in_an_account_of_two_whoever_comes_first(played: Played, step: str) -> None:
    assert refused(played.runs[step]) == numbers(REFUSED)
    assert failed_hosts(played.runs[step]) == set(REFUSED)


def test_nothing_is_in_the_account_but_what_its_owner_has(played: Played) -> None:
    held = {place: count for place, count in played.stores.items() if place[0] in REFUSED}
    assert {place: count for place, count in held.items() if count} == {("ws-known", FABIEN.login): 1}


def test_all_others_are_served_and_who_is_there_is_renewed(played: Played) -> None:
    done = outcomes(played.runs["enrol"])
    expected = {
        host: dict.fromkeys(these, "renewed" if host in THERE else "installed")
        for host, these in numbers(SERVED).items()
    }
    assert {host: {each: done[host][each] for each in these} for host, these in expected.items()} == expected


def test_the_refusal_names_the_account_both_people_and_their_workstations(played: Played) -> None:
    for host, one in (("own-first-1", ALICE), ("own-first-2", ALICES)):
        problem = holder(played.runs["enrol"], host, one.authorisation).result["error"]["problem"]
        assert problem["values"]["account"] == ALICE.account
        assert {each["values"]["name"] for each in problem["causes"]} == {ALICE.name, ALICES.name}
        assert {tuple(each["values"]["hosts"]) for each in problem["causes"]} == {("own-first-1",), ("own-first-2",)}


def findings(run: Run, host: str, subject: str) -> list[Mapping[str, Any]]:
    found = row(run, "workstation_info", host).result["findings"]
    return [each for each in found if each["subject"] == subject]


def test_check_tells_each_account_before_anybody_is_refused_and_the_line_to_set(played: Played) -> None:
    run = played.runs["check"]
    severities = {
        desk.name: [each["severity"] for each in findings(run, desk.name, "shared_account")] for desk in DESKS
    }
    told = {host: each for host, each in severities.items() if each}
    assert told == {**{host: ["error"] for host in REFUSED}, "known-1": ["warning"], "ws-ward": ["ok"]}
    people = (ALICE, BRUNO, CELIA, DENIS, ESTHER, FABIEN, MARIE, NORA, OTHER_ONE, WARD_ONE)
    names = ", ".join(sorted(each.account for each in people))
    line = f"{SHARED}: [{names}]"
    assert [line in each for each in summary(run)["lines"]].count(True) == 1


def test_check_tells_a_name_of_the_setting_that_no_row_has(played: Played) -> None:
    told = [line for line in summary(played.runs["check"])["lines"] if NOBODYS in line]
    assert [WARD_ONE.account not in line for line in told] == [True]
    assert not [line for line in summary(played.runs["enrol"])["lines"] if NOBODYS in line]


def test_check_tells_a_person_with_two_accounts_at_a_workstation(played: Played) -> None:
    told = {desk.name: findings(played.runs["check"], desk.name, "two_accounts") for desk in DESKS}
    ((host, (found,)),) = [each for each in told.items() if each[1]]
    assert (host, found["severity"]) == ("ws-two-accounts", "warning")
    assert set(found["problem"]["values"]["accounts"]) == {ADMIN.account, ADMINS.account}
