# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A number of two people, or of a homonym, in the tasks of one workstation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.retired import write_down
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.number_look import names_of_nothing
from lab.authority import Authority
from unit.plugins.plugin_utils.enrolment import ANNE, JEANNE, PAUL, codes, enrol, outcomes
from unit.plugins.plugin_utils.fakes import PASSPHRASE, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.lazy_variables import Lazy

YEAR = timedelta(days=365)
USER, NUMBER = JEANNE["user"], JEANNE["authorisation"]
OPEN = dict.fromkeys([NUMBER, "T900009"], PASSPHRASE)


class HostVars(dict[str, Any]):
    """``hostvars`` without templates."""

    def raw_get(self, host: str) -> Any:
        return self.get(host, {})


def inventory(**hosts: Any) -> dict[str, Any]:
    """Variables of a task in an inventory where these hosts have these holders."""
    known = HostVars(
        (name.replace("_", "-"), holders if isinstance(holders, Mapping) else {"pkcs12_holders": holders})
        for name, holders in hosts.items()
    )
    return {"hostvars": known, "groups": {"all": list(known)}}


def bundles(folder: Path, authority: Authority, *people: Mapping[str, Any]) -> None:
    for each in people:
        name = f"{each['name']} - {each['authorisation']}"
        (folder / f"{name}.p12").write_bytes(issue(authority, name, YEAR).data)


def test_somebody_at_another_workstation_has_the_number(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path
) -> None:
    bundles(tmp_path, authority, JEANNE, PAUL)
    workstation.person(USER), workstation.person(PAUL["user"])
    other = ANNE | {"authorisation": " t123456"}
    known = inventory(ws_1=[JEANNE, PAUL], ws_2=[other])
    result = enrol(workstation, tmp_path, [JEANNE, PAUL], variables=known)
    assert codes(result) == ["shared_number", None]
    assert (workstation.thumbprints(USER), len(workstation.thumbprints(PAUL["user"]))) == ([], 1)
    people = [each["values"] for each in result["holders"][0]["error"]["problem"]["causes"]]
    assert people == [{"name": "Jeanne Dupont", "hosts": ["ws-1"]}, {"name": "Anne Roux", "hosts": ["ws-2"]}]
    checked = run_action(
        "holder_bundles", {"holders": [JEANNE, PAUL], "bundle_folder": str(tmp_path)}, workstation, variables=known
    )
    assert checked["holders"][0]["error"]["code"] == "shared_number"
    assert checked["holders"][1]["error"]["code"] != "shared_number"


def test_two_people_on_one_account_are_refused_one_by_one_and_the_third_is_served(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path
) -> None:
    """A number and account that are listed twice with one name are a mistake of the whole list."""
    bundles(tmp_path, authority, PAUL)
    workstation.person(USER), workstation.person(PAUL["user"])
    second = ANNE | {"authorisation": NUMBER, "user": USER}
    assert codes(enrol(workstation, tmp_path, [JEANNE, second, PAUL])) == ["shared_number", "shared_number", None]
    twice = enrol(workstation, tmp_path, [JEANNE, JEANNE, PAUL])["error"]["problem"]
    assert (twice["code"], twice["values"]["holder"]) == ("bad_arguments.listed_twice", NUMBER)


def test_who_has_a_wrong_row_is_refused_alone_and_removed_by_the_number(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path
) -> None:
    bundles(tmp_path, authority, JEANNE, PAUL)
    workstation.person(USER), workstation.person(PAUL["user"])
    wrong = JEANNE | {"row_problem": "people.xlsx:17"}
    without = {"user": USER, "name": "A B", "row_problem": "people.xlsx:18"}
    result = enrol(workstation, tmp_path, [wrong, without, without, PAUL])
    assert codes(result) == [*["register_row"] * 3, None]
    assert result["holders"][0]["error"]["problem"]["values"] == {"file": "people.xlsx", "line": "17"}
    assert workstation.thumbprints(USER) == []
    options = {"holders": [wrong, PAUL], "bundle_folder": str(tmp_path)}
    checked = run_action("holder_bundles", options, workstation)["holders"]
    assert [row["error"] and row["error"]["code"] == "register_row" for row in checked] == [True, False]
    enrol(workstation, tmp_path, [JEANNE])
    assert len(workstation.thumbprints(USER)) == 1
    gone = enrol(workstation, tmp_path, [wrong], state="absent", issuer="AC", retire_authorisations=[NUMBER])
    assert (codes(gone), workstation.thumbprints(USER)) == ([None], [])


def test_hosts_that_cannot_be_loaded_at_all_hide_nobody(workstation: FakeWorkstation, tmp_path: Path) -> None:
    """Ansible reads the files of a host when somebody asks for any of its variables."""
    workstation.person(USER)
    known = inventory(ws_0=[], ws_1=[JEANNE], ws_2=[PAUL | {"authorisation": NUMBER}])
    known["hostvars"] = Lazy(**{name.replace("-", "_"): each for name, each in known["hostvars"].items()})
    known["groups"] = {"all": ["ws_0", "ws_1", "ws_2", "ws_gone"]}
    known["hostvars"].values_of["ws_0"] = AnsibleError("Attempting to decrypt but no vault secrets found")
    assert codes(enrol(workstation, tmp_path, [JEANNE], variables=known)) == ["shared_number"]


