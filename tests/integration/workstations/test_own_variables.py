# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a variable of one workstation is told by its name, for that workstation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integration.problems import named_in
from lab.hospital import Hospital
from lab.playbook import play

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


def of_role(role: str) -> dict[str, dict[str, Any]]:
    """The variables of each host that one of them is wrong for."""
    of_all: dict[str, dict[str, Any]] = {
        "ws-site": {"pkcs12_holders": ENTRY},
        "ws-user": {"pkcs12_holders": [{"name": "Anne X"}]},
        "ws-name": {"pkcs12_holders": [ENTRY | {"name": ["x"]}]},
        "ws-zone": {"pkcs12_time_zone": "Nowhere"},
        "ws-text": {"pkcs12_issuer": ["CN=x"]},
        "ws-days": {"pkcs12_renew_before_days": -5},
    }
    return of_all | no_booleans(role) | (OF_BUNDLES if role in OPENING else {}) | OF_ONE_RUN.get(role, {})


def no_booleans(book: str) -> dict[str, dict[str, Any]]:
    return {f"ws-{name}": {name: "jes"} for name in YES_OR_NO[book]}


OF_BUNDLES: dict[str, dict[str, Any]] = {
    "ws-folder": {"pkcs12_bundle_folder": ["a"]},
    "ws-site-folder": {"pkcs12_bundle_folder": {"a": 1}},
    "ws-check": {"pkcs12_name_check": "often"},
}
OF_ONE_RUN: dict[str, dict[str, dict[str, Any]]] = {
    "renew": {"ws-now": {"pkcs12_install": "always"}},
    "retire": {"ws-all": {"pkcs12_retire_everyone": True}, "ws-some": {"pkcs12_retire_authorisations": ["T1"]}},
}
"""What an inventory must not have, because every run would have it."""
HOLDERS = {"ws-site": "holders_no_list", "ws-user": "holder_without_user", "ws-name": "holder_no_text"}
"""That they are about ``pkcs12_holders``, their codes say."""


def of_check() -> dict[str, dict[str, Any]]:
    wrong_url = {"pkcs12_portal_url": "ftp://x", "pkcs12_browsers": "on"}
    return no_booleans("check") | {"ws-url": wrong_url, "ws-site": {"pkcs12_holders": ENTRY}}


@pytest.mark.parametrize("book", [*ROLES, "check"])
def test_the_refusal_names_what_the_user_has_set(book: str, tmp_path: Path) -> None:
    given = of_check() if book == "check" else of_role(book)
    usual = UNREACHABLE | {"pkcs12_bundle_folder": str(tmp_path), "pkcs12_issuer": "CN="}
    inventory = {host: usual | variables for host, variables in given.items()}
    (tmp_path / "own.yml").write_text(json.dumps({"all": {"hosts": inventory}}), encoding="utf-8")
    with Hospital(tmp_path, []) as nobody:
        run = play(nobody, f"hospital_it.pkcs12.{book}", "-i", str(tmp_path / "own.yml"), "-e", "pkcs12_leavers=T1")
    assert run.exit_code == 2, run.stdout
    for host, variables in given.items():
        results = [
            each for row in run.rows if row.host == host for each in (row.result, *row.result.get("holders", ()))
        ]
        errors = [each["error"] for each in results if isinstance(each, dict) and each.get("error")]
        named = {error.get("setting") for error in errors}.union(*(named_in(error["problem"]) for error in errors))
        assert (f"bad_arguments.{HOLDERS[host]}" if host in HOLDERS else next(iter(variables))) in named, (host, named)
        assert not ({"pkcs12_time_zone"} - variables.keys()) & named
    assert "Error while resolving" not in run.stdout + run.stderr
