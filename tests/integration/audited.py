# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital that was audited, with workstations that are off, and the playbook report run on what is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from integration.plays import Json
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

AUDIT, REPORT = "hospital_it.pkcs12.audit", "hospital_it.pkcs12.report"
CARDIO, NUCLEAR, OFF, NEVER = "ws-cardio", "ws-nuclear", "ws-off", "ws-never"
DESKS = (
    Desk(CARDIO, (Seat(JEANNE), Seat(ELODIE, asked="upn"))),
    Desk(NUCLEAR, (Seat(PAUL),)),
    Desk(OFF, (Seat(LOUIS),)),
    Desk(NEVER, (Seat(KARIM),)),
)
DAYS = {JEANNE: 900, ELODIE: 30, LOUIS: 900}
"""Who has a certificate, and for how many days more. Paul and Karim have none."""
STATUSES = {
    JEANNE.authorisation: "valid",
    ELODIE.authorisation: "renewal_due",
    PAUL.authorisation: "missing",
    LOUIS.authorisation: "unknown",
    KARIM.authorisation: "never_seen",
}
FILES = (".html", ".json", "-holders.csv", "-certificates.csv", ".prom", ".md")
DATE = "2999-12-31T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Site:
    """``folder`` is where the playbook writes the report unless it is told otherwise."""

    hospital: Hospital

    @property
    def folder(self) -> Path:
        return self.hospital.folder / "report"

    def report(self, *options: str, environment: Json | None = None, **variables: Any) -> Run:
        """Runs the playbook with these settings of the site, their prefix left out."""
        known = {f"pkcs12_{name}": value for name, value in ({"report_folder": str(self.folder)} | variables).items()}
        extra = self.hospital.folder / "report-variables.json"
        extra.write_text(json.dumps(known), encoding="utf-8")
        everything = {**FACT_CACHE, "no_proxy": "127.0.0.1", **(environment or {})}
        return play(self.hospital, REPORT, f"--extra-vars=@{extra}", *options, environment=everything)

    def written(self, folder: Path | None = None) -> Json:
        """The JSON of the report."""
        found: Json = json.loads(((folder or self.folder) / "pkcs12-compliance.json").read_text(encoding="utf-8"))
        return found


@contextmanager
def audited(folder: Path) -> Iterator[Site]:
    """``OFF`` has answered once, ``NEVER`` never. Besides there are two servers: ``web``, and ``gone``, which is no more."""
    with Hospital(folder, DESKS, days=DAYS) as hospital:
        for desk in DESKS:
            for seat in desk.seats:
                if seat.person in DAYS:
                    issued = hospital.bundles[seat.person.authorisation]
                    store = hospital.emulated(desk.name).store_of(seat.person.sid)
                    store.plant(issued.certificate, issued.private_key)
        _add_servers(hospital)
        hospital.switch_off(NEVER)
        for gone in ((), (OFF,)):
            hospital.switch_off(*gone)
            run = play(hospital, AUDIT, "--limit", "workstations", environment=FACT_CACHE)
            assert run.exit_code == 0, run.stdout + run.stderr
        yield Site(hospital)


def _add_servers(hospital: Hospital) -> None:
    """Nothing but its own variables says how a server is reached: of ``gone`` Ansible's default, which is ssh."""
    known = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    workstations = known["all"]["children"]["workstations"] | {"vars": known["all"]["vars"]}
    web = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    gone = {"ansible_host": "127.0.0.1", "ansible_port": 9}
    servers = {"hosts": {"web": web, "gone": gone}}
    inventory = {"all": {"children": {"workstations": workstations, "servers": servers}}}
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
