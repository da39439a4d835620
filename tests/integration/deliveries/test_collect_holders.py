# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook collect where ``pkcs12_holders`` of one workstation has another shape: the run names it, and serves the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from integration.deliveries.test_collect import DAYS, collect, files, states
from integration.plays import NONCE, Told, all_told, messages
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Person, Seat
from lab.playbook import Run

GOOD, NULL, UNNUMBERED = "ws-good", "ws-null", "ws-unnumbered"


def entry(person: Person) -> dict[str, Any]:
    return {"user": person.account, "name": person.name, "authorisation": person.authorisation}


RIGHT: Mapping[str, Any] = {
    GOOD: [entry(JEANNE)],
    NULL: None,
    UNNUMBERED: [{"user": ANNE.account, "name": ANNE.name}],  # other playbooks serve them
}
NAMELESS = {"user": ANNE.account, "authorisation": "T777777"}
WRONG: Mapping[str, tuple[Any, str]] = {
    "ws-mapping": (entry(PAUL), "bad_arguments.holders_no_list"),
    "ws-text": (ANNE.account, "bad_arguments.holders_no_list"),
    "ws-texts": ([ANNE.account], "bad_arguments.holder_no_mapping"),
    "ws-key": ([entry(KARIM) | {"absent_untill": "2026-12-01"}], "bad_arguments.holder_unknown_keys"),
    "ws-missing": (
        [entry(JEANNE), {"name": LOUIS.name, "authorisation": LOUIS.authorisation}],
        "bad_arguments.holder_without_user",
    ),
    "ws-number": (
        [entry(ELODIE), {"user": ANNE.account, "name": ANNE.name, "authorisation": 100005}],
        "bad_arguments.number_of_holder",
    ),
    "ws-nameless": ([NAMELESS], "bad_arguments.holder_without_name"),
}
NOT_UNDERSTOOD = (PAUL, KARIM, LOUIS, ELODIE)


@dataclass(frozen=True, slots=True)
class Played:
    """A run."""

    issuer: Issuer
    run: Run


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Everybody has a delivery. Jeanne also works where somebody else's entry is wrong."""
    given = RIGHT | {name: wrong for name, (wrong, _code) in WRONG.items()}
    seats = tuple(Seat(person) for person in (JEANNE, *NOT_UNDERSTOOD))
    desks = [Desk(name, seats) for name in given]
    with Hospital(tmp_path_factory.mktemp("holders"), desks, delivered=False) as hospital, Issuer(hospital) as issuer:
        inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
        for name, holders in given.items():
            inventory["all"]["children"]["workstations"]["hosts"][name]["pkcs12_holders"] = holders
        hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
        for person in (JEANNE, *NOT_UNDERSTOOD):
            issuer.announce(person, DAYS)
        with pytest.MonkeyPatch.context() as patches:
            for name, value in NONCE.items():
                patches.setenv(name, value)
            run = collect(issuer)
        yield Played(issuer, run)


def failure(run: Run) -> list[Told]:
    """What the task says that ends the run red."""
    _before, _mark, after = run.stdout.rpartition("fatal: [localhost]: FAILED! => ")
    result, _end = json.JSONDecoder().raw_decode(after)
    return all_told(result["msg"])


def wrong_entries(told: Iterable[Told]) -> dict[str, str]:
    """Workstations with a wrong entry, and the codes of what is wrong."""
    return {
        host: each.causes[0].code
        for each in told
        if each.code == "bad_arguments.at_workstations"
        for host in each.values["workstations"].split(",")
    }


def test_the_others_are_served(played: Played) -> None:
    assert states(played.issuer)[JEANNE.authorisation] == "collected", played.run.stdout + played.run.stderr
    assert played.issuer.registration.downloads == 1


def test_no_link_is_used_for_whom_the_entry_is_not_understood(played: Played) -> None:
    assert [row.result["item"] for row in played.run.of("bundle_pickup")] == [JEANNE.authorisation]
    assert not any(person.authorisation in name for person in NOT_UNDERSTOOD for name in files(played.issuer))


def test_the_run_ends_red_with_a_problem_for_each_host(played: Played) -> None:
    assert played.run.exit_code == 2
    _headline, _read, *lines = messages(played.run, "Say what became of each delivery")["localhost"]
    wrong = {name: code for name, (_given, code) in WRONG.items()}
    assert wrong_entries(all_told(" ".join(lines))) == wrong
    assert wrong_entries(failure(played.run)) == wrong
    assert "A defect in" not in played.run.stdout


def test_their_deliveries_say_why_nothing_was_withdrawn(played: Played) -> None:
    lines = messages(played.run, "Say what became of each delivery")["localhost"]
    told = {each.values.get("who"): each.causes for each in all_told(" ".join(lines))}
    for person in NOT_UNDERSTOOD:
        assert told[f"{person.name} {person.authorisation}"] == (Told("delivery.holder_unread", {}),)
