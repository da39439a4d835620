# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._certificate import read_certificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import (
    ExchangeAnswer,
    JournalEntry,
    StoredElement,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._observed import view_elements
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._plan import ImportLeaf, NameLeaf, Plan, ProveKey
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._verify import Expected, refuse_unverified
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.fakes import JEANNE, answer, element, proof

NONCE = bytes(range(32))


def expected(issued: IssuedBundle) -> Expected:
    leaf = read_certificate(issued.certificate.public_bytes(Encoding.DER))
    steps = (ImportLeaf(leaf.thumbprint), ProveKey(leaf.thumbprint), NameLeaf(leaf.thumbprint, "SISERI"))
    return Expected(str(JEANNE.sid), leaf, Plan(steps), NONCE)


def right(issued: IssuedBundle) -> tuple[StoredElement, JournalEntry]:
    return element(issued, friendly_name="SISERI"), proof(issued.private_key, NONCE)


def problem(issued: IssuedBundle, said: ExchangeAnswer) -> str:
    with pytest.raises(PkcsError) as refused:
        refuse_unverified(expected(issued), said, view_elements(said.after), "WS-CARDIO")
    assert refused.value.code == "not_verified"
    return refused.value.cause


@pytest.mark.parametrize("kind", ["issued", "other"])
def test_what_was_done_is_believed(kind: str, request: pytest.FixtureRequest) -> None:
    bundle: IssuedBundle = request.getfixturevalue(kind)
    stored, signed = right(bundle)
    refuse_unverified(expected(bundle), answer(stored, journal=[signed]), view_elements([stored]), "WS-CARDIO")


def test_another_owner_is_noticed(issued: IssuedBundle) -> None:
    stored, signed = right(issued)
    said = replace(answer(stored, journal=[signed]), owner_sid="S-1-5-18")
    assert "ran as S-1-5-18" in problem(issued, said)


def test_store_without_the_certificate_or_its_key_is_noticed(issued: IssuedBundle, other: IssuedBundle) -> None:
    signed = right(issued)[1]
    assert "does not hold" in problem(issued, answer(journal=[signed]))
    assert "does not hold" in problem(issued, answer(element(other), journal=[signed]))
    assert "does not hold" in problem(issued, answer(element(issued, key=None), journal=[signed]))
    assert "archived" in problem(issued, answer(element(issued, archived=True), journal=[signed]))


def test_another_name_is_noticed(issued: IssuedBundle) -> None:
    assert "'old' instead of 'SISERI'" in problem(
        issued, answer(element(issued, friendly_name="old"), journal=[right(issued)[1]])
    )


def test_signature_that_proves_nothing_is_noticed(issued: IssuedBundle, other: IssuedBundle) -> None:
    stored, signed = right(issued)
    without = replace(signed, facts={"algorithm": "RSASSA-PKCS1-v1_5-SHA256"})
    scrambled = replace(signed, facts={**signed.facts, "signature": "no base64"})
    false = [
        [],
        [without],
        [scrambled],
        [replace(signed, facts={**signed.facts, "algorithm": "none"})],
        [proof(issued.private_key, bytes(32))],
        [proof(other.private_key, NONCE)],
    ]
    for journal in false:
        assert "did not sign" in problem(issued, answer(stored, journal=journal))
