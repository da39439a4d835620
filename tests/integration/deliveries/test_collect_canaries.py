# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook collect leaves no code, passphrase or key anywhere but in the bundles and in the store, whatever goes well or wrong."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.canary import Scanner, Secret, text_secret
from integration.canary_run import CanaryRun, secrets_of
from integration.written_files import Piece, files
from lab import mails
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Seat
from lab.playbook import play
from lab.registration_authority import Variant

DESKS = [Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE), Seat(KARIM), Seat(PAUL), Seat(LOUIS)))]
KEEPS_SECRETS = {"inventory.yml", "passphrases.yml", "bundles", "mail", "vault-password", "collect.yml"}
"""What a site keeps in a vault, in a mailbox or on a share."""


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        yield issuer


WRONG = f"wrong {secrets.token_urlsafe(18)}"
NEW = {JEANNE.authorisation: f'é"\\&% {secrets.token_urlsafe(18)}'}


def announced(issuer: Issuer) -> list[Secret]:
    """Mails for five people. Paul's code is wrong, and Louis's opens nothing. Returns all that must not be found."""
    hospital, registration = issuer.hospital, issuer.registration
    for person in (JEANNE, ELODIE, KARIM):
        issuer.announce(person, 1000)
    pauls, louis = hospital.issue(PAUL, 1000), hospital.issue(LOUIS, 1000)
    code = "c" + louis.passphrase
    mails.deliver(issuer.maildir, PAUL, registration.issue(pauls, pauls.passphrase), WRONG)
    mails.deliver(issuer.maildir, LOUIS, registration.issue(louis, code), code)
    texts = {"a wrong code": WRONG, "a code": code, "a new passphrase": NEW[JEANNE.authorisation]}
    texts["the vault's password"] = (hospital.folder / "vault-password").read_text(encoding="ascii")
    bundles = [each.bundle for each in registration.deliveries.values()]
    texts |= {f"a link {number}": token for number, token in enumerate(registration.deliveries, start=1)}
    of_bundles = [secret for bundle in bundles for secret in secrets_of(bundle, bundle.file_name)]
    return [*of_bundles, *(text_secret(name, text) for name, text in texts.items())]


def test_collect_leaves_no_secret(issuer: Issuer) -> None:
    hospital, watched = issuer.hospital, CanaryRun(issuer.hospital)
    watched.secrets += announced(issuer)

    def collect(**variables: object) -> int:
        path = issuer.variables(pkcs12_new_passphrases=NEW, **variables)
        options = ("-vvv", "--diff", "-e", f"@{path}", *issuer.vault_options)
        watched.runs.append(play(hospital, "hospital_it.pkcs12.collect", *options, environment=watched._environment()))
        return watched.runs[-1].exit_code

    codes = [
        collect(pkcs12_vault_file="/nowhere/vault.yml"),  # no store takes the passphrases
        collect(pkcs12_store_tasks=None),
        collect(),
        collect(pkcs12_move_to="Done"),
    ]
    issuer.registration.variant = Variant(cut=100)
    issuer.announce(KARIM, 1200)
    assert [*codes, collect()] == [2] * len(watched.runs), watched.runs[2].stdout
    pieces = [*outputs(watched), *written(hospital)]
    assert {"ansible.log", "events.jsonl", "facts", "evidence.jsonl", "vault.yml"} <= {
        Path(place).relative_to(hospital.folder).parts[0] for place, _data in pieces if place.startswith("/")
    }
    assert Scanner(watched.secrets).search(pieces) == []
    leak = json.dumps({"code": WRONG}).encode()
    assert Scanner(watched.secrets).search([("planted", leak)]) != []


def outputs(watched: CanaryRun) -> list[Piece]:
    return [(f"output {number}", (run.stdout + run.stderr).encode()) for number, run in enumerate(watched.runs, 1)]


def written(hospital: Hospital) -> list[Piece]:
    """All files but those that a site keeps secret."""
    found = list(files(hospital.folder))
    return [piece for piece in found if Path(piece[0]).relative_to(hospital.folder).parts[0] not in KEEPS_SECRETS]
