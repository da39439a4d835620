# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A day in AWX: groups and the hourly renewal follow the facts, people use the groups, and the report tells it in numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from consistency.awx import KUBERNETES, Data, configuration, named
from consistency.awx_meaning import render
from integration import runner_job
from integration.awx_job import Job, inputs_of, inventory
from integration.runner_job import RunnerRun
from lab.hospital import Hospital
from lab.people import ANNE, ELODIE, JEANNE, KARIM, PAUL, Desk, Seat

DESKS = [
    Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE))),
    Desk("ws-nuclear", (Seat(PAUL),)),
    Desk("ws-pharmacy", (Seat(ANNE, logged_on=False),)),
    Desk("ws-radio", (Seat(KARIM),)),
]
DAYS = {JEANNE: 900, ELODIE: 400, PAUL: 30, ANNE: 20}
"""Who has a certificate, and for how many days more. Karim's workstation is off."""
DATA = configuration(KUBERNETES)


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    with Hospital(tmp_path, DESKS, days=DAYS) as running:
        for desk in DESKS:
            for person in [seat.person for seat in desk.seats if seat.person in DAYS]:
                issued = running.bundles[person.authorisation]
                running.emulated(desk.name).store_of(person.sid).plant(issued.certificate, issued.private_key)
        for person in (PAUL, ANNE):
            running.deliver(person, 1000, " new")
        running.switch_off("ws-radio")
        (tmp_path / "evidence").mkdir()
        yield running


