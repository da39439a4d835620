# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both actions that install bundles take the holder's, refuse everybody else's, and name a file that is nearly his."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.action import certificate, holder_certificates
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import ArgumentSpec, TaskContext
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from lab.authority import Authority
from unit.plugins.plugin_utils import fakes
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import HOLDER, NOW, PASSPHRASE

NUMBER = "T123456"
NAME = "B\u00e9atrice d'H\u00e9rouville"
TURNED = "D'HEROUVILLE Beatrice"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (certificate, holder_certificates):
        monkeypatch.setattr(module, "now", lambda: NOW)


def defaults(spec: ArgumentSpec) -> dict[str, Any]:
    return {name: option.get("default") for name, option in spec.options.items()}


def install(action: Any, drivers: FakeDrivers, options: dict[str, Any]) -> dict[str, Any]:
    """What became of the holder; a refusal before the workstation is read looks like one after."""
    made = action.__new__(action)
    made.drivers = drivers
    task = TaskContext(defaults(action.SPEC) | options, False, False, "ws-1", None)
    try:
        result = made.run_task(task)
    except Pkcs12Error as refusal:
        return {"outcome": "failed", "error": refusal.problem}
    row = dict(result["holders"][0] if "holders" in result else result)
    return row | {"error": row["error"] and row["error"].problem}


def by_certificate(folder: Path, drivers: FakeDrivers) -> dict[str, Any]:
    given = {"holder": HOLDER, "bundle_folder": str(folder), "passphrase": PASSPHRASE}
    return install(certificate.ActionModule, drivers, given | {"name": NAME, "authorisation": NUMBER})


def by_holder_certificates(folder: Path, drivers: FakeDrivers) -> dict[str, Any]:
    person = {"user": HOLDER, "name": NAME, "authorisation": NUMBER}
    given = {"holders": [person], "bundle_folder": str(folder), "passphrases": {NUMBER.casefold(): PASSPHRASE}}
    return install(holder_certificates.ActionModule, drivers, given)


def delivered(authority: Authority, folder: Path, file_name: str, person: str = TURNED) -> None:
    issued = fakes.issue(authority, f"{person} - {NUMBER}")
    (folder / file_name).write_bytes(issued.data)


@pytest.mark.parametrize("run", [by_certificate, by_holder_certificates])
def test_a_file_of_nearly_the_holders_name_is_named(run: Any, authority: Authority, tmp_path: Path) -> None:
    almost = f"B\u00e9atrice  d\u2019H\u00e9rouville - {NUMBER}.P12"
    delivered(authority, tmp_path, almost)
    delivered(authority, tmp_path, "Paul Martin - T654321.p12", "Paul Martin")
    found = run(tmp_path, FakeDrivers())
    assert found["error"].code == "no_bundle.other_name"
    assert found["error"].causes == (Problem("no_bundle.near_files", {"files": (almost,)}),)


def test_a_renewal_retires_the_older_one_although_the_issuer_wrote_the_name_another_way(
    authority: Authority, tmp_path: Path
) -> None:
    """Two that a browser offers are one too many."""
    drivers = FakeDrivers()
    drivers.plant(fakes.issue(authority, f"{NAME} - {NUMBER}", left=timedelta(days=20)))
    strangers = drivers.plant(fakes.issue(authority, f"{NAME} - T654321"))
    delivered(authority, tmp_path, f"{NAME} - {NUMBER}.p12")
    found = by_certificate(tmp_path, drivers)
    assert (found["outcome"], len(found["superseded"])) == ("renewed", 1)
    assert drivers.elements.keys() == {strangers, found["certificate"]["thumbprint"]}


@pytest.mark.parametrize(("zone", "outcome"), [("UTC", "removed"), ("Europe/Paris", "unchanged")])
def test_a_removal_counts_days_in_the_sites_time_zone(authority: Authority, zone: str, outcome: str) -> None:
    """The certificate ended at 23:00 UTC of yesterday, which is midnight of today in Paris."""
    drivers = FakeDrivers()
    drivers.plant(fakes.issue(authority, left=timedelta(hours=-13)))
    usual = {"state": "absent", "holder": HOLDER, "issuer": ".", "expired_for_days": 1, "time_zone": zone}
    assert install(certificate.ActionModule, drivers, usual)["outcome"] == outcome
