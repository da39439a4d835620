# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A day in AWX: each job knows the register as it is, the hourly renewal follows the facts, and the report tells it in numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from consistency.awx import KUBERNETES, PROJECT, Data, configuration, named
from consistency.awx_meaning import render
from integration import runner_job
from integration.awx_job import MOUNTED, Job, inputs_of, inventory
from integration.awx_updates import Updates
from integration.runner_job import RunnerRun
from lab.hospital import Hospital
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Person, Seat
from lab.spreadsheet import Cell, save

DESKS = [
    Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE))),
    Desk("ws-nuclear", (Seat(PAUL),)),
    Desk("ws-pharmacy", (Seat(ANNE, logged_on=False),)),
    Desk("ws-radio", (Seat(KARIM),)),
]
HEADINGS = ("Name", "Authorisation", "Account", "Workstation", "Anniversary", "Group", "Last day")
GROUPS = {"ws-cardio": "Imaging", "ws-nuclear": "Imaging"}
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
    """Jobs one after the other: AWX updates its inventory before each, and each starts from the facts that the last one left.

    ``change``: extra variables that each site sets, or that only a test has. ``rows``: those of the register, by number.
    """

    change: Data = {}  # noqa: RUF012 - a test replaces it

    def __init__(self, hospital: Hospital) -> None:
        self.hospital, self.number = hospital, 0
        self.last: RunnerRun | None = None
        self.sources = hospital.folder / "sources"
        self.sources.mkdir()
        self.rows = dict(self._write_workstations())
        self.sheet = self.sources / "people.xlsx"
        register = (PROJECT / "inventory" / "people.pkcs12_register.yml").read_text(encoding="utf-8")
        register = register.replace(f"{MOUNTED}/register", str(self.sources))
        (self.sources / "people.pkcs12_register.yml").write_text(register, encoding="utf-8")
        places = {f"inventory/{path.name}": path for path in self.sources.glob("*.yml")}
        self.updates = Updates(DATA, self.sources, places)
        self.write()

    def _write_workstations(self) -> Iterator[tuple[str, list[Cell]]]:
        """The hospital's workstations without their people, whose rows it gives."""
        known = inventory(self.hospital)
        for name, host in known["all"]["children"]["workstations"]["hosts"].items():
            for holder in host.pop("pkcs12_holders"):
                ends = datetime.fromisoformat(holder["authorisation_anniversary"]).date()
                number = holder["authorisation"]
                yield number, [holder["name"], number, holder["user"], name, ends, GROUPS.get(name), None]
        (self.sources / "hosts.yml").write_text(json.dumps(known), encoding="utf-8")

    def write(self, **site: Any) -> None:
        """Somebody keeps the register; and pushes what belongs to the site."""
        save(self.sheet, [HEADINGS, *self.rows.values()])
        group_vars = self.sources / "group_vars"
        group_vars.mkdir(exist_ok=True)
        (group_vars / "all.yml").write_text(yaml.safe_dump(site), encoding="utf-8")

    def start(self, name: str, **answers: str) -> RunnerRun:
        """Runs a template, with answers to its survey."""
        template = named(DATA, "controller_templates", name)
        template = {**template, "extra_vars": {**template.get("extra_vars", {}), **self.change}}
        hosts = self.updates.before(template)
        assert hosts, "Previous Task Failed"
        self.number += 1
        passphrases = {number: bundle.passphrase for number, bundle in self.hospital.bundles.items()}
        inputs = inputs_of(self.hospital, passphrases) | {"Mailbox for reports": {"username": "svc", "password": "x"}}
        facts = self.last.fact_cache if self.last else None
        job = Job(template, inputs, answers, number=self.number, facts=facts, hosts=hosts)
        controller, worker = (self.hospital.folder / f"job {self.number} {side}" for side in ("controller", "worker"))
        job.prepare(DATA, self.hospital, controller, worker)
        self.last = runner_job.run(controller, worker, template["playbook"], ident=str(self.number))
        return self.last

    def called(self, name: str, **answers: str) -> tuple[str, set[str]]:
        """Runs a template; how it ended, and the workstations that it called, by their names in the inventory."""
        mark = self.hospital.ledger.mark()
        run = self.start(name, **answers)
        return run.status, {entry.workstation.lower() for entry in self.hospital.ledger.since(mark)}


