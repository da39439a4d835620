# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""pkcs12_retire_everyone needs the number of workstations in the same command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from integration.plays import failed_hosts, summary
from integration.stores import contents
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, play

ONE, TWO = "ws-one", "ws-two"
DESKS = (Desk(ONE, (Seat(PAUL), Seat(ELODIE))), Desk(TWO, (Seat(JEANNE),)))
EVERYONE = {"pkcs12_retire_everyone": True}
COUNT = "pkcs12_workstation_count"


@dataclass(frozen=True, slots=True)
class Played:
    """Each run, how many certificates were left after it, and what the bundle folder had in the end."""

    runs: Mapping[str, Run]
    left: Mapping[str, int]
    files: frozenset[str]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    runs, left = {}, {}
    with Hospital(tmp_path_factory.mktemp("everyone"), DESKS) as hospital:
        stores = []
        for desk in DESKS:
            for seat in desk.seats:
                issued = hospital.bundles[seat.person.authorisation]
                stores.append(hospital.emulated(desk.name).store_of(seat.person.sid))
                stores[-1].plant(issued.certificate, issued.private_key)
        site = hospital.folder / "site.json"
        site.write_text(json.dumps({"all": {"vars": {COUNT: 2}}}), encoding="utf-8")

        def retire(name: str, *options: str, **variables: Any) -> None:
            extra = ("-e", json.dumps({**EVERYONE, **variables}))
            runs[name] = play(hospital, "hospital_it.pkcs12.retire", *extra, *options)
            left[name] = sum(len(contents(store).held) for store in stores)

        retire("not said")
        retire("another number", **{COUNT: 1})
        site.write_text(json.dumps({"all": {"vars": {COUNT: 2}}}), encoding="utf-8")
        retire("said by the site", "-i", str(site))
        retire("limited", "--limit", TWO, **{COUNT: "1"})
        retire("in batches", **{COUNT: 2, "pkcs12_serial": 1})
        return Played(runs, left, frozenset(path.name for path in hospital.bundle_folder.iterdir()))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("not said", "bad_arguments.workstations_not_counted"),
        ("another number", "bad_arguments.workstations_miscounted"),
        ("said by the site", "bad_arguments"),
    ],
)
def test_workstations_that_nobody_has_counted_keep_their_certificates(played: Played, name: str, code: str) -> None:
    run = played.runs[name]
    assert (failed_hosts(run), played.left[name]) == ({ONE, TWO}, 3)
    problems = [row.result["error"]["problem"] for row in run.of("holder_certificates")]
    assert all(each["code"].startswith(code) for each in problems)
    assert all(each["values"].get("hosts") in (None, [ONE, TWO]) for each in problems)
    assert run.requests == ()


def test_as_many_as_were_counted_are_emptied_also_in_batches_and_nobody_is_retired(played: Played) -> None:
    assert (played.runs["limited"].exit_code, played.left["limited"]) == (0, 2)
    assert (played.runs["in batches"].exit_code, played.left["in batches"]) == (0, 0)
    assert not any("retired" in name for name in played.files)
    assert not any("pkcs12_leavers" in line for line in summary(played.runs["in batches"])["lines"])
