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
    ({"pkcs12_mail_source": None}, "missing required arguments: pkcs12_mail_source"),
    ({"pkcs12_issuer_senders": " "}, "missing required arguments: pkcs12_issuer_senders"),
    ({"pkcs12_issuer_senders": []}, "pkcs12_issuer_senders is empty, so no mail could be used."),
    ({"pkcs12_mail_subject_pattern": ""}, "missing required arguments: pkcs12_mail_subject_pattern"),
    ({"pkcs12_mail_subject_pattern": "("}, "'pkcs12_mail_subject_pattern' cannot be used"),
    ({"pkcs12_allowed_hosts": None}, "missing required arguments: pkcs12_allowed_hosts"),
    ({"pkcs12_authenticate": None}, "missing required arguments: pkcs12_authenticate"),
    ({"pkcs12_authenticate": "perhaps"}, "value of pkcs12_authenticate must be one of: none, authentication_results"),
    ({"pkcs12_since_days": 0}, "pkcs12_since_days has to be from 1 to 36500."),
    (
        {"pkcs12_move_to": "Done", "pkcs12_mail_source": "eml"},
        "pkcs12_move_to cannot be used with pkcs12_mail_source eml",
    ),
    ({"pkcs12_acknowledged": {"a": "b"}}, "pkcs12_acknowledged"),
    ({"pkcs12_leavers": [123]}, "pkcs12_leavers has the number 123, not text."),
    ({"pkcs12_new_passphrases": "T1: x"}, "pkcs12_new_passphrases is no mapping"),
    ({"pkcs12_file_name": ["{authorisation}.p12"]}, "pkcs12_file_name needs {authorisation}"),
    ({"pkcs12_bundle_folder": ["/srv"]}, "Set pkcs12_bundle_folder for localhost"),
    ({"pkcs12_name_check": "perhaps"}, "value of pkcs12_name_check must be one of"),
    ({"pkcs12_use_proxy": "perhaps"}, "'pkcs12_use_proxy' is 'perhaps'. Write yes or no."),
    ({"pkcs12_since_days": "long"}, "argument 'pkcs12_since_days' is of type"),
    ({"pkcs12_mail_source": "pop3"}, "value of pkcs12_mail_source must be one of"),
    ({"pkcs12_issuer_senders": [["a"]]}, "'pkcs12_issuer_senders' has a list where one text is needed."),
    ({"pkcs12_ca_path": ["b"]}, "'pkcs12_ca_path' has a list where one text is needed."),
    ({"pkcs12_mail_path": "/etc"}, "Set pkcs12_mail_path to the folder that has them."),
    ({"pkcs12_url_pattern": "("}, "pkcs12_url_pattern"),
    ({"pkcs12_passphrases": SECRET}, "pkcs12_passphrases is a text and no mapping."),
    ({"pkcs12_used_pattern": "("}, "'pkcs12_used_pattern' cannot be used"),
]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    folder = tmp_path_factory.mktemp("settings")
    with Hospital(folder, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        issuer.announce(JEANNE, DAYS)
        yield issuer


@pytest.mark.parametrize(("variables", "says"), WRONG, ids=lambda each: each if isinstance(each, str) else None)
def test_a_setting_is_told_by_its_variable_before_a_link_is_used(
    issuer: Issuer, variables: dict[str, Any], says: str
) -> None:
    run = collect(issuer, **variables)
    assert (run.exit_code, says in run.stdout) == (2, True), run.stdout
    assert (issuer.registration.requests, files(issuer), SECRET in run.stdout) == ([], [], False)


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
    assert (run.exit_code, f"{name} is set in the inventory" in run.stdout) == (2, True), run.stdout
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
