# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 15: a removal is done when certificate and key are gone. The page ``shared_keys.md`` beside this file says what becomes of a
leaver's key that a second certificate has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo, parse_element
from integration.foreign_certificates import CARD
from integration.plays import NONCE, all_told, failed_hosts, holder, outcomes, summary
from lab.authority import Authority
from lab.authority.authority import new_key
from lab.authority.dialect import PrivateKey
from lab.emulated.element import pack, properties
from lab.emulated.store import KeyContainer, Store
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, KARIM, PAUL, Desk, Person, Seat
from lab.playbook import Run, play
from promises.pages import Page

GRID, AWAY, CARDS = "ws-grid", "ws-away", "ws-cards"
DESKS = (
    Desk(GRID, (Seat(JEANNE),)),
    Desk(AWAY, (Seat(KARIM, logged_on=False), Seat(ELODIE, logged_on=False))),
    Desk(CARDS, (Seat(PAUL),)),
)
HEADING = "What becomes of the key"
PAGE = Page("shared_keys.md")
LOGON, MAIL = [ExtendedKeyUsageOID.CLIENT_AUTH], [ExtendedKeyUsageOID.EMAIL_PROTECTION]
PROVIDERS = {"CNG": 0, "CAPI 1": 1, "CAPI 24": 24}


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of the page: its second certificate, and where the keys are."""

    second: str
    containers: str
    column: str

    @property
    def provider(self) -> int:
        return PROVIDERS[self.column.partition(",")[0]]

    @property
    def is_archived(self) -> bool:
        return self.column.endswith("archived")


def pairs() -> dict[Pair, str]:
    head, *rows = PAGE.cells(HEADING)
    columns = head[2:]
    return {Pair(*row[:2], column): cell for row in rows for column, cell in zip(columns, row[2:], strict=True)}


EXPECTED = pairs()


@dataclass(frozen=True, slots=True)
class Planted:
    """What lies in the store of a pair: the thumbprints of both certificates, and the containers of the key."""

    first: str
    second: str
    containers: tuple[str, ...]


def certify(authority: Authority, person: Person, key: PrivateKey, eku: list[ObjectIdentifier]) -> Certificate:
    end = datetime.now(UTC) + timedelta(days=300)
    name = f"{person.name} - {person.authorisation}"
    return authority.certify_person(
        name, key.public_key(), (end - timedelta(days=1000), end), eku, ["digital_signature", "key_encipherment"]
    )


def put(store: Store, certificate: Certificate, container: KeyContainer, archived: bool = False) -> str:
    """A certificate whose key is in this container."""
    der = certificate.public_bytes(Encoding.DER)
    element = pack(properties(der, store.link(container), archived=archived))
    thumbprint = parse_element(element).thumbprint
    store.plant_raw(thumbprint, element)
    return thumbprint


def plant(
    store: Store, pair: Pair, site: Authority, other: Authority, key: PrivateKey, leaver: Person = JEANNE
) -> Planted:
    first = store.plant_key(key, pair.provider)
    second = first if pair.containers == "one" else store.plant_key(key, pair.provider)
    whose = ELODIE if pair.second == "another person's" else leaver
    authority = other if pair.second == "his own of another issuer" else site
    beside = certify(authority, whose, key, MAIL if pair.second == "his own for mail" else LOGON)
    return Planted(
        put(store, certify(site, leaver, key, LOGON), first),
        put(store, beside, second, pair.is_archived),
        tuple(dict.fromkeys((first.name, second.name))),
    )


@dataclass(frozen=True, slots=True)
class Grid:
    """The run over all pairs, and what the store held after it."""

    run: Run
    planted: Mapping[Pair, Planted]
    store: Store

    @property
    def result(self) -> Mapping[str, Any]:
        return holder(self.run, GRID).result

    @property
    def causes(self) -> Mapping[str, list[str]]:
        """What the red run names, by the certificate that is gone."""
        found: dict[str, list[str]] = {}
        for cause in self.result["error"]["problem"]["causes"]:
            found.setdefault(cause["values"]["certificate"], []).append(cause["code"])
        return found

    def became(self, pair: Pair) -> str:
        """In a word of the page."""
        planted = self.planted[pair]
        assert planted.first not in self.store.elements
        keys = [each for each in planted.containers if each in self.store.containers]
        told = [
            code
            for who, codes in self.causes.items()
            for code in codes
            if planted.first in who or planted.second in who
        ]
        second = self.store.elements.get(planted.second)
        if second is None:
            known = {(False, ()): "gone", (True, ("key_left.without_certificate",)): "nameless"}
            return known.get((bool(keys), tuple(told)), f"{keys} {told}")
        element = parse_element(second)
        if element.key is None or element.key.container not in keys:
            return "the second one has lost its key"
        known_shared = {(True, ()): "kept", (pair.is_archived, ("key_left.shared",)): "red"}
        return known_shared.get((element.archived, tuple(told)), f"{element.archived} {told}")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("keys"), DESKS) as hospital:
        yield hospital


def retire(hospital: Hospital, host: str, *people: Person, **variables: Any) -> Run:
    given = {"pkcs12_retire_authorisations": [each.authorisation for each in people], "pkcs12_max_certificates": 999}
    extra = ("-e", json.dumps(given | variables), "--limit", f"{host},localhost")
    return play(hospital, "hospital_it.pkcs12.retire", *extra, environment=NONCE)


@pytest.fixture(scope="module")
def grid(hospital: Hospital) -> Grid:
    store, other = hospital.emulated(GRID).store_of(JEANNE.sid), Authority.create("AC Autres")
    planted = {}
    for pair in EXPECTED:
        planted[pair] = plant(store, pair, hospital.authority, other, new_key("rsa2048"))
    return Grid(retire(hospital, GRID, JEANNE), planted, store)


def test_the_page_has_each_pair_once() -> None:
    assert len(EXPECTED) == 48


def test_what_becomes_of_each_key_is_what_the_page_says(grid: Grid) -> None:
    became = {pair: grid.became(pair) for pair in EXPECTED}
    assert {pair: word for pair, word in became.items() if word != EXPECTED[pair]} == {}


def test_the_run_is_red_and_names_each_certificate_that_keeps_a_key(grid: Grid) -> None:
    assert failed_hosts(grid.run) == {GRID}
    assert outcomes(grid.run) == {GRID: {JEANNE.authorisation: "failed"}}
    assert (grid.result["error"]["code"], grid.result["changed"]) == ("key_left", True)
    sharing = {planted.second for pair, planted in grid.planted.items() if EXPECTED[pair] == "red"}
    named = [name for each in grid.result["error"]["problem"]["causes"] for name in each["values"].get("others", ())]
    assert {thumbprint for thumbprint in sharing if any(thumbprint in name for name in named)} == sharing
    assert len(named) == len(sharing)


def test_the_summary_of_the_run_names_them(grid: Grid) -> None:
    told = summary(grid.run)
    codes = {each.code for line in told["lines"] for each in all_told(line)}
    assert {"key_left", "key_left.shared"} <= codes
    assert told["needs_somebody"] == [GRID]


@pytest.mark.parametrize(
    "pair", [each for each in EXPECTED if each.column.startswith("CNG") and each.containers == "two"], ids=str
)
def test_without_a_logon_no_key_stays_unnamed(hospital: Hospital, pair: Pair) -> None:
    """A profile that is not loaded: what would be archived stays, and everything else is as the page says."""
    store = hospital.emulated(AWAY).store_of(KARIM.sid)
    store.elements.clear()
    store.containers.clear()
    planted = plant(store, pair, hospital.authority, Authority.create("AC Autres"), new_key("ec-p256"), KARIM)
    run = retire(hospital, AWAY, KARIM, pkcs12_offline=True)
    found = holder(run, AWAY, KARIM.authorisation).result
    assert (found["offline"], planted.first in store.elements) == (True, False)
    codes = [each["code"] for each in found["error"]["problem"].get("causes", ())] if found["error"] else []
    if pair.second == "his own":
        assert (store.containers, found["failed"], codes) == ({}, False, [])
    elif pair.second == "his own for mail":
        told = (False, None) if pair.is_archived else (True, "offline_archive")
        assert (found["failed"], found["error"] and found["error"]["code"]) == told
        assert planted.second in store.elements
    else:
        assert (failed_hosts(run), codes) == ({AWAY}, ["key_left.shared"])


def test_what_a_rule_keeps_is_told_and_fails_nothing(hospital: Hospital) -> None:
    """A certificate for mail that was archived long ago has the key; another one is on a card."""
    store, key = hospital.emulated(CARDS).store_of(PAUL.sid), new_key("rsa2048")
    pair = Pair("his own for mail", "one", "CNG, archived")
    planted = plant(store, pair, hospital.authority, hospital.authority, key, PAUL)
    card = certify(hospital.authority, PAUL, new_key("rsa2048"), LOGON).public_bytes(Encoding.DER)
    on_card = pack(properties(card, KeyProvInfo("card", CARD, 1, 0, 1)))
    store.plant_raw(parse_element(on_card).thumbprint, on_card)
    for turn in ("first", "again"):
        run = retire(hospital, CARDS, PAUL)
        assert run.exit_code == 0, run.stdout
        found = holder(run, CARDS).result
        kept = {row["thumbprint"]: (row["archived"], row["on_card"]) for row in found["kept"]}
        assert kept.pop(parse_element(on_card).thumbprint) == (False, True)
        assert kept == ({planted.second: (True, False)} if turn == "first" else {})
        codes = {each.code for line in summary(run)["lines"] for each in all_told(line)}
        assert "kept_for_use.on_card" in codes
        assert ("kept_for_use.archived" in codes) is (turn == "first")
    assert planted.first not in store.elements
    assert planted.second in store.elements
