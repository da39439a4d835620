# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewal that is killed on the workstation leaves a key there. A later playbook takes it away, and none of a run under way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from integration.plays import failed_hosts
from lab.emulated import LoggingPolicy
from lab.emulated.computer import ignore
from lab.emulated.handle import IMPORTED_KEY, TRANSPORT_KEY
from lab.emulated.transport_key import PREFIX, transport_container
from lab.faults import Watch, killed, linked
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import play

PLAIN, LOGGED = "ws-plain", "ws-logged"
FORMS = {PLAIN: IMPORTED_KEY, LOGGED: TRANSPORT_KEY}
"""What a run leaves that is killed when it has made its first key there: PowerShell is logged on one of the two."""


def audit(hospital: Hospital, later: timedelta) -> dict[str, frozenset[str]]:
    """Proves the keys, by a clock so much later: the containers of Jeanne that no certificate links to then."""
    for name in FORMS:
        hospital.emulated(name).clock = lambda: datetime.now(UTC) + later
    assert play(hospital, "hospital_it.pkcs12.audit", "-e", "pkcs12_prove_keys=true").exit_code == 0
    stores = {name: hospital.emulated(name).store_of(JEANNE.sid) for name in FORMS}
    assert all(linked(store) <= store.containers.keys() for store in stores.values())
    return {name: frozenset(store.containers.keys() - linked(store)) for name, store in stores.items()}


def test_what_a_killed_run_has_left_goes_with_a_later_one(tmp_path: Path) -> None:
    desks = [Desk(name, (Seat(JEANNE),)) for name in FORMS]
    with Hospital(tmp_path, desks, days={JEANNE: 30}) as hospital:
        old = hospital.bundles[JEANNE.authorisation]
        hospital.deliver(JEANNE, 1000, " new")
        hospital.emulated(LOGGED).logging = LoggingPolicy(module=True)
        for name in FORMS:
            hospital.emulated(name).store_of(JEANNE.sid).plant(old.certificate, old.private_key)
            Watch.over(hospital.emulated(name), JEANNE.sid, killed(1))
        assert failed_hosts(play(hospital, "hospital_it.pkcs12.renew")) == set(FORMS)
        for name in FORMS:
            hospital.emulated(name).observe = ignore

        at_once = audit(hospital, timedelta())
        assert {name: [bool(FORMS[name].fullmatch(each)) for each in left] for name, left in at_once.items()} == {
            name: [True] for name in FORMS
        }
        assert audit(hospital, timedelta(hours=2)) == {PLAIN: at_once[PLAIN], LOGGED: frozenset()}

        a_day = timedelta(hours=25)
        second = int((datetime.now(UTC) + a_day).timestamp())
        young = transport_container(f"{PREFIX}{second:08x}{0:024x}")
        hospital.emulated(PLAIN).store_of(JEANNE.sid).containers[young.name] = young
        assert audit(hospital, a_day) == {PLAIN: {young.name}, LOGGED: frozenset()}
