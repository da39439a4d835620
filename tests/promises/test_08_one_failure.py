# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One holder's failure stops neither the workstation's other holders nor another workstation, and loses no facts; the host ends failed."""

from __future__ import annotations

import json
from pathlib import Path

from integration.plays import cached, failed_hosts
from integration.stores import contents
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, play

CARDIO, NUCLEAR = Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE))), Desk("ws-nuclear", (Seat(PAUL),))


def test_wrong_passphrase_of_one_holder_stops_no_other(tmp_path: Path) -> None:
    with Hospital(tmp_path / "hospital", [CARDIO, NUCLEAR]) as hospital:
        known = {number: bundle.passphrase for number, bundle in hospital.bundles.items()}
        wrong = json.dumps({"pkcs12_passphrases": known | {JEANNE.authorisation: "the code of another letter"}})
        run = play(hospital, "hospital_it.pkcs12.enrol", "--extra-vars", wrong, environment=FACT_CACHE)
        held = {
            person: len(contents(hospital.emulated(desk.name).store_of(person.sid)).held)
            for desk, person in ((CARDIO, JEANNE), (CARDIO, ELODIE), (NUCLEAR, PAUL))
        }
        holders = cached(hospital, CARDIO.name)["holders"]
    assert run.exit_code == 2
    assert failed_hosts(run) == {"ws-cardio"}
    (result,) = [row.result for row in run.of("holder_certificates") if row.host == CARDIO.name]
    assert result["failed_holders"] == [f"{JEANNE.name} ({JEANNE.account})"]
    assert [row.result["error"]["code"] for row in run.holders() if row.result["error"]] == ["wrong_passphrase"]
    assert held == {JEANNE: 0, ELODIE: 1, PAUL: 1}
    assert {each["authorisation"]: each["status"] for each in holders} == {
        JEANNE.authorisation: "missing",
        ELODIE.authorisation: "renewal_due",
    }
