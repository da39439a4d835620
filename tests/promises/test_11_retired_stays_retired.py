# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 11: who is retired gets a certificate again only when somebody says so, whatever the order of jobs and the age of facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.plays import failed_hosts, outcomes, run_play, summary, tasks
from integration.stores import contents
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

HERE, THERE = "ws-here", "ws-there"
DESKS = (Desk(HERE, (Seat(PAUL), Seat(ELODIE))), Desk(THERE, (Seat(PAUL, logged_on=False), Seat(JEANNE))))
NUMBER = PAUL.authorisation
LEFT = {"pkcs12_leavers": f" {NUMBER} , "}
NAMED = {"pkcs12_retire_authorisations": [NUMBER.lower()]}
YES = {"pkcs12_confirm_removal": True}
NOTE = f"{NUMBER}.retired.json"
BUNDLE = f"{PAUL.name} - {NUMBER}.p12"


@dataclass(frozen=True, slots=True)
class Step:
    """A run, what Paul's stores held after it, and what the bundle folder has."""

    run: Run
    held: tuple[int, int]
    files: tuple[str, ...]


def certificates(hospital: Hospital) -> tuple[int, int]:
    here, there = (len(contents(hospital.emulated(name).store_of(PAUL.sid)).held) for name in (HERE, THERE))
    return here, there


def step(hospital: Hospital, playbook: str, *options: str, **variables: Any) -> Step:
    extra = ("-e", json.dumps(variables))
    places = {"HOME": str(hospital.folder), "PLACE": hospital.bundle_folder.name}
    environment = {**FACT_CACHE, **places}
    run = play(hospital, f"hospital_it.pkcs12.{playbook}", *extra, *options, environment=environment)
    return Step(run, certificates(hospital), files(hospital.bundle_folder))


def files(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()))


def inventory(hospital: Hospital, **variables: Any) -> tuple[str, str]:
    """A second inventory with variables of the site."""
    path = hospital.folder / "site.json"
    path.write_text(json.dumps({"all": {"vars": variables}}), encoding="utf-8")
    return "-i", str(path)


def last_day(hospital: Hospital, day: str) -> None:
    """The inventory says that it is Paul's last one."""
    content = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    for host in content["all"]["children"]["workstations"]["hosts"].values():
        for entry in host["pkcs12_holders"]:
            entry.update({"leaves_on": day} if entry["authorisation"] == NUMBER else {})
    hospital.inventory.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def own_tasks(hospital: Hospital) -> list[dict[str, Any]]:
    """Ways around the roles: a bundle by its path, from the folder of the retired or a copy of it, without the person's number; a link."""
    folder, passphrase = hospital.bundle_folder, hospital.bundles[NUMBER].passphrase
    outside = hospital.folder / "outside"
    outside.mkdir()
    (outside / BUNDLE).write_bytes(hospital.bundles[NUMBER].data)
    (hospital.folder / "link.p12").symlink_to(folder / "retired" / BUNDLE)
    his = {"holder": PAUL.account, "passphrase": passphrase, "issuer": "."}
    pickup = {
        "url": "https://pki.example/x",
        "code": "1234567",
        "allowed_hosts": ["pki.example"],
        "authorisation": NUMBER,
    }
    return [
        {"certificate": his | {"path": f"{folder}/retired/{BUNDLE}"}},
        {"certificate": his | {"path": f"{hospital.folder}/link.p12"}},
        {"certificate": his | {"path": f"{outside}/{BUNDLE}", "authorisation": NUMBER.lower()}},
        {"certificate": his | {"bundle_folder": str(outside), "bundle_pattern": "{name}*.p12", "name": PAUL.name}},
        {
            "certificate": his
            | {"bundle_folder": f"{folder}/retired", "bundle_pattern": BUNDLE, "authorisation_pattern": "(T[0-9]+)"}
        },
        {"bundle_pickup": pickup | {"dest": f"{outside}/new.p12", "allow_ephemeral": True}},
    ]


