# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the playbook collect: what is missing or wrong is told by the variable before a link is used; an empty answer counts as
none; and what is for one run does not stand in the inventory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.deliveries.test_collect import DAYS, collect, files, states
from integration.plays import all_told, told_codes
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import JEANNE, PAUL, Desk, Seat

SECRET = "Nachtigall-4711"
DESKS = [Desk("ws-cardio", (Seat(JEANNE), Seat(PAUL)))]
BLANK = (
    "pkcs12_retry",
    "pkcs12_collect_authorisations",
    "pkcs12_file_name",
    "pkcs12_new_passphrases",
    "pkcs12_store_field",
)
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"pkcs12_mail_source": None}, "bad_arguments.missing_options"),
    ({"pkcs12_issuer_senders": " "}, "bad_arguments.missing_options"),
    ({"pkcs12_issuer_senders": []}, "bad_arguments.no_mail_usable"),
    ({"pkcs12_mail_subject_pattern": ""}, "bad_arguments.missing_options"),
    ({"pkcs12_mail_subject_pattern": "("}, "bad_pattern.no_expression"),
    ({"pkcs12_allowed_hosts": None}, "bad_arguments.missing_options"),
    ({"pkcs12_authenticate": None}, "bad_arguments.missing_options"),
    ({"pkcs12_authenticate": "perhaps"}, "bad_arguments.no_choice"),
    ({"pkcs12_since_days": 0}, "bad_arguments.mail_limit"),
    ({"pkcs12_move_to": "Done", "pkcs12_mail_source": "eml"}, "bad_arguments.source_without_folders"),
    ({"pkcs12_acknowledged": {"a": "b"}}, "bad_arguments.no_list"),
    ({"pkcs12_leavers": [123]}, "bad_arguments.number_in_list"),
    ({"pkcs12_new_passphrases": "T1: x"}, "bad_arguments.no_mapping_of_secrets"),
    ({"pkcs12_bundle_folder": ""}, "bad_arguments.collect_folder"),
    ({"pkcs12_name_check": "perhaps"}, "bad_arguments.no_choice"),
    ({"pkcs12_use_proxy": "perhaps"}, "bad_arguments.not_yes_or_no"),
    ({"pkcs12_since_days": "long"}, "bad_arguments.no_whole_number"),
    ({"pkcs12_mail_source": "pop3"}, "bad_arguments.no_choice"),
    ({"pkcs12_issuer_senders": [["a"]]}, "bad_arguments.not_one_text"),
    ({"pkcs12_ca_path": ["b"]}, "bad_arguments.not_one_text"),
    ({"pkcs12_mail_path": "/etc"}, "mail_source.no_maildir"),
    ({"pkcs12_mail_path": "/nowhere/mail"}, "mail_source.unreadable"),
    ({"pkcs12_url_pattern": "("}, "bad_pattern.no_expression"),
    ({"pkcs12_passphrases": SECRET}, "bad_arguments.no_mapping_of_secrets"),
    ({"pkcs12_used_pattern": "("}, "bad_pattern.no_expression"),
]

OF_ONE_SETTING = (
    "bad_arguments.collect_folder",
    "mail_source.no_maildir",
    "mail_source.unreadable",
)
"""Codes that are of one setting alone, so that they need not name it."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    folder = tmp_path_factory.mktemp("settings")
    with Hospital(folder, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        issuer.announce(JEANNE, DAYS)
        yield issuer


@pytest.mark.usefixtures("nonce_language")
@pytest.mark.parametrize(("variables", "code"), WRONG, ids=[f"{next(iter(given))} {code}" for given, code in WRONG])
def test_a_setting_is_told_by_its_variable_before_a_link_is_used(
    issuer: Issuer, variables: dict[str, Any], code: str
) -> None:
    run = collect(issuer, **variables)
    assert (run.exit_code, code in told_codes(run.stdout)) == (2, True), run.stdout
    assert code in OF_ONE_SETTING or next(iter(variables)) in run.stdout
    assert (issuer.registration.requests, files(issuer), SECRET in run.stdout) == ([], [], False)


@pytest.mark.usefixtures("nonce_language")
@pytest.mark.parametrize("name", ["pkcs12_retry", "pkcs12_collect_authorisations"])
@pytest.mark.parametrize("group", ["all", "localhost"])
def test_what_is_for_one_run_is_refused_in_the_inventory(issuer: Issuer, name: str, group: str) -> None:
    kept = issuer.hospital.inventory.read_text(encoding="utf-8")
    inventory = yaml.safe_load(kept)
    setting = {name: [JEANNE.authorisation]}
    place = inventory["all"] if group == "all" else inventory["all"].setdefault("hosts", {}).setdefault("localhost", {})
    if group == "all":
        place.setdefault("vars", {}).update(setting)
    else:
        place.update(setting)
    issuer.hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
    try:
        run = collect(issuer)
    finally:
        issuer.hospital.inventory.write_text(kept, encoding="utf-8")
    (said,) = {
        each.values["variable"] for each in all_told(run.stdout) if each.code == "bad_arguments.set_in_inventory"
    }
    assert (run.exit_code, said) == (2, name), run.stdout
    assert (issuer.registration.requests, files(issuer)) == ([], [])


def test_an_empty_answer_counts_as_none(tmp_path: Path) -> None:
    """As a survey of AWX gives it, and null. Without a store, the passphrase is in none, and the run says so."""
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        issuer.announce(JEANNE, DAYS)
        run = collect(
            issuer, **dict.fromkeys(BLANK, " "), pkcs12_store_tasks=" ", pkcs12_ca_path=str(issuer.authority_file)
        )
        assert (run.exit_code, states(issuer)) == (2, {JEANNE.authorisation: "passphrase_not_stored"}), run.stdout
        (name,) = files(issuer)
        assert name.startswith(f"{JEANNE.name} - {JEANNE.authorisation} ")
        again = collect(issuer, **dict.fromkeys(BLANK))
        assert (again.exit_code, states(issuer)) == (0, {JEANNE.authorisation: "collected"}), again.stdout
