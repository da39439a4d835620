# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do about deliveries that need them: another try, another name, somebody who has left, mails that are moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from integration.deliveries.test_collect import DAYS, DESKS, collect, files, states
from integration.plays import Told, all_told
from lab import mails
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Person
from lab.registration_authority import Delivery


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        yield issuer


def delivery(issuer: Issuer, person: Person) -> Delivery:
    """The newest link of a person, as the issuer keeps it."""
    found = [each for each in issuer.registration.deliveries.values() if person.name in each.bundle.file_name]
    return found[-1]


def announced(issuer: Issuer, *people: Person) -> Mapping[str, str]:
    return {person.authorisation: issuer.announce(person, DAYS) for person in people}


def rename(issuer: Issuer, person: Person, name: str, **more: str) -> None:
    inventory = yaml.safe_load(issuer.hospital.inventory.read_text(encoding="utf-8"))
    for host in inventory["all"]["children"]["workstations"]["hosts"].values():
        for entry in host["pkcs12_holders"]:
            if entry["authorisation"] == person.authorisation:
                entry.update(name=name, **more)
    issuer.hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


def test_only_the_numbers_to_retry_are_tried_again(issuer: Issuer) -> None:
    announced(issuer, KARIM, PAUL, LOUIS)
    right = delivery(issuer, KARIM).code
    delivery(issuer, KARIM).code = "not the one of the mail"
    delivery(issuer, PAUL).downloads = delivery(issuer, LOUIS).downloads = 1
    assert collect(issuer).exit_code == 2
    told = {KARIM.authorisation: "code_wrong", PAUL.authorisation: "link_used", LOUIS.authorisation: "link_used"}
    assert states(issuer) == told

    # The issuer has mended all three. Without a number to retry, and with a number that no mail has, nothing is asked for.
    delivery(issuer, KARIM).code = right
    delivery(issuer, PAUL).downloads = delivery(issuer, LOUIS).downloads = 0
    asked = len(issuer.registration.requests)
    assert collect(issuer).exit_code == 2 and states(issuer) == told
    unknown = collect(issuer, pkcs12_retry=["T999999", KARIM.authorisation])
    assert unknown.exit_code == 2 and "T999999" in unknown.stdout and not unknown.of("bundle_pickup")
    tried = collect(issuer, "--check", pkcs12_retry=[KARIM.authorisation])
    assert {row.result["item"]: row.result["state"] for row in tried.of("bundle_pickup")} == told | {
        KARIM.authorisation: "new"
    }
    assert len(issuer.registration.requests) == asked

    run = collect(issuer, pkcs12_retry=[f" {KARIM.authorisation.lower()}", LOUIS.authorisation])
    assert run.exit_code == 2, run.stdout
    collected = {KARIM.authorisation: "collected", LOUIS.authorisation: "collected"}
    assert states(issuer) == told | collected
    assert [delivery(issuer, each).downloads for each in (KARIM, PAUL, LOUIS)] == [1, 0, 1]
    assert collect(issuer).exit_code == 2 and states(issuer) == told | collected
    assert [delivery(issuer, each).downloads for each in (KARIM, PAUL, LOUIS)] == [1, 0, 1]


def test_bundle_takes_the_new_name_of_a_renamed_person_without_a_request(issuer: Issuer) -> None:
    announced(issuer, JEANNE, PAUL)
    assert collect(issuer).exit_code == 0
    asked, before = len(issuer.registration.requests), files(issuer)
    (old,) = [name for name in before if JEANNE.authorisation in name]
    content = (issuer.hospital.bundle_folder / old).read_bytes()

    rename(issuer, JEANNE, "Jeanne Durand")
    refused = collect(issuer)
    assert refused.exit_code == 2 and files(issuer) == before
    (row,) = [row.result for row in refused.of("bundle_pickup") if row.result["item"] == JEANNE.authorisation]
    assert row["error"]["code"] == "former_dest"
    checked = collect(issuer, "--check", pkcs12_name_check="off")
    assert checked.exit_code == 0 and files(issuer) == before
    rename(issuer, JEANNE, "Jeanne Durand", former_name=JEANNE.name)
    assert collect(issuer).exit_code == 0
    new = old.replace("Jeanne Dupont", "Jeanne Durand")
    assert files(issuer) == sorted([new, *(name for name in before if name != old)])
    assert (issuer.hospital.bundle_folder / new).read_bytes() == content
    assert set(states(issuer).values()) == {"collected"}
    assert len(issuer.registration.requests) == asked


