# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two holders at one workstation, in every role: one has a Windows password of her own, the other one's work fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from integration.plays import SITE_WIDE_BECOME, failed_hosts, modules, outcomes, run_play
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, Desk, Seat
from lab.playbook import Run

DESK = "ws-two"
NUMBERS = [ELODIE.authorisation, JEANNE.authorisation]
DONE = {"enrol": "installed", "renew": "renewed", "retire": "removed"}


@dataclass(frozen=True, slots=True)
class Served:
    runs: Mapping[str, Run]
    tried: Mapping[str, int]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Jeanne is not logged on. The one who fails comes first."""
    desk = Desk(DESK, (Seat(ELODIE), Seat(JEANNE, logged_on=False)))
    runs = {}
    with Hospital(tmp_path_factory.mktemp("passwords"), [desk]) as hospital:
        elodies = hospital.emulated(DESK).store_of(ELODIE.sid)
        password = hospital.passwords[JEANNE.sid]
        for role in DONE:
            if role == "renew":
                hospital.deliver(JEANNE, 2000, " new")
            if role == "retire":
                for days in (10, 20):  # one more than may go at once
                    issued = hospital.deliver(ELODIE, days)
                    elodies.plant(issued.certificate, issued.private_key)
            known = {number: bundle.passphrase for number, bundle in hospital.bundles.items()}
            variables = {
                "pkcs12_passphrases": known | {ELODIE.authorisation: "the code of another letter"},
                "pkcs12_holder_passwords": {JEANNE.account if role == "renew" else JEANNE.authorisation: password},
                "pkcs12_install": "always",
                "pkcs12_retire_authorisations": NUMBERS,
                "pkcs12_max_certificates": 1,
            }
            options = ("-e", json.dumps(variables))
            runs[role] = run_play(hospital, *options, roles=[f"hospital_it.pkcs12.{role}"], **SITE_WIDE_BECOME)
        return Served(runs, dict(hospital.emulated(DESK).accounts.bad_passwords))


@pytest.mark.parametrize("role", DONE)
def test_one_failure_does_not_stop_the_other(served: Served, role: str) -> None:
    run = served.runs[role]
    assert outcomes(run)[DESK] == {ELODIE.authorisation: "failed", JEANNE.authorisation: DONE[role]}, run.stdout
    assert failed_hosts(run) == {DESK}
    assert f"{ELODIE.name} ({ELODIE.account})" in run.stdout.replace("\\\\", "\\")


@pytest.mark.parametrize("role", DONE)
def test_password_goes_to_its_own_account_alone(served: Served, role: str) -> None:
    sent = [entry for entry in served.runs[role].requests if entry.module]
    asked = [(modules([entry])[0], entry.become_user, entry.become_password_given) for entry in sent]
    exchanges = 1 if role == "retire" else 2  # the passphrase of an import is sealed
    assert asked == [("store_inventory", None, False), *[("store_exchange", JEANNE.account, True)] * exchanges]


def test_no_password_was_tried_on_another_account(served: Served) -> None:
    assert served.tried == {}
