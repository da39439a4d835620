# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a variable of one workstation is told by its name, in the line of that workstation."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

ENTRY = {"user": "CHU\\x", "name": "Anne X", "authorisation": "T1"}
UNREACHABLE = {"ansible_connection": "psrp", "ansible_host": "127.0.0.1", "ansible_port": 9, "pkcs12_holders": [ENTRY]}
ROLES = ("audit", "enrol", "renew", "retire")
YES_OR_NO = {
    "audit": ("pkcs12_prove_keys", "pkcs12_only_holders"),
    "check": ("pkcs12_browsers",),
    "enrol": ("pkcs12_require_portal", "pkcs12_exportable"),
    "renew": ("pkcs12_require_portal", "pkcs12_exportable", "pkcs12_chain"),
    "retire": ("pkcs12_fail_when_deferred", "pkcs12_offline"),
}
OPENING = ("enrol", "renew")
"""Roles that open bundles."""


def of_role(role: str) -> dict[str, tuple[dict[str, Any], str]]:
    """The variables of each host, and what its line in the summary has."""
    of_all: dict[str, tuple[dict[str, Any], str]] = {
        "ws-site": ({"pkcs12_holders": ENTRY}, "pkcs12_holders of ws-site is a mapping, not a list of holders."),
        "ws-user": (
            {"pkcs12_holders": [{"name": "Anne X"}]},
            "In pkcs12_holders of ws-user, user of Anne X is missing.",
        ),
        "ws-name": (
            {"pkcs12_holders": [ENTRY | {"name": ["x"]}]},
            "In pkcs12_holders of ws-name, name of T1 is a list.",
        ),
        "ws-zone": ({"pkcs12_time_zone": "Nowhere"}, "pkcs12_time_zone is 'Nowhere'"),
        "ws-text": (
            {"pkcs12_issuer": ["CN=x"]},
            "'pkcs12_issuer' has a list where one text is needed. Write one text.",
        ),
        "ws-days": ({"pkcs12_renew_before_days": -5}, "pkcs12_renew_before_days is -5, so"),
    }
    return of_all | no_booleans(role) | (OF_BUNDLES if role in OPENING else {}) | OF_ONE_RUN.get(role, {})


def no_booleans(book: str) -> dict[str, tuple[dict[str, Any], str]]:
    return {f"ws-{name}": ({name: "jes"}, f"'{name}' is 'jes'. Write yes or no.") for name in YES_OR_NO[book]}


OF_BUNDLES: dict[str, tuple[dict[str, Any], str]] = {
    "ws-folder": ({"pkcs12_bundle_folder": ["a"]}, "'pkcs12_bundle_folder' has a list where one text is needed."),
    "ws-site-folder": ({"pkcs12_bundle_folder": {"a": 1}}, "'pkcs12_bundle_folder' has a mapping where one text"),
    "ws-check": ({"pkcs12_name_check": "often"}, "value of pkcs12_name_check must be one of: strict, words, off"),
}
OF_ONE_RUN: dict[str, dict[str, tuple[dict[str, Any], str]]] = {
    "renew": {"ws-now": ({"pkcs12_install": "always"}, "pkcs12_install is set in the inventory")},
    "retire": {
        "ws-all": ({"pkcs12_retire_everyone": True}, "pkcs12_retire_everyone is set in the inventory"),
        "ws-some": ({"pkcs12_retire_authorisations": ["T1"]}, "pkcs12_retire_authorisations is set in the inventory"),
    },
}
"""What an inventory must not have, because every run would have it."""


def of_check() -> dict[str, tuple[dict[str, Any], str]]:
    return no_booleans("check") | {
        "ws-url": ({"pkcs12_portal_url": "ftp://x", "pkcs12_browsers": "on"}, "pkcs12_portal_url"),
        "ws-site": ({"pkcs12_holders": ENTRY}, "pkcs12_holders of ws-site is a mapping, not a list of holders."),
    }


@pytest.mark.parametrize("book", [*ROLES, "check"])
def test_the_summary_names_what_the_user_has_set(book: str, tmp_path: Path) -> None:
    expected = of_check() if book == "check" else of_role(book)
    usual = UNREACHABLE | {"pkcs12_bundle_folder": str(tmp_path), "pkcs12_issuer": "CN="}
    inventory = {host: usual | variables for host, (variables, _said) in expected.items()}
    (tmp_path / "inventory.yml").write_text(json.dumps({"all": {"hosts": inventory}}), encoding="utf-8")
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    arguments = ["-i", "inventory.yml", f"hospital_it.pkcs12.{book}", "-e", "pkcs12_leavers=T1"]
    done = ansible_playbook(arguments, {**os.environ, **environment}, tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    for host, (_variables, said) in expected.items():
        (line,) = (each for each in done.stdout.splitlines() if f'"  {host}: ' in each)
        assert said in line
        others = {"pkcs12_holders", "pkcs12_time_zone"} - set(said.split())
        assert not [name for name in others if name in line], line
    assert "Error while resolving" not in done.stdout + done.stderr
