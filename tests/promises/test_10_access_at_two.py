# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 10: who works at two workstations has access while one of them gives it, and the status is the worst. The page ``access.md``
beside this file says so for each pair of states."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from integration.plays import Json
from lab.authority import Authority
from lab.hospital import Hospital
from lab.people import Desk, Person, Seat
from lab.playbook import FACT_CACHE, play

NOW = datetime.now(timezone.utc).replace(microsecond=0)
ENDS = {"valid": 300, "renewal due": 30, "expired": -10, "key missing": 250, "unknown issuer": 320}
"""Days until the end of the certificate in each state; ``missing`` has none."""
STATES = ("valid", "renewal due", "expired", "missing", "key missing", "unknown issuer")
PAIRS = {
    pair: Person(" and ".join(pair), f"T3000{number:02}", f"p{number:02}", 3000 + number, 350)
    for number, pair in enumerate(product(STATES, STATES))
}
DESKS = tuple(Desk(f"ws-{place}", tuple(map(Seat, PAIRS.values()))) for place in ("first", "second"))
PAGE = Path(__file__).with_name("access.md")


def table(heading: str) -> dict[tuple[str, str], str]:
    """A table of the page: a row for the state at the first workstation, a column for that at the second."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|--")]
    head, *rows = ([each.strip() for each in line.strip("|").split("|")] for line in lines)
    return {(row[0], there): cell for row in rows for there, cell in zip(head[1:], row[1:], strict=True)}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    with Hospital(tmp_path_factory.mktemp("pairs"), DESKS) as hospital:
        authorities = {True: hospital.authority, False: Authority.create("AC Autres")}
        for pair, person in PAIRS.items():
            for desk, state in zip(DESKS, pair, strict=True):
                if (days := ENDS.get(state)) is None:
                    continue
                issued = authorities[state != "unknown issuer"].issue(
                    person.name,
                    person.authorisation,
                    passphrase="unused",
                    not_before=NOW + timedelta(days=days - 1095),
                    not_after=NOW + timedelta(days=days),
                    key="ec-p256",
                )
                key = () if state == "key missing" else (issued.private_key,)
                hospital.emulated(desk.name).store_of(person.sid).plant(issued.certificate, *key)
        folder = hospital.folder / "report"
        given = {"pkcs12_report_folder": str(folder), "pkcs12_report_formats": ["json", "prometheus"]}
        for playbook in ("audit", "report"):
            run = play(hospital, f"hospital_it.pkcs12.{playbook}", "-e", json.dumps(given), environment=FACT_CACHE)
            assert run.exit_code == 0, run.stdout
        found = json.loads((folder / "pkcs12-compliance.json").read_text(encoding="utf-8"))
        yield found | {"metrics": (folder / "pkcs12-compliance.prom").read_text(encoding="utf-8")}


def rows(report: Json) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    by_number = {row["authorisation"]: row for row in report["holders"]}
    return {pair: by_number[person.authorisation] for pair, person in PAIRS.items()}


def until(row: Mapping[str, Any]) -> str:
    """Whether there is access, and with which certificate it ends, or ended."""
    ends = {(NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ"): state for state, days in ENDS.items()}
    return row["gives_access"] + (f", as {ends[row['access_until']]}" if row["access_until"] else "")


@pytest.mark.parametrize("heading", ["Access", "Status", "Next step"])
def test_each_pair_is_what_the_page_says(report: Json, heading: str) -> None:
    said = {"Access": until, "Status": lambda row: row["status"].replace("_", " ")}
    of = said.get(heading, lambda row: row["next_step"])
    assert {pair: of(row) for pair, row in rows(report).items()} == table(heading)


def test_the_order_of_the_workstations_changes_nothing(report: Json) -> None:
    found = rows(report)
    facts = ("gives_access", "access_until", "status", "next_step", "actor")
    for one, other in PAIRS:
        assert [found[one, other][each] for each in facts] == [found[other, one][each] for each in facts], (one, other)


def test_metrics_have_the_access_of_each_pair(report: Json) -> None:
    """An alert asks for the end of access, or for people by status and access."""
    metric = re.compile(r'pkcs12_holder_access_until_timestamp_seconds\{authorisation="(\w+)".*?\} (\d+)')
    told = {number: int(seconds) for number, seconds in metric.findall(report["metrics"])}
    found = rows(report).values()
    assert told == {
        row["authorisation"]: int(datetime.fromisoformat(row["access_until"]).timestamp())
        for row in found
        if row["access_until"]
    }
    counted = Counter((row["status"], row["gives_access"]) for row in found)
    metric = re.compile(r'pkcs12_holders\{status="(\w+)",access="(\w+)"\} ([1-9]\d*)')
    assert {(status, access): int(count) for status, access, count in metric.findall(report["metrics"])} == counted
    metric = re.compile(r'pkcs12_holder_status\{authorisation="(\w+)".*?status="(\w+)",access="(\w+)"\} 1')
    assert {number: said for number, *said in metric.findall(report["metrics"])} == {
        row["authorisation"]: [row["status"], row["gives_access"]] for row in found
    }
