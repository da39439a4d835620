# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook report after the playbook audit: what it says, what it leaves for other jobs, and when it is red."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.audited import CARDIO, FILES, NEVER, NUCLEAR, OFF, REPORT, STATUSES, Site, audited
from integration.plays import Json, messages, run_play, without_nonces
from lab.people import DESKS, PAUL
from lab.playbook import FACT_CACHE, Run, play

STATS = {"ANSIBLE_SHOW_CUSTOM_STATS": "1"}


@pytest.fixture(scope="module")
def audited_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with audited(tmp_path_factory.mktemp("report-role")) as site:
        yield site


@pytest.fixture
def site(audited_site: Site) -> Site:
    """The same facts for every test, and no report yet."""
    for path in audited_site.folder.glob("*"):
        path.unlink()
    return audited_site


def stats(run: Run) -> Json:
    """What a job server would keep as the artifacts of the job."""
    found: Json = json.loads(run.stdout.split("CUSTOM STATS:")[1].split("RUN:")[1])
    return found


def holders(report: Json) -> dict[str, str]:
    return {row["authorisation"]: row["status"] for row in report["holders"]}


def test_everybody_is_in_the_report_and_nobody_is_called(site: Site) -> None:
    run = site.report()
    assert (run.exit_code, run.requests) == (0, ())
    report = site.written()
    assert holders(report) == STATUSES
    answers = {row["workstation"]: (row["answer"], bool(row["facts_at"])) for row in report["workstations"]}
    assert answers == {
        CARDIO: ("answered", True),
        NUCLEAR: ("answered", True),
        OFF: ("unknown", True),
        NEVER: ("never_seen", False),
    }
    assert {path.name for path in site.folder.iterdir()} == {f"pkcs12-compliance{end}" for end in FILES}
    markdown = (site.folder / "pkcs12-compliance.md").read_text(encoding="utf-8")
    told = "\n".join(messages(run, "Say what matters")["localhost"])
    assert without_nonces({"it": told}) == without_nonces({"it": markdown.rstrip("\n")})


def test_job_leaves_one_small_artifact_that_names_nobody(site: Site) -> None:
    kept = stats(site.report(environment=STATS))
    report = site.written()
    assert kept == {"pkcs12_fact_summary": report["summary"] | {"report_date": report["report_date"]}}
    text = json.dumps(kept)
    assert len(text) < 1000
    people = {seat.person for desk in DESKS for seat in desk.seats}
    words = {word for person in people for word in (*person.name.split(), person.authorisation, person.login)}
    assert [word for word in (*words, CARDIO, NUCLEAR, OFF, NEVER) if word.casefold() in text.casefold()] == []


def test_the_keyword_check_mode_writes_and_delivers_nothing_either(site: Site, tmp_path: Path) -> None:
    """Ansible's variable for check mode does not know the keyword of a role."""
    variables = {
        "pkcs12_report_folder": str(site.folder),
        "pkcs12_report_destinations": [{"kind": "folder", "path": str(tmp_path)}],
    }
    role = {"role": REPORT, "check_mode": True, "vars": variables}
    run = run_play(site.hospital, hosts="localhost", connection="local", roles=[role], environment=FACT_CACHE)
    assert run.exit_code == 0, run.stdout + run.stderr
    assert messages(run, "Say where the report is") == {}
    assert [*site.folder.glob("*"), *tmp_path.iterdir()] == []


def test_red_comes_after_the_report_was_delivered(site: Site, tmp_path: Path) -> None:
    place = {"kind": "folder", "path": str(tmp_path)}
    run = site.report(fail_on=["missing", "never_seen", "expired"], report_destinations=[place], environment=STATS)
    assert run.exit_code == 2
    assert "missing 1, never seen 1" in run.stdout + run.stderr
    assert {path.name for path in tmp_path.iterdir()} == {f"pkcs12-compliance{end}" for end in FILES}
    assert stats(run)["pkcs12_fact_summary"]["by_status"]["missing"] == 1
    assert site.report(fail_on=["expired", "weak"]).exit_code == 0


def test_what_the_site_accepts_is_not_red_and_what_could_not_be_checked_is(site: Site, tmp_path: Path) -> None:
    accepted = {"authorisation": PAUL.authorisation, "what": "missing", "reason": "He retires.", "until": "2999-01-01"}
    run = site.report("-e", json.dumps({"pkcs12_exceptions": [accepted]}), fail_on=["missing"], environment=STATS)
    assert run.exit_code == 0, run.stdout
    assert [row["state"] for row in site.written()["exceptions"]] == ["in_force"]
    assert stats(run)["pkcs12_fact_summary"]["accepted"] == 1
    for name in ("no.crl", "no.pem"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    lists = {"crl": [str(tmp_path / "no.crl"), "from_certificate"], "crl_issuer_files": [str(tmp_path / "no.pem")]}
    run = site.report(**lists, crl_hosts=["crl.example"])
    assert run.exit_code == 2
    assert "no.crl: It is no revocation list" in " ".join((run.stdout + run.stderr).split())
    assert {"not_a_crl", "not_an_authority"} <= {row["problem"] for row in site.written()["revocation_lists"]}


def test_password_is_not_left_in_a_file_of_ansible(site: Site) -> None:
    place = {"kind": "https", "url": "https://127.0.0.1:9/"}
    run = site.report(report_destinations=[place], environment={"ANSIBLE_KEEP_REMOTE_FILES": "1"})
    assert run.exit_code == 2
    (row,) = run.of("compliance_report")
    assert row.result["error"]["problem"]["code"] == "bad_arguments.destination_kept_files"
    assert list(site.folder.glob("*")) == []


def test_a_relative_folder_is_one_of_the_shell_and_its_files_are_delivered(site: Site, tmp_path: Path) -> None:
    """Other modules would look for a relative path beside the role."""
    places = [{"kind": "folder", "path": str(tmp_path)}]
    variables = {
        "pkcs12_report_folder": "relative",
        "pkcs12_report_destinations": places,
        "pkcs12_report_formats": ["json"],
    }
    given = ("-e", json.dumps(variables))
    run = play(site.hospital, "hospital_it.pkcs12.report", *given, environment=FACT_CACHE)
    assert run.exit_code == 0, run.stdout + run.stderr
    made = site.hospital.folder / "relative"  # where the run was started
    assert (tmp_path / "pkcs12-compliance.json").read_bytes() == (made / "pkcs12-compliance.json").read_bytes()
