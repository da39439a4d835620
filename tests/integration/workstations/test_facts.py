# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts list what was asked for and count the rest, in any language of Windows, and a cache keeps them as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from consistency.schemas import published
from integration.foreign_certificates import foreign_certificate, put_on_card
from integration.plays import SITE_WIDE_BECOME, Json, cached, row, run_play
from lab.emulated import PlacedFile, User
from lab.emulated.store_folder import CERTIFICATES
from lab.hospital import CONNECTION_ACCOUNT, Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, Run

MIXED, FRENCH, HOSTILE = "ws-mixed", "ws-french", "ws-hostile"
DESKS = tuple(Desk(name, (Seat(JEANNE), Seat(PAUL, logged_on=False))) for name in (MIXED, FRENCH, HOSTILE))
ISSUER, NUMBER = "CN=AC Personnes", r" - (T\d{6})$"
EMAIL, CLIENT_AUTH = "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2"
FACTS = published("facts.schema.json")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("facts"), DESKS) as running:
        mix(running)
        translate(running)
        yield running


def mix(hospital: Hospital) -> None:
    workstation, authority = hospital.emulated(MIXED), hospital.authority
    hers, his, machine = workstation.store_of(JEANNE.sid), workstation.store_of(PAUL.sid), workstation.machine
    number, key = JEANNE.authorisation, ec.generate_private_key(ec.SECP256R1())

    def issue(name: str, authorisation: str, **keywords: Any) -> Any:
        return authority.issue(name, authorisation, passphrase="x", key=key, **keywords).certificate

    hers.plant(issue(JEANNE.name, number), key, friendly_name="mine")
    hers.plant(issue(JEANNE.name, number), key, friendly_name="archived", archived=True)
    hers.plant(issue(JEANNE.name, number, eku=[ExtendedKeyUsageOID.EMAIL_PROTECTION]), key, friendly_name="mail")
    hers.plant(foreign_certificate(f"{JEANNE.name} - {number}", "AC Autre").certificate, key, friendly_name="foreign")
    put_on_card(hers, foreign_certificate("DUPONT Jeanne 899700000001", "AC Carte"), "card")
    hers.plant(issue("Jean Passant", "T999999"), key, friendly_name="passer-by")
    his.plant(issue(PAUL.name, PAUL.authorisation), key, friendly_name="pauls")
    his.plant(issue(JEANNE.name, number), key, friendly_name="hers-at-his")
    machine.plant(
        foreign_certificate("ws-mixed.chu.example", "AC Ordinateurs").certificate, key, friendly_name="machine"
    )


SELECTED: Mapping[str, tuple[Json, str]] = {
    "holders": ({}, "mine mail foreign pauls hers-at-his"),
    "archived": ({"include_archived": True}, "mine archived mail foreign pauls hers-at-his"),
    "everything": (
        {"include_unrelated": True, "include_archived": True},
        "mine archived mail foreign card passer-by pauls hers-at-his machine",
    ),
    "issuer": ({"issuer": ISSUER}, "mine mail foreign passer-by pauls hers-at-his"),
    "eku": ({"eku": [EMAIL]}, "mail"),
    "all four": (
        {"issuer": ISSUER, "subject": "Jeanne", "authorisation_pattern": NUMBER, "eku": [CLIENT_AUTH]},
        "mine foreign hers-at-his",
    ),
    "her store": (
        {"only_holders": True, "holders": [{"user": JEANNE.account}], "eku": [CLIENT_AUTH]},
        "mine foreign card passer-by",
    ),
    "none": ({"issuer": "AC Inconnue"}, "mine mail foreign pauls hers-at-his"),
}


def select(hospital: Hospital) -> Run:
    calls = [{"holders": "{{ pkcs12_holders }}"} | options for options, _listed in SELECTED.values()]
    # Each for itself: facts keep what another issuer's task has found.
    tasks = [[{"hospital_it.pkcs12.certificate_facts": options}, {"meta": "clear_facts"}] for options in calls]
    return run_play(hospital, "--limit", MIXED, tasks=[task for pair in tasks for task in pair], **SITE_WIDE_BECOME)


def facts_of(run: Run) -> list[Json]:
    return [found.result["ansible_facts"]["pkcs12"] for found in run.of("certificate_facts")]