def beside_the_note(hospital: Hospital) -> list[dict[str, Any]]:
    """Tasks whose own folder has the note, where the folder of the site has none."""
    folder, passphrase = str(hospital.bundle_folder), hospital.bundles[NUMBER].passphrase
    known = {"holders": "{{ pkcs12_holders }}", "bundle_folder": folder, "passphrases": {NUMBER: passphrase}}
    link = {"url": "https://pki.example/x", "code": "1234567", "allowed_hosts": ["pki.example"]}
    return [
        {"holder_certificates": known},
        {"holder_bundles": known},
        {
            "certificate": {
                "holder": PAUL.account,
                "authorisation": NUMBER,
                "bundle_folder": folder,
                "passphrase": passphrase,
            }
        },
        {"bundle_pickup": link | {"authorisation": NUMBER, "dest": f"{folder}/new.p12", "allow_ephemeral": True}},
    ]


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Step]:
    done: dict[str, Step] = {}
    with Hospital(tmp_path_factory.mktemp("retired"), DESKS) as hospital:
        for desk in DESKS:
            for seat in desk.seats:
                issued = hospital.bundles[seat.person.authorisation]
                hospital.emulated(desk.name).store_of(seat.person.sid).plant(issued.certificate, issued.private_key)
        done["yes of the site"] = step(hospital, "retire", *inventory(hospital, **LEFT, **YES))
        done["named by the site"] = step(hospital, "retire", *inventory(hospital, **NAMED))
        done["checked"] = step(hospital, "retire", "--check", **NAMED)
        done["listed"] = step(hospital, "retire", *inventory(hospital, **LEFT))
        done["retired"] = step(hospital, "retire", *inventory(hospital, **LEFT), **YES)
        hospital.emulated(THERE).profiles[PAUL.sid].logged_on = True
        done["renewed"] = step(hospital, "renew_due")
        own = {"pkcs12_bundle_folder": "~/$PLACE ", "pkcs12_report_folder": str(hospital.folder / "report")}
        done["reported"] = step(hospital, "report", **own)
        done["own folder"] = step(hospital, "enrol", pkcs12_bundle_folder=str(hospital.bundle_folder / "retired"))
        run = run_play(hospital, "--limit", HERE, tasks=tasks(*own_tasks(hospital)))
        done["own tasks"] = Step(run, certificates(hospital), ())
        (hospital.folder / "empty").mkdir()
        other = json.dumps({"pkcs12_bundle_folder": str(hospital.folder / "empty")})
        run = run_play(hospital, "--limit", HERE, "-e", other, tasks=tasks(*beside_the_note(hospital)))
        done["beside the note"] = Step(run, certificates(hospital), ())
        done["back by the site"] = step(hospital, "enrol", *inventory(hospital, pkcs12_take_back=NUMBER))
        done["back, misspelt"] = step(hospital, "enrol", pkcs12_take_back="T999999")
        (hospital.bundle_folder / "retired" / BUNDLE).rename(hospital.bundle_folder / BUNDLE)
        done["back"] = step(hospital, "enrol", pkcs12_take_back=f" {NUMBER.lower()} , ")
        (hospital.bundle_folder / NOTE).mkdir()  # so that nobody can write it
        done["not written"] = step(hospital, "retire", **NAMED)
        (hospital.bundle_folder / NOTE).rmdir()
        done["retired again"] = step(hospital, "retire", **NAMED)
        done["nothing left"] = step(hospital, "retire", *inventory(hospital, **LEFT))
    return done


@pytest.mark.parametrize(
    ("name", "setting"),
    [("yes of the site", "pkcs12_confirm_removal"), ("named by the site", "pkcs12_retire_authorisations")],
)
def test_an_inventory_cannot_remove_people_in_every_run(steps: Mapping[str, Step], name: str, setting: str) -> None:
    found = steps[name]
    assert (found.held, NOTE in found.files, failed_hosts(found.run)) == ((1, 1), False, {HERE, THERE})
    assert setting in "\n".join(summary(found.run)["lines"])


def test_check_mode_writes_no_note(steps: Mapping[str, Step]) -> None:
    found = steps["checked"]
    assert (found.held, found.files) == ((1, 1), steps["listed"].files)
    assert outcomes(found.run)[HERE] == {NUMBER: "removed"}


def test_without_a_yes_for_this_run_leavers_are_listed_and_nothing_is_removed(steps: Mapping[str, Step]) -> None:
    found, told = steps["listed"], summary(steps["listed"].run)["lines"]
    assert (found.held, found.run.exit_code, BUNDLE in found.files, NOTE in found.files) == ((1, 1), 2, True, False)
    assert any(f"{PAUL.name} - {NUMBER}" in line for line in told)
    assert summary(found.run)["unconfirmed"] is True


def test_a_removal_leaves_a_note_also_where_it_waits_and_puts_the_bundles_aside(steps: Mapping[str, Step]) -> None:
    found = steps["retired"]
    assert (found.held, outcomes(found.run)[THERE][NUMBER]) == ((0, 1), "deferred")
    assert NOTE in found.files
    assert f"retired/{BUNDLE}" in found.files
    assert BUNDLE not in found.files
    assert BUNDLE in summary(found.run)["lines"][-1]
    assert not any(BUNDLE in line for line in summary(steps["nothing left"].run)["lines"])


@pytest.mark.parametrize("name", ["renewed", "own folder"])
def test_nobody_gets_a_certificate_back_although_the_inventory_still_has_the_person(
    steps: Mapping[str, Step], name: str
) -> None:
    found = steps[name]
    assert (found.held, found.run.exit_code) == ((0, 1), 2)
    errors = {row.result["error"]["code"] for row in found.run.holders() if row.result["authorisation"] == NUMBER}
    assert errors == {"retired"}


