# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in a hospital: one of several holders fails, accounts are shared, a number is mistyped, somebody is away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from integration.plays import Json, cached, failed_hosts, holder, outcomes, row, summary
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, KARIM, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

JEANNE_ADMIN = Person(JEANNE.name, JEANNE.authorisation, "jdupont-adm", 1204)
SHARED_ANNE = Person("Anne-Sophie Roux", "T100005", "ward", 1300)
SHARED_LOUIS = Person("Louis Garnier", "T100006", "ward", 1300)
MARIE = Person("Marie Petit", "T100007", "mpetit", 1301)
WARD, ADMIN, SHARED, SECOND, AWAY = "ws-ward", "ws-admin", "ws-shared", "ws-second", "ws-away"
DESKS = (
    Desk(WARD, (Seat(JEANNE), Seat(ELODIE), Seat(KARIM), Seat(PAUL))),
    Desk(ADMIN, (Seat(JEANNE), Seat(JEANNE_ADMIN))),
    Desk(SHARED, (Seat(SHARED_ANNE), Seat(SHARED_LOUIS))),
    Desk(SECOND, (Seat(PAUL),)),
    Desk(AWAY, (Seat(MARIE, logged_on=False),)),
)
LINUX, ODD = "srv-linux", "srv-odd"
WRONG = {"pkcs12_passphrases": {KARIM.authorisation: "the code of another letter"}}
RETIRED = {"pkcs12_retire_authorisations": f"T9,{MARIE.authorisation},{JEANNE.authorisation}"}
STEPS: Mapping[str, tuple[str, Json, str]] = {
    "enrol": ("enrol", WRONG, "all"),
    "no folder": ("enrol", {"pkcs12_bundle_folder": ""}, WARD),
    "folder gone": ("enrol", {"pkcs12_bundle_folder": "/nowhere"}, WARD),
    "renew": ("renew", {}, WARD),
    "enrol after": ("enrol", {}, f"{WARD}:{SECOND}"),
    "other issuer": (
        "retire",
        {"pkcs12_retire_authorisations": [PAUL.authorisation], "pkcs12_issuer": "CN=Nobody"},
        f"{SECOND}:{ADMIN}",
    ),
    "nobody": ("retire", {}, SECOND),
    "no issuer": ("retire", {"pkcs12_retire_authorisations": [PAUL.authorisation], "pkcs12_issuer": ""}, SECOND),
    "retire": ("retire", RETIRED, f"all:!{LINUX}:!{ODD}"),
    "only mistyped": ("retire", {"pkcs12_retire_authorisations": ["T9"]}, f"{WARD}:{SECOND}"),
}


