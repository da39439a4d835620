# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores over the network leave no passphrase and no token anywhere on the controller, whether they take a passphrase or not."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from integration.canary import Scanner, text_secret
from integration.canary_run import CanaryRun, secrets_of
from integration.conftest import Figures
from integration.deliveries.test_collect_canaries import DESKS, outputs, written
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ELODIE, JEANNE, KARIM
from lab.playbook import play
from lab.secret_store import SecretStore
from lab.tls import server_context

OLD = f"older {secrets.token_urlsafe(18)}"


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        yield issuer


def settings(store: SecretStore, kind: str) -> dict[str, Any]:
    name = {"hashicorp_vault": "hashicorp_vault", "awx_credential": "awx"}[kind]
    chosen = {f"pkcs12_{name}_url": store.url, f"pkcs12_{name}_token": store.token, "pkcs12_awx_credential": 7}
    return {"pkcs12_store_tasks": f"store_{kind}.yml", "pkcs12_passphrases": {"T9": OLD}, **chosen}


@pytest.mark.parametrize("kind", ["hashicorp_vault", "awx_credential"])
def test_a_store_over_the_network_leaves_no_secret(issuer: Issuer, figures: Figures, kind: str) -> None:
    hospital, watched = issuer.hospital, CanaryRun(issuer.hospital)
    token = secrets.token_urlsafe(24)
    with SecretStore(server_context(hospital.authority), token) as store:
        right = settings(store, kind)
        wrong = {name: "another " + token[::-1] for name in right if name.endswith("_token")}

        def collect(**variables: object) -> int:
            path = issuer.variables(**{**right, **variables})
            options = ("-vvv", "--diff", "-e", f"@{path}")
            run = play(hospital, "hospital_it.pkcs12.collect", *options, environment=watched._environment())
            watched.runs.append(run)
            return run.exit_code

        issuer.announce(JEANNE, 1000)
        issuer.announce(ELODIE, 1000)
        refused = collect(**wrong)  # before the withdrawal
        store.broken = HTTPStatus.SERVICE_UNAVAILABLE
        failing = collect()
        store.broken = None
        issuer.announce(KARIM, 1000)
        assert [refused, failing, collect()] == [2, 2, 0], watched.runs[-1].stdout
        assert issuer.registration.downloads == len((JEANNE, ELODIE, KARIM))
    bundles = [each.bundle for each in issuer.registration.deliveries.values()]
    texts = {"the token": token, "a wrong token": next(iter(wrong.values())), "an older passphrase": OLD}
    found = [secret for bundle in bundles for secret in secrets_of(bundle, bundle.file_name)]
    scanner = Scanner([*found, *(text_secret(name, text) for name, text in texts.items())])
    assert figures.search(f"collect, {kind}", scanner, [*outputs(watched), *written(hospital)]) == []
    leak = json.dumps({"token": token}).encode()
    assert figures.search(f"collect, {kind}, with a planted leak", scanner, [("planted", leak)]) != []
