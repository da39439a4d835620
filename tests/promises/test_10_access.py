# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of stores: one workstation for each thing that can be wrong with a certificate, audited and reported."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jsonschema import Draft202012Validator, FormatChecker

from integration.plays import Json, run_play
from lab.authority import IssuedBundle
from lab.emulated.accounts import User
from lab.emulated.store import Store
from lab.hospital import Hospital
from lab.people import Desk, Person, Seat
from lab.playbook import FACT_CACHE, ROOT, Run, play

AUDIT = "hospital_it.pkcs12.audit"
NOW = datetime.now(timezone.utc).replace(microsecond=0)
SOON = NOW + timedelta(minutes=5)
"""The date of the reports: after the facts of this run, and the same for all."""
NAMES = (
    "valid",
    "renewal_due",
    "expired",
    "not_yet_valid",
    "missing",
    "duplicate",
    "superseded",
    "archived",
    "key_missing",
    "wrong_holder",
    "weak",
    "unknown",
    "never_seen",
    "absent",
)
PEOPLE = {
    name: Person(f"Agent {name.replace('_', ' ')}", f"T2000{number:02}", f"a{number:02}", 2000 + number)
    for number, name in enumerate(NAMES)
}
DESKS = tuple(Desk(f"ws-{name.replace('_', '-')}", (Seat(PEOPLE[name], name != "absent"),)) for name in NAMES)

# By the case: status of the holder, next step, who acts, and the statuses of the certificates at the workstation.
EXPECTED = {
    "valid": ("valid", "nothing", "nobody", ["valid"]),
    "renewal_due": ("renewal_due", "renew", "it", ["renewal_due"]),
    "expired": ("expired", "renew", "it", ["expired"]),
    "not_yet_valid": ("not_yet_valid", "check_clock_or_wait", "it", ["not_yet_valid"]),
    "missing": ("missing", "enrol", "it", []),
    "duplicate": ("duplicate", "retire_older", "it", ["superseded", "valid"]),
    "superseded": ("valid", "nothing", "nobody", ["superseded", "valid"]),
    "archived": ("missing", "enrol", "it", ["archived"]),
    "key_missing": ("key_missing", "enrol", "it", ["key_missing"]),
    "wrong_holder": ("wrong_holder", "remove_from_others", "it", ["wrong_holder"]),
    "weak": ("weak", "ask_for_stronger", "issuer", ["weak"]),
    "unknown": ("unknown", "correct_listener", "it", ["valid"]),  # nothing listens at the port of one that is off here
    "never_seen": ("never_seen", "correct_listener", "it", []),
    "absent": ("expired", "log_on", "holder", ["expired"]),
}


@dataclass(frozen=True, slots=True)
class Site:
    """A hospital, audited; ``unknown`` answered once, ``never_seen`` never."""

    hospital: Hospital
    cache: Mapping[str, str]

    def report(self, *options: str, **arguments: Any) -> Run:
        """Runs ``compliance_report`` with the cached facts, without calling a workstation."""
        given = {"report_date": SOON.strftime("%Y-%m-%dT%H:%M:%SZ"), **arguments}
        book = self.hospital.folder / "report.yml"
        task = {"hospital_it.pkcs12.compliance_report": given}
        book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
        return play(self.hospital, book, *options, environment=self.cache)

    def apart(self) -> Site:
        """The same hospital with a cache of its own: what is audited with it is unknown to the other tests."""
        shutil.copytree(
            self.hospital.folder / self.cache["ANSIBLE_CACHE_PLUGIN_CONNECTION"], self.hospital.folder / "facts-apart"
        )
        return Site(self.hospital, {**self.cache, "ANSIBLE_CACHE_PLUGIN_CONNECTION": "facts-apart"})


def issue(hospital: Hospital, name: str, days: int, **keywords: Any) -> IssuedBundle:
    """A certificate of the case's person that ends in so many days."""
    person, start = PEOPLE[name], NOW + timedelta(days=days - 1095)
    usual = {"passphrase": "unused", "not_before": start, "not_after": start + timedelta(days=1095)}
    return hospital.authority.issue(person.name, person.authorisation, **(usual | keywords))


def fill(hospital: Hospital) -> None:
    """Gives each workstation what its name says."""

    def at(name: str) -> Store:
        return hospital.emulated(f"ws-{name.replace('_', '-')}").store_of(PEOPLE[name].sid)

    def plant(name: str, days: int, **keywords: Any) -> None:
        issued = issue(hospital, name, days, **keywords)
        at(name).plant(issued.certificate, issued.private_key)

    for name in ("valid", "unknown", "superseded", "duplicate"):
        plant(name, 500)
    plant("renewal_due", 30)
    plant("expired", -3)
    plant("absent", -3)
    plant("not_yet_valid", 1097, not_before=NOW + timedelta(days=2))
    plant("superseded", -5)
    plant("duplicate", 20)
    plant("weak", 500, key=rsa.generate_private_key(65537, 1024))  # noqa: S505  the case is a short key
    old = issue(hospital, "archived", 400)
    at("archived").plant(old.certificate, old.private_key, archived=True)
    at("key_missing").plant(issue(hospital, "key_missing", 400).certificate)
    thief = "S-1-5-21-1004336348-1177238915-682003330-2999"
    hospital.emulated("ws-wrong-holder").add_user(User("CHU\\thief", thief, "unused"), logged_on=True)
    stolen = issue(hospital, "wrong_holder", 400)
    hospital.emulated("ws-wrong-holder").store_of(thief).plant(stolen.certificate, stolen.private_key)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("report")
    with Hospital(folder, DESKS) as hospital:
        cache = FACT_CACHE
        fill(hospital)
        play(hospital, AUDIT, "--limit", "ws-unknown", environment=cache)
        hospital.switch_off("ws-unknown", "ws-never-seen")
        task = {
            "hospital_it.pkcs12.certificate_facts": {"from_site": {}, "record_audit": True, "include_archived": True}
        }
        audit = run_play(hospital, environment=cache, tasks=[task])
        assert audit.exit_code == 0, audit.stdout + audit.stderr
        yield Site(hospital, cache)


