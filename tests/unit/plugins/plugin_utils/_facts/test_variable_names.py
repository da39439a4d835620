# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt variable is told with the nearest name, and a variable of the site is left alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.filter.misspelt_variables import known_variables, of_hosts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import (
    SET_BY_PLAYBOOKS,
    misspelt_variables,
)


def told(*names: str) -> list[str]:
    """What is said of one host with these variables."""
    return misspelt_variables({"ws": names}, known_variables())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pkcs12_renew_befor_days", "pkcs12_renew_before_days"),
        ("pkcs12_renew_before_day", "pkcs12_renew_before_days"),
        ("pkcs12_serail", "pkcs12_serial"),
        ("pkcs12_host", "pkcs12_hosts"),
        ("pkcs12_max_fail_percent", "pkcs12_max_fail_percentage"),
        ("pkcs12_authorization_anniversary", "pkcs12_authorisation_anniversary"),
        ("pkcs12_timezone", "pkcs12_time_zone"),
        ("pkcs12_folder", "pkcs12_bundle_folder"),
        ("pkcs12_users", "pkcs12_holders"),
        ("pkcs12_own_variable", "pkcs12_own_variables"),
        ("pkcs12_report_folder", "pkcs12_report_folder"),
        ("pkcs12_report_foldr", "pkcs12_report_folder"),
        ("pkcs12_enrol_passphrases", "pkcs12_passphrases"),
        ("pkcs12_renew_holder_passwords", "pkcs12_holder_passwords"),
        ("pkcs12_pkcs12_holders", "pkcs12_holders"),
        ("pkcs12_fail_on", "pkcs12_fail_on"),
        ("pkcs12_imap_password", "pkcs12_imap_password"),
        ("pkcs12_holder_password", "pkcs12_holder_passwords"),
        ("renew_befor_days", "renew_before_days"),
        ("report_folders", "pkcs12_report_folder"),
        ("report_host", "report_hosts"),
        ("collect_imap_pasword", "pkcs12_imap_password"),
        ("remind_employer", "pkcs12_employer_to"),
        ("renew_renew_before_days", "renew_before_days"),
        ("enrol_before_days", "pkcs12_renew_before_days"),
        ("retire_leavers", "pkcs12_leavers"),
        ("remind_smtp_host", "pkcs12_mail_host"),
        ("audit_proof", "pkcs12_prove_keys"),
        ("pcks12_holders", "pkcs12_holders"),
        ("pcks12_holder", "pkcs12_holders"),
        ("pkc12_time_zone", "pkcs12_time_zone"),
        ("pksc12_language", "pkcs12_language"),
        ("pkcs12holders", "pkcs12_holders"),
        ("pkcs_holders", "pkcs12_holders"),
        ("PKCS12_LANGUAGE", "pkcs12_language"),
        ("PKCS12_HOLDER", "pkcs12_holders"),
        ("enroll_bundle_folder", "pkcs12_bundle_folder"),
        ("Report_Folder", "pkcs12_report_folder"),
        ("reprot_folder", "pkcs12_report_folder"),
    ],
)
def test_a_misspelt_name_is_told_with_the_one_that_is_meant(name: str, meant: str) -> None:
    (said,) = told(name, "ansible_host")
    assert re.findall(r"variable (\S+) .* mean (\S+)[?]", said) == [(name, meant)]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pkcs12_chain", "pkcs12_chain or pkcs12_chain"),
        ("pkcs12_bundles", "pkcs12_bundle_folder or pkcs12_bundle_pattern"),
    ],
)
def test_several_names_are_equally_near(name: str, meant: str) -> None:
    (said,) = told(name)
    assert f" Did you mean {meant}? " in said


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password",
            "passwords",
            "passwd",
            "passphrase",
            "pasphrases",
            "passphrase_files",
            "passwrods",
            "pass",
            "pins",
        ),
        *("secrets", "code", "windows_passwords", "holder_passphrases", "pwd"),
    ],
)
@pytest.mark.parametrize("prefix", ["pkcs12_", "pcks12_", "PKCS12_"])
def test_a_name_that_may_mean_a_secret_is_told_with_both_kinds(prefix: str, name: str) -> None:
    (said,) = told(prefix + name)
    assert (
        " Did you mean pkcs12_passphrases (what opens the bundles) or pkcs12_holder_passwords (Windows passwords of accounts)? "
        in said
    )


@pytest.mark.parametrize("name", ["enrol_passphrase", "enrol_passwords", "renew_passphrase"])
def test_so_is_that_of_a_role(name: str) -> None:
    (said,) = told(name)
    role = name.split("_", maxsplit=1)[0]
    assert f" Did you mean {role}_passphrases (what opens the bundles) or {role}_holder_passwords (Windows " in said


