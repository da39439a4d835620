# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workstations that lock PowerShell or protect administrators: what check says, what enrol does, whom an audit counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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


SAID: Mapping[str, tuple[str, str, list[str]]] = {
    "ws-free": ("ok", "finding.full_language", []),
    "ws-audited": ("ok", "finding.full_language", []),
    "ws-signed": ("ok", "finding.full_language_trusted", []),
    "ws-applocker": ("warning", "script_rules", ["applocker"]),
    "ws-applocker-mdm": ("warning", "script_rules", ["applocker_mdm"]),
    "ws-closed": ("error", "constrained_language.connection", ["applocker"]),
    "ws-app-control": ("error", "constrained_language.connection", ["app_control"]),
}


def locks(problem: Json) -> list[str]:
    """The locks that a problem names, or its cause."""
    found = [each["values"].get("locks") for each in (problem, *problem.get("causes", ()))]
    return next((list(each) for each in found if each), [])


@pytest.mark.parametrize("host", SAID)
def test_check_names_the_lock(played: Played, host: str) -> None:
    found = played.finding(host)
    assert (found["severity"], found["problem"]["code"], locks(found["problem"])) == SAID[host]


def test_only_who_cannot_be_asked_at_all_is_not_ready(played: Played) -> None:
    assert failed_hosts(played.check) == {"ws-closed", "ws-app-control"}


@pytest.mark.parametrize(("host", "lock"), [("ws-applocker", "applocker"), ("ws-applocker-mdm", "applocker_mdm")])
def test_work_that_a_lock_refuses_to_the_holder_names_it(played: Played, host: str, lock: str) -> None:
    problem = played.failure(host, JEANNE)["error"]["problem"]
    assert (problem["code"], locks(problem)) == ("constrained_language", [lock])
    assert (problem["values"]["computer"], problem["values"]["name"]) == (host, JEANNE.account)


def test_audit_names_the_lock(played: Played) -> None:
    problem = row(played.audit, "certificate_facts", "ws-app-control").result["error"]["problem"]
    assert (problem["code"], locks(problem)) == ("constrained_language.connection", ["app_control"])


def test_check_says_that_administrators_are_protected(played: Played) -> None:
    assert played.finding("ws-free", "administrator_protection")["ok"]
    found = played.finding(PROTECTED, "administrator_protection")
    assert (found["severity"], found["problem"]["code"]) == ("warning", "administrator_protection")
    values = {"computer": "WS-ADMINISTRATOR-PROTECTION", "total": 4}
    assert played.finding(PROTECTED, "profile")["problem"] == {"code": "finding.profiles", "values": values}


def test_nothing_is_written_for_an_administrator_and_the_cause_is_named(played: Played) -> None:
    failure = played.failure(PROTECTED, JEANNE)
    assert failure["error"]["problem"]["code"] == "wrong_owner.second_account"
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
