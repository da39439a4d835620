# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook renew_due: whom it calls and whom it leaves alone, by the facts of earlier runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest

from integration.plays import NONCE, Told, failed_hosts, outcomes, summary, told
from integration.saved_state import SavedState
from lab.hospital import Hospital
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

AUDIT, RENEW_DUE = "hospital_it.pkcs12.audit", "hospital_it.pkcs12.renew_due"
CARDIO, RADIO, NUCLEAR, PHARMACY, NEVER, OFF = (
    "ws-cardio",
    "ws-radio",
    "ws-nuclear",
    "ws-pharmacy",
    "ws-never",
    "ws-off",
)
DESKS = (
    Desk(CARDIO, (Seat(JEANNE), Seat(ELODIE))),
    Desk(RADIO, (Seat(JEANNE, asked="sid"),)),
    Desk(NUCLEAR, (Seat(PAUL),)),
    Desk(PHARMACY, (Seat(ANNE, logged_on=False),)),
    Desk(NEVER, (Seat(KARIM),)),
    Desk(OFF, (Seat(LOUIS),)),
)
DAYS = {JEANNE: 900, ELODIE: 30, ANNE: 20, KARIM: 900, LOUIS: 900}
"""Who has a certificate, and for how many days more. Paul has none. Elodie, Anne and Paul have a new bundle in the folder."""
OUTCOMES = {
    CARDIO: {"T100001": "changed", "T100002": "renewed"},  # of what was there already, the friendly name
    NUCLEAR: {"T100004": "installed"},
    PHARMACY: {"T100005": "deferred"},
    NEVER: {"T100003": "changed"},
}
DUE = set(OUTCOMES)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedState]:
    """All were audited but ``NEVER``, and ``OFF`` once more when it did not answer."""
    with Hospital(tmp_path_factory.mktemp("renew-due"), DESKS, days=DAYS) as running:
        for desk in DESKS:
            for seat in desk.seats:
                if seat.person in DAYS:
                    issued = running.bundles[seat.person.authorisation]
                    store = running.emulated(desk.name).store_of(seat.person.sid)
                    store.plant(issued.certificate, issued.private_key)
        for person in (ELODIE, ANNE):
            running.deliver(person, 1000, " new")
        audit(running, "--limit", f"all:!{NEVER}")
        running.switch_off(OFF)
        audit(running, "--limit", OFF)
        yield SavedState.of(running)


@pytest.fixture
def hospital(audited: SavedState) -> Hospital:
    """The same for every test."""
    audited.restore()
    return audited.hospital


def audit(hospital: Hospital, *options: str) -> None:
    run = play(hospital, AUDIT, *options, environment=FACT_CACHE)
    assert run.exit_code == 0, run.stdout


def renew_due(hospital: Hospital, *options: str) -> Run:
    return play(hospital, RENEW_DUE, *options, environment={**FACT_CACHE, **NONCE})


def called(run: Run) -> set[str]:
    """The workstations that got any request at all."""
    return {entry.workstation.lower() for entry in run.requests}


def not_called(run: Run) -> list[Told]:
    """What is said of the workstations that were not called: how many they are, then who has access there."""
    counted, *people = (each for each in told("".join(summary(run)["lines"])) if each.code.startswith("play.left_out"))
    assert (counted.code, int(counted.values["count"])) == (
        "play.left_out",
        len({each.values["workstation"] for each in people}),
    )
    return people


def left_out(run: Run) -> dict[str, list[tuple[str, str | None]]]:
    """The workstations that were not called, and who has access there until when."""
    named: dict[str, list[tuple[str, str | None]]] = {}
    for each in not_called(run):
        named.setdefault(each.values["workstation"], []).append((each.values["name"], each.values.get("ends_on")))
    return named


def test_only_those_who_are_due_are_called(hospital: Hospital) -> None:
    run = renew_due(hospital)
    assert run.exit_code == 0, run.stdout
    assert called(run) == DUE
    assert outcomes(run) == OUTCOMES
    assert summary(run)["totals"] == {"changed": 2, "deferred": 1, "installed": 1, "renewed": 1}
    assert left_out(run).keys() == {RADIO, OFF}
    assert left_out(run)[RADIO] == [(JEANNE.name, str(ends_on(hospital, JEANNE)))]


def ends_on(hospital: Hospital, person: Person) -> date:
    """The day from which on there is no access: by the certificate or the yearly authorisation, whichever is earlier."""
    last = hospital.bundles[person.authorisation].certificate.not_valid_after_utc
    ends = (last + timedelta(seconds=1)).date()
    return min(ends, datetime.now(timezone.utc).date() + timedelta(days=person.authorised_days))


def test_next_run_calls_whom_the_last_one_could_not_serve(hospital: Hospital) -> None:
    renew_due(hospital)
    again = renew_due(hospital)
    assert (again.exit_code, called(again)) == (0, {PHARMACY})
    assert not any(row.result.get("changed") for row in again.holders())
    assert left_out(again).keys() == {CARDIO, RADIO, NUCLEAR, NEVER, OFF}


def test_facts_are_judged_by_today_and_not_by_the_day_they_were_gathered(hospital: Hospital) -> None:
    """More days before the end are as good as a later day."""
    run = renew_due(hospital, "-e", "pkcs12_renew_before_days=950", "--check")
    assert called(run) == DUE | {RADIO}
    assert outcomes(run).keys() == DUE | {RADIO, OFF}
    # It is silent, and what it last told ends by then. But nobody there is without access soon, so this may wait.
    assert summary(run)["unreachable_hosts"] == [OFF]
    assert failed_hosts(run) == set()


def test_check_mode_chooses_the_same_and_changes_nothing(hospital: Hospital) -> None:
    stores = [hospital.emulated(desk.name).store_of(seat.person.sid) for desk in DESKS for seat in desk.seats]
    before = [dict(store.elements) for store in stores]
    checked = renew_due(hospital, "--check", "--diff")
    assert outcomes(checked) == OUTCOMES
    assert [dict(store.elements) for store in stores] == before


"""A setting that cannot be used, and the code of the refusal."""


def test_slices_choose_each_for_itself(hospital: Hospital) -> None:
    runs = [
        renew_due(hospital, "--limit", f"{hosts},localhost")
        for hosts in (f"{CARDIO},{RADIO},{OFF}", f"{NUCLEAR},{PHARMACY},{NEVER}")
    ]
    assert [called(run) for run in runs] == [{CARDIO}, {NUCLEAR, PHARMACY, NEVER}]
    assert [set(left_out(run)) for run in runs] == [{RADIO, OFF}, set()]


def test_nobody_is_due_and_nobody_is_called(hospital: Hospital) -> None:
    run = renew_due(hospital, "--limit", f"{RADIO},localhost")
    assert (run.exit_code, called(run), outcomes(run)) == (0, set(), {})


def test_workstation_that_nobody_has_ever_reached_is_red(hospital: Hospital) -> None:
    off = hospital.folder / "off.yml"
    off.write_text(json.dumps({"all": {"hosts": {NEVER: {"ansible_port": 9}}}}), encoding="utf-8")
    assert failed_hosts(renew_due(hospital, "-i", str(off))) == {NEVER}
