# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes output unreadable is named, by who has it or by its variable, and never shown."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.hidden_output import (
    hidden_output,
    is_in_sentences,
    is_secret,
)

SHOWN = ("ws-pharmacy", "ws-cardio-3", "CHU\\svc-ansible", "CN=HUG Users CA")
HOLDERS = {
    "ws-cardio-3": [
        {"name": "Jeanne Dupont", "authorisation": "T100001", "user": "CHU\\jdupont7", "former_name": "Jeanne Le-Goff"},
        {"name": "Élodie Lefèvre", "authorisation": "T100002", "user": "elefevre@chu.example"},
    ],
    "ws-pharmacy": "no list",
}
GOOD = "Winter-2029"
PASSPHRASES = "pkcs12_passphrases"
Variable = tuple[str, Any, bool]
WEAK, PEOPLE, VARIABLES, NO_SECRETS = (
    f"hidden_output.{each}" for each in ("weak_secrets", "of_people", "in_variables", "no_secrets")
)


def told(*variables: Variable) -> dict[str, Any]:
    """What is told, by the codes of its parts; the last value of each."""
    found = hidden_output(SHOWN, HOLDERS, variables)
    return {each.code: [*each.values.values()][-1] for each in found.causes} if found else {}


@pytest.mark.parametrize(
    "secret",
    [
        " Wi-29 ",
        "certificate",
        "CERTIFICATE",
        "Certificate",
        "e\u0301tamine",
        "20290101",
        "cardio-3",
        "WS-CARDIO-3",
        "jdupont7",
        "Le-Goff",
        "lefevre@chu",
        "T100001-Dupont, Jeanne",
        "HUG Users CA",
        "PowerShell",
        "pkcs12",
    ],
)
def test_a_passphrase_that_breaks_sentences_is_told(secret: str) -> None:
    said = told((PASSPHRASES, {"T100001": secret, "T100002": GOOD}, True))
    assert said == {WEAK: 6, PEOPLE: ("Jeanne Dupont (T100001)",)}


@pytest.mark.parametrize(
    "secret",
    [
        GOOD,
        "Wi-029",
        "ws-cardio-4",
        "12345 6",
        "kXqzRtWvbnmLpoIu",
        "Jeanne Dupont - T100003",
        "- - - -",
        "",
    ],
)
def test_another_one_is_not(secret: str) -> None:
    assert told((PASSPHRASES, {"T100001": secret}, True), ("mail_password", secret, True)) == {}


def test_nothing_is_said_of_an_inventory_without_secrets() -> None:
    assert told() == {}


def test_of_several_passphrases_one_is_enough_and_people_are_told_once_by_number() -> None:
    said = told(
        (PASSPHRASES, {"t100002 ": [GOOD, "certificate"]}, False),
        ("pkcs12_passphrases_pharmacy", {"T100001": "1234", "T999999": 4711}, False),
        ("pkcs12_passphrases_collected", '{"T100001": "1234"}', False),
    )
    assert said[PEOPLE] == ("Jeanne Dupont (T100001)", "Élodie Lefèvre (T100002)", "T999999")
    for secret in ("certificate", "1234", "4711"):
        assert secret not in str(said)


@pytest.mark.parametrize(
    "name", ["ansible_password", "ansible_become_pass", "pkcs12_holder_passwords", "pkcs12_imap_password"]
)
def test_a_password_of_a_connection_or_of_become_is_told_wherever_it_comes_from(name: str) -> None:
    said = told((name, {"CHU\\jdupont7": "admin"} if "holder" in name else "admin", False))
    assert said == {WEAK: 6, VARIABLES: (name,)}
    assert told((name, GOOD, False)) == {}


@pytest.mark.parametrize(
    "name",
    [
        *("VAULT_TOKEN", "vault_api_key", "hashivault_secret_id", "db_pwd", "mot_de_passe", "mdp_smtp", "pin"),
        *("access_code", "pass2", "smtp_passwd", "credentials", "adminPassword", "wlan_psk", "snmp_community"),
    ],
)
def test_a_secret_of_a_vault_is_told_when_it_breaks_sentences_and_else_not(name: str) -> None:
    said = told((name, "Hiver", True))
    assert said == {WEAK: 6, VARIABLES: (name,)}
    assert told((name, {"deep": [GOOD]}, True)) == {}
    assert not is_secret(name, of_vault=False)


@pytest.mark.parametrize(
    "name", ["ansible_user", "bypass_proxy", "passport_office", "secretary_name", "keyboard", "pinned"]
)
def test_what_is_no_secret_by_its_name_is_named_whatever_its_value(name: str) -> None:
    for value in (None, 3, GOOD):
        assert told((name, value, True)) == {NO_SECRETS: (name,)}


@pytest.mark.parametrize(
    ("name", "is_in"),
    [
        *(("ansible_user", True), ("ansible_host", True), ("ansible_psrp_host", True), ("pkcs12_computer", True)),
        *(("ansible_password", False), ("pkcs12_passphrases_x", False), ("pkcs12_holder_passwords", False)),
        *(("site_user", False), ("ansible_port", False)),
    ],
)
def test_what_is_part_of_sentences_is_known_by_its_variable(name: str, is_in: bool) -> None:
    assert is_in_sentences(name) == is_in


def test_all_of_it_is_one_warning_with_each_name_once() -> None:
    said = told(
        ("site_days", 3, True),
        ("mail_password", "Hiver", True),
        ("ansible_user", "admin", True),
        ("ansible_password", "admin", False),
        ("mail_password", "Hiver", True),
        ("site_days", 3, True),
        (PASSPHRASES, {"T100001": "1234"}, True),
    )
    assert said == {
        WEAK: 6,
        PEOPLE: ("Jeanne Dupont (T100001)",),
        VARIABLES: ("ansible_password", "mail_password"),
        NO_SECRETS: ("ansible_user", "site_days"),
    }
