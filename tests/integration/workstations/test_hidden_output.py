# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_bundles says once what makes the output of ansible-core 2.22 unreadable, of the whole inventory, and shows no value of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import Origin
from lab.hospital import CONNECTION_ACCOUNT, Hospital
from lab.people import ANNE, ELODIE, JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, play

HERE, ELSEWHERE, CLOSED, EMPTY = "ws-cardio", "ws-pharmacy9", "ws-closed", "ws-empty"
DESKS = (
    Desk(HERE, (Seat(JEANNE), Seat(ELODIE))),
    Desk(ELSEWHERE, (Seat(PAUL),)),
    Desk(CLOSED, (Seat(ANNE),)),
    Desk(EMPTY, ()),
)
PASSWORD = "correct horse battery 7"
NAMED = "door_pin"
"""A variable of which the warning tells, and nothing else does."""


def vault(path: Path, variables: Mapping[str, Any], password: str = PASSWORD) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = VaultSecret(password.encode())
    path.write_bytes(VaultLib([("default", secret)]).encrypt(yaml.safe_dump(dict(variables)), secret))


def one_value(name: str, value: str) -> str:
    """A line of a plain file with a value that is encrypted by itself."""
    secret = VaultSecret(PASSWORD.encode())
    encrypted = VaultLib([("default", secret)]).encrypt(value, secret).decode("ascii")
    return f"{name}: !vault |\n" + "".join(f"  {line}\n" for line in encrypted.splitlines())


def check(hospital: Hospital, *before: str, limit: str = HERE) -> tuple[Run, str]:
    """``before``: playbooks of the same run."""
    password = hospital.folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    first, *more = (f"hospital_it.pkcs12.{book}" for book in (*before, "check_bundles"))
    run = play(hospital, first, *more, "--limit", limit, "--vault-password-file", str(password), "-f", "1")
    return run, " ".join((run.stdout + run.stderr).split())


@pytest.mark.skipif(Origin is None, reason="this ansible-core says of no value where it is from")
def test_what_makes_output_unreadable_is_told_once_of_the_whole_inventory(tmp_path: Path) -> None:
    with Hospital(tmp_path, DESKS) as hospital:
        run, said = check(hospital)
        assert (run.exit_code, NAMED in said) == (0, False), said
        inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
        inventory["all"]["vars"]["ansible_become_password"] = "admin"
        for host in inventory["all"]["children"]["workstations"]["hosts"].values():
            del host["ansible_user"]
        hospital.inventory.write_text(yaml.safe_dump(inventory), encoding="utf-8")
        of_all = {"site_days": 3, "ansible_user": CONNECTION_ACCOUNT, "vault_token": "hvs.7Kq-29"}
        vault(tmp_path / "group_vars" / "all" / "vault.yml", of_all)
        vault(tmp_path / "host_vars" / "localhost" / "vault.yml", {"mail_password": "Hiver"})
        vault(tmp_path / "host_vars" / CLOSED / "vault.yml", {"of_another_vault": 4}, "another password 8")
        encrypted = one_value("site_floor", "5") + one_value("door_pin", "4711")
        (tmp_path / "group_vars" / "all" / "plain.yml").write_text(encrypted, encoding="utf-8")
        weak = {JEANNE.authorisation: "certificate", PAUL.authorisation: "pharmacy9"}
        strong = hospital.bundles[ELODIE.authorisation].passphrase
        given = {"pkcs12_passphrases": {**weak, ELODIE.authorisation: strong}}
        hospital.passphrases.write_text(yaml.safe_dump(given), encoding="utf-8")
        run, said = check(hospital, "audit")
        _run, without_holders = check(hospital, limit=EMPTY)
    assert (said.count(NAMED), without_holders.count(NAMED)) == (1, 1)
    assert sum(NAMED in str(row.result.get("warnings")) for row in run.of("holder_bundles")) == 1
    (warning,) = (row.result["warnings"][0] for row in run.of("holder_bundles") if row.result.get("warnings"))
    people = [f"{each.name} ({each.authorisation})" for each in (JEANNE, PAUL)]
    for told in (*people, "ansible_become_password", "mail_password", "ansible_user", "site_days", "site_floor"):
        assert told in warning
    for value in ("certificate", "pharmacy", "admin", "Hiver", "svc-ansible", "hvs.", "4711", strong):
        assert value not in warning
