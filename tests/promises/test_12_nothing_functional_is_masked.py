# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing functional is masked: what files hold is whole whatever a vault has, and a short secret leaves no gaps in words and numbers.

From 2.22 on, ansible-core hides each value of a vault and each secret that it is told of, wherever its letters stand in output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from integration.saved_state import SavedState
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ELODIE, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

SHORT = "1234"
JEANNE = Person("Jeanne Dupont", "T123456", "jdupont", 1104)
DESKS = (Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE))), Desk("ws-nuclear", (Seat(PAUL),)))
PASSWORD = "correct horse battery 7"
GAP = re.compile(
    r"\$REDACTED\$|[^ *]\*{8}"
)  # the second one is of older lines; Ansible's headings have a blank before theirs
MOMENTS = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?|\b1[7-9]\d{8}\b|clock_skew_seconds\W+\d+|sha256-[^&]+"
)
"""What two runs of the same do at different times, and the checksum of a part of the page that has one."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedState]:
    with Hospital(tmp_path_factory.mktemp("masked"), DESKS) as running:
        short_passphrase(running)
        yield SavedState.of(running)


def short_passphrase(hospital: Hospital) -> None:
    """Jeanne's bundle gets the short passphrase."""
    first = hospital.bundles[JEANNE.authorisation]
    issued = hospital.authority.issue(
        JEANNE.name,
        JEANNE.authorisation,
        passphrase=SHORT,
        not_before=first.certificate.not_valid_before_utc,
        not_after=first.certificate.not_valid_after_utc,
    )
    hospital.bundles[JEANNE.authorisation] = issued
    (hospital.bundle_folder / issued.file_name).write_bytes(issued.data)
    given = {"pkcs12_passphrases": {number: bundle.passphrase for number, bundle in hospital.bundles.items()}}
    hospital.passphrases.write_text(yaml.safe_dump(given), encoding="utf-8")


def in_vault(hospital: Hospital) -> tuple[str, ...]:
    """Options with a vault file that has the passphrases and a number."""
    plain = yaml.safe_load(hospital.passphrases.read_text(encoding="utf-8")) | {"site_days": 3}
    secret = VaultSecret(PASSWORD.encode())
    vault, password = hospital.folder / "site-vault.yml", hospital.folder / "site-vault-password"
    vault.write_bytes(VaultLib([("default", secret)]).encrypt(yaml.safe_dump(plain), secret))
    password.write_text(PASSWORD, encoding="utf-8")
    return "-e", f"@{vault}", "--vault-password-file", str(password)


def run(hospital: Hospital, book: str, *options: str) -> Run:
    given = {"pkcs12_report_folder": str(hospital.folder / "reports"), "pkcs12_time_zone": "Europe/Paris"}
    book = f"hospital_it.pkcs12.{book}"
    in_order = {"ANSIBLE_FORKS": "1"}  # so that the lines of the evidence are in one order
    return play(hospital, book, "-e", json.dumps(given), *options, environment=FACT_CACHE | in_order)


def texts(*places: Path) -> dict[str, str]:
    """What files hold, by name, without the moments."""
    files = [each for place in places for each in (place.iterdir() if place.is_dir() else [place])]
    return {path.name: MOMENTS.sub("(then)", path.read_text(encoding="utf-8")) for path in files}


def green(hospital: Hospital, book: str, *options: str) -> None:
    ended = run(hospital, book, *options)
    assert ended.exit_code == 0, ended.stdout + ended.stderr


def assert_same(without: dict[str, str], within: dict[str, str]) -> None:
    assert without.keys() == within.keys()
    for name, text in without.items():
        assert within[name] == text, name
        assert not GAP.search(text), name


def test_facts_reports_and_evidence_are_the_same_with_a_vault(saved: SavedState) -> None:
    hospital, found = saved.hospital, []
    reports = hospital.folder / "reports"
    for vault in (False, True):
        saved.restore()
        options = in_vault(hospital) if vault else ()
        green(hospital, "enrol", *options)
        green(hospital, "audit", *options)
        found.append(texts(hospital.evidence, hospital.folder / "facts"))
    assert_same(*found)
    green(hospital, "report")
    found = [texts(reports)]
    green(hospital, "report", *options)
    assert_same(*found, texts(reports))
    assert {Path(name).suffix for name in found[0]} >= {".html", ".json", ".csv", ".prom"}


@pytest.mark.parametrize("book", ["check_bundles", "enrol", "audit", "check", "report", "retire"])
def test_a_short_passphrase_leaves_no_gaps_in_sentences(saved: SavedState, book: str) -> None:
    saved.restore()
    ended = run(saved.hospital, book, "--check") if book == "enrol" else run(saved.hospital, book)
    told = ended.stdout + ended.stderr
    assert not GAP.search(told.replace("shows $REDACTED$ in place", "")), told  # the warning of check_bundles
    assert "ws-cardio" in told or book == "report"


def test_what_collect_tells_of_deliveries_is_whole(saved: SavedState) -> None:
    saved.restore()
    hospital = saved.hospital
    with Issuer(hospital) as issuer:
        for person in (ELODIE, PAUL):
            issuer.announce(person, 900)
        (collected := hospital.folder / "collected").mkdir()
        settings = issuer.variables(pkcs12_bundle_folder=str(collected))
        ended = run(hospital, "collect", "-e", f"@{settings}")
        assert ended.exit_code == 0, ended.stdout + ended.stderr
        assert not GAP.search(ended.stdout + ended.stderr), ended.stdout
        *_plan, told = ended.of("delivery_summary")
        assert any(f"{ELODIE.name} {ELODIE.authorisation}" in line for line in told.result["lines"])