@pytest.fixture(scope="module")
def selected(hospital: Hospital) -> dict[str, Json]:
    return dict(zip(SELECTED, facts_of(select(hospital)), strict=True))


@pytest.mark.parametrize("name", SELECTED)
def test_what_is_asked_for_is_listed_and_the_rest_is_counted(selected: dict[str, Json], name: str) -> None:
    facts, listed = selected[name], SELECTED[name][1].split()
    assert {each["friendly_name"] for each in facts["certificates"]} == set(listed)
    assert (len(facts["certificates"]), facts["certificates_not_listed"]) == (len(listed), 9 - len(listed))
    assert FACTS.complaints(facts) == []


@pytest.mark.parametrize("name", SELECTED)
def test_what_is_not_asked_for_is_nowhere_in_the_facts(selected: dict[str, Json], name: str) -> None:
    everything = selected["everything"]["certificates"]
    text = json.dumps(selected[name])
    for each in everything:
        listed = each["friendly_name"] in SELECTED[name][1].split()
        assert (each["thumbprint"] in text) is listed
        assert (each["serial"] in text) is listed


def test_holders_are_judged_by_what_is_asked_for(selected: dict[str, Json]) -> None:
    def standings(name: str) -> list[str]:
        return [each["status"] for each in selected[name]["holders"]]

    # Two certificates for client authentication have her number. Her own key signed one of them, which counts as if it were not there.
    assert standings("holders") == ["valid", "valid"]
    assert standings("issuer") == ["valid", "valid"]
    assert standings("eku") == ["missing", "missing"]
    # Without a number, the passer-by's certificate may be hers, too.
    assert standings("her store") == ["duplicate"]
    assert standings("everything") == standings("holders")
    assert standings("none") == ["unknown_issuer", "unknown_issuer"]
    (foreign,) = [each for each in selected["holders"]["certificates"] if each["friendly_name"] == "foreign"]
    assert foreign["status"] == "self_signed"
    (astray,) = [each for each in selected["holders"]["certificates"] if each["friendly_name"] == "hers-at-his"]
    assert (astray["status"], astray["owner_sid"]) == ("wrong_holder", PAUL.sid)


ADMINISTRATOR, ELODIE = r"WS-FRENCH\Administrateur", "HÔPITAL\\Élodie Lefèvre"
FOLDER = "C:\\Utilisateurs\\Élodie Lefèvre"


def translate(hospital: Hospital) -> None:
    """A French Windows: other names of the accounts, with accents and blanks. What is the same in every language are SIDs."""
    workstation = hospital.emulated(FRENCH)
    service, holder = workstation.accounts.by_name(CONNECTION_ACCOUNT), workstation.accounts.by_sid(JEANNE.sid)
    assert service is not None
    assert holder is not None
    workstation.accounts.add(User(ADMINISTRATOR, service.sid, service.password, administrator=True))
    workstation.accounts.add(User(ELODIE, JEANNE.sid, holder.password))
    workstation.profiles[JEANNE.sid].path = FOLDER
    workstation.profiles[PAUL.sid].denied = True

    def entries(host: Json) -> None:
        host["ansible_user"] = ADMINISTRATOR
        host["pkcs12_holders"][0]["user"] = ELODIE
        host["pkcs12_holders"].append({"user": "HÔPITAL\\personne"})

    rewrite(hospital, FRENCH, entries)


def rewrite(hospital: Hospital, host: str, change: Callable[[Json], None]) -> None:
    inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    change(inventory["all"]["children"]["workstations"]["hosts"][host])
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


def test_nothing_depends_on_the_language_of_windows(hospital: Hospital) -> None:
    bundle = hospital.bundles[JEANNE.authorisation]
    install = {
        "path": str(hospital.bundle_folder / bundle.file_name),
        "passphrase": f"{{{{ pkcs12_passphrases['{JEANNE.authorisation}'] }}}}",
        "holder": ELODIE,
    }
    gather = {"holders": "{{ pkcs12_holders }}"}
    tasks = [{"hospital_it.pkcs12.certificate": install}, {"hospital_it.pkcs12.certificate_facts": gather}]
    run = run_play(hospital, "--limit", FRENCH, tasks=tasks, **SITE_WIDE_BECOME)
    assert row(run, "certificate", FRENCH).result["outcome"] == "installed", run.stdout
    (facts,) = facts_of(run)
    assert facts["connection_account"] == ADMINISTRATOR
    standings = {each["user"]: (each["account"], each["status"]) for each in facts["holders"]}
    assert standings == {
        ELODIE: (ELODIE, "valid"),
        PAUL.account: (PAUL.account, "unknown"),
        "HÔPITAL\\personne": (None, "missing"),
    }
    assert [(each["owner"], each["owner_sid"]) for each in facts["certificates"]] == [(ELODIE, JEANNE.sid)]
    assert [(each["owner_sid"], each["code"]) for each in facts["unread"]] == [(PAUL.sid, "access_denied")]
    assert FOLDER in [each["path"] for each in facts["profiles"]]