def test_a_removal_and_a_reading_that_is_no_audit_ask_nobody(workstation: FakeWorkstation, tmp_path: Path) -> None:
    workstation.person(USER)
    known = inventory(ws_1=[JEANNE], ws_2=[PAUL | {"authorisation": NUMBER}])
    gone = enrol(
        workstation, tmp_path, [JEANNE], state="absent", issuer="AC", retire_authorisations=[NUMBER], variables=known
    )
    assert codes(gone) == [None]
    read = run_action("certificate_facts", {"holders": [JEANNE]}, workstation, variables=known)
    assert not read.get("failed")


def test_an_audit_fails_for_both_and_keeps_the_facts(workstation: FakeWorkstation) -> None:
    workstation.person(USER), workstation.person(PAUL["user"])
    known = inventory(ws_1=[JEANNE, PAUL], ws_2=[ANNE | {"authorisation": NUMBER}])
    result = run_action(
        "certificate_facts", {"holders": [JEANNE, PAUL], "record_audit": True}, workstation, variables=known
    )
    assert (result["failed"], result["error"]["code"], result["answered"]) == (True, "shared_number", True)
    assert [(row["authorisation"], row["error"]["code"]) for row in result["refused"]] == [(NUMBER, "shared_number")]
    assert len(result["ansible_facts"]["pkcs12"]["holders"]) == 2
    assert result["ansible_facts"]["pkcs12_fact_audit"]["problem"] is None


@pytest.mark.parametrize(
    ("row", "variables", "left"),
    [
        ({}, {}, False),
        ({"leaves_on": "2020-01-31"}, {}, True),
        ({"leaves_on": "2999-12-31"}, {}, False),
        ({}, {"pkcs12_leavers": ["t 123456"]}, True),
        ({}, {"pkcs12_leavers": ["T900009"]}, False),
    ],
    ids=["stays", "last_day", "later_day", "listed", "another_listed"],
)
def test_who_takes_over_the_account_of_somebody_who_has_left_gets_a_first_key(
    workstation: FakeWorkstation,
    authority: Authority,
    tmp_path: Path,
    row: dict[str, Any],
    variables: dict[str, Any],
    left: bool,
) -> None:
    bundles(tmp_path, authority, PAUL)
    workstation.person(USER)
    successor = PAUL | {"user": USER}
    known = inventory(ws_1=[successor], ws_2=[JEANNE | row]) | variables
    result = enrol(workstation, tmp_path, [successor], variables=known)
    assert (codes(result), len(workstation.thumbprints(USER))) == (([None], 1) if left else (["shared_account"], 0))


@pytest.mark.parametrize("is_retired", [True, False])
def test_who_takes_over_the_account_of_somebody_who_is_retired_gets_a_first_key(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path, is_retired: bool
) -> None:
    """Somebody whom a run has retired may still have a row, at this workstation and at others."""
    bundles(tmp_path, authority, PAUL)
    workstation.person(USER)
    if is_retired:
        write_down(tmp_path, [NUMBER], "svc on ctl", datetime.now(timezone.utc))
    successor = PAUL | {"user": USER}
    known = inventory(ws_1=[JEANNE, successor], ws_2=[JEANNE]) | {"pkcs12_bundle_folder": str(tmp_path)}
    result = enrol(workstation, tmp_path, [JEANNE, successor], variables=known)
    assert codes(result)[1] == (None if is_retired else "shared_account")
    assert len(workstation.thumbprints(USER)) == is_retired


def homonym(**changes: Any) -> dict[str, Any]:
    """Jeanne's entry with the number of another person of this name."""
    return JEANNE | {"authorisation": "T900009"} | changes


def test_a_certificate_with_the_name_and_another_number_keeps_the_new_one_away(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path
) -> None:
    own = workstation.plant(USER, issue(authority, "Jeanne Dupont - T123456", YEAR))
    bundles(tmp_path, authority, homonym())
    for install in ("always", "due", "missing"):
        result = enrol(workstation, tmp_path, [homonym()], install=install, passphrases=OPEN)
        assert codes(result) == ["number_differs"], result
    assert result["holders"][0]["error"]["problem"]["values"]["found"] == "Jeanne Dupont - T123456"
    assert workstation.thumbprints(USER) == [own]
    assert workstation.exchanges == []


def installed(
    workstation: FakeWorkstation, folder: Path, authority: Authority, *holders: Mapping[str, Any], **given: Any
) -> list[str | None]:
    """The codes of a run with a bundle for the first holder."""
    bundles(folder, authority, holders[0])
    return codes(enrol(workstation, folder, list(holders), passphrases=OPEN, **given))


