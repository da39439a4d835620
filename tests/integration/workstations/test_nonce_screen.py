# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In the nonce language, nothing on the screen of a playbook is a text of the product: each sentence comes from the catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.page_vocabulary import PAGE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import VOCABULARY
from integration.nonce_screen import TEXT, findings, without_told
from integration.plays import NONCE, told_codes
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Seat
from lab.playbook import Run, fact_cache, play

CARDIO, RADIO, NUCLEAR, PHARMACY, OFF, BARE = "ws-cardio", "ws-radio", "ws-nuclear", "ws-pharmacy", "ws-off", "ws-bare"
SITE = (
    Desk(CARDIO, (Seat(JEANNE), Seat(ELODIE, asked="upn"))),
    Desk(RADIO, (Seat(JEANNE, asked="sid"), Seat(KARIM))),
    Desk(NUCLEAR, (Seat(PAUL),)),
    Desk(PHARMACY, (Seat(ANNE, logged_on=False),)),
    Desk(OFF, (Seat(LOUIS),)),
    Desk(BARE, ()),
)
WORDS_OF_RESULTS = {
    *("true", "false", "null", "localhost"),
    *(part for status in Status for part in status.value.split("_")),
}


def words_of(*texts: str) -> frozenset[str]:
    """The words of these texts, in small letters."""
    return frozenset(word.casefold() for text in texts for word in TEXT.findall(text))


def values_of(hospital: Hospital) -> frozenset[str]:
    """The words of a site: what its inventory says of its hosts, and its people."""
    people = [f"{person.name} {person.login}" for person in hospital.people]
    return (
        words_of(*people, *texts_in(yaml.safe_load(hospital.inventory.read_text(encoding="utf-8")))) | WORDS_OF_RESULTS
    )


def texts_in(content: Any) -> Iterator[str]:
    """The values, and the names of hosts."""
    if isinstance(content, dict):
        for key, inner in content.items():
            yield from texts_in(inner)
            yield from inner or () if key == "hosts" else ()
    elif isinstance(content, list):
        for inner in content:
            yield from texts_in(inner)
    else:
        yield str(content)


PAGE_WORDS = words_of(*(text for both in (*VOCABULARY.values(), *PAGE.values()) for text in both))


def run(hospital: Hospital, book: str, *options: str, **variables: Any) -> Run:
    given = ("-e", json.dumps({f"pkcs12_{name}": value for name, value in variables.items()}))
    environment = {**fact_cache(hospital), **NONCE, "no_proxy": "127.0.0.1"}
    return play(hospital, f"hospital_it.pkcs12.{book}", *given, *options, environment=environment)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """One workstation is off, one has no holders, one person has no bundle, one is not logged on, one number is wrong."""
    with Hospital(tmp_path_factory.mktemp("nonce"), SITE, days={ELODIE: 20}) as hospital:
        hospital.switch_off(OFF)
        for bundle in hospital.bundle_folder.glob(f"*{KARIM.authorisation}*"):
            bundle.unlink()
        yield hospital


@pytest.fixture(scope="module")
def runs(hospital: Hospital) -> Mapping[str, Run]:
    """Each playbook, most of them with failures."""
    report = {"report_folder": str(hospital.folder / "report"), "fail_on": ["missing"]}
    nowhere = [{"kind": "folder", "path": "/nowhere"}, {"kind": "https", "url": "https://127.0.0.1:9/reports"}]
    reminders = {"it_to": ["it@chu.example"], "state_path": str(hospital.folder / "sent.json"), "dry_run": True}
    leavers = {"leavers": [PAUL.authorisation, "T999999"], "bundle_folder": str(hospital.bundle_folder)}
    return {
        "check": run(hospital, "check", "-v", portal_url="https://portal.example/", check_stray_bundles=True),
        "check_bundles": run(hospital, "check_bundles", "-v", serail=1, required_folders="/nowhere"),
        "check_bundles of all": run(hospital, "check_bundles", "-v"),
        "enrol": run(hospital, "enrol", serial=2),
        "enrol again": run(hospital, "enrol", "-v", "--diff", install="always", take_back=["T999999"]),
        "renew": run(hospital, "renew", "-v", require_portal=True),
        "renew, refused": run(hospital, "renew", max_fail_percentage="many"),
        "audit": run(hospital, "audit", "-v", issuer="nobody", prove_keys=True),
        "renew_due": run(hospital, "renew_due", "-v"),
        "renew_due, refused": run(hospital, "renew_due", "-v", due_statuses=["mising"]),
        "daily, refused": run(hospital, "daily", "--limit", CARDIO),
        "report": run(hospital, "report", "-v", report_destinations=nowhere, **report),
        "remind": run(hospital, "remind", "-v", **reminders),
        "retire": run(hospital, "retire", "-v", **leavers),
        "nobody": run(hospital, "enrol", hosts="nowhere"),
        "odd batches": run(hospital, "enrol", serial="0"),
    }


