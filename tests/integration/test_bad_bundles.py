# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is no good is refused on the controller, by its name, before a single request goes out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from integration.plays import run_play, tasks
from integration.stores import Contents, contents
from lab.authority import Authority, IssuedBundle, der, pfx, write_bundle
from lab.authority.authority import new_key
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run

PASSPHRASE = "the code of the letter"


def issued(authority: Authority, first_day: int = -1, last_day: int = 1000) -> IssuedBundle:
    """Jeanne's bundle, valid from and until these days, counted from today."""
    start, end = (datetime.now(UTC) + timedelta(days=day) for day in (first_day, last_day))
    return authority.issue(JEANNE.name, JEANNE.authorisation, passphrase=PASSPHRASE, not_before=start, not_after=end)


def pem(authority: Authority) -> bytes:
    bundle = issued(authority)
    key = bundle.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return bundle.certificate.public_bytes(Encoding.PEM) + key


def without_key(authority: Authority) -> bytes:
    protection = BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(None, None, issued(authority).certificate, None, protection)


def with_two_leaves(authority: Authority) -> bytes:
    bundle, other = issued(authority), issued(authority)
    return write_bundle(bundle.private_key, [bundle.certificate, other.certificate], PASSPHRASE)


def with_another_key(authority: Authority) -> bytes:
    certificate = pfx.certificate_bag(issued(authority).certificate.public_bytes(Encoding.DER))
    key = new_key("rsa2048").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    section = pfx.data_section(der.encode(der.SEQUENCE, pfx.key_bag(key, PASSPHRASE)))
    return pfx.pfx([pfx.encrypted_section([certificate], PASSPHRASE), section], PASSPHRASE)


@dataclass(frozen=True, slots=True)
class Bad:
    """What is in the file, the passphrase that comes with it, and the error's code."""

    code: str
    write: Callable[[Authority], bytes]
    passphrase: str | None = PASSPHRASE


BAD = {
    "wrong passphrase": Bad("wrong_passphrase", lambda a: issued(a).data, "the code of another letter"),
    "no passphrase": Bad("no_passphrase", lambda a: issued(a).data, None),
    "base64 text": Bad("base64_text", lambda a: base64.encodebytes(issued(a).data)),
    "PEM": Bad("pem_text", pem),
    "truncated": Bad("truncated", lambda a: issued(a).data[:1000]),
    "empty": Bad("empty_file", lambda _a: b""),
    "no key": Bad("bundle_without_key", without_key),
    "two leaves": Bad("two_leaves", with_two_leaves),
    "another key": Bad("key_mismatch", with_another_key),
    "expired": Bad("expired", lambda a: issued(a, -1000, -1).data),
    "not yet valid": Bad("not_yet_valid", lambda a: issued(a, 1, 1000).data),
}


@dataclass(frozen=True, slots=True)
class Refused:
    run: Run
    store: Contents
    results: Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Refused]:
    with Hospital(tmp_path_factory.mktemp("bundles"), [Desk("ws-cardio", (Seat(JEANNE),))]) as hospital:
        calls = []
        for name, bad in BAD.items():
            path = hospital.folder / f"{name}.p12"
            path.write_bytes(bad.write(authority))
            arguments = {"path": str(path), "passphrase": bad.passphrase, "holder": JEANNE.account}
            calls.append({"certificate": arguments})
        run = run_play(hospital, tasks=tasks(*calls))
        results = {name: row.result for name, row in zip(BAD, run.of("certificate"), strict=True)}
        yield Refused(run, contents(hospital.emulated("ws-cardio").store_of(JEANNE.sid)), results)


@pytest.mark.parametrize("name", BAD)
def test_bundle_is_refused_by_its_name(refused: Refused, name: str) -> None:
    result = refused.results[name]
    assert result["error"]["code"] == BAD[name].code, result["msg"]
    assert result["changed"] is False


def test_nothing_was_asked_of_the_workstation(refused: Refused) -> None:
    assert refused.run.requests == ()
    assert refused.store == Contents((), orphans=0)
