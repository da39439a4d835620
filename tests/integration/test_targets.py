# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each target is a play that uses one part of the collection as the documentation shows it, on every kind of workstation."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from integration.conftest import Site
from integration.plays import Json, run_play
from lab.authority import Authority
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.workstation_interface import AuthMethod, Kind

TARGETS = sorted(path.name for path in (Path(__file__).parent / "targets").iterdir())
SMOKE = "enrol"
"""Also in ``make test`` on Windows PowerShell, with the first authentication."""
MARKS = {
    (Kind.WINDOWS_POWERSHELL, AuthMethod.NTLM): [pytest.mark.windows],
    (Kind.WINDOWS_POWERSHELL, AuthMethod.BASIC): [pytest.mark.windows, pytest.mark.full],
}
SITES = [
    pytest.param((kind, auth), id=f"{kind.value}-{auth.value}", marks=MARKS.get((kind, auth), []))
    for kind in Kind
    for auth in AuthMethod
]
NUMBERS = itertools.count(300001)


@pytest.fixture(scope="module", params=SITES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    kind, auth = request.param
    if kind is Kind.EMULATED:
        with Hospital(tmp_path_factory.mktemp("targets"), [Desk("ws-cardio", (Seat(JEANNE),))], auth) as hospital:
            yield Site(hospital)
    elif auth is AuthMethod.NTLM:
        yield Site(request.getfixturevalue("windows"))
    else:
        yield request.getfixturevalue("windows_by_basic")


@pytest.mark.parametrize(
    "target", [pytest.param(target, marks=[pytest.mark.smoke] * (target == SMOKE)) for target in TARGETS]
)
def test_target(target: str, site: Site, authority: Authority) -> None:
    variables = site.hospital.folder / "target.json"
    variables.write_text(json.dumps(variables_of(site.hospital, authority)), encoding="utf-8")
    tasks = [{"ansible.builtin.import_tasks": str(Path(__file__).parent / "targets" / target / "tasks" / "main.yml")}]
    run = run_play(site.hospital, f"--extra-vars=@{variables}", *site.options, tasks=tasks)
    assert run.exit_code == 0, run.stdout + run.stderr


def variables_of(hospital: Hospital, authority: Authority) -> Json:
    """A bundle that no other target has seen, for the one holder at the workstation."""
    number = f"T{next(NUMBERS)}"
    issued = authority.issue("Odile Roux-Prévost", number, passphrase="le code d'une lettre")
    path = hospital.bundle_folder / issued.file_name
    path.write_bytes(issued.data)
    (host,) = hosts(hospital).values()
    return {
        "target_name": "Odile Roux-Prévost",
        "target_authorisation": number,
        "target_folder": str(hospital.bundle_folder),
        "target_path": str(path),
        "target_passphrase": issued.passphrase,
        "target_thumbprint": issued.thumbprint,
        "target_holder": host["pkcs12_holders"][0]["user"],
    }


def hosts(hospital: Hospital) -> dict[str, Json]:
    """The inventory's variables of each workstation."""
    inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    found: dict[str, Json] = inventory["all"]["children"]["workstations"]["hosts"]
    return found
