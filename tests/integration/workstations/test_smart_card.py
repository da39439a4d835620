# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's smart card is in the store, as Windows puts it there. Every playbook counts its certificate, and none says whose it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from consistency.schemas import published
from integration.canary import Hit, Scanner, Secret, binary_secret, text_secret
from integration.foreign_certificates import ForeignCertificate, foreign_certificate, put_on_card
from integration.plays import SITE_WIDE_BECOME, Json, cached, holder, row, run_play, tasks
from integration.written_files import Piece, files
from lab.emulated.store import Store
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

DESK = "ws-cardio"
NAME, CARD_ISSUER, LABEL = "DUPONT Jeanne 899700000001", "AC Cartes de Professionnels", "La carte de Jeanne"
STEPS = {
    "check": ("hospital_it.pkcs12.check",),
    "planned": ("hospital_it.pkcs12.renew", "--check", "--diff"),
    "renew": ("hospital_it.pkcs12.renew", "--diff"),
    "again": ("hospital_it.pkcs12.renew", "--diff"),
    "audit": ("hospital_it.pkcs12.audit", "-e", json.dumps({"pkcs12_prove_keys": True})),
    "report": ("hospital_it.pkcs12.report",),
    "retire": (
        "hospital_it.pkcs12.retire",
        "--diff",
        "-e",
        json.dumps({"pkcs12_retire_everyone": True, "pkcs12_workstation_count": 1}),
    ),
    "audit after": ("hospital_it.pkcs12.audit",),
}
FORMS = {".html", ".json", ".csv", ".prom", ".md"}


@dataclass(frozen=True, slots=True)
class CardSite:
    """A hospital where all of it was played at -vvv, one step after the other."""

    hospital: Hospital
    card: ForeignCertificate
    runs: Mapping[str, Run]
    facts: Mapping[str, Json]
    before: bytes = field(repr=False)
    files: tuple[Piece, ...] = field(repr=False)

    @property
    def store(self) -> Store:
        return self.hospital.emulated(DESK).store_of(JEANNE.sid)

    @property
    def scanner(self) -> Scanner:
        return Scanner(marks(self.card))

    def pieces(self) -> Iterator[Piece]:
        """What the steps said, and every file that they left: facts, evidence, reports."""
        for name, run in self.runs.items():
            yield f"output of {name}", (run.stdout + run.stderr).encode()
            yield f"results of {name}", json.dumps([found.result for found in run.rows], ensure_ascii=False).encode()
        yield from self.files


def marks(card: ForeignCertificate) -> list[Secret]:
    """By what the card's certificate could be known."""
    serial = f"{card.certificate.serial_number:040X}"
    texts = {"subject": NAME, "issuer": CARD_ISSUER, "label": LABEL, "thumbprint": card.thumbprint, "serial": serial}
    binary = {"DER": card.der, "serial": bytes.fromhex(serial), "thumbprint": bytes.fromhex(card.thumbprint)}
    return [text_secret(name, text) for name, text in texts.items()] + [
        binary_secret(f"{name} in bytes", data) for name, data in binary.items()
    ]


@pytest.fixture(scope="module")
def card_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CardSite]:
    card = foreign_certificate(NAME, CARD_ISSUER)
    with Hospital(tmp_path_factory.mktemp("card_site"), [Desk(DESK, (Seat(JEANNE),))], days={JEANNE: 30}) as hospital:
        store = hospital.emulated(DESK).store_of(JEANNE.sid)
        old = hospital.bundles[JEANNE.authorisation]
        store.plant(old.certificate, old.private_key)
        put_on_card(store, card, LABEL)
        hospital.deliver(JEANNE, 1000, " new")
        before = store.elements[card.thumbprint]
        runs, facts = {}, {}
        for name, (book, *options) in STEPS.items():
            options += ["-e", json.dumps({"pkcs12_report_folder": str(hospital.folder / "reports")})]
            runs[name] = play(hospital, book, "-vvv", *options, environment=FACT_CACHE)
            facts[name] = cached(hospital, DESK) or {}
        yield CardSite(hospital, card, runs, facts, before, tuple(files(hospital.folder)))


def test_all_of_it_was_done(card_site: CardSite) -> None:
    assert {name: run.exit_code for name, run in card_site.runs.items()} == dict.fromkeys(STEPS, 0)
    outcomes = [holder(card_site.runs[name], DESK).result["outcome"] for name in ("planned", "renew", "again")]
    assert outcomes == ["renewed", "renewed", "unchanged"]
    assert holder(card_site.runs["retire"], DESK).result["outcome"] == "removed"
    reports = {path.suffix for path in (card_site.hospital.folder / "reports").rglob("*") if path.is_file()}
    assert reports == FORMS
    evidence = card_site.hospital.evidence.read_text(encoding="utf-8").splitlines()
    assert [len(json.loads(line)["removed"]) for line in evidence] == [1, 1]


def test_the_card_stays_as_it_is(card_site: CardSite) -> None:
    assert card_site.store.elements == {card_site.card.thumbprint: card_site.before}


def test_nothing_says_whose_card_it_is(card_site: CardSite) -> None:
    hits: list[Hit] = card_site.scanner.search(card_site.pieces())
    assert hits == []


@pytest.mark.parametrize("name", ["planned", "renew", "again", "audit", "audit after"])
def test_facts_count_it(card_site: CardSite, name: str) -> None:
    listed = {"audit after": 0}.get(name, 1)
    assert (len(card_site.facts[name]["certificates"]), card_site.facts[name]["certificates_not_listed"]) == (listed, 1)


def test_facts_of_every_step_keep_to_their_schema(card_site: CardSite) -> None:
    schema = published("facts.schema.json")
    told = {name: schema.complaints(facts) for name, facts in card_site.facts.items() if facts}
    assert told == {name: [] for name in STEPS if name != "check"}
    assert [each["proof"] for each in card_site.facts["audit"]["holders"]] == ["proven"]


def test_the_diff_counts_it(card_site: CardSite) -> None:
    for name in ("planned", "renew", "retire"):
        diff = holder(card_site.runs[name], DESK).result["diff"]
        last = [diff[side].splitlines()[-1] for side in ("before", "after")]
        assert not any("CN=" in line for line in last), (
            "the certificate of the card is counted, and nothing is said of it"
        )


def test_the_report_counts_it(card_site: CardSite) -> None:
    (path,) = (card_site.hospital.folder / "reports").rglob("*.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    assert [each["not_listed"] for each in report["workstations"]] == [1]
    assert len(report["certificates"]) == 1
    assert report["without_holder"] == []


def test_who_asks_for_it_gets_it(card_site: CardSite) -> None:
    """And the search finds it then, so it would have found it anywhere."""
    call = tasks({"certificate_facts": {"holders": "{{ pkcs12_holders }}", "include_unrelated": True}})
    run = run_play(card_site.hospital, "-vvv", tasks=call, **SITE_WIDE_BECOME)
    facts = row(run, "certificate_facts", DESK).result["ansible_facts"]["pkcs12"]
    (listed,) = facts["certificates"]
    assert (listed["thumbprint"], listed["subject_cn"], listed["related"]) == (card_site.card.thumbprint, NAME, False)
    assert (listed["issuer_cn"], listed["friendly_name"]) == (CARD_ISSUER, LABEL)
    assert facts["certificates_not_listed"] == 0
    assert [each["status"] for each in facts["holders"]] == ["missing"]
    found = {hit.secret for hit in card_site.scanner.scan("output", run.stdout.encode())}
    assert found >= {"subject", "issuer", "label", "thumbprint", "serial"}
