# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vault file keeps every passphrase, also of two jobs at once; and a setting that cannot work is told before a link is used."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from integration.deliveries.test_collect import DAYS, DESKS, collect, files, states
from integration.plays import told_codes
from lab import mails
from lab.ansible_playbook import ansible_playbook
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import JEANNE, PAUL, Person
from lab.playbook import ROOT, _environment


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        yield issuer


def stored(issuer: Issuer) -> Any:
    secret = VaultSecret((issuer.hospital.folder / "vault-password").read_bytes())
    found = yaml.safe_load(VaultLib([("default", secret)]).decrypt(issuer.vault_file.read_bytes()))
    return found["pkcs12_passphrases_collected"]


def together(folder: Path) -> dict[str, Any]:
    """Variables of a job that waits until both have their bundles, so that both add to the file at the same time."""
    loop = f"touch {folder}/$0.here; while [ $(ls {folder}/*.here | wc -l) -lt 2 ]; do sleep 0.01; done"
    waiting = {
        "name": "Wait for the other job",
        "ansible.builtin.command": {"argv": ["sh", "-c", loop, "{{ collect_authorisation }}"]},
    }
    own = {"name": "Store", "ansible.builtin.include_tasks": str(ROOT / "roles/collect/tasks/store_ansible_vault.yml")}
    (folder / "together.yml").write_text(json.dumps([waiting, own]), encoding="utf-8")
    return {"pkcs12_store_tasks": str(folder / "together.yml"), "pkcs12_move_to": "Done"}


def box_for(issuer: Issuer, person: Person, folder: Path) -> tuple[Path, str]:
    """A mailbox with this person's mails, and the passphrase."""
    bundle, box = issuer.hospital.issue(person, DAYS), folder / f"box of {person.authorisation}"
    mails.deliver(box, person, issuer.registration.issue(bundle, bundle.passphrase), bundle.passphrase)
    return box, bundle.passphrase


def test_two_jobs_at_once_lose_no_passphrase(issuer: Issuer, tmp_path: Path) -> None:
    """Two mailboxes and one vault file, and the mails are moved: nothing would mend a passphrase that is lost."""
    people = (JEANNE, PAUL)
    boxes = {person: box_for(issuer, person, tmp_path) for person in people}
    shared = issuer.variables(**together(tmp_path))

    def job(person: Person) -> tuple[int, str]:
        own = json.dumps({"pkcs12_mail_path": str(boxes[person][0])})
        options = ["-i", str(issuer.hospital.inventory), "-e", f"@{shared}", "-e", own]
        environment = {**os.environ, **_environment(tmp_path / f"{person.authorisation}.jsonl")}
        done = ansible_playbook(["hospital_it.pkcs12.collect", *options], environment, tmp_path)
        return done.returncode, done.stdout

    with ThreadPoolExecutor(len(people)) as pool:
        ended = list(pool.map(job, people))
    assert [code for code, _text in ended] == [0, 0], ended
    assert stored(issuer) == {person.authorisation: [boxes[person][1]] for person in people}


@pytest.mark.usefixtures("nonce_language")
def test_a_vault_file_that_cannot_be_used_is_told_before_the_withdrawal(issuer: Issuer) -> None:
    issuer.announce(JEANNE, DAYS)
    nowhere, plain = issuer.hospital.folder / "nowhere" / "vault.yml", issuer.hospital.folder / "plain.yml"
    plain.write_text("pkcs12_passphrases_collected: {}\n", encoding="utf-8")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"pkcs12_vault_file": str(nowhere)}, "vault_file.no_folder"),
        ({"pkcs12_vault_file": str(plain)}, "vault_file.not_encrypted"),
        ({"pkcs12_vault_file": None}, "bad_arguments.missing_options"),
        ({"pkcs12_vault_password": ""}, "bad_arguments.missing_options"),
    ]
    for variables, code in wrong:
        run = collect(issuer, **variables)
        assert (run.exit_code, code in told_codes(run.stdout)) == (2, True), run.stdout
    assert (issuer.registration.requests, files(issuer), states(issuer)) == ([], [], {})

    right = collect(issuer)
    assert right.exit_code == 0, right.stdout
    issuer.announce(PAUL, DAYS)
    asked = len(issuer.registration.requests)
    run = collect(issuer, pkcs12_vault_password="another")
    assert (run.exit_code, "vault_password" in {each.partition(".")[0] for each in told_codes(run.stdout)}) == (2, True)
    assert len(issuer.registration.requests) == asked