def test_the_report_finds_the_note_in_the_folder_in_which_enrol_and_renew_find_it(steps: Mapping[str, Step]) -> None:
    """It is written there as the option of a module may have it, with the user's home and a variable of the environment."""
    (row,) = steps["reported"].run.of("compliance_report")
    listed = {each["authorisation"] for each in row.result["rows"]}
    assert (steps["reported"].run.exit_code, listed) == (0, {ELODIE.authorisation, JEANNE.authorisation})


def test_others_are_served(steps: Mapping[str, Step]) -> None:
    assert outcomes(steps["renewed"].run)[HERE][ELODIE.authorisation] == "changed"  # the name that Windows shows


def test_a_task_of_ones_own_installs_and_withdraws_nothing_either(steps: Mapping[str, Step]) -> None:
    found = steps["own tasks"]
    codes = [row.result["error"]["code"] for row in found.run.rows]
    assert (codes, found.held) == (["retired"] * len(codes), (0, 1))
    assert len(codes) == 6
    assert found.run.rows[-1].result["requests"] == 0


def test_a_note_counts_in_the_folder_of_the_task_too(steps: Mapping[str, Step]) -> None:
    found = steps["beside the note"]
    results = [row.result for row in found.run.rows]
    rows = [row for result in results for row in result.get("holders", [result])]
    codes = [row["error"]["code"] for row in rows if row.get("authorisation", NUMBER) == NUMBER]
    assert (len(results), codes, found.held) == (4, ["retired"] * 4, (0, 1))


def test_a_person_is_taken_back_by_one_run_and_by_no_inventory(steps: Mapping[str, Step]) -> None:
    of_site = steps["back by the site"]
    assert (of_site.held, NOTE in of_site.files, failed_hosts(of_site.run)) == ((0, 1), True, {HERE, THERE})
    misspelt = steps["back, misspelt"]
    assert (misspelt.held, NOTE in misspelt.files, misspelt.run.exit_code) == ((0, 1), True, 2)
    assert any("T999999" in line for line in summary(misspelt.run)["lines"])
    assert summary(misspelt.run)["not_taken_back"] == ["T999999"]
    back = steps["back"]
    assert (back.held, NOTE in back.files, back.run.exit_code) == ((1, 1), False, 0)
    assert NUMBER.lower() in summary(back.run)["lines"][-1]


def test_where_nothing_is_left_to_remove_nothing_is_left_to_confirm(steps: Mapping[str, Step]) -> None:
    again, found = steps["retired again"], steps["nothing left"]
    assert (again.held, again.run.exit_code, NOTE in again.files) == ((0, 0), 0, True)
    assert NUMBER in summary(again.run)["lines"][-1]
    assert (found.held, found.run.exit_code, summary(found.run)["unconfirmed"]) == ((0, 0), 0, False)


def test_what_cannot_be_written_down_is_not_removed(steps: Mapping[str, Step]) -> None:
    found = steps["not written"]
    assert (found.held, failed_hosts(found.run)) == ((1, 1), {HERE, THERE})
    refused = [row.result["error"]["code"] for row in found.run.of("holder_certificates")]
    assert set(refused) == {"retired_note"}


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Step]:
    """A last day with a mistyped year, then with the right one, then when it has passed."""
    done: dict[str, Step] = {}
    with Hospital(tmp_path_factory.mktemp("dated"), DESKS) as hospital:
        for name in (HERE, THERE):
            issued = hospital.bundles[NUMBER]
            hospital.emulated(name).store_of(PAUL.sid).plant(issued.certificate, issued.private_key)
        last_day(hospital, "2002-12-31")
        done["enrolled"] = step(hospital, "enrol")
        done["listed"] = step(hospital, "retire")
        last_day(hospital, "2099-12-31")
        done["nobody"] = step(hospital, "retire", **YES)
        done["mended"] = step(hospital, "enrol")
        last_day(hospital, "2022-12-31")
        done["gone"] = step(hospital, "retire", **YES)
    return done


def test_a_mistyped_last_day_takes_no_certificate_away(dated: Mapping[str, Step]) -> None:
    enrolled, listed, mended = (dated[name] for name in ("enrolled", "listed", "mended"))
    assert [each.held for each in (enrolled, listed, mended)] == [(1, 1)] * 3
    assert NUMBER not in outcomes(enrolled.run)[HERE]
    assert (summary(listed.run)["unconfirmed"], listed.run.exit_code, NOTE in listed.files) == (True, 2, False)
    assert any(f"{PAUL.name} - {NUMBER}" in line for line in summary(listed.run)["lines"])
    assert outcomes(mended.run)[HERE][NUMBER] == "changed"  # the name that Windows shows


def test_a_yes_to_nobody_is_no_failure_and_one_after_the_last_day_removes(dated: Mapping[str, Step]) -> None:
    assert (dated["nobody"].run.exit_code, dated["nobody"].held) == (0, (1, 1))
    gone = dated["gone"]
    assert (gone.held, outcomes(gone.run)[THERE][NUMBER], NOTE in gone.files) == ((0, 1), "deferred", True)
