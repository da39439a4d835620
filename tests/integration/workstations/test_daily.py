# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook daily makes its report also when nobody could be served; and a playbook of localhost is red when a limit leaves that out."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from integration.plays import Told, failed_hosts, messages, summary, told, warned
from integration.saved_state import SavedState
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

ONE, TWO = "ws-one", "ws-two"
DESKS = (Desk(ONE, (Seat(JEANNE),)), Desk(TWO, (Seat(PAUL, logged_on=False),)))


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedState]:
    """Nobody has a certificate yet."""
    with Hospital(tmp_path_factory.mktemp("daily"), DESKS) as running:
        assert failed_hosts(run(running, "audit", "audited")) == set()
        yield SavedState.of(running)


@pytest.fixture
def hospital(audited: SavedState) -> Hospital:
    audited.restore()
    return audited.hospital


def run(hospital: Hospital, book: str, name: str, *options: str, **variables: object) -> Run:
    given = {
        "pkcs12_report_folder": str(hospital.folder),
        "pkcs12_report_formats": ["json"],
        "pkcs12_report_name": name,
        **variables,
    }
    return play(hospital, f"hospital_it.pkcs12.{book}", "-e", json.dumps(given), *options, environment=FACT_CACHE)


def statuses(hospital: Hospital, name: str) -> dict[str, str]:
    rows = json.loads((hospital.folder / f"{name}.json").read_text(encoding="utf-8"))["holders"]
    return {row["authorisation"]: row["status"] for row in rows}


@pytest.mark.parametrize(("name", "limit"), [("all", f"{ONE},{TWO},localhost"), ("one", f"{TWO},localhost")])
def test_report_is_made_also_where_every_workstation_ends_red(hospital: Hospital, name: str, limit: str) -> None:
    """With one workstation, all hosts of the last play of renew_due fail."""
    ended = run(hospital, "daily", name, "--limit", limit, pkcs12_fail_when_deferred=True)
    assert ended.exit_code == 2, ended.stdout
    assert failed_hosts(ended) == {TWO}
    assert statuses(hospital, name)[PAUL.authorisation] == "missing"


@pytest.mark.usefixtures("nonce_language")
def test_a_misspelt_variable_is_told_once(hospital: Hospital) -> None:
    """One of the workstations has it, another host of the inventory, or localhost alone. So is a setting for the wrong host."""
    names = {
        ONE: ["pkcs12_holder", "pkcs12_establishment"],
        TWO: ["pkcs12_our_folders"],
        "localhost": ["pkcs12_password", "pkcs12_offline"],
    }
    folder = hospital.inventory.parent / "host_vars"
    folder.mkdir()
    for host, having in names.items():
        variables = {**{key: [] for key in having}, "pkcs12_own_variables": ["pkcs12_our_folders"]}
        (folder / f"{host}.yml").write_text(json.dumps(variables))
    ended = run(hospital, "daily", "misspelt", "--limit", f"{TWO},localhost")
    report = run(hospital, "report", "misspelt")
    for ran in (ended, report):
        assert [(each.code.partition(".")[2], *each.values.values()) for each in told("".join(warned(ran)))] == [
            ("of_localhost", "pkcs12_establishment", ONE),
            ("unknown", "pkcs12_holder", ONE),
            ("of_workstations", "pkcs12_offline", "localhost"),
            ("unknown", "pkcs12_password", "localhost"),
        ]


def test_it_is_green_when_nobody_needs_help(hospital: Hospital) -> None:
    run(hospital, "enrol", "enrolled", "--limit", ONE)
    ended = run(hospital, "daily", "green", "--limit", f"{ONE},localhost")
    assert ended.exit_code == 0, ended.stdout
    assert "supplied host pattern" not in ended.stdout + ended.stderr  # of a group with those who are due
    assert statuses(hospital, "green")[JEANNE.authorisation] == "valid"


def test_workstation_that_the_inventory_gets_wrong_needs_help_and_keeps_nobody_from_the_report(
    hospital: Hospital,
) -> None:
    wrong = hospital.folder / "wrong.yml"
    holders = [{"user": PAUL.account, "name": PAUL.name, "autorisation": PAUL.authorisation}]
    wrong.write_text(json.dumps({"all": {"hosts": {TWO: {"pkcs12_holders": holders}}}}), encoding="utf-8")
    ended = run(hospital, "daily", "wrong", "-i", str(wrong))
    assert ended.exit_code == 2, ended.stdout
    assert failed_hosts(ended) == {"localhost", TWO}
    assert summary(ended)["needs_somebody"] == [TWO]
    (lines,) = messages(ended, "Say what became of each holder").values()
    assert any(TWO in line and "autorisation" in line for line in lines)
    assert statuses(hospital, "wrong") == {JEANNE.authorisation: "valid", PAUL.authorisation: "unknown"}
    report = json.loads((hospital.folder / "wrong.json").read_text(encoding="utf-8"))
    (row,) = [each for each in report["workstations"] if each["workstation"] == TWO]
    assert "autorisation" in str(row["problem"])
    (paul,) = [each for each in report["holders"] if each["authorisation"] == PAUL.authorisation]
    assert (paul["next_step"], paul["actor"]) == ("correct_variables", "it")
    assert f"The variables of {TWO} cannot be used." in ended.stdout


