# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 14 on Windows PowerShell: what the page ``promises/signers.md`` says of each signer, of a store that Windows' own functions have
written, and for a certificate with each of the three answers what the real drivers install and remove.

What Wine cannot show: it has one user, so all the people of the page share his store. Each group of them is a host of the inventory, with
the settings of that group, and all hosts are one workstation. Those whose certificates go have keys of their own: in one store a key that
somebody else has, too, would stay, and the removal be red.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import yaml
from cryptography import x509

from integration.plays import Json
from lab.authority.dialect import write_bundle
from lab.authority.signers import Row, key_of, person
from lab.hospital import Hospital
from lab.people import Desk, Seat
from lab.wine import WineWorkstation, seen_by_wine
from promises.test_14_signers import (
    LATER,
    PAGE,
    PEOPLE,
    ROWS,
    SECRET,
    Grid,
    host_of,
    left,
    name_of,
    result_of,
    thumbprint,
)

pytestmark = pytest.mark.windows

CHANGED = (
    "the authority of the file",
    "self-signed with the issuer's name",
    "an authority of one's own with the copied name",
)
"""One for each answer, all with the same settings."""
PLANT = r"""
$store = [Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
$store.Open('ReadWrite')
foreach ($bundle in [IO.File]::ReadAllLines('{bundles}')) {{
    $bytes = [Convert]::FromBase64String($bundle)
    $store.Add([Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes, '{secret}', 'PersistKeySet, UserKeySet'))
}}
$store.Close()
"""
LOOK = "Get-ChildItem Cert:\\CurrentUser\\My | ForEach-Object { $_.Thumbprint + ' ' + $_.Subject }"


@dataclass(frozen=True, slots=True)
class Became:
    """The cells of the page: those of audit and report for each row, those of renew and retire for ``CHANGED``."""

    shown: dict[str, list[str]]
    changed: dict[str, list[str]]


def plant(hospital: Hospital, workstation: WineWorkstation) -> dict[str, str]:
    """All certificates of the page are in the one store. Gives the thumbprints by number."""
    found, bundles = {}, []

    def add(key: str, certificate: x509.Certificate) -> None:
        bundles.append(base64.b64encode(write_bundle(key_of(key), [certificate], SECRET, "3des", None)).decode())

    for row in ROWS:
        key = row.name if row.name in CHANGED else row.key
        certificate = row.issue(name=name_of(row), days=900, key=key)
        found[PEOPLE[row.name].authorisation] = thumbprint(certificate)
        add(key, certificate)
        if row.beside:
            add(row.key, row.beside(name=name_of(row), days=900))
    path = hospital.folder / "planted.txt"
    path.write_text("\n".join(bundles), encoding="ascii")
    workstation.run_powershell(PLANT.format(bundles=seen_by_wine(path), secret=SECRET))
    return found


def next_key(row: Row) -> str:
    return f"{row.name}, next"


def next_of(row: Row) -> x509.Certificate:
    return person(row.successor, key=next_key(row), days=LATER, name=name_of(row))


WINES_USER = "S-1-5-21-0-0-0-1000"
"""Wine has one user, whose account all people of the corpus have."""


def spread(hospital: Hospital) -> None:
    """The inventory has the workstation once for each group of settings, with the people of the group."""
    inventory: Json = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    group = inventory["all"]["children"]["workstations"]
    ((_name, desk),) = group["hosts"].items()
    holders = {each["authorisation"]: each for each in desk["pkcs12_holders"]}
    group["hosts"] = {}
    for row in ROWS:
        host = host_of(row)
        named = {"pkcs12_unverified_workstations": [host], "pkcs12_shared_accounts": [WINES_USER]}
        known = group["hosts"].setdefault(host, {**desk, **named, "pkcs12_holders": []})
        known["pkcs12_holders"].append(holders[PEOPLE[row.name].authorisation])
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def became(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Became]:
    desk = Desk("ws-signers", tuple(map(Seat, PEOPLE.values())), windows=True)
    changed = [row for row in ROWS if row.name in CHANGED]
    with Hospital(tmp_path_factory.mktemp("windows_signers"), [desk], delivered=False) as hospital:
        workstation = hospital.workstations[desk.name]
        assert isinstance(workstation, WineWorkstation)
        spread(hospital)
        grid, old = Grid(hospital), plant(hospital, workstation)
        shown = grid.audit(old)
        new = grid.deliver(next_of, next_key, changed)
        (host,) = {host_of(row) for row in changed}
        cells: dict[str, list[str]] = {}
        numbers = [PEOPLE[row.name].authorisation for row in changed]
        for playbook, more in (("renew", {}), ("retire", {"pkcs12_retire_authorisations": numbers})):
            run = grid.run(playbook, "--limit", f"{host},localhost", **more)
            lines = workstation.run_powershell(LOOK).splitlines()
            for row, number in zip(changed, numbers, strict=True):
                done = result_of(run, row)
                there = [line.split()[0] for line in lines if number in line]
                named = "named, " if playbook == "retire" and old[number] in json.dumps(done["error"]) else ""
                cells.setdefault(row.name, []).append(f"{done['outcome']}: {named}{left(there, number, old, new)}")
        yield Became(shown, cells)


def test_audit_and_report_say_of_each_signer_what_the_page_says(became: Became) -> None:
    assert became.shown == {name: cells[2:6] for name, cells in PAGE.rows("Each signer").items()}


def test_renew_and_retire_do_by_each_answer_what_the_page_says(became: Became) -> None:
    page = PAGE.rows("Each signer")
    assert became.changed == {name: [page[name][6], page[name][8]] for name in CHANGED}