def only(run: Run) -> Json:
    """The one result of the task."""
    (row,) = run.of("compliance_report")
    return dict(row.result)


def read(path: Path) -> Json:
    """A report in JSON, which keeps to its schema."""
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "docs" / "compliance_report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(found)
    return found


@pytest.fixture(scope="module")
def written(site: Site) -> Json:
    """The report with all workstations."""
    result = only(site.report(report_folder=str(site.hospital.folder / "out")))
    assert result["changed"]
    return read(site.hospital.folder / "out" / "pkcs12-compliance.json")


@pytest.mark.parametrize("name", NAMES)
def test_each_holder_is_where_the_store_is(written: Json, name: str) -> None:
    person = PEOPLE[name]
    (row,) = [row for row in written["holders"] if row["authorisation"] == person.authorisation]
    workstation = f"ws-{name.replace('_', '-')}"
    found = sorted(
        (each["status"], each["next_step"]) for each in written["certificates"] if each["workstation"] == workstation
    )
    there = [status for status, _step in found]
    assert (row["status"], row["next_step"], row["actor"], there) == EXPECTED[name]
    if name == "duplicate":
        assert found == [("superseded", "retire_older"), ("valid", "nothing")]
    assert [place["workstation"] for place in row["places"]] == [workstation]


def test_every_workstation_is_there_as_what_it_is(written: Json) -> None:
    rows = {row["workstation"]: row for row in written["workstations"]}
    assert rows.keys() == {desk.name for desk in DESKS}
    silent = {name: row for name, row in rows.items() if row["answer"] != "answered"}
    assert {name: row["answer"] for name, row in silent.items()} == {
        "ws-unknown": "unknown",
        "ws-never-seen": "never_seen",
    }
    assert {row["problem"]["code"] for row in silent.values()} == {"connection_refused"}
    assert silent["ws-unknown"]["facts_at"] and silent["ws-never-seen"]["facts_at"] is None


@pytest.mark.usefixtures("same_words")
def test_same_facts_same_bytes(site: Site) -> None:
    folder = site.hospital.folder / "same"
    first = only(site.report(report_folder=str(folder)))
    bytes_then = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = only(site.report(report_folder=str(folder)))
    assert (first["changed"], again["changed"]) == (True, False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == bytes_then
    assert set(bytes_then) == {
        "pkcs12-compliance.html",
        "pkcs12-compliance.json",
        "pkcs12-compliance-holders.csv",
        "pkcs12-compliance-certificates.csv",
        "pkcs12-compliance.prom",
        "pkcs12-compliance.md",
    }


def test_check_mode_writes_nothing_and_says_that_it_would(site: Site) -> None:
    folder = site.hospital.folder / "checked"
    assert only(site.report("--check", report_folder=str(folder)))["changed"]
    assert not folder.exists()


def test_slices_put_together_are_the_whole(site: Site, written: Json) -> None:
    folder = site.hospital.folder / "slices"
    names = [desk.name for desk in DESKS]
    for number in range(3):
        only(
            site.report(
                report_folder=str(folder),
                report_name=f"slice{number}",
                report_hosts=names[number::3],
                report_formats=["json"],
            )
        )
    parts = [str(path) for path in sorted(folder.iterdir())]
    only(site.report(report_folder=str(folder / "all"), report_hosts=[], merge_reports=parts, report_formats=["json"]))
    assert read(folder / "all" / "pkcs12-compliance.json") == written


def test_job_turns_red_and_the_report_is_written(site: Site) -> None:
    folder = site.hospital.folder / "red"
    run = site.report(report_folder=str(folder), fail_on=["expired", "never_seen", "not_yet_valid"])
    result = only(run)
    assert run.exit_code == 2
    assert "expired 2, never seen 1, not yet valid 1" in result["msg"]
    assert (folder / "pkcs12-compliance.html").is_file()


def test_selected_rows_alone(site: Site) -> None:
    result = only(site.report(report_query="[?actor=='holder']"))
    assert [row["authorisation"] for row in result["rows"]] == [PEOPLE["absent"].authorisation]


def test_no_workstation_is_called(site: Site) -> None:
    assert site.report().requests == ()


def test_what_changed_since_the_earlier_report(site: Site, written: Json) -> None:
    """The workstation of the case ``missing`` gets a certificate."""
    site, folder = site.apart(), site.hospital.folder
    issued = issue(site.hospital, "missing", 700)
    site.hospital.emulated("ws-missing").store_of(PEOPLE["missing"].sid).plant(issued.certificate, issued.private_key)
    play(site.hospital, AUDIT, "--limit", "ws-missing", environment=site.cache)
    result = only(
        site.report(previous_report=str(folder / "out" / "pkcs12-compliance.json"), report_folder=str(folder / "new"))
    )
    number = PEOPLE["missing"].authorisation
    assert {(each["kind"], each["subject"], each["before"], each["after"]) for each in result["changes"]} >= {
        ("status", number, "missing", "valid"),
        ("certificate", number, None, issued.thumbprint),
    }
    assert {each["subject"] for each in result["changes"]} == {number}
    assert read(folder / "new" / "pkcs12-compliance.json")["compared_with"] == written["report_date"]