def test_what_people_do_to_their_folders_is_told_and_costs_nobody_else(hospital: Hospital) -> None:
    """She says that his AppData is hers, where a certificate of hers lies; a program of his lets nobody open two of his files."""
    workstation, key = hospital.emulated(HOSTILE), ec.generate_private_key(ec.SECP256R1())
    hers = hospital.authority.issue(JEANNE.name, JEANNE.authorisation, passphrase="x", key=key)
    workstation.store_of(PAUL.sid).plant(hers.certificate, key)
    his = workstation.profiles[PAUL.sid].path
    for path in (rf"AppData\Roaming\{CERTIFICATES}\{'F' * 40}", r"Downloads\his.p12"):
        workstation.files.put(PlacedFile(rf"{his}\{path}", b"one", never_opens=True, owner=PAUL.sid))
    workstation.profiles[JEANNE.sid].redirected_to = rf"{his}\AppData\Roaming"
    gather = {"holders": "{{ pkcs12_holders }}"}
    tasks = [{"hospital_it.pkcs12.certificate_facts": gather}, {"hospital_it.pkcs12.stray_bundles": {}}]
    run = run_play(hospital, "--limit", HOSTILE, tasks=tasks)
    (facts,) = facts_of(run)
    assert [(each["owner_sid"], each["code"]) for each in facts["unread"]] == [
        (JEANNE.sid, "another_owner"),
        (PAUL.sid, "timed_out"),
    ]
    assert [each["owner_sid"] for each in facts["certificates"]] == [PAUL.sid]
    assert facts["holders"][0]["status"] == "unknown"
    assert FACTS.complaints(facts) == []
    assert [each["problem"] for each in row(run, "stray_bundles", HOSTILE).result["files"]] == ["timed_out"]


OF_THE_MOMENT = ("gathered_at", "workstation_utc", "clock_skew_seconds")


def test_a_cache_keeps_facts_as_they_are(hospital: Hospital) -> None:
    """What a later job reads is what the first one was told, with the types that its schema says."""
    gather = [{"hospital_it.pkcs12.certificate_facts": {"holders": "{{ pkcs12_holders }}", "include_archived": True}}]
    environment = FACT_CACHE
    (told,) = facts_of(run_play(hospital, "--limit", MIXED, tasks=gather, environment=environment))
    assert cached(hospital, MIXED) == told
    expected = hospital.folder / "told.json"
    expected.write_text(json.dumps({"told": told}), encoding="utf-8")
    checks = [
        "ansible_facts.pkcs12 == told",
        "ansible_facts.pkcs12.schema is integer",
        "ansible_facts.pkcs12.gathered_at is string",
        "ansible_facts.pkcs12.certificates | map(attribute='days_left') | reject('integer') | length == 0",
        "ansible_facts.pkcs12.certificates | selectattr('archived') | map(attribute='friendly_name') == ['archived']",
        # Not the latest: the certificates of the lab may be issued in two seconds.
        "ansible_facts.pkcs12.holders[0].certificate_until in ansible_facts.pkcs12.certificates | map(attribute='not_after') | list",
    ]
    later = [{"ansible.builtin.assert": {"that": checks}}]
    run = run_play(hospital, "--limit", MIXED, f"--extra-vars=@{expected}", tasks=later, environment=environment)
    assert run.exit_code == 0, run.stdout
    (again,) = facts_of(run_play(hospital, "--limit", MIXED, tasks=gather, environment=environment))
    assert without_moment(again) == without_moment(told)


def without_moment(facts: Json) -> Json:
    return {key: value for key, value in facts.items() if key not in OF_THE_MOMENT}
