# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last run found reaches the report and the reminders, with who can mend it: as values, and in the words of the site."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, Words
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import CATALOGUE
from integration.audited import Site
from integration.plays import Json
from integration.saved_state import SavedState
from lab.hospital import Hospital
from lab.people import ANNE, JEANNE, LOUIS, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

DESKS = tuple(Desk(f"ws-{person.login}", (Seat(person),)) for person in (JEANNE, PAUL, ANNE))
EXPECTED = {
    JEANNE.authorisation: ("wrong_passphrase", "it"),
    PAUL.authorisation: ("expired", "issuer"),
    ANNE.authorisation: ("wrong_person", "it"),
}
"""The kind of what the run found, and who can mend it."""
IT = "it@chu.example"


def enrol(hospital: Hospital) -> Run:
    return play(hospital, "hospital_it.pkcs12.enrol", environment=FACT_CACHE)


def passphrases(hospital: Hospital, changes: Mapping[Person, str]) -> None:
    known = yaml.safe_load(hospital.passphrases.read_text(encoding="utf-8"))
    known["pkcs12_passphrases"] |= {person.authorisation: secret for person, secret in changes.items()}
    hospital.passphrases.write_text(yaml.safe_dump(known), encoding="utf-8")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedState]:
    """Jeanne's passphrase is another one, Paul's bundle has expired, and the file with Anne's name is Louis's bundle."""
    with Hospital(tmp_path_factory.mktemp("last-run"), DESKS, days={PAUL: -5}) as hospital:
        louis = hospital.authority.issue(LOUIS.name, LOUIS.authorisation, passphrase="that of Louis")
        (hospital.bundle_folder / hospital.bundles[ANNE.authorisation].file_name).write_bytes(louis.data)
        passphrases(hospital, {JEANNE: "canary of another letter", ANNE: "that of Louis"})
        run = enrol(hospital)
        assert run.exit_code == 2, run.stdout
        yield SavedState.of(hospital)


@pytest.fixture
def site(saved: SavedState) -> Site:
    saved.restore()
    return Site(saved.hospital)


def holders(site: Site) -> dict[str, Json]:
    return {row["authorisation"]: row for row in site.written()["holders"]}


def reminders(site: Site, language: str) -> list[Json]:
    settings = {
        "pkcs12_state_path": str(site.hospital.folder / "sent.json"),
        "pkcs12_allow_ephemeral": True,
        "pkcs12_dry_run": True,
        "pkcs12_it_to": [IT],
        "pkcs12_language": language,
    }
    extra = f"--extra-vars={json.dumps(settings)}"
    run = play(site.hospital, "hospital_it.pkcs12.remind", extra, environment=FACT_CACHE)
    ((row),) = run.of("reminder_mails")
    return list(row.result["mails"])


def cells(path: Path, separator: str) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=separator))


@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("fr", ";")])
def test_the_report_says_what_the_last_run_found_and_who_can_mend_it(site: Site, language: str, separator: str) -> None:
    assert site.report(language=language).exit_code == 0
    found = holders(site)
    told = {
        number: (row["places"][0]["problem"]["code"].partition(".")[0], row["actor"]) for number, row in found.items()
    }
    assert told == EXPECTED
    assert {row["next_step"] for row in found.values()} == {"mend_failure"}
    table = cells(site.folder / "pkcs12-compliance-holders.csv", separator)
    number, code = (
        CATALOGUE[f"csv.{key}"][LANGUAGES.index(language)].replace("'", "\u2019")
        for key in ("authorisation", "failure_code")
    )
    assert {row[number]: row[code] for row in table} == {each: code for each, (code, _actor) in EXPECTED.items()}
    assert "canary" not in (site.folder / "pkcs12-compliance.json").read_text(encoding="utf-8")


@pytest.mark.words
@pytest.mark.parametrize("language", ["en", "fr"])
def test_report_and_reminder_tell_it_in_the_words_of_the_site(site: Site, language: str) -> None:
    """A reader has nothing but these words."""
    site.report(language=language)
    words = Words(language, lambda option: f"pkcs12_{option}")
    (mail,) = reminders(site, language)
    markdown = (site.folder / "pkcs12-compliance.md").read_text(encoding="utf-8")
    table = (site.folder / "pkcs12-compliance-holders.csv").read_text(encoding="utf-8-sig")
    for row in holders(site).values():
        problem = Problem.from_map(row["places"][0]["problem"])
        assert words.cause(problem) in mail["body"]
        assert words.next_step(problem).rstrip(".") in mail["body"]
        assert words.cause(problem).split()[0] in markdown
        assert words.cause(problem).replace('"', '""') in table
    assert "canary" not in mail["body"] + markdown + table


def test_the_reminder_is_its_because_it_asks_the_issuer(site: Site) -> None:
    (mail,) = reminders(site, "en")
    assert (mail["to"], mail["next_steps"]) == (IT, ["mend_failure"])
    assert len(mail["holders"]) == len(EXPECTED)


def test_a_run_that_succeeds_later_takes_it_away(site: Site) -> None:
    passphrases(site.hospital, {JEANNE: site.hospital.bundles[JEANNE.authorisation].passphrase})
    enrol(site.hospital)
    site.report()
    row = holders(site)[JEANNE.authorisation]
    assert (row["status"], row["next_step"], row["places"][0]["problem"]) == ("valid", "nothing", None)
    assert {number: each["places"][0]["problem"] is None for number, each in holders(site).items()} == {
        number: number == JEANNE.authorisation for number in EXPECTED
    }
