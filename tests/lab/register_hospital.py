# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital whose people are in a spreadsheet, as hospitals keep one, with ten wrong rows. All names are invented.

There are accents, homonyms, several workstations, leavers, absences, and a column that nothing reads. ``python -m lab register`` runs
everything with it, and says how long each step takes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import REGISTER_PROBLEMS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words
from lab.authority import IssuedBundle
from lab.hospital import THREE_YEARS, Hospital
from lab.people import Desk, Person, Seat
from lab.playbook import FACT_CACHE, ROOT, Run, play
from lab.spreadsheet import Cell, save

GIVEN = (
    "Jeanne",
    "François",
    "Zoé",
    "Jean-Noël",
    "Anaïs",
    "Gaëlle",
    "Loïc",
    "Marie",
    "Benoît",
    "Hélène",
    "Øystein",
    "Inès",
)
FAMILY = (
    *("Dupont", "Lefèvre", "Le Goff", "d'Ornano", "Muñoz", "Béranger", "Martin", "Garçon", "N'Diaye", "Saint-Étienne"),
    *("Łukasik", "Roux", "Ben Salah", "Peña", "Thévenot", "O'Brien", "Bœuf", "Müller", "Castaing", "Vidal"),
)
UNITS = ("Radiologie", "Bloc opératoire", "Médecine nucléaire", "Cardiologie")
HEADINGS = (
    *("NOM", "Prénom", "N° autorisation", "Compte Windows", "Postes", "Fonction", "Courriel", "Service"),
    *("Absent du", "De retour le", "Départ", "Échéance de l'autorisation", "Téléphone"),
)
SOURCE = "plugin: hospital_it.pkcs12.register\npath: register/people.xlsx\n"
ABOVE = ("Personnes autorisées, registre de radioprotection", "Une ligne par personne. Ne pas trier sans les titres.")
FAMILY_NAME, GIVEN_NAME, NUMBER, ACCOUNT, PLACES, JOB, MAIL, UNIT, AWAY, BACK, LEAVES, ENDS, PHONE = range(
    len(HEADINGS)
)


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong in a row: the code that says so, the place of the cell, and what is in it."""

    code: str
    column: int
    value: Cell


SLIPS: Mapping[int, Slip] = {
    2: Slip("number_is_number", NUMBER, 300002),
    3: Slip("date", LEAVES, "31/02/2027"),
    4: Slip("account_missing", ACCOUNT, None),
    5: Slip("number_missing", NUMBER, None),
    6: Slip("workstation_wrong", PLACES, "poste du fond !"),
    7: Slip("mail", MAIL, "anne.chu.example"),
    8: Slip("formula_without_value", GIVEN_NAME, "=A1"),
    9: Slip("template", FAMILY_NAME, "{{ lookup('pipe', 'id') }}"),
}
"""By the place of the person. With ``DIFFERS`` they are ten rows."""
DIFFERS = 10
"""This person has two rows with two functions, and both are wrong."""


class Staff:
    """So many people, at so many workstations; everybody has one, and some have two."""

    def __init__(self, people: int, workstations: int, today: date) -> None:
        self.today = today
        self.names = [f"ws-{at:03}" for at in range(workstations)]
        self.people = [self._person(at) for at in range(people)]

    @staticmethod
    def _person(at: int) -> Person:
        # The second half has the names of the first, so there are homonyms; a number is one person's.
        name = f"{GIVEN[at % len(GIVEN)]} {FAMILY[at // 2 % len(FAMILY)]}"
        return Person(name, f"0{300000 + at}", f"agent{at}", 30000 + at)

    def places(self, at: int) -> list[str]:
        """The workstations of a person."""
        own = [self.names[at % len(self.names)]]
        return [*own, self.names[(at + 1) % len(self.names)]] if at % 6 == 0 and len(self.names) > 1 else own

    def desks(self) -> list[Desk]:
        """The workstations, with everybody logged on."""
        seats: dict[str, list[Seat]] = {name: [] for name in self.names}
        for at, person in enumerate(self.people):
            for name in self.places(at):
                seats[name].append(Seat(person))
        return [Desk(name, tuple(each)) for name, each in seats.items()]

    def row(self, at: int) -> list[Cell]:
        """The row of a person: one in fifty has left, one in forty is away. Half of the dates are typed."""
        person = self.people[at]
        given, _blank, family = person.name.partition(" ")
        left = self.today - timedelta(days=3) if at % 50 == 20 else None
        away, back = (
            (self.today - timedelta(days=5), self.today + timedelta(days=60)) if at % 40 == 30 else (None, None)
        )
        ends = self.today + timedelta(days=200)
        row: list[Cell] = [family, given, person.authorisation, person.account, "; ".join(self.places(at))]
        row += ["manipulateur" if at % 3 else "médecin", f"agent{at}@chu.example", UNITS[at % len(UNITS)]]
        row += [away, back, left, ends, f"01 02 03 {at:04}"]
        return [f"{cell:%d/%m/%Y}" if at % 2 and isinstance(cell, date) else cell for cell in row]

    def rows(self, *, mended: bool) -> list[list[Cell]]:
        """All rows of the sheet, with the headings first."""
        found: list[list[Cell]] = [list(HEADINGS), *(self.row(at) for at in range(len(self.people)))]
        if mended:
            return found
        for at, slip in SLIPS.items():
            found[at + 1][slip.column] = slip.value
        again = list(self.row(DIFFERS))
        again[JOB] = "autre"
        return [*found, again]

    def leavers(self) -> set[str]:
        """The numbers of those whose last day has passed."""
        return {each.authorisation for at, each in enumerate(self.people) if at % 50 == 20}


class RegisterHospital(Hospital):
    """Nobody is in its inventory: the people are in the spreadsheet, and each has a passphrase in a file of its own."""

    def __init__(self, folder: Path, staff: Staff) -> None:
        super().__init__(folder, staff.desks(), delivered=False)
        self.staff = staff

    def __enter__(self) -> RegisterHospital:
        super().__enter__()
        self.passphrase_folder.mkdir()
        for person in self.people:
            issued = self.issue(person, THREE_YEARS)
            (self.bundle_folder / issued.file_name).write_bytes(issued.data)
            (self.passphrase_folder / f"{person.authorisation}.txt").write_text(
                f"{issued.passphrase}\n", encoding="utf-8"
            )
        content = yaml.safe_load(self.inventory.read_text(encoding="utf-8"))
        for host in content["all"]["children"]["workstations"]["hosts"].values():
            del host["pkcs12_holders"]
        content["all"]["vars"] |= {
            "pkcs12_passphrase_folder": str(self.passphrase_folder),
            "pkcs12_bundle_pattern": "*{authorisation}*.p12",
        }
        self._write(self.inventory, content)
        return self

    @property
    def passphrase_folder(self) -> Path:
        """A file for each person."""
        return self.folder / "passphrases"

    @property
    def sheet(self) -> Path:
        """The spreadsheet, outside of the folder of the inventory."""
        return self.folder / "register" / "people.xlsx"

    @property
    def source(self) -> Path:
        """What names the spreadsheet to Ansible."""
        return self.folder / "people.pkcs12_register.yml"

    def issue(self, person: Person, days: int) -> IssuedBundle:
        number = self.people.index(person)
        return self.authority.issue(
            person.name, person.authorisation, passphrase=f"Été {number} «{days}» \\n", key="ec-p256"
        )

    def write_sheet(self, *, mended: bool) -> None:
        """The spreadsheet with its ten wrong rows, or without."""
        self.sheet.parent.mkdir(exist_ok=True)
        save(self.sheet, self.staff.rows(mended=mended), ABOVE)
        self.source.write_text(SOURCE, encoding="utf-8")

    def listed(self, source: Path | None = None) -> Any:
        """What Ansible makes of the spreadsheet alone."""
        command = [str(Path(sys.executable).with_name("ansible-inventory")), "--list", "-i", str(source or self.source)]
        environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
        said = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        return json.loads(said, object_hook=_plain)


def _plain(found: dict[str, Any]) -> Any:
    """From 2.19 on, ansible-inventory marks what is no template."""
    return found.get("__ansible_unsafe", found)


def people_of(found: Any) -> Any:
    """An inventory without the order of the rows, which the report has by name, and without what was said of other columns."""
    if isinstance(found, dict):
        return {key: people_of(value) for key, value in found.items() if key != REGISTER_PROBLEMS}
    return sorted(map(people_of, found), key=str) if isinstance(found, list) else found


def show(options: Namespace) -> int:
    """The wrong rows, then everything with a mended sheet, then the report as a sheet again. 0 when each step ends as it should."""
    folder: Path = options.folder / "register"
    shutil.rmtree(folder, ignore_errors=True)
    staff = Staff(options.people, options.workstations, datetime.now(timezone.utc).date())
    with RegisterHospital(folder, staff) as hospital:
        environment = FACT_CACHE
        reports = folder / "reports"
        ended = []

        def step(name: str, expected: int, *options: str) -> Run:
            started = time.monotonic()
            common = ("-i", str(hospital.source), "--forks", "10", "-e", f"pkcs12_report_folder={reports}")
            run = play(hospital, f"hospital_it.pkcs12.{name}", *common, *options, environment=environment)
            ended.append(run.exit_code == expected)
            seconds = time.monotonic() - started
            print(
                f"{name}: ended with {run.exit_code}, {'as' if ended[-1] else 'NOT as'} it should, after {seconds:.0f} s",
                flush=True,
            )
            (folder / f"{len(ended)} {name}.txt").write_text(run.stdout + run.stderr, encoding="utf-8")
            return run

        hospital.write_sheet(mended=False)
        of_hosts = hospital.listed()["_meta"]["hostvars"].values()
        problems = next(iter(of_hosts))[REGISTER_PROBLEMS]
        rows = [each for each in problems if each["code"] == "register_row"]
        for each in rows:
            print(Words().of(Problem.from_map(each)))
        ended.append(len(rows) == len(SLIPS) + 2)
        step("check_bundles", 2)
        hospital.write_sheet(mended=True)
        step("check_bundles", 0)
        step("enrol", 0)
        step("audit", 0)
        step("report", 0, "-e", '{"pkcs12_report_formats": ["html", "json", "xlsx"]}')
        step("retire", 2)
        step("retire", 0, "-e", "pkcs12_confirm_removal=true")
        before = hospital.listed()
        (written,) = reports.glob("*.xlsx")
        shutil.copy(written, hospital.sheet)
        ended.append(people_of(hospital.listed()) == people_of(before))
        print(f"the report as register: {'the same inventory' if ended[-1] else 'ANOTHER inventory'}")
    return 0 if all(ended) else 1
