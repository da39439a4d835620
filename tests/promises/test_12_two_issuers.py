# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One person with certificates of two issuers, and two runs with other settings: nothing of either is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from integration.plays import cached, run_play
from lab.authority import Authority
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE

HOST = "ws-cardio"
OURS, THEIRS = "CN=AC Personnes", "CN=AC (Autres|Tiers)"
"""Two settings as a site writes them; the lab's bundles are of the first."""
Place = tuple[str, str, str]
"""Number, setting, thumbprint."""


TASKS = {
    "renew": {"holder_certificates": {"from_site": {"install": "always"}}},
    "audit": {"certificate_facts": {"from_site": {}, "record_audit": True}},
    "report": {"compliance_report": {"from_site": {}}},
}
"""What the playbooks of these names do."""


class Site:
    """A hospital whose runs are for one issuer each."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        self.store = hospital.emulated(HOST).store_of(JEANNE.sid)
        self._cache = FACT_CACHE

    def run(self, what: str, issuer: str) -> None:
        """One run with one setting of the issuer. Raises ``AssertionError`` if it is red."""
        given = json.dumps({"pkcs12_issuer": issuer, "pkcs12_report_folder": str(self._folder)})
        where = {"hosts": "localhost"} if what == "report" else {}
        calls = [{f"hospital_it.pkcs12.{module}": given} for module, given in TASKS[what].items()]
        ended = run_play(self.hospital, "-e", given, environment=self._cache, tasks=calls, **where)
        assert ended.exit_code == 0, ended.stdout + ended.stderr

    def report(self, issuer: str) -> tuple[set[Place], str]:
        """Whose certificate counts at the workstation by which row, and the metrics."""
        self.run("report", issuer)
        found = json.loads((self._folder / "pkcs12-compliance.json").read_text(encoding="utf-8"))
        rows = {
            (row["authorisation"], row["issuer_setting"], place["thumbprint"])
            for row in found["holders"]
            for place in row["places"]
        }
        return rows, (self._folder / "pkcs12-compliance.prom").read_text(encoding="utf-8")

    def facts(self) -> Any:
        return cached(self.hospital, HOST)

    @property
    def _folder(self) -> Path:
        return self.hospital.folder / "report"


@pytest.fixture
def site(tmp_path: Path) -> Any:
    with Hospital(tmp_path, (Desk(HOST, (Seat(JEANNE),)),)) as hospital:
        yield Site(hospital)


def plant(site: Site, issuer: Authority) -> str:
    """A certificate of Jeanne's by another issuer, with the same number."""
    issued = issuer.issue(JEANNE.name, JEANNE.authorisation, passphrase="unused")
    site.store.plant(issued.certificate, issued.private_key)
    return issued.thumbprint


def test_nothing_is_lost(site: Site) -> None:
    number = JEANNE.authorisation
    ours = site.hospital.bundles[number].thumbprint
    site.run("renew", OURS)
    theirs = plant(site, Authority.create("AC Autres"))
    site.run("audit", OURS)
    site.run("audit", THEIRS)
    assert site.report(OURS)[0] == {(number, OURS, ours), (number, THEIRS, theirs)}

    # A renewal for one issuer does not touch the other's certificate, nor its record.
    before = [row for row in site.facts()["certificates"] if row["issuer_setting"] == THEIRS]
    newer = site.hospital.deliver(JEANNE, 1200, " newer").thumbprint
    site.run("renew", OURS)
    assert set(site.store.elements) == {newer, theirs}
    assert [row for row in site.facts()["certificates"] if row["issuer_setting"] == THEIRS] == before
    for issuer in (OURS, THEIRS):
        rows, metrics = site.report(issuer)
        assert rows == {(number, OURS, newer), (number, THEIRS, theirs)}
        series = re.findall(
            r'pkcs12_holder_access_until_timestamp_seconds\{authorisation="(.*)",issuer="(.*)"\}', metrics
        )
        assert set(series) == {(number, OURS), (number, THEIRS)}

    # A new issuing authority that the setting matches continues the record. What is gone from the store is missing, not forgotten.
    del site.store.elements[theirs]
    site.run("audit", OURS)
    assert site.report(OURS)[0] == {(number, OURS, newer), (number, THEIRS, None)}
    continued = plant(site, Authority.create("AC Tiers"))
    site.run("audit", THEIRS)
    assert site.report(OURS)[0] == {(number, OURS, newer), (number, THEIRS, continued)}


def test_a_corrected_setting_continues_the_record(site: Site) -> None:
    number = JEANNE.authorisation
    ours = site.hospital.bundles[number].thumbprint
    site.run("renew", "")
    assert site.report("")[0] == {(number, "", ours)}
    # Written for the first time, with a slip; then taken out; then corrected.
    for issuer, setting in (("CN=AC Personne$", "CN=AC Personne$"), ("", "CN=AC Personne$"), (OURS, OURS)):
        site.run("audit", issuer)
        assert site.report(issuer)[0] == {(number, setting, ours)}
    # The record is enough for a report of before the next audit, and a report for another issuer says that nobody has looked yet.
    assert site.report(THEIRS)[0] == {(number, OURS, ours), (number, THEIRS, None)}
