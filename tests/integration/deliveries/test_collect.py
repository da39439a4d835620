# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook collect: each bundle is withdrawn once, its passphrase reaches the store, and a delivery that needs a person is red."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from integration.plays import Told, all_told, facts_in
from lab import mails
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

COLLECT, ENROL, REPORT = (f"hospital_it.pkcs12.{name}" for name in ("collect", "enrol", "report"))
DESKS = [
    Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE), Seat(KARIM))),
    Desk("ws-nuclear", (Seat(PAUL), Seat(LOUIS), Seat(JEANNE))),
]
DAYS = 1000
IN_MEMORY = "/dev/shm"  # noqa: S108  no bundle gets there


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        yield issuer


def collect(issuer: Issuer, *options: str, **variables: Any) -> Run:
    chosen = ["-e", f"@{issuer.variables(**variables)}", *issuer.vault_options, *options]
    return play(issuer.hospital, COLLECT, *chosen, environment=FACT_CACHE)


def states(issuer: Issuer) -> Mapping[str, str]:
    fact = facts_in(issuer.hospital.folder / "facts", "localhost").get("pkcs12_fact_deliveries", {})
    return {row["authorisation"]: row["state"] for row in fact.get("deliveries", ())}


def files(issuer: Issuer) -> list[str]:
    return sorted(path.name for path in issuer.hospital.bundle_folder.iterdir() if not path.name.startswith("."))


def evidence(issuer: Issuer) -> list[Any]:
    path = issuer.hospital.evidence
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_from_the_mail_to_the_store_and_no_second_withdrawal(issuer: Issuer) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    ids = {
        JEANNE.authorisation: issuer.announce(JEANNE, DAYS, date=yesterday),
        ELODIE.authorisation: issuer.announce(ELODIE, DAYS, form="attached"),
        KARIM.authorisation: issuer.announce(KARIM, DAYS, form="html"),
    }

    tried = collect(issuer, "--check", pkcs12_move_to="Done")
    assert len(tried.of("delivery_info")) == 1  # no second reading moves a mail
    assert (tried.exit_code, issuer.registration.requests, states(issuer)) == (0, [], {}), tried.stdout
    assert files(issuer) == [] and not issuer.vault_file.exists()

    first = collect(issuer)
    assert first.exit_code == 0, first.stdout + first.stderr
    assert issuer.registration.downloads == len(ids)
    assert states(issuer) == dict.fromkeys(ids, "collected")
    begin = f"{JEANNE.name} - {JEANNE.authorisation} {yesterday:%Y-%m-%d %H%M} "
    assert [name.startswith(begin) for name in files(issuer)].count(True) == 1
    assert {line["message_id"] for line in evidence(issuer)} == set(ids.values())
    assert b"pkcs12_passphrases_collected" not in issuer.vault_file.read_bytes()

    asked = len(issuer.registration.requests)
    again = collect(issuer, pkcs12_vault_file="/nowhere/vault.yml")  # nothing is left to store
    assert (again.exit_code, len(issuer.registration.requests)) == (0, asked), again.stdout
    assert [row for row in again.rows if row.result.get("changed")] == []

    enrolled = play(issuer.hospital, ENROL, *issuer.vault_options, "--limit", "ws-cardio", environment=FACT_CACHE)
    assert [row.result["outcome"] for row in enrolled.holders()] == ["installed"] * len(ids), enrolled.stdout


def troubled(issuer: Issuer) -> tuple[dict[str, str], str]:
    """Six deliveries, of which one can be withdrawn. Returns what has to become of each, and the message id of the used link's."""
    hospital, registration = issuer.hospital, issuer.registration
    now = datetime.now(UTC)
    issuer.announce(JEANNE, DAYS)
    used = issuer.announce(ELODIE, DAYS)
    next(each for each in registration.deliveries.values() if ELODIE.name in str(each.bundle.file_name)).downloads = 1
    karims = hospital.issue(KARIM, DAYS)
    mails.deliver(issuer.maildir, KARIM, registration.issue(karims, karims.passphrase), "another-code")
    forged = mails.delivery_mail(
        PAUL,
        f"https://{registration.host}/retrait/x",
        "code",
        now,
        results=["evil.example; dmarc=pass header.from=irsn.fr"],
    )
    mails.put(issuer.maildir, forged.data)
    mails.deliver(issuer.maildir, LOUIS, "https://retrait.evil.example/retrait/x", "code")
    unknown = replace(ANNE, authorisation="T999999")
    mails.deliver(issuer.maildir, unknown, registration.issue(karims, "x"), "x")

    return {
        JEANNE.authorisation: "collected",
        ELODIE.authorisation: "link_used",
        KARIM.authorisation: "code_wrong",
        PAUL.authorisation: "not_authentic",
        LOUIS.authorisation: "refused",
        unknown.authorisation: "unknown_holder",
    }, used


