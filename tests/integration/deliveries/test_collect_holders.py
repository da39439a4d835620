# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook collect where ``pkcs12_holders`` of one workstation has another shape: the run names it, and serves the others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from integration.deliveries.test_collect import DAYS, collect, files, states
from integration.plays import messages
from integration.workstations.test_holder_shapes import BEGIN, USER
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
    "ws-mapping": (entry(PAUL), f"pkcs12_holders of ws-mapping is a mapping, {BEGIN}"),
    "ws-text": (ANNE.account, f"pkcs12_holders of ws-text is a text, {BEGIN}"),
    "ws-texts": ([ANNE.account], "Entry 1 of pkcs12_holders of ws-texts is a text, not a holder. Write it as '- user:"),
    "ws-key": (
        [entry(KARIM) | {"absent_untill": "2026-12-01"}],
        "pkcs12_holders of ws-key has absent_untill, which no holder has.",
    ),
    "ws-missing": (
        [entry(JEANNE), {"name": LOUIS.name, "authorisation": LOUIS.authorisation}],
        f"In pkcs12_holders of ws-missing, user of {LOUIS.name} is missing. {USER}",
    ),
    "ws-number": (
        [entry(ELODIE), {"user": ANNE.account, "name": ANNE.name, "authorisation": 100005}],
        f"In pkcs12_holders of ws-number, authorisation of {ANNE.account} is the number 100005, not text. Write it in quotes",
    ),
    "ws-nameless": (
        [NAMELESS],
        "In pkcs12_holders of ws-nameless, name of T777777 is missing.",
    ),
}
NOT_UNDERSTOOD = (PAUL, KARIM, LOUIS, ELODIE)


@dataclass(frozen=True, slots=True)
class Played:
    """A run, and one that tries a number again whose entry is not understood."""

    issuer: Issuer
    run: Run
    retried: Run


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Everybody has a delivery. Jeanne also works where somebody else's entry is wrong."""
    given = RIGHT | {name: wrong for name, (wrong, _sentence) in WRONG.items()}
    seats = tuple(Seat(person) for person in (JEANNE, *NOT_UNDERSTOOD))
    desks = [Desk(name, seats) for name in given]
    with Hospital(tmp_path_factory.mktemp("holders"), desks, delivered=False) as hospital, Issuer(hospital) as issuer:
        inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
        for name, holders in given.items():
            inventory["all"]["children"]["workstations"]["hosts"][name]["pkcs12_holders"] = holders
        hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
        for person in (JEANNE, *NOT_UNDERSTOOD):
            issuer.announce(person, DAYS)
        run = collect(issuer)
        retried = collect(issuer, "--check", pkcs12_retry=[PAUL.authorisation])
        yield Played(issuer, run, retried)


def failure(run: Run) -> str:
    """What the task says that ends the run red."""
    _before, _mark, after = run.stdout.rpartition("fatal: [localhost]: FAILED! => ")
    result, _end = json.JSONDecoder().raw_decode(after)
    return str(result["msg"])


def test_the_others_are_served(played: Played) -> None:
    assert states(played.issuer)[JEANNE.authorisation] == "collected", played.run.stdout + played.run.stderr
    assert played.issuer.registration.downloads == 1


def test_no_link_is_used_for_whom_the_entry_is_not_understood(played: Played) -> None:
    assert [row.result["item"] for row in played.run.of("bundle_pickup")] == [JEANNE.authorisation]
    assert not any(person.authorisation in name for person in NOT_UNDERSTOOD for name in files(played.issuer))


def test_the_run_ends_red_with_a_sentence_for_each_host(played: Played) -> None:
    assert played.run.exit_code == 2
    _headline, _read, *lines = messages(played.run, "Say what became of each delivery")["localhost"]
    told = lines[: len(WRONG)]  # before the deliveries that were not withdrawn because of them
    assert sorted(told) == sorted(set(told))
    ended = failure(played.run)
    for _given, sentence in WRONG.values():
        assert [line for line in told if line.startswith(sentence)], told
        assert sentence in ended
    assert not any(name in line for name in RIGHT for line in lines)
    assert "A defect in" not in played.run.stdout


def test_their_deliveries_say_why_nothing_was_withdrawn(played: Played) -> None:
    lines = messages(played.run, "Say what became of each delivery")["localhost"]
    for person in NOT_UNDERSTOOD:
        (line,) = (each for each in lines if f"{person.authorisation} (mail" in each)
        assert "No holder that can be read has this number. Correct pkcs12_holders as said above" in line


def test_a_number_to_retry_is_told_why_it_has_no_delivery(played: Played) -> None:
    ended = failure(played.retried)
    assert f"pkcs12_retry has {PAUL.authorisation}" in ended
    assert WRONG["ws-mapping"][1] in ended
