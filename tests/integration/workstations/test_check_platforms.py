# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workstations that lock PowerShell or protect administrators: what check says, what enrol does, whom an audit counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration.plays import Json, failed_hosts, holder, row
from lab.emulated import EmulatedWorkstation, User
from lab.hospital import CONNECTION_ACCOUNT, Hospital
from lab.people import DOMAIN, JEANNE, PAUL, Desk, Person, Seat
from lab.platforms import PLATFORMS, applocker, desks_with
from lab.playbook import Run, play

PROTECTED, NAMESAKE = "ws-administrator-protection", Person("Anne Martin", "T100009", "ADMIN_amartin", 1199)


def closed(workstation: EmulatedWorkstation) -> None:
    """AppLocker does not let the connection's account alone either."""
    applocker(workstation)
    service = workstation.accounts.by_name(CONNECTION_ACCOUNT)
    assert service is not None
    workstation.constrained.add(service.sid)


def says(mode: str, workstation: EmulatedWorkstation) -> None:
    workstation.app_control = mode


DESKS = [
    *desks_with(PLATFORMS),
    Desk("ws-free", (Seat(PAUL),)),
    Desk("ws-closed", (Seat(PAUL),), prepare=closed),
    Desk("ws-signed", (Seat(PAUL),), prepare=lambda workstation: says("Enforce", workstation)),
    Desk("ws-audited", (Seat(PAUL),), prepare=lambda workstation: says("Audit", workstation)),
]


@dataclass(frozen=True, slots=True)
class Played:
    hospital: Hospital
    check: Run
    enrol: Run
    audit: Run

    def finding(self, host: str, subject: str = "language_mode") -> Json:
        findings = row(self.check, "workstation_info", host).result["findings"]
        found: Json
        (found,) = [each for each in findings if each["subject"] == subject]
        return found

    def failure(self, host: str, person: Person) -> Json:
        return dict(holder(self.enrol, host, person.authorisation).result)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with Hospital(tmp_path_factory.mktemp("platforms"), DESKS) as hospital:
        # A domain may have people who are called so, too. Hers is not the account of a protected administrator.
        workstation = hospital.emulated(PROTECTED)
        workstation.add_user(User(NAMESAKE.account, NAMESAKE.sid, "hers"))
        issued = hospital.authority.issue(NAMESAKE.name, NAMESAKE.authorisation, passphrase="hers")
        workstation.store_of(NAMESAKE.sid).plant(issued.certificate, issued.private_key)
        runs = [play(hospital, f"hospital_it.pkcs12.{name}", "--forks", "4") for name in ("check", "enrol", "audit")]
        yield Played(hospital, *runs)


SAID = {
    "ws-free": ("ok", "runs in FullLanguage mode for CHU\\svc-ansible."),
    "ws-audited": ("ok", "runs in FullLanguage mode for CHU\\svc-ansible."),
    "ws-signed": ("ok", "for CHU\\svc-ansible; App Control for Business trusts the drivers."),
    "ws-applocker": ("warning", "There are rules for scripts, of AppLocker by group policy, so it may run"),
    "ws-applocker-mdm": ("warning", "There are rules for scripts, of AppLocker by device management, so it may run"),
    "ws-closed": ("error", "A policy of ws-closed (AppLocker by group policy) runs PowerShell in Constrained"),
    "ws-app-control": ("error", "A policy of ws-app-control (App Control for Business) runs PowerShell in Constr"),
}


@pytest.mark.parametrize("host", SAID)
def test_check_names_the_lock(played: Played, host: str) -> None:
    severity, words = SAID[host]
    found = played.finding(host)
    assert (found["severity"], words in found["sentence"]) == (severity, True), found["sentence"]


def test_only_who_cannot_be_asked_at_all_is_not_ready(played: Played) -> None:
    assert failed_hosts(played.check) == {"ws-closed", "ws-app-control"}


@pytest.mark.parametrize(("host", "lock"), [("ws-applocker", "by group policy"), ("ws-applocker-mdm", "by device")])
def test_work_that_a_lock_refuses_to_the_holder_names_it(played: Played, host: str, lock: str) -> None:
    failure = played.failure(host, JEANNE)
    assert failure["error"]["code"] == "constrained_language"
    assert f"A policy of {host} (AppLocker {lock}" in failure["msg"]
    assert JEANNE.account in failure["msg"]


def test_audit_names_the_lock(played: Played) -> None:
    result = row(played.audit, "certificate_facts", "ws-app-control").result
    assert result["error"]["code"] == "constrained_language"
    assert "A policy of ws-app-control (App Control for Business)" in result["msg"]


def test_check_says_that_administrators_are_protected(played: Played) -> None:
    assert played.finding("ws-free", "administrator_protection")["ok"]
    found = played.finding(PROTECTED, "administrator_protection")
    assert found["severity"] == "warning"
    assert "TypeOfAdminApprovalMode is 2" in found["sentence"]
    readable = played.finding(PROTECTED, "profile")["sentence"]
    assert readable == "All profiles on WS-ADMINISTRATOR-PROTECTION can be read (4)."


def test_nothing_is_written_for_an_administrator_and_the_cause_is_named(played: Played) -> None:
    failure = played.failure(PROTECTED, JEANNE)
    assert failure["error"]["code"] == "wrong_owner"
    assert "Become took the account ADMIN_... that Windows on" in failure["msg"]
    assert "to the legacy mode" in failure["error"]["next_step"]
    workstation = played.hospital.emulated(PROTECTED)
    assert workstation.store_of(JEANNE.sid).elements == {}
    assert len(workstation.store_of(PAUL.sid).elements) == 1


def test_facts_have_the_person_of_the_domain_and_no_second_account(played: Played) -> None:
    facts = row(played.audit, "certificate_facts", PROTECTED).result["ansible_facts"]["pkcs12"]
    told = json.dumps(facts)
    assert NAMESAKE.sid in told
    seconds = [user for user in played.hospital.emulated(PROTECTED).accounts if "\\ADMIN_" in user.account]
    mine = {user.sid for user in seconds if not user.account.startswith(DOMAIN)}
    assert len(mine) == 2  # a technician's, and Jeanne's, which become has made
    assert [sid for sid in mine if sid in told] == []
