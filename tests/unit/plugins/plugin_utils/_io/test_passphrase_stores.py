# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store that does not answer, or that nobody trusts. What is done about answers is in the tests of ``passphrase_store``."""

from __future__ import annotations

import ssl

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.http_client import HttpOptions
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.passphrase_stores import (
    AwxCredential,
    HashicorpVault,
    StoreServer,
)
from lab.tls import LOOPBACK
from unit.plugins.plugin_utils.http_server import serving
from unit.plugins.plugin_utils.problems import error_of

pytestmark = pytest.mark.usefixtures("no_proxy")


def stores(url: str, ca_path: str | None) -> tuple[HashicorpVault, AwxCredential]:
    http = HttpOptions(ca_path, timeout=5)
    vault = StoreServer(url, {"X-Vault-Token": "token"}, http)
    return HashicorpVault(vault, "secret/data/pkcs12", "x"), AwxCredential(StoreServer(url, {}, http), 7, "x", {})


def codes(url: str, ca_path: str | None) -> list[tuple[str, ...]]:
    found = []
    for store in stores(url, ca_path):
        with pytest.raises(Pkcs12Error) as refusal:
            store.check()
        found.append((refusal.value.problem.code, *(each.code for each in refusal.value.problem.causes)))
    return found


def test_a_store_that_nobody_trusts_gets_no_token(context: ssl.SSLContext) -> None:
    asked: list[object] = []
    with serving(asked.append, context) as host:
        assert codes(f"https://{host}", None) == [
            (f"store_unusable.{name}_untrusted", "network.untrusted") for name in ("vault", "awx")
        ]
    assert asked == []


@pytest.mark.parametrize(
    ("url", "cause"), [(f"https://{LOOPBACK}:9", "network.refused"), ("vault.example", "network.other")]
)
def test_a_store_that_does_not_answer(ca_path: str, url: str, cause: str) -> None:
    assert codes(url, ca_path) == [(f"store_unusable.{name}_no_answer", cause) for name in ("vault", "awx")]


def test_authorities_that_cannot_be_read_are_told_as_such() -> None:
    assert codes(f"https://{LOOPBACK}:9", "/nowhere/ca.pem") == [("tls.ca_path",)] * 2


def test_a_token_that_is_no_header_is_not_told(ca_path: str) -> None:
    server = StoreServer(f"https://{LOOPBACK}:9", {"X-Vault-Token": "secret\nrest"}, HttpOptions(ca_path))
    assert "secret" not in str(error_of(lambda: HashicorpVault(server, "secret/data/pkcs12", "x").check()).problem)
    assert "rest" not in repr(server)
