# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A key that an audit has found dead stays so in the report until a renewal has cured it, whoever runs what in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.audited import Site
from integration.plays import cached, failed_hosts, outcomes
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

CARDIO = "ws-cardio"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Jeanne's key is lost, as in a profile that was restored without it. Her bundle is in the folder still, and so is Elodie's new one."""
    desk = Desk(CARDIO, (Seat(JEANNE), Seat(ELODIE)))
    with Hospital(tmp_path_factory.mktemp("dead-keys"), (desk,), days={JEANNE: 900, ELODIE: 30}) as hospital:
        for person in (JEANNE, ELODIE):
            issued = hospital.bundles[person.authorisation]
            hospital.emulated(CARDIO).store_of(person.sid).plant(issued.certificate, issued.private_key)
        hospital.emulated(CARDIO).store_of(JEANNE.sid).containers.clear()
        hospital.deliver(ELODIE, 1000, " new")
        yield Site(hospital)


def playbook(site: Site, name: str, *options: str) -> Run:
    return play(site.hospital, f"hospital_it.pkcs12.{name}", *options, environment=FACT_CACHE)


def audit(site: Site, prove: bool = True) -> None:
    assert playbook(site, "audit", "-e", f"pkcs12_prove_keys={prove}").exit_code == 0


def log_on(site: Site, logged_on: bool) -> None:
    site.hospital.emulated(CARDIO).profiles[JEANNE.sid].logged_on = logged_on


def jeanne(site: Site) -> tuple[str, str]:
    """Her status and next step in the report."""
    assert site.report().exit_code == 0
    (row,) = [row for row in site.written()["holders"] if row["authorisation"] == JEANNE.authorisation]
    return row["status"], row["next_step"]


def test_report_says_enrol_until_renew_due_has_cured_it(site: Site) -> None:
    audit(site)
    assert jeanne(site) == ("key_missing", "enrol")
    log_on(site, False)
    for prove in (False, True):
        audit(site, prove)
        assert jeanne(site) == ("key_missing", "log_on")
    waiting = playbook(site, "renew_due")
    assert list(outcomes(waiting)[CARDIO].values()) == ["deferred", "renewed"]
    assert failed_hosts(waiting) == {CARDIO}  # somebody without access is urgent
    assert jeanne(site) == ("key_missing", "log_on")
    log_on(site, True)
    cured = playbook(site, "renew_due")
    assert outcomes(cured)[CARDIO]["T100001"] == "installed"
    assert jeanne(site) == ("valid", "nothing")
    audit(site)
    assert [holder["proof"] for holder in cached(site.hospital, CARDIO)["holders"]] == ["proven", "proven"]
    assert len(site.hospital.emulated(CARDIO).store_of(JEANNE.sid).containers) == 1


def test_without_an_audit_of_keys_only_prove_always_finds_it(site: Site) -> None:
    audit(site, prove=False)
    assert jeanne(site) == ("valid", "nothing")
    playbook(site, "renew")
    assert not site.hospital.emulated(CARDIO).store_of(JEANNE.sid).containers
    playbook(site, "renew", "-e", "pkcs12_prove=always")
    assert len(site.hospital.emulated(CARDIO).store_of(JEANNE.sid).containers) == 1