def test_nothing_is_withdrawn_for_who_has_left(issuer: Issuer) -> None:
    """The inventory may still have a leaver. An extra variable is text, and upper and lower case of a number do not differ."""
    announced(issuer, JEANNE, ELODIE, KARIM)
    left = f"{ELODIE.authorisation}, {KARIM.authorisation.lower()}"
    run = collect(issuer, pkcs12_leavers=left, pkcs12_move_to="Done")
    assert run.exit_code == 0, run.stdout
    assert states(issuer) == {
        JEANNE.authorisation: "collected",
        ELODIE.authorisation: "left",
        KARIM.authorisation: "left",
    }
    assert (issuer.registration.downloads, len(files(issuer))) == (1, 1)
    assert [delivery(issuer, each).codes for each in (ELODIE, KARIM)] == [[], []]


@pytest.mark.usefixtures("nonce_language")
def test_nothing_is_withdrawn_for_who_is_retired_until_a_run_takes_the_person_back(issuer: Issuer) -> None:
    announced(issuer, JEANNE, KARIM)
    note = issuer.hospital.bundle_folder / f"{KARIM.authorisation}.retired.json"
    note.write_text('{"at": "2026-11-28T19:52:07Z", "by": "it@control"}', encoding="utf-8")
    run = collect(issuer)
    assert (run.exit_code, states(issuer)[JEANNE.authorisation]) == (2, "collected"), run.stdout
    assert (states(issuer)[KARIM.authorisation], delivery(issuer, KARIM).codes) == ("failed", [])
    back = collect(issuer, pkcs12_take_back=f"{KARIM.authorisation}, T999999")
    assert (back.exit_code, states(issuer)[KARIM.authorisation], note.exists()) == (0, "collected", False), back.stdout
    assert Told("nobody_taken_back", {"numbers": "T999999"}) in all_told(back.stdout)


def test_only_the_mails_of_bundles_that_are_there_are_moved(issuer: Issuer) -> None:
    """A wrong code, a leaver, a stranger and a mail that a person has dealt with stay."""
    ids = announced(issuer, JEANNE, KARIM, ELODIE, PAUL)
    mails.deliver(issuer.maildir, ANNE, f"https://{issuer.registration.host}/retrait/x", "code")
    delivery(issuer, KARIM).code = "not the one of the mail"
    site = {
        "pkcs12_leavers": [ELODIE.authorisation],
        "pkcs12_acknowledged": [ids[PAUL.authorisation]],
        "pkcs12_move_to": "Done",
    }
    run = collect(issuer, **site)
    assert run.exit_code == 2, run.stdout
    assert moved(issuer) == {ids[JEANNE.authorisation]}
    assert states(issuer)[ANNE.authorisation] == "unknown_holder"

    # Only now the code is right, and the mails of the first run are not looked for again.
    delivery(issuer, KARIM).code = delivery(issuer, KARIM).bundle.passphrase
    collect(issuer, pkcs12_retry=[KARIM.authorisation], **site)
    assert moved(issuer) == {ids[JEANNE.authorisation], ids[KARIM.authorisation]}


def moved(issuer: Issuer) -> set[str]:
    """The Message-IDs of the deliveries in the other folder."""
    texts = [path.read_bytes() for path in (issuer.maildir / ".Done").rglob("*") if path.is_file()]
    fields = [line for text in texts for line in text.splitlines() if line.lower().startswith(b"message-id:")]
    assert len(fields) == len(texts) - texts.count(b"")
    assert all(mails.SENDER.encode() in text for text in texts if text)
    return {field.partition(b":")[2].strip().decode() for field in fields}