def test_deliveries_that_need_a_person_are_red_and_stop_nobody_else(issuer: Issuer) -> None:
    hospital = issuer.hospital
    expected, used = troubled(issuer)
    run = collect(issuer)
    assert (run.exit_code, states(issuer)) == (2, expected), run.stdout + run.stderr
    needed = [number for number, state in expected.items() if state != "collected"]
    assert run.of("delivery_summary")[-1].result["needs_somebody"] == sorted(needed)

    play(hospital, "hospital_it.pkcs12.audit", environment=FACT_CACHE)
    reported = play(
        issuer.hospital,
        REPORT,
        "-e",
        f"pkcs12_report_folder={hospital.folder}/report",
        environment=FACT_CACHE,
    )
    assert reported.exit_code == 0, reported.stdout
    told = json.loads((hospital.folder / "report" / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    shown = {row["authorisation"]: (row["delivery"] or {}).get("state") for row in told["holders"]}
    assert shown == {number: state for number, state in expected.items() if state != "unknown_holder"}

    (result,) = (row.result for row in collect(issuer, pkcs12_acknowledged=[used]).of("delivery_summary")[1:])
    assert ELODIE.authorisation not in result["needs_somebody"]
    assert states(issuer)[ELODIE.authorisation] == "acknowledged"
    assert issuer.registration.downloads == 1 + 1


def test_the_vault_keeps_the_passphrase_of_the_earlier_bundle(issuer: Issuer) -> None:
    issuer.announce(JEANNE, 30, date=datetime.now(UTC) - timedelta(days=40))
    assert collect(issuer).exit_code == 0
    issuer.announce(JEANNE, DAYS)
    assert collect(issuer).exit_code == 0
    secret = VaultSecret((issuer.hospital.folder / "vault-password").read_bytes())
    stored = yaml.safe_load(VaultLib([("default", secret)]).decrypt(issuer.vault_file.read_bytes()))
    first, second = (each.code for each in issuer.registration.deliveries.values())
    assert stored == {"pkcs12_passphrases_collected": {JEANNE.authorisation: [second, first]}}


@pytest.mark.usefixtures("nonce_language")
def test_a_store_that_fails_is_red_until_it_takes_the_passphrase(issuer: Issuer) -> None:
    issuer.announce(JEANNE, DAYS)
    issuer.announce(PAUL, DAYS)
    without = collect(issuer, pkcs12_store_tasks=None)
    assert (without.exit_code, states(issuer)[JEANNE.authorisation]) == (2, "passphrase_not_stored"), without.stdout

    tell = {"name": "Tell the store", "ansible.builtin.fail": {"msg": "No store."}}
    only = {"when": f"collect_authorisation == '{JEANNE.authorisation}'"}
    failing = issuer.hospital.folder / "failing.yml"
    failing.write_text(json.dumps([tell | only]), "utf-8")
    broken = collect(issuer, pkcs12_store_tasks=str(failing), pkcs12_move_to="Done")
    expected = {JEANNE.authorisation: "passphrase_not_stored", PAUL.authorisation: "collected"}
    assert (broken.exit_code, states(issuer)) == (2, expected), broken.stdout
    assert Told("not_stored.hidden", {"task": "Tell the store"}) in all_told(broken.stdout)

    mended = collect(issuer)
    assert (mended.exit_code, set(states(issuer).values())) == (0, {"collected"}), mended.stdout
    assert issuer.registration.downloads == len(states(issuer))


def test_new_passphrases_replace_the_code(issuer: Issuer) -> None:
    issuer.announce(JEANNE, DAYS)
    new = {JEANNE.authorisation.lower(): "a passphrase of the site"}  # the case of a number does not count
    assert collect(issuer, pkcs12_new_passphrases=new).exit_code == 0
    stored = play(issuer.hospital, ENROL, *issuer.vault_options, "--limit", "ws-cardio", environment=FACT_CACHE)
    outcomes = {row.result["authorisation"]: row.result["outcome"] for row in stored.holders()}
    assert outcomes[JEANNE.authorisation] == "installed", stored.stdout
    enrolled = play(
        issuer.hospital,
        ENROL,
        "-e",
        json.dumps({"pkcs12_passphrases": new}),
        "--limit",
        "ws-nuclear",
        environment=FACT_CACHE,
    )
    outcomes = {row.result["authorisation"]: row.result["outcome"] for row in enrolled.holders()}
    assert outcomes[JEANNE.authorisation] == "installed", enrolled.stdout
    again = collect(issuer, pkcs12_new_passphrases=new)
    assert (again.exit_code, issuer.registration.downloads) == (0, 1)


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"pkcs12_bundle_folder": "/nowhere"}, "dest_folder"),
        ({"pkcs12_bundle_folder": IN_MEMORY, "pkcs12_allow_ephemeral": False}, "ephemeral_dest"),
    ],
    ids=["site", "own"],
)
def test_a_folder_that_cannot_take_a_bundle_is_refused_before_a_request(
    issuer: Issuer, variables: dict[str, Any], code: str
) -> None:
    issuer.announce(JEANNE, DAYS)
    run = collect(issuer, **variables)
    assert (run.exit_code, issuer.registration.requests) == (2, [])
    assert [row.result["error"]["code"] for row in run.of("bundle_pickup")] == [code]