@dataclass(frozen=True, slots=True)
class Played:
    """Every step, with the cached facts and the thumbprints in each store after it."""

    hospital: Hospital
    runs: Mapping[str, Run]
    facts: Mapping[str, Mapping[str, Any]]
    stores: Mapping[str, Mapping[tuple[str, str], set[str]]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    runs, facts, stores = {}, {}, {}
    with Hospital(tmp_path_factory.mktemp("defects"), DESKS, days={PAUL: 30}) as hospital:
        edit_inventory(hospital)
        for name, (book, variables, limit) in STEPS.items():
            if name == "renew":
                hospital.deliver(PAUL, 1000, " new")  # with a passphrase of its own
            if name == "retire":
                prepare_leavers(hospital)
            extra = {**variables, **passphrases(hospital, variables)}
            options = ("-e", json.dumps(extra), "--limit", limit, "--forks", "8")
            runs[name] = play(hospital, f"hospital_it.pkcs12.{book}", *options, environment=FACT_CACHE)
            facts[name] = {desk.name: cached(hospital, desk.name) for desk in DESKS}
            stores[name] = stores_of(hospital)
        return Played(hospital, runs, facts, stores)


def passphrases(hospital: Hospital, variables: Json) -> Json:
    known: Json = yaml.safe_load(hospital.passphrases.read_text(encoding="utf-8"))["pkcs12_passphrases"]
    return {"pkcs12_passphrases": {**known, **variables.get("pkcs12_passphrases", {})}}


def edit_inventory(hospital: Hospital) -> None:
    """Two servers that are no workstations, one with a holder; and the site knows the account of the ward."""
    inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    odd = [{"name": "Odd", "authorisation": "T7", "user": "odd"}]
    servers = {LINUX: {"ansible_connection": "local"}, ODD: {"ansible_connection": "local", "pkcs12_holders": odd}}
    inventory["all"]["children"]["workstations"]["hosts"][SHARED]["pkcs12_shared_accounts"] = [SHARED_ANNE.account]
    inventory["all"]["children"]["servers"] = {"hosts": servers}
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


def prepare_leavers(hospital: Hospital) -> None:
    """Marie has a certificate, and Jeanne has one in the store of an account that the inventory does not name for her."""
    for desk, sid, number in ((AWAY, MARIE.sid, MARIE.authorisation), (SECOND, PAUL.sid, JEANNE.authorisation)):
        issued = hospital.bundles[number]
        hospital.emulated(desk).store_of(sid).plant(issued.certificate, issued.private_key)


def stores_of(hospital: Hospital) -> dict[tuple[str, str], set[str]]:
    return {
        (desk.name, seat.person.login): set(hospital.emulated(desk.name).store_of(seat.person.sid).elements)
        for desk in DESKS
        for seat in desk.seats
    }


def result(played: Played, step: str, host: str) -> Mapping[str, Any]:
    return row(played.runs[step], "holder_certificates", host).result


def test_one_holder_fails_and_the_facts_of_all_are_kept(played: Played) -> None:
    run = played.runs["enrol"]
    assert failed_hosts(run) == {WARD, ODD}
    assert outcomes(run)[WARD] == {
        "T100001": "installed",
        "T100002": "installed",
        "T100003": "failed",
        "T100004": "installed",
    }
    statuses = {each["authorisation"]: each["status"] for each in played.facts["enrol"][WARD]["holders"]}
    assert statuses == {"T100001": "valid", "T100002": "renewal_due", "T100003": "missing", "T100004": "renewal_due"}
    (line_of_karim,) = [line for line in summary(run)["lines"] if KARIM.account in line]
    assert WARD in line_of_karim


def test_each_of_two_accounts_of_a_person_is_served_and_retired(played: Played) -> None:
    for account in (JEANNE.login, JEANNE_ADMIN.login):
        assert len(played.stores["enrol"][ADMIN, account]) == 1
        assert played.stores["retire"][ADMIN, account] == set()
    assert [each.result["outcome"] for each in played.runs["retire"].holders() if each.host == ADMIN] == ["removed"] * 2


def test_two_holders_of_one_account_both_have_their_certificate(played: Played) -> None:
    assert outcomes(played.runs["enrol"])[SHARED] == {"T100005": "installed", "T100006": "installed"}
    assert len(played.stores["enrol"][SHARED, "ward"]) == 2
    assert [each["status"] for each in played.facts["enrol"][SHARED]["holders"]] == ["valid", "valid"]


def test_host_that_is_no_workstation_is_left_out_unless_it_has_holders(played: Played) -> None:
    run = played.runs["enrol"]
    assert summary(run)["totals"]["skipped"] == 1
    result = row(run, "holder_certificates", LINUX).result
    assert (result["no_workstation"], "skipped" in result, LINUX in failed_hosts(run)) == (True, False, False)
    assert sum(LINUX in line for line in summary(run)["lines"]) == 1
    assert row(run, "holder_certificates", ODD).result["error"]["code"] == "not_windows"


def test_missing_folder_is_one_problem_with_the_variable_of_the_role(played: Played) -> None:
    told = result(played, "no folder", WARD)
    assert told["error"]["setting"] == "pkcs12_bundle_folder"
    assert "argument_spec" not in played.runs["no folder"].stdout
    gone = result(played, "folder gone", WARD)
    assert {row["error"]["setting"] for row in gone["holders"]} == {"pkcs12_bundle_folder"}
    assert gone["msg"].count(gone["holders"][0]["error"]["problem"]["values"]["folder"]) == 1
    assert all(failed_hosts(played.runs[name]) == {WARD} for name in ("no folder", "folder gone"))
    # Facts are gathered all the same.
    assert len(played.facts["folder gone"][WARD]["holders"]) == 4


def test_missing_issuer_is_one_problem_with_the_users_setting(played: Played) -> None:
    told = result(played, "no issuer", SECOND)
    assert told["error"]["problem"]["code"] == "bad_arguments.removal_without_issuer"
    assert told["error"]["setting"] == "pkcs12_issuer"
    assert failed_hosts(played.runs["no issuer"]) == {SECOND}
    assert played.stores["no issuer"] == played.stores["enrol after"]


def test_enrol_after_a_renewal_takes_the_newest_bundle_that_opens(played: Played) -> None:
    new = played.hospital.bundles[PAUL.authorisation].thumbprint
    assert outcomes(played.runs["renew"])[WARD]["T100004"] == "renewed"
    run = played.runs["enrol after"]
    assert run.exit_code == 0, run.stdout
    assert holder(run, WARD, PAUL.authorisation).result["outcome"] == "unchanged"
    assert holder(run, SECOND).result["outcome"] == "renewed"
    assert played.stores["enrol after"][SECOND, PAUL.login] == played.stores["enrol after"][WARD, PAUL.login] == {new}


def test_removal_that_finds_another_issuer_is_red(played: Played) -> None:
    run = played.runs["other issuer"]
    assert failed_hosts(run) == {SECOND}
    assert holder(run, SECOND).result["error"]["code"] == "other_issuer"
    assert played.stores["other issuer"] == played.stores["enrol after"]


def test_removal_without_a_number_removes_nothing_and_says_so(played: Played) -> None:
    run = played.runs["nobody"]
    assert failed_hosts(run) == {SECOND}
    assert result(played, "nobody", SECOND)["error"]["problem"]["code"] == "bad_arguments.nobody_leaves"
    assert played.stores["nobody"] == played.stores["enrol after"]


def test_mistyped_number_and_leaver_who_is_away_are_red(played: Played) -> None:
    run = played.runs["retire"]
    assert summary(run)["not_found"] == ["T9"]
    assert AWAY in failed_hosts(run)
    assert outcomes(run)[AWAY] == {"T100007": "deferred"}
    assert played.stores["retire"][AWAY, MARIE.login] != set()


def test_a_number_that_nobody_has_is_red_where_all_else_is_well(played: Played) -> None:
    """The first workstation is done; it ends red for the whole run."""
    run = played.runs["only mistyped"]
    assert (len(failed_hosts(run)), summary(run)["not_found"]) == (1, ["T9"])
    assert run.exit_code == 2


def test_removal_reaches_a_store_that_the_inventory_does_not_name(played: Played) -> None:
    paul = played.hospital.bundles[PAUL.authorisation].thumbprint
    assert played.stores["retire"][SECOND, PAUL.login] == {paul}
    assert outcomes(played.runs["retire"])[SECOND] == {"T100001": "removed"}
