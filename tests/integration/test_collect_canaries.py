# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook collect leaves no code, passphrase or key anywhere but in the bundles and in the store, whatever goes well or wrong."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.canary import Scanner, text_secret
from integration.canary_run import CanaryRun, secrets_of
from integration.conftest import Figures
from integration.written_files import files
from lab import mails
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Seat
from lab.playbook import Run, play
from lab.registration_authority import Variant

DESKS = [Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE), Seat(KARIM), Seat(PAUL), Seat(LOUIS)))]
KEEPS_SECRETS = {"inventory.yml", "passphrases.yml", "bundles", "mail", "vault-password", "collect.yml"}
"""What a site keeps in a vault, in a mailbox or on a share."""


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        yield issuer


def test_collect_leaves_no_secret(issuer: Issuer, figures: Figures) -> None:
    hospital = issuer.hospital
    watched = CanaryRun(hospital)
    new = {JEANNE.authorisation: f'é"\\&% {secrets.token_urlsafe(18)}'}
    for person in (JEANNE, ELODIE, KARIM):
        issuer.announce(person, 1000)
    wrong = f"wrong {secrets.token_urlsafe(18)}"
    pauls = hospital.issue(PAUL, 1000)
    mails.deliver(issuer.maildir, PAUL, issuer.registration.issue(pauls, pauls.passphrase), wrong)
    louis = hospital.issue(LOUIS, 1000)
    mails.deliver(
        issuer.maildir, LOUIS, issuer.registration.issue(louis, "c" + louis.passphrase), "c" + louis.passphrase
    )
    delivered = [each.bundle for each in issuer.registration.deliveries.values()]
    watched.secrets += [secret for bundle in delivered for secret in secrets_of(bundle, bundle.file_name)]
    watched.secrets += [text_secret("a wrong code", wrong), text_secret("a code", "c" + louis.passphrase)]
    watched.secrets += [text_secret("a new passphrase", text) for text in new.values()]
    vault_password = (hospital.folder / "vault-password").read_text(encoding="ascii")
    watched.secrets.append(text_secret("the vault's password", vault_password))

    def collect(**variables: object) -> Run:
        options = (
            "-vvv",
            "--diff",
            "-e",
            f"@{issuer.variables(collect_new_passphrases=new, **variables)}",
            *issuer.vault_options,
        )
        watched.runs.append(play(hospital, "hospital_it.pkcs12.collect", *options, environment=watched._environment()))
        return watched.runs[-1]

    runs = [
        collect(collect_vault_file="/nowhere/vault.yml"),  # no store takes the passphrases
        collect(collect_store_tasks=None),
        collect(),
        collect(collect_move_to="Done"),
    ]
    issuer.registration.variant = Variant(cut=100)
    issuer.announce(KARIM, 1200)
    runs.append(collect())
    assert [run.exit_code for run in runs] == [2] * len(runs), runs[
        2
    ].stdout  # Paul's code is wrong, and Louis's opens nothing
    pieces = [
        *((f"output {number}", (run.stdout + run.stderr).encode()) for number, run in enumerate(watched.runs, 1)),
        *(
            (place, data)
            for place, data in files(hospital.folder)
            if Path(place).relative_to(hospital.folder).parts[0] not in KEEPS_SECRETS
        ),
    ]
    assert {"ansible.log", "events.jsonl", "facts", "evidence.jsonl", "vault.yml"} <= {
        Path(place).relative_to(hospital.folder).parts[0] for place, _data in pieces if place.startswith("/")
    }
    assert figures.search("collect", Scanner(watched.secrets), iter(pieces)) == []
    found = Scanner(watched.secrets)
    leak = json.dumps({"code": wrong}).encode()
    assert figures.search("collect, with a planted leak", found, iter([("planted", leak)])) != []
