# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site is told about its issuers: each thing once, whatever its hosts say."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_advice import (
    advice_of,
    unverified,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import (
    Issuers,
    Profile,
    issuers_of_pattern,
)

URL = "http://pki.example/g3.crt"


def result(unverified: list[str], *unknown: tuple[str, str, list[str], list[str]]) -> dict[str, Any]:
    names = ("issuer", "key_id", "urls", "thumbprints")
    return {"issuers": {"unverified": unverified, "unknown": [dict(zip(names, row, strict=True)) for row in unknown]}}


def test_an_issuer_is_known_by_its_name_and_its_key_and_the_most_frequent_one_comes_first() -> None:
    one = result([], ("CN=B", "01", [], ["1B"]), ("CN=A", "02", [URL], ["1A"]))
    both = [one, result([], ("CN=A", "02", [URL], ["1A", "2A"])), None, {}]  # one certificate is at two workstations
    at = (Problem("signer.key", {"key": "02"}), Problem("authority.at", {"url": URL}))
    named = Problem("signer", {"issuer": "CN=A", "count": 2}, causes=at)
    other = Problem("signer", {"issuer": "CN=B", "count": 1}, causes=(Problem("signer.key", {"key": "01"}),))
    assert advice_of(both) == [Problem("issuers_not_known", {"count": 3}, "issuers", (named, other))]


def test_profiles_without_an_authority_are_named_where_they_have_names() -> None:
    named = [result(["people"]), result(["people", "cards"])]
    said = Problem("issuer_not_verified.profiles", {"profiles": ("people", "cards")}, "issuers")
    assert advice_of(named) == [said]
    assert advice_of([result([""])]) == [Problem("issuer_not_verified", setting="issuers")]
    assert advice_of([result([]), {"msg": "of another task"}]) == []


def test_the_setting_without_profiles_has_no_name() -> None:
    profiles = Issuers((Profile("people", "CN=A"), Profile("cards")))
    assert [unverified(each) for each in (issuers_of_pattern("CN=A"), issuers_of_pattern(None), profiles)] == [
        [""],
        [""],
        ["people", "cards"],
    ]