@pytest.mark.parametrize(
    ("cn", "left", "details"),
    [
        ("Jeanne Dupont - T123456", timedelta(seconds=-1), {}),
        ("Jeanne Dupont - T123456", 4 * YEAR, {}),
        ("Jeanne Dupont - T123456", YEAR, {"archived": True}),
        ("Paul Martin - T123456", YEAR, {}),
        ("Jeanne Dupont - T 900.009", YEAR, {}),
        ("Jeanne Dupont - none", YEAR, {}),
    ],
    ids=["expired", "not_yet_valid", "archived", "other_name", "other_spelling", "without_a_number"],
)
def test_what_says_nothing_of_the_number_keeps_nothing_away(
    workstation: FakeWorkstation,
    authority: Authority,
    tmp_path: Path,
    cn: str,
    left: timedelta,
    details: dict[str, Any],
) -> None:
    workstation.plant(USER, issue(authority, cn, left), **details)
    assert installed(workstation, tmp_path, authority, homonym()) == [None]
    assert len(workstation.thumbprints(USER)) == 2


def test_a_certificate_of_another_issuer_keeps_nothing_away(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path
) -> None:
    workstation.plant(USER, issue(Authority.create("AC Autres"), "Jeanne Dupont - T123456", YEAR))
    assert installed(workstation, tmp_path, authority, homonym()) == [None]


@pytest.mark.parametrize("user", [USER, USER.upper(), "CHU\\jdupont2"])
def test_another_holder_of_the_same_account_may_have_that_number(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path, user: str
) -> None:
    workstation.person("CHU\\jdupont2")
    workstation.plant(USER, issue(authority, "Jeanne Dupont - T123456", YEAR))
    code = installed(workstation, tmp_path, authority, homonym(), JEANNE | {"user": user}, install="due")[0]
    assert code == ("number_differs" if user.endswith("2") else None)


def test_the_former_name_with_another_number_keeps_the_new_one_away(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path
) -> None:
    workstation.plant(USER, issue(authority, "Jeanne Dupont - T123456", YEAR))
    married = homonym(name="Jeanne Martin", former_name="Jeanne Dupont")
    assert installed(workstation, tmp_path, authority, married) == ["number_differs"]


@pytest.mark.parametrize("left", [timedelta(days=20), timedelta(days=-3)])
def test_a_holder_who_has_had_the_number_here_is_renewed_beside_it(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path, left: timedelta
) -> None:
    """As for the report: the number is in question only where the store has none with it."""
    workstation.plant(USER, issue(authority, "Jeanne Dupont - T123456", YEAR))
    workstation.plant(USER, issue(authority, "Jeanne Dupont - T900009", left))
    assert installed(workstation, tmp_path, authority, homonym(), install="due") == [None]


def test_a_bundle_that_is_installed_already_is_kept(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path
) -> None:
    """What is there is the report's to tell; a run that changes nothing stays as it was."""
    assert installed(workstation, tmp_path, authority, homonym()) == [None]
    workstation.plant(USER, issue(authority, "Jeanne Dupont - T123456", YEAR))
    assert outcomes(enrol(workstation, tmp_path, [homonym()], passphrases=OPEN)) == ["unchanged"]


def test_one_certificate_is_installed_by_the_same_rule(
    workstation: FakeWorkstation, authority: Authority, tmp_path: Path
) -> None:
    workstation.plant(USER, issue(authority, "Jeanne Dupont - T123456", YEAR))
    bundles(tmp_path, authority, homonym())
    task = {"holder": USER, "name": "Jeanne Dupont", "authorisation": "T900009", "passphrase": PASSPHRASE}
    result = run_action("certificate", task | {"path": str(tmp_path / "Jeanne Dupont - T900009.p12")}, workstation)
    assert result["error"]["code"] == "number_differs"


class OfAll:
    """An action that knows these hosts."""

    host = "localhost"

    def __init__(self, hosts: Mapping[str, Mapping[str, Any]]) -> None:
        self.hosts = hosts

    def variable(self, _name: str) -> None:
        return None

    def folder(self, _name: str) -> None:
        return None

    def of_all_hosts(self, name: str, make: Any, _what: str = "") -> Any:
        return make((host, known[name]) for host, known in self.hosts.items() if name in known)


def test_what_a_setting_of_any_host_names_and_the_inventory_has_not_is_told_once() -> None:
    hosts: dict[str, dict[str, Any]] = {
        "ws-1.chu.example": {"pkcs12_holders": [JEANNE], "pkcs12_unverified_workstations": "no list"},
        "ws-2": {
            "pkcs12_shared_accounts": [USER, "CHU\\nobody"],
            "pkcs12_unverified_workstations": ["ws-2", "WS-2", "ws-1", "ws-1.chu.example"],
        },
        "ws-3": {"pkcs12_shared_accounts": ["CHU\\nobody"], "pkcs12_unverified_workstations": ["ws-1"]},
    }
    told = list(names_of_nothing(OfAll(hosts), list(hosts)))
    assert [(each.code, each.values) for each in told] == [
        ("summary.accounts_of_nobody", {"accounts": ("CHU\\nobody",)}),
        ("summary.no_such_workstations", {"hosts": ("WS-2", "ws-1")}),
    ]
    assert list(names_of_nothing(OfAll({"ws-2": {"pkcs12_holders": [JEANNE]}}), ["ws-2"])) == []