class Day:
    """Jobs one after the other: each starts from the facts that the last one left, and from the groups that they make.

    ``change``: extra variables that each site sets, or that only a test has.
    """

    change: Data = {}  # noqa: RUF012 - a test replaces it

    def __init__(self, hospital: Hospital) -> None:
        self.hospital, self.number = hospital, 0
        self.last: RunnerRun | None = None

    def start(self, name: str, **answers: str) -> RunnerRun:
        """Runs a template, with answers to its survey."""
        self.number += 1
        template = named(DATA, "controller_templates", name)
        template = {**template, "extra_vars": {**template.get("extra_vars", {}), **self.change}}
        passphrases = {number: bundle.passphrase for number, bundle in self.hospital.bundles.items()}
        inputs = inputs_of(self.hospital, passphrases) | {"Mailbox for reports": {"username": "svc", "password": "x"}}
        facts = self.last.fact_cache if self.last else None
        job = Job(template, inputs, answers, number=self.number, facts=facts, groups=self.groups())
        controller, worker = (self.hospital.folder / f"job {self.number} {side}" for side in ("controller", "worker"))
        job.prepare(DATA, self.hospital, controller, worker)
        self.last = runner_job.run(controller, worker, template["playbook"], ident=str(self.number))
        return self.last

    def groups(self) -> dict[str, set[str]]:
        """What AWX makes of the constructed inventory's source: the plugin, over the workstations and their facts."""
        folder = self.hospital.folder / f"inventory {self.number}"
        folder.mkdir(exist_ok=True)
        source = named(DATA, "controller_inventory_sources", "Auto-created source for: Workstations by certificate")
        for name, content in (("hosts", inventory(self.hospital, {})), ("constructed", source["source_vars"])):
            (folder / f"{name}.yml").write_text(json.dumps(content), encoding="utf-8")
        facts = self.last.fact_cache if self.last else folder / "facts"
        cache = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(facts)}
        listed = subprocess.run(
            [Path(sys.executable).parent / "ansible-inventory", "--list", "-i", "hosts.yml", "-i", "constructed.yml"],
            cwd=folder,
            env={**os.environ, **cache},
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(listed.stdout)
        return {name: set(each["hosts"]) for name, each in found.items() if name.startswith("pkcs12_")}

    def called(self, name: str, **answers: str) -> tuple[RunnerRun, set[str]]:
        """Runs a template; the workstations that it called, by their names in the inventory."""
        mark = self.hospital.ledger.mark()
        run = self.start(name, **answers)
        return run, {entry.workstation.lower() for entry in self.hospital.ledger.since(mark)}


def test_groups_and_the_hourly_renewal_follow_the_facts_and_a_survey_takes_groups(hospital: Hospital) -> None:
    day = Day(hospital)
    assert day.groups() == {"pkcs12_unknown": {"ws-cardio", "ws-nuclear", "ws-pharmacy", "ws-radio"}}

    assert day.start("PKCS12 audit").status == "successful"
    due = {"ws-nuclear", "ws-pharmacy"}
    # The authorisation of Élodie ends in 12 days: her access is due, her certificate is not.
    elodies = {"ws-cardio"}
    settled = {"pkcs12_valid": {"ws-cardio"}, "pkcs12_unknown": {"ws-radio"}}
    assert day.groups() == settled | {"pkcs12_due": due, "pkcs12_renewal_due": due | elodies}

    renewal, called = day.called("PKCS12 renew due")
    assert (renewal.status, called) == ("successful", due)
    away = {"ws-pharmacy"}
    settled["pkcs12_valid"] = {"ws-cardio", "ws-nuclear"}
    late = {"pkcs12_due": away, "pkcs12_renewal_due": away | elodies, "pkcs12_deferred": away}
    assert day.groups() == settled | late

    hospital.emulated("ws-pharmacy").profiles[ANNE.sid].logged_on = True
    renewal, called = day.called("PKCS12 renew", pkcs12_hosts="pkcs12_deferred")
    assert (renewal.status, called) == ("successful", away)
    settled |= {"pkcs12_valid": {"ws-cardio", "ws-nuclear", "ws-pharmacy"}, "pkcs12_renewal_due": elodies}
    assert day.groups() == settled

    renewal, called = day.called("PKCS12 renew due")
    assert (renewal.status, renewal.exit_codes, called) == ("successful", (0, 0, 0), set())
    assert day.groups() == settled

    renewal, called = day.called("PKCS12 renew", pkcs12_hosts="pkcs12_deferred")
    assert (renewal.status, called) == ("failed", set())  # nobody is deferred any more, so the group is gone
    (refusal,) = [event["res"]["msg"] for event in renewal.events("runner_on_failed")]
    assert "pkcs12_deferred" in refusal


def test_the_report_leaves_its_numbers_for_awx_and_its_files_in_the_folder(hospital: Hospital) -> None:
    day = Day(hospital)
    day.start("PKCS12 audit")
    day.change = {"pkcs12_time_zone": "Europe/Paris"}
    report, called = day.called("PKCS12 report")
    assert (report.status, called) == ("successful", set())
    (stats,) = report.events("playbook_on_stats")
    summary = stats["artifact_data"]["pkcs12_fact_summary"]
    assert summary["by_status"] == {"valid": 1, "renewal_due": 3, "never_seen": 1}
    assert summary["workstations"] == {"answered": 3, "never_seen": 1}
    assert [person.name for person in DAYS if person.name in json.dumps(stats["artifact_data"])] == []
    numbers = render(
        named(DATA, "controller_notifications", "PKCS12 numbers")["messages"]["success"], stats["artifact_data"]
    )
    assert "Holders: 5, never_seen: 1, renewal_due: 3, valid: 1." in numbers.body
    written = {path.suffix for path in (hospital.folder / "reports").iterdir()}
    assert written == {".html", ".json", ".csv", ".prom", ".md"}
    (page,) = (hospital.folder / "reports").glob("*.html")
    assert "Europe/Paris" in page.read_text(encoding="utf-8")
    assert day.start("PKCS12 daily report").status == "successful"  # nobody is without access

    hospital.emulated("ws-cardio").store_of(JEANNE.sid).elements.clear()
    day.start("PKCS12 audit")
    daily, called = day.called("PKCS12 daily report")
    assert (daily.status, daily.exit_codes, called) == ("failed", (0, 2, 0), set())
    assert "missing" in next(iter(daily.events("runner_on_failed")))["res"]["msg"]