def test_nothing_but_the_catalogue_tells_anything(hospital: Hospital, runs: Mapping[str, Run]) -> None:
    values = values_of(hospital)
    found = {
        f"{book}: {each}"
        for book, run in runs.items()
        for each in findings(run.stdout + "\n" + run.stderr, values, PAGE_WORDS)
    }
    assert sorted(found) == []
    assert [book for book, run in runs.items() if not told_codes(run.stdout + run.stderr)] == []


def test_collect_tells_nothing_else(tmp_path: Path) -> None:
    with Hospital(tmp_path, SITE[:1], delivered=False) as hospital, Issuer(hospital) as issuer:
        issuer.announce(JEANNE, 900)
        issuer.announce(ELODIE, 900)
        failing = tmp_path / "failing.yml"
        failing.write_text("[{name: Tell the store, ansible.builtin.fail: {msg: No store.}}]", "utf-8")
        for more in (
            {"pkcs12_store_tasks": str(failing)},
            {"pkcs12_store_tasks": "nowhere.yml"},
            {"pkcs12_mail_path": "/nowhere"},
            {},
        ):
            options = ("-e", f"@{issuer.variables(**more)}", *issuer.vault_options, "-v")
            run = play(hospital, "hospital_it.pkcs12.collect", *options, environment={**fact_cache(hospital), **NONCE})
            values = values_of(hospital) | words_of("Tell the store: No store.")
            assert sorted(map(str, findings(run.stdout + "\n" + run.stderr, values))) == []
            assert told_codes(run.stdout)


SCREEN = """
PLAY [Enrol personal certificates on workstations] ***

TASK [Say what became of each holder] ***
ok: [ws-1] => {
    "msg": [
        "«summary.headline:0a1b2c3d count=2»",
        "  ws-1: Jeanne Dupont: «installed:0a1b2c3d day=2027-01-01»"
    ]
}

TASK [End failed when somebody needs help] ***
[ERROR]: Task failed: Action failed: «ends_failed:0a1b2c3d codes=a,b»
Origin: /x/playbooks/tasks/end.yml:7:7

5 - name: End
6   block:
7     - name: End failed when somebody needs help
        ^ column 7

fatal: [ws-1]: FAILED! => {"changed": false, "msg": "«ends_failed:0a1b2c3d codes=a,b»"}

PLAY RECAP ***
ws-1    : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0
"""
SITE_WORDS = words_of("Jeanne Dupont")


def test_a_screen_of_the_catalogue_alone_is_right() -> None:
    assert findings(SCREEN, SITE_WORDS) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("«summary.headline:0a1b2c3d count=2»", "2 workstations: 1 failed."),
        ("«installed:0a1b2c3d day=2027-01-01»", "installed until 2027-01-01"),
        ("Action failed: «ends_failed:0a1b2c3d codes=a,b»", "Action failed: Somebody needs help."),
        ('"«ends_failed:0a1b2c3d codes=a,b»"}', '"«ends_failed:0a1b2c3d codes=a,b» Read the summary."}'),
        ("fatal: [ws-1]", "[WARNING]: The pattern matches\\nnothing.\\n\\nfatal: [ws-1]"),
    ],
)
def test_a_planted_text_is_found(old: str, new: str) -> None:
    assert old in SCREEN
    assert findings(SCREEN.replace(old, new.replace("\\n", "\n")), SITE_WORDS) != []


def test_what_is_told_is_taken_out_with_what_led_to_it() -> None:
    assert without_told("a «b:1 «c:2 x=y» » d «e:3»") == "a  d "
    assert re.sub(r"\s", "", without_told("«unclosed")) == ""
