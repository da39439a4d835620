# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 14: what every action makes of a certificate by each kind of signer. The page ``signers.md`` beside this file says it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from integration.plays import NONCE, cached, run_play
from lab.authority.dialect import write_bundle
from lab.authority.signers import Row, corpus, key_of, person
from lab.emulated.store import Store
from lab.hospital import Hospital
from lab.people import Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play
from promises.pages import Page

ROWS = corpus()
PEOPLE = {row.name: Person(f"Agent {at}", f"T3000{at:02}", f"a{at}", 3000 + at) for at, row in enumerate(ROWS)}
SITES = list({json.dumps(row.profiles): None for row in ROWS})
"""The different settings: each has a workstation."""
SECRET = "as in the letter"
LATER = 1200
NEXT = "next"
"""The key of the certificate that the site issues next."""
PAGE = Page("signers.md")


def host_of(row: Row) -> str:
    return f"ws-{SITES.index(json.dumps(row.profiles)):02}"


def thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303


class Grid:
    """One hospital. Each row of the corpus is a person, at the workstation with the settings of that row."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        self.settings = {host_of(row): self._profiles(host_of(row), row) for row in ROWS}
        variables = hospital.folder / "host_vars"
        variables.mkdir()
        for host, profiles in self.settings.items():
            (variables / f"{host}.yml").write_text(json.dumps({"pkcs12_issuer": "", "pkcs12_issuers": profiles}))

    def run(self, playbook: str, *options: str, **variables: Any) -> Run:
        secrets = {each.authorisation: SECRET for each in PEOPLE.values()}
        given = [
            "-e",
            json.dumps({"pkcs12_passphrases": secrets, "pkcs12_confirm_removal": True, **variables}),
            *options,
        ]
        return play(self.hospital, f"hospital_it.pkcs12.{playbook}", *given, environment={**FACT_CACHE, **NONCE})

    def store(self, row: Row) -> Store:
        return self.hospital.emulated(host_of(row)).store_of(PEOPLE[row.name].sid)

    def deliver(
        self, issue: Callable[[Row], x509.Certificate], key: Callable[[Row], str], rows: Sequence[Row] = ROWS
    ) -> dict[str, str]:
        """Everybody's bundle is in the folder, and no other. Gives the thumbprints."""
        found = {}
        for row in rows:
            certificate, who = issue(row), PEOPLE[row.name]
            data = write_bundle(key_of(key(row)), [certificate, *row.chain], SECRET, "modern", None)
            (self.hospital.bundle_folder / f"{name_of(row)}.p12").write_bytes(data)
            found[who.authorisation] = thumbprint(certificate)
        return found

    def plant(self, days: int) -> dict[str, str]:
        """Everybody's store has the certificate of the row, and no other. Gives the thumbprints."""
        found = {}
        for row in ROWS:
            store, certificate = self.store(row), row.issue(name=name_of(row), days=days)
            store.elements.clear()
            store.containers.clear()
            found[PEOPLE[row.name].authorisation] = store.plant(certificate, key_of(row.key))
            if row.beside:
                store.plant(row.beside(name=name_of(row), days=days), key_of(row.key))
        return found

    def audit(self, old: Mapping[str, str]) -> dict[str, list[str]]:
        """What audit and report say of each row: four cells of the page. ``old``: the thumbprints in the stores."""
        audited, reported = self.run("audit"), self.report()
        assert len(audited.of("certificate_facts")) == len(SITES)
        facts = {host: cached(self.hospital, host) for host in self.settings}
        statuses = {(host, row["thumbprint"]): row["status"] for host in facts for row in facts[host]["certificates"]}
        holders = {(row["authorisation"], row["issuer_setting"]): row for f in facts.values() for row in f["holders"]}
        cells = {}
        for row in ROWS:
            number = PEOPLE[row.name].authorisation
            here, there = (of(rows, number, row.profile) for rows in (holders, reported))
            status = statuses.get((host_of(row), old[number]), "-")
            cells[row.name] = [status, here["status"], there["status"], there["gives_access"]]
        return cells

    def report(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The rows by number and profile, each by the settings of its workstation."""
        folder = self.hospital.folder
        shown = [
            {
                "hospital_it.pkcs12.compliance_report": {
                    "report_hosts": [host],
                    "issuers": profiles,
                    "report_folder": str(folder),
                    "report_name": host,
                    "report_formats": ["json"],
                }
            }
            for host, profiles in self.settings.items()
        ]
        run = run_play(self.hospital, hosts="localhost", tasks=shown, environment={**FACT_CACHE, **NONCE})
        assert run.exit_code == 0, run.stdout
        texts = [(folder / f"{host}.json").read_text(encoding="utf-8") for host in self.settings]
        rows = (row for text in texts for row in json.loads(text)["holders"])
        return {(row["authorisation"], row["issuer_setting"]): row for row in rows}

    def _profiles(self, host: str, row: Row) -> list[dict[str, str]]:
        profiles = []
        for name, (pattern, pem) in row.profiles.items():
            authority = {}
            if pem is not None:
                path = self.hospital.folder / f"{host}-{name}.pem"
                path.write_text(pem)
                authority = {"authority": str(path)}
            profiles.append({"name": name, "issuer": pattern or "", **authority})
        return profiles


def name_of(row: Row) -> str:
    who = PEOPLE[row.name]
    return f"{who.name} - {who.authorisation}"


def next_of(row: Row) -> x509.Certificate:
    return person(row.successor, key=NEXT, days=LATER, name=name_of(row))


def of(rows: Mapping[tuple[str, str], Any], number: str, profile: str) -> Any:
    """A person's row. Who has no certificate of any profile has one row, of the first."""
    return rows.get((number, profile)) or next(row for key, row in rows.items() if key[0] == number)


def result_of(run: Run, row: Row) -> Mapping[str, Any]:
    """A person's result; of who has certificates of two issuers, that of the first."""
    number = PEOPLE[row.name].authorisation
    return next(each.result for each in run.holders() if each.result["authorisation"] == number)


def left(thumbprints: Iterable[str], number: str, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """What a store has of a person's old certificate and of the new one."""
    names = {old[number]: "old", new[number]: "new"}
    return " + ".join(sorted(names.get(each, "other") for each in thumbprints)) or "nothing"


@pytest.fixture(scope="module")
def became(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """What each action made of each row, as the page has it."""
    seats = {host_of(row): [Seat(PEOPLE[each.name]) for each in ROWS if host_of(each) == host_of(row)] for row in ROWS}
    desks = tuple(Desk(host, tuple(here)) for host, here in seats.items())
    with Hospital(tmp_path_factory.mktemp("signers"), desks, delivered=False) as hospital:
        grid = Grid(hospital)
        cells: dict[str, list[str]] = {row.name: [] for row in ROWS}

        sent = grid.deliver(lambda row: row.issue(name=name_of(row)), lambda row: row.key)
        checked, enrolled = grid.run("check_bundles"), grid.run("enrol")
        found = (row for each in checked.of("holder_bundles") for row in each.result["holders"])
        bundles: dict[str, Any] = {}
        for each in found:
            bundles.setdefault(each["authorisation"], each["error"])
        for row in ROWS:
            number = PEOPLE[row.name].authorisation
            refusal, done = bundles[number], result_of(enrolled, row)
            said = (refusal.get("problem") or refusal)["code"] if refusal else "ready"
            is_there = sent[number] in grid.store(row).elements
            assert is_there is (done["outcome"] == "installed")
            cells[row.name] += [said, done["outcome"]]

        old = grid.plant(900)
        for name, said in grid.audit(old).items():
            cells[name] += said

        new = grid.deliver(next_of, lambda _row: NEXT)
        for days in (900, 20):
            old = grid.plant(days)
            renewed = grid.run("renew")
            for row in ROWS:
                done = result_of(renewed, row)
                number = PEOPLE[row.name].authorisation
                cells[row.name].append(f"{done['outcome']}: {left(grid.store(row).elements, number, old, new)}")

        old = grid.plant(900)
        retired = grid.run("retire", pkcs12_retire_authorisations=[each.authorisation for each in PEOPLE.values()])
        for row in ROWS:
            number = PEOPLE[row.name].authorisation
            done = result_of(retired, row)
            named = "named, " if done["failed"] and old[number] in json.dumps(done["error"]) else ""
            cells[row.name].append(f"{done['outcome']}: {named}{left(grid.store(row).elements, number, old, new)}")
        yield cells


def test_every_action_says_of_each_signer_what_the_page_says(became: dict[str, list[str]]) -> None:
    assert became == PAGE.rows("Each signer")
