# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site is told about its issuers: each thing once, whatever its hosts say."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import read_certificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_advice import (
    Seen,
    advice_of,
    of_certificates,
    unverified,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import (
    Issuers,
    Profile,
    issuers_of_pattern,
)
from lab.authority.authority import _builder, _name
from lab.authority.signers import key_of, signer

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
URL = "http://pki.example/g3.crt"


def result(unverified: list[str], *unknown: tuple[str, str, list[str], list[str]], **more: Any) -> dict[str, Any]:
    names = ("issuer", "key_id", "urls", "thumbprints")
    rows = [{"fits": True, **dict(zip(names, row, strict=True))} for row in unknown]
    return {"issuers": {"unverified": unverified, "unknown": rows, "proven": [], "signed_none": [], **more}}


def test_an_issuer_is_known_by_its_name_and_its_key_and_the_most_frequent_one_comes_first() -> None:
    one = result([], ("CN=B", "01", [], ["1B"]), ("CN=A", "02", [URL], ["1A"]))
    both = [one, result([], ("CN=A", "02", [URL], ["1A", "2A"])), None, {}]  # one certificate is at two workstations
    at = (Problem("signer.key", {"key": "02"}), Problem("authority.at", {"url": URL}))
    named = Problem("signer", {"issuer": "CN=A", "count": 2}, causes=at)
    other = Problem("signer", {"issuer": "CN=B", "count": 1}, causes=(Problem("signer.key", {"key": "01"}),))
    assert advice_of(both) == [Problem("issuers_not_known", {"count": 3}, "issuers", (named, other))]


def test_a_file_is_doubted_where_no_host_has_seen_a_certificate_of_its_authorities() -> None:
    of_people = {"profile": "people", "authorities": ["AC Racine"]}
    doubtful = result([], signed_none=[of_people, {"profile": "cards", "authorities": ["AC Cartes"]}])
    said = Problem("authority_signed_none", {"profile": "people", "names": ("AC Racine",)}, "issuers")
    assert advice_of([doubtful, result([], proven=["cards"])]) == [said]


def test_profiles_without_an_authority_are_named_where_they_have_names() -> None:
    named = [result(["people"]), result(["people", "cards"])]
    said = Problem("issuer_not_verified.profiles", {"profiles": ("people", "cards")}, "issuers")
    assert advice_of(named) == [said]
    assert advice_of([result([""])]) == [Problem("issuer_not_verified", setting="issuers")]
    assert advice_of([result([]), {"msg": "of another task"}]) == []


def test_the_setting_without_profiles_has_no_name() -> None:
    profiles = Issuers((Profile("people", "CN=A"), Profile("cards")))
    one = Issuers((Profile("people", "CN=A", ()), Profile("cards")))
    assert [unverified(each) for each in (issuers_of_pattern("CN=A"), issuers_of_pattern(None), profiles, one)] == [
        [""],
        [""],
        ["people", "cards"],
        ["cards"],
    ]


def test_what_a_certificate_says_of_its_issuer_is_told_where_the_authority_is_not_beside_it() -> None:
    people = signer("AC Personnes", "people", signer("AC Racine", "root"))
    key = people.key.public_key()
    at = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(URL))
    builder = _builder(_name("Jeanne Dupont - T123456"), people.certificate.subject, key_of("person").public_key())
    builder = builder.not_valid_before(NOW).not_valid_after(NOW.replace(year=2029))
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key), critical=False)
    builder = builder.add_extension(x509.AuthorityInformationAccess([at]), critical=False)
    leaf = read_certificate(builder.sign(people.key, hashes.SHA256()).public_bytes(Encoding.DER))
    authority = read_certificate(people.certificate.public_bytes(Encoding.DER))
    said = {
        "issuer": authority.subject,
        "fits": True,
        "key_id": x509.SubjectKeyIdentifier.from_public_key(key).digest.hex().upper(),
        "urls": [URL],
        "thumbprints": [leaf.thumbprint],
    }
    by_name, other = Issuers((Profile("people", "CN=AC"),)), Issuers((Profile("people", "CN=AC", ()),))
    keys = ("unknown", "not_carried", "signers")
    for site, where in ((by_name, "not_carried"), (other, "unknown")):
        found = of_certificates(site, [Seen(leaf)])
        assert {each: found[each] for each in keys} == {each: [said] if each == where else [] for each in keys}
        carried = of_certificates(site, [Seen(leaf, (leaf, authority))])
        assert [row["sha256"] for row in carried["signers"]] == [authority.sha256]
        assert carried["unknown"] == carried["not_carried"] == []
    known = of_certificates(Issuers((Profile("people", "CN=AC", (authority,)),)), [Seen(leaf, (authority,))])
    assert ({each: known[each] for each in keys}, known["proven"]) == ({each: [] for each in keys}, ["people"])