def test_the_hourly_renewal_follows_the_facts_and_a_survey_takes_groups_of_the_register(hospital: Hospital) -> None:
    day = Day(hospital)
    assert day.called("PKCS12 audit", pkcs12_hosts="Imaging") == ("successful", {"ws-cardio", "ws-nuclear"})
    # Nobody knows yet of Anne and Karim, and the hourly renewal does not wait for a workstation that is off.
    assert day.called("PKCS12 renew due") == ("successful", {"ws-nuclear"})
    assert day.start("PKCS12 audit").status == "successful"
    assert day.called("PKCS12 renew due") == ("successful", {"ws-pharmacy"})  # Anne is not logged on
    hospital.emulated("ws-pharmacy").profiles[ANNE.sid].logged_on = True
    assert day.called("PKCS12 renew due") == ("successful", {"ws-pharmacy"})
    assert day.called("PKCS12 renew due") == ("successful", set())

    assert day.called("PKCS12 renew", pkcs12_hosts="ws-pharmacy:Imaging")[1] == set(GROUPS) | {"ws-pharmacy"}
    assert day.called("PKCS12 renew", pkcs12_hosts="pkcs12_due") == ("failed", set())  # there is no such group any more
    assert day.last
    (refusal,) = [event["res"]["msg"] for event in day.last.events("runner_on_failed")]
    assert "pkcs12_due" in refusal


def test_each_job_knows_the_register_and_the_site_as_they_are(hospital: Hospital) -> None:
    """Somebody comes, somebody leaves by the register, somebody by the project, and a file that cannot be read stops the next job."""
    day = Day(hospital)
    assert known(day.start("PKCS12 audit"), "ws-cardio") == {JEANNE.authorisation, ELODIE.authorisation}

    day.rows[LOUIS.authorisation] = row(LOUIS, "ws-cardio")
    day.write()
    hospital.deliver(JEANNE, 1100, " new")
    day.rows[JEANNE.authorisation][-1] = datetime.now(UTC).date() - timedelta(days=1)
    day.write(pkcs12_leavers=[PAUL.authorisation])
    renewal = day.start("PKCS12 renew", pkcs12_install="always")
    assert known(renewal, "ws-cardio") == {ELODIE.authorisation, LOUIS.authorisation}
    assert outcomes(renewal, "ws-cardio") == {ELODIE.authorisation: "changed", LOUIS.authorisation: "failed"}
    assert outcomes(renewal, "ws-nuclear") == {}
    assert len(hospital.emulated("ws-nuclear").store_of(PAUL.sid).elements) == 1

    whole = day.sheet.read_bytes()
    day.sheet.write_bytes(whole[:1000])
    with pytest.raises(AssertionError, match="Previous Task Failed"):
        day.start("PKCS12 audit")
    day.sheet.write_bytes(whole)
    assert day.last is renewal
    assert day.start("PKCS12 audit").status == "successful"


@pytest.mark.parametrize("answer", [" ", ", "])
def test_a_blank_answer_to_the_removal_is_refused(hospital: Hospital, answer: str) -> None:
    """AWX takes it, because it is long enough. Nobody of the register has left, so without an answer the job would be green."""
    day = Day(hospital)
    removal = day.start("PKCS12 retire", pkcs12_retire_authorisations=answer)
    assert removal.status == "failed"
    codes = {
        event["res"]["error"]["problem"]["code"]
        for event in removal.events("runner_on_ok")
        if event["res"].get("error")
    }
    assert codes == {"bad_arguments.no_number_given"}
    assert len(hospital.emulated("ws-nuclear").store_of(PAUL.sid).elements) == 1


def row(person: Person, *workstations: str) -> list[Cell]:
    ends = datetime.now(UTC).date() + timedelta(days=person.authorised_days)
    return [person.name, person.authorisation, person.account, "; ".join(workstations), ends, None, None]


def known(run: RunnerRun, host: str) -> set[str]:
    """The numbers in the facts that a job has left."""
    return {holder["authorisation"] for holder in run.facts(host)["pkcs12"]["holders"]}


def outcomes(run: RunnerRun, host: str) -> dict[str, str]:
    """What a job did for each holder."""
    return {
        holder["authorisation"]: holder["outcome"]
        for event in run.events("runner_on_ok") + run.events("runner_on_failed")
        if event["host"] == host
        for holder in event["res"].get("holders", ())
    }


def test_the_report_leaves_its_numbers_for_awx_and_its_files_in_the_folder(hospital: Hospital) -> None:
    day = Day(hospital)
    day.start("PKCS12 audit")
    day.change = {"pkcs12_time_zone": "Europe/Paris"}
    assert day.called("PKCS12 report") == ("successful", set())
    assert day.last
    (stats,) = day.last.events("playbook_on_stats")
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
    assert day.called("PKCS12 daily report") == ("failed", set())
    assert day.last.exit_codes == (0, 2, 0)
    assert "missing" in next(iter(day.last.events("runner_on_failed")))["res"]["msg"]
