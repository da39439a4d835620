# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a role's own variable of one workstation is told by that name, and what is wrong in the site's by the site's."""

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
    "check": ("pkcs12_browsers", "pkcs12_check_stray_bundles"),
    "enrol": ("pkcs12_require_portal", "pkcs12_exportable"),
    "renew": ("pkcs12_require_portal", "renew_now", "pkcs12_chain"),
    "retire": ("pkcs12_retire_everyone", "pkcs12_offline"),
}
OPENING = ("enrol", "renew")
"""Roles that open bundles."""


def of_role(role: str) -> dict[str, tuple[dict[str, Any], str]]:
    """The variables of each host, and what its line in the summary has."""
    of_all: dict[str, tuple[dict[str, Any], str]] = {
        "ws-own": ({f"{role}_holders": ENTRY}, f"{role}_holders of ws-own is a mapping, not a list of holders."),
        "ws-user": (
            {f"{role}_holders": [{"name": "Anne X"}]},
            f"In {role}_holders of ws-user, user of Anne X is missing.",
        ),
        "ws-name": (
            {f"{role}_holders": [ENTRY | {"name": ["x"]}]},
            f"In {role}_holders of ws-name, name of T1 is a list.",
        ),
        "ws-site": ({"pkcs12_holders": ENTRY}, "pkcs12_holders of ws-site is a mapping, not a list of holders."),
        "ws-zone": ({f"{role}_time_zone": "Nowhere"}, f"{role}_time_zone is 'Nowhere'"),
        "ws-site-zone": ({"pkcs12_time_zone": "Nowhere"}, "pkcs12_time_zone is 'Nowhere'"),
        "ws-text": (
            {f"{role}_issuer": ["CN=x"]},
            f"'{role}_issuer' has a list where one text is needed. Write one text.",
        ),
    }
    return of_all | no_booleans(role) | (of_bundles(role) if role in OPENING else {}) | OF_SURVEYS.get(role, {})


def no_booleans(book: str) -> dict[str, tuple[dict[str, Any], str]]:
    return {f"ws-{name}": ({name: "jes"}, f"'{name}' is 'jes'. Write yes or no.") for name in YES_OR_NO[book]}


def of_bundles(role: str) -> dict[str, tuple[dict[str, Any], str]]:
    return {
        "ws-folder": ({f"{role}_bundle_folder": ["a"]}, f"'{role}_bundle_folder' has a list where one text is needed."),
        "ws-site-folder": ({"pkcs12_bundle_folder": {"a": 1}}, "'pkcs12_bundle_folder' has a mapping where one text"),
        "ws-check": ({f"{role}_name_check": "often"}, f"value of {role}_name_check must be one of: strict, words, off"),
        "ws-site-check": ({"pkcs12_name_check": "often"}, "value of pkcs12_name_check must be one of: strict, words"),
    }


OF_SURVEYS: dict[str, dict[str, tuple[dict[str, Any], str]]] = {
    "renew": {
        "ws-empty": ({"renew_before_days": "", "pkcs12_renew_before_days": -5}, "renew_before_days is -5, so"),
        "ws-null": ({"renew_before_days": None, "pkcs12_renew_before_days": -6}, "renew_before_days is -6, so"),
    }
}
"""An empty answer hides nothing of the site."""


def of_check() -> dict[str, tuple[dict[str, Any], str]]:
    return no_booleans("check") | {
        "ws-url": ({"pkcs12_portal_url": "ftp://x", "pkcs12_browsers": "on"}, "pkcs12_portal_url"),
        "ws-site": ({"pkcs12_holders": ENTRY}, "pkcs12_holders of ws-site is a mapping, not a list of holders."),
    }


@pytest.mark.parametrize("book", [*ROLES, "check"])
def test_the_summary_names_what_the_user_has_set(book: str, tmp_path: Path) -> None:
    expected = of_check() if book == "check" else of_role(book)
    usual = UNREACHABLE | {"pkcs12_bundle_folder": str(tmp_path), "pkcs12_issuer": "CN=", "pkcs12_retire_authorisations": "T1"}
    inventory = {host: usual | variables for host, (variables, _said) in expected.items()}
    (tmp_path / "inventory.yml").write_text(json.dumps({"all": {"hosts": inventory}}), encoding="utf-8")
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    arguments = ["-i", "inventory.yml", f"hospital_it.pkcs12.{book}"]
    done = ansible_playbook(arguments, {**os.environ, **environment}, tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    for host, (_variables, said) in expected.items():
        (line,) = (each for each in done.stdout.splitlines() if f'"  {host}: ' in each)
        assert said in line
        others = {"pkcs12_holders", f"{book}_holders", "pkcs12_time_zone", f"{book}_time_zone"} - set(said.split())
        assert not [name for name in others if name in line], line
    assert "Error while resolving" not in done.stdout + done.stderr
