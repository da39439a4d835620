# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task files of collect hand passphrases to HashiCorp Vault and to a credential of AWX, and keep what is there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.plays import NONCE, Told, all_told
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ELODIE, JEANNE, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play
from lab.secret_store import SecretStore
from lab.tls import server_context

PEOPLE = (JEANNE, ELODIE, PAUL)
"""Three: of two, the last write has everything although nobody remembers more than the one before."""
DESKS = [Desk("ws-cardio", tuple(map(Seat, PEOPLE)))]
SECRET, CREDENTIAL = "/v1/kv/data/pkcs12/awx", "/api/v2/credentials/7/"


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        for person in PEOPLE:
            issuer.announce(person, 1000)
        yield issuer


@pytest.fixture
def store(issuer: Issuer) -> Iterator[SecretStore]:
    with SecretStore(server_context(issuer.hospital.authority), secrets.token_urlsafe(12)) as store:
        yield store


def collect(issuer: Issuer, *options: str, **variables: Any) -> Run:
    path = issuer.variables(**variables)
    chosen = ["-e", f"@{path}", *options]
    return play(issuer.hospital, "hospital_it.pkcs12.collect", *chosen, environment={**FACT_CACHE, **NONCE})


def codes(issuer: Issuer) -> dict[str, str]:
    """The passphrase of each person's bundle."""
    found = issuer.registration.deliveries.values()
    return {each.bundle.file_name.removesuffix(".p12").rpartition(" - ")[2]: each.code for each in found}


def test_hashicorp_vault_gets_every_passphrase_and_keeps_the_others(issuer: Issuer, store: SecretStore) -> None:
    vault = {
        "pkcs12_store_tasks": "store_hashicorp_vault.yml",
        "pkcs12_hashicorp_vault_url": store.url,
        "pkcs12_hashicorp_vault_mount": "kv",
        "pkcs12_hashicorp_vault_path": "pkcs12/awx",
        "pkcs12_hashicorp_vault_token": store.token,
        "pkcs12_ca_path": str(issuer.authority_file),
    }
    store.secrets[SECRET] = {"other": "kept", "passphrases": json.dumps({JEANNE.authorisation: "old", "T9": "theirs"})}
    store.versions[SECRET] = 4
    refused = HTTPStatus.SERVICE_UNAVAILABLE
    store.broken = refused
    broken = collect(issuer, **vault)
    status = str(refused.value)
    said = next(each for each in all_told(broken.stdout) if each.code == "not_stored.refused")
    assert (broken.exit_code, said.causes) == (2, (Told("store_unusable.vault_status", {"status": status}),)), (
        broken.stdout
    )
    store.broken = None
    run = collect(issuer, **vault)
    assert run.exit_code == 0, run.stdout
    fields, wanted = store.secrets[SECRET], codes(issuer)
    assert fields["other"] == "kept"
    assert yaml.safe_load(fields["passphrases"]) == {
        JEANNE.authorisation: [wanted[JEANNE.authorisation], "old"],
        ELODIE.authorisation: [wanted[ELODIE.authorisation]],
        PAUL.authorisation: [wanted[PAUL.authorisation]],
        "T9": "theirs",
    }
    assert not set(wanted.values()) & set(run.stdout.split())


def test_a_credential_of_awx_gets_all_passphrases(issuer: Issuer, store: SecretStore) -> None:
    run = collect(
        issuer,
        pkcs12_store_tasks="store_awx_credential.yml",
        pkcs12_awx_url=store.url,
        pkcs12_awx_credential=7,
        pkcs12_awx_token=store.token,
        pkcs12_ca_path=str(issuer.authority_file),
        pkcs12_passphrases={"T9": "theirs", JEANNE.authorisation: "old"},
    )
    assert run.exit_code == 0, run.stdout
    wanted = codes(issuer)
    written = yaml.safe_load(store.inputs[CREDENTIAL]["passphrases"])
    assert {number: each if isinstance(each, list) else [each] for number, each in written.items()} == {
        JEANNE.authorisation: [wanted[JEANNE.authorisation], "old"],
        ELODIE.authorisation: [wanted[ELODIE.authorisation]],
        PAUL.authorisation: [wanted[PAUL.authorisation]],
        "T9": ["theirs"],
    }