@pytest.mark.parametrize("name", [*sorted(SET_BY_PLAYBOOKS), "__pkcs12_holder", "__renew_now"])
def test_what_the_playbooks_set_is_never_suggested(name: str) -> None:
    for misspelt in (name[:-1], f"{name}s", f"pkcs12_{name}", name.replace("_", "")):
        assert not any(re.search(rf"mean .*\b{name}\b", said) for said in told(misspelt))


@pytest.mark.parametrize(
    "name", ["pkcs12_qqqqqqqqqqqqqqqqqqqq", "pkcs12_smtp", "pkcs12_keystore", "pkcs12_to_renw", "pkcs12_revokd"]
)
def test_an_own_prefix_is_told_without_a_near_name_too(name: str) -> None:
    (said,) = told(name)
    assert f"The variable {name} has no effect here. If it is" in said


@pytest.mark.parametrize(
    "name",
    [
        *(
            "report_server_of_the_site",
            "audit_log",
            "collect_logs",
            "renewal",
            "pkcs12",
            "pkcs12_for_tests",
            "x_pkcs12_a",
        ),
        *(
            "audit_hosts",
            "report_path",
            "report_time",
            "audit_users",
            "renew_new",
            "retire_passwords",
            "enrol_language",
        ),
        *("pkcs11_holders", "pkcs7_hosts", "pkcs_tool", "export_folders", "role_name", "groups", "inventory_hostname"),
        *("__pkcs12_holders", "_report_folder"),
    ],
)
def test_a_variable_of_a_site_is_left_alone(name: str) -> None:
    assert told(name) == []


def test_every_known_name_is_known() -> None:
    assert told(*known_variables()) == []


@pytest.mark.parametrize(
    ("hosts", "whose"),
    [
        ([1], " of ws-1 "),
        ([1, 2, 3], " of ws-1, ws-2, ws-3 "),
        ([1, 2, 3, 4], " of ws-1, ws-2, ws-3 and 1 other host "),
        ([0, 1, 2, 3, 4], " "),
    ],
)
def test_the_hosts_that_have_it_are_named_unless_all_have_it(hosts: list[int], whose: str) -> None:
    names = {f"ws-{number}": ["pkcs12_serail"] if number in hosts else ["pkcs12_serial"] for number in range(5)}
    (said,) = misspelt_variables(names, known_variables())
    assert f"The variable pkcs12_serail{whose}has no effect here." in said


def test_the_hosts_are_in_the_same_order_in_each_run() -> None:
    names = {host: ["pkcs12_serail"] for host in ("ws-d", "ws-b", "ws-e", "ws-a", "ws-c")} | {"localhost": []}
    (said,) = misspelt_variables(names, known_variables())
    assert " of ws-a, ws-b, ws-c and 2 other hosts " in said


@pytest.mark.parametrize(
    "given", [["report_folders", "pkcs12_mine"], "report_folders,pkcs12_mine", "report_folders  pkcs12_mine"]
)
def test_a_name_that_the_site_uses_itself_is_not_told(given: Any) -> None:
    variables = {"report_folders": 1, "pkcs12_mine": 1, "pkcs12_serail": 1, "pkcs12_own_variables": given}
    (said,) = of_hosts(["ws"], {"ws": variables})
    assert "pkcs12_serail" in said
    assert "or add it to pkcs12_own_variables." in said
    assert len(of_hosts(["ws", "other"], {"ws": variables, "other": {"report_folders": 1}})) == 2


@pytest.mark.parametrize("given", [None, 7, {"report_folders": 1}, [], ""])
def test_what_is_no_list_of_names_silences_nothing(given: Any) -> None:
    assert len(of_hosts(["ws"], {"ws": {"report_folders": 1, "pkcs12_own_variables": given}})) == 1


class Closed(dict[str, Any]):
    """Variables that Ansible cannot decrypt."""

    def __getitem__(self, key: str) -> Any:
        raise AnsibleError("Attempting to decrypt but no vault secrets found.")

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]


def test_a_value_that_cannot_be_decrypted_stops_nothing() -> None:
    assert len(of_hosts(["ws"], {"ws": Closed(pkcs12_serail=1, pkcs12_own_variables=["pkcs12_serail"])})) == 1
    assert of_hosts(["ws"], Closed(ws={"pkcs12_serail": 1})) == []


def test_further_variables_with_passphrases_are_known_and_never_suggested() -> None:
    assert told("pkcs12_passphrases_vault", "pkcs12_passphrases_") == []
    (said,) = told("pkcs12_passphrase_")
    assert "pkcs12_passphrases_" not in said