def test_the_last_summary_says_why_the_report_made_the_run_red(hospital: Hospital) -> None:
    ended = run(hospital, "daily", "failing", "--limit", f"{ONE},localhost", pkcs12_fail_on=["missing"])
    assert (ended.exit_code, failed_hosts(ended)) == (2, {"localhost"})
    (lines,) = messages(ended, "Say what became of each holder").values()
    assert "pkcs12_fail_on" in lines[-1]


UNFIT = [
    ({"pkcs12_report_folder": ""}, "report_folder"),
    ({"pkcs12_report_folder": ["a"]}, "not_one_text"),
    ({"pkcs12_fail_on": ["mising"]}, "in_entry"),
    ({"pkcs12_compare_reports": True, "pkcs12_report_formats": ["csv"]}, "compare_without_json"),
]


@pytest.mark.parametrize(("variables", "code"), UNFIT, ids=[str(each) for each, _code in UNFIT])
def test_settings_of_the_report_are_refused_before_the_first_renewal(
    hospital: Hospital, variables: dict[str, object], code: str
) -> None:
    ended = run(hospital, "daily", "unfit", "-e", "pkcs12_install=always", **variables)
    assert ended.exit_code == 2, ended.stdout
    (refused,) = ended.of("compliance_report")
    assert refused.result["error"]["problem"]["code"] == f"bad_arguments.{code}"
    assert (refused.host, ended.requests, "PLAY [Find the workstations" in ended.stdout) == ("localhost", (), False)


@pytest.mark.usefixtures("nonce_language")
def test_limit_that_leaves_out_the_report_is_refused_before_the_first_renewal(hospital: Hospital) -> None:
    ended = run(hospital, "daily", "limited", "--limit", ONE)
    assert ended.exit_code != 0
    assert Told("play.no_report_on_localhost", {"limit": ONE}) in told(ended.stdout + ended.stderr)
    assert (ended.requests, ended.of("compliance_report")) == ((), ())


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "no_facts.outside_limit"),
        ({**FACT_CACHE, "ANSIBLE_CACHE_PLUGIN_CONNECTION": "elsewhere"}, "no_facts.none"),
    ],
    ids=["no cache", "a cache elsewhere"],
)
def test_a_limited_run_that_knows_nothing_of_the_others_leaves_their_report_alone(
    hospital: Hospital, environment: dict[str, str], code: str
) -> None:
    """As from another folder, where no ansible.cfg names the cache."""
    assert run(hospital, "report", "kept").exit_code == 0
    before = statuses(hospital, "kept")
    assert set(before) == {JEANNE.authorisation, PAUL.authorisation}
    given = {"pkcs12_report_folder": str(hospital.folder), "pkcs12_report_formats": ["json"]}
    given["pkcs12_report_name"] = "kept"
    options = ("-e", json.dumps(given), "--limit", f"{ONE},localhost")
    ended = play(hospital, "hospital_it.pkcs12.daily", *options, environment=environment)
    (refused,) = ended.of("compliance_report")
    assert (ended.exit_code, refused.result["error"]["problem"]["code"], ended.requests) == (2, code, ())
    assert statuses(hospital, "kept") == before
    if not environment:  # the audit of one workstation makes nothing known of the other
        together = ("hospital_it.pkcs12.report", *options)
        ended = play(hospital, "hospital_it.pkcs12.audit", *together, environment=environment)
        (refused,) = ended.of("compliance_report")
        assert (refused.result["error"]["problem"]["code"], statuses(hospital, "kept")) == (code, before)


@pytest.mark.usefixtures("nonce_language")
@pytest.mark.parametrize("book", ["report", "remind", "collect"])
def test_limit_without_localhost_is_red_and_says_why(hospital: Hospital, book: str) -> None:
    ended = run(hospital, book, "limited", "--limit", ONE)
    assert ended.exit_code != 0
    assert Told("play.not_on_localhost", {"limit": ONE}) in told(ended.stdout + ended.stderr)
    assert not (hospital.folder / "limited.json").exists()


def test_report_stays_as_it_was_when_the_variables_of_no_workstation_can_be_used(hospital: Hospital) -> None:
    """Its only rows would be unknown ones."""
    assert run(hospital, "report", "kept").exit_code == 0
    before = statuses(hospital, "kept")
    ended = run(hospital, "daily", "kept", pkcs12_holders={"user": PAUL.account})
    assert ended.exit_code == 2, ended.stdout
    _settings, refused = [each.result for each in ended.of("compliance_report") if each.host == "localhost"]
    assert refused["error"]["problem"]["code"] == "bad_arguments.holders_no_list"
    assert statuses(hospital, "kept") == before


def test_what_the_report_lacks_is_told_before_the_first_renewal(hospital: Hospital) -> None:
    """Of localhost alone. After the play of the report there would be no summary of the renewal."""
    folder = hospital.inventory.parent / "host_vars"
    folder.mkdir()
    (folder / "localhost.yml").write_text(json.dumps({"pkcs12_required_folders": ["/nowhere"]}))
    ended = run(hospital, "daily", "refused")
    assert failed_hosts(ended) == {"localhost"}
    assert not ended.requests
