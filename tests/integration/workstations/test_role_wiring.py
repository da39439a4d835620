# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles enrol, renew and retire hand to their module: the site's settings, and where there are none, their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.playbook import ROOT
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import PASSPHRASE
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

ROLES = ("enrol", "renew", "retire")
MODULE = "holder_certificates"
USUAL = {"pkcs12_holders": [JEANNE, PAUL], "pkcs12_issuer": ".", "pkcs12_retire_authorisations": ["T123456"]}
PORTAL = "https://portal.example/login"
"""Lines of YAML of all tasks of a role."""


def work(role: str) -> dict[str, Any]:
    """The task of a role that calls its module."""
    (task,) = yaml.safe_load((ROOT / "roles" / role / "tasks" / "work.yml").read_text(encoding="utf-8"))
    return dict(task)


def taken(role: str, folder: Path, **variables: Any) -> dict[str, Any]:
    """The result of this task with these variables; ``invocation`` has the arguments with what the site and the role give."""
    written = work(role)[f"hospital_it.pkcs12.{MODULE}"]
    arguments = {name: value for name, value in written.items() if "omit" not in str(value)}
    site = {"pkcs12_bundle_folder": str(folder)} | variables
    extra = {name: value for name, value in USUAL.items() if name not in site}
    workstation = FakeWorkstation()
    for each in (JEANNE, PAUL):
        workstation.person(each["user"])
    return run_action(MODULE, arguments, workstation, variables=site, extra=extra)


def options(result: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = result["invocation"]["module_args"]
    return found


@pytest.mark.parametrize(
    ("role", "own"),
    [
        ("enrol", {"state": None, "install": None, "fail_when_deferred": False, "require_portal": False}),
        ("renew", {"state": None, "install": "due", "fail_when_deferred": None, "require_portal": False}),
        ("retire", {"state": "absent", "fail_when_deferred": None, "retire_everyone": None}),
    ],
)
def test_without_settings_the_role_has_its_own(tmp_path: Path, role: str, own: dict[str, Any]) -> None:
    given = options(taken(role, tmp_path))
    assert {name: given.get(name) for name in own} == own
    assert given["holders"] == [JEANNE, PAUL]
    assert taken(role, tmp_path, pkcs12_holders=None)["holders"] == []


@pytest.mark.parametrize("role", ROLES)
def test_the_site_decides_where_it_has_a_setting(tmp_path: Path, role: str) -> None:
    site = {"pkcs12_fail_when_deferred": role == "enrol", "pkcs12_computer": "WS-2", "pkcs12_time_zone": "Europe/Paris"}
    given = options(taken(role, tmp_path, **site))
    assert {f"pkcs12_{name}": given[name] for name in ("fail_when_deferred", "computer", "time_zone")} == site


def test_what_opens_bundles_is_no_matter_of_a_removal(tmp_path: Path) -> None:
    """Whoever removes certificates need not have the password of that vault."""
    refused = taken("enrol", tmp_path, pkcs12_passphrases=["no mapping"])
    assert "pkcs12_passphrases" in refused["msg"]
    assert "pkcs12_passphrases" not in taken("retire", tmp_path, pkcs12_passphrases=["no mapping"])["msg"]


@pytest.mark.parametrize("role", ["enrol", "renew"])
@pytest.mark.parametrize(
    ("required", "url", "code"),
    [
        (True, None, "bad_url"),
        ("true", " ", "bad_url"),
        (True, PORTAL, "no_bundle"),
        (False, "http://no", "no_bundle"),
        ("false", None, "no_bundle"),
        (None, "http://no", "no_bundle"),
        (True, "http://no", "bad_url"),
    ],
)
def test_a_portal_is_asked_where_it_is_required(
    tmp_path: Path, role: str, required: Any, url: str | None, code: str
) -> None:
    result = taken(role, tmp_path, pkcs12_require_portal=required, pkcs12_portal_url=url)
    assert {row["error"]["code"] for row in result["holders"]} == {code}
    codes = {row["error"]["problem"]["code"] for row in result["holders"]}
    assert ("bad_url.no_portal" in codes) == (code == "bad_url" and url != "http://no")


def test_a_required_portal_is_no_word(tmp_path: Path) -> None:
    error = taken("renew", tmp_path, pkcs12_require_portal="jes")["error"]
    assert (error["setting"], error["problem"]["values"]["given"]) == ("pkcs12_require_portal", "jes")


@pytest.mark.parametrize("leavers", [["T123456", " t9 "], "T123456, t9"], ids=["list", "text of an extra variable"])
def test_who_has_left_gets_no_certificate(tmp_path: Path, leavers: object) -> None:
    """A leaver may stay in the inventory until the certificate is removed."""
    site = {"pkcs12_leavers": leavers, "pkcs12_passphrases": {"T123456": PASSPHRASE}}
    numbers = {
        role: [each["authorisation"] for each in taken(role, tmp_path, **site)["holders"]]
        for role in ("enrol", "renew", "retire")
    }
    assert numbers == {"enrol": [PAUL["authorisation"]], "renew": [PAUL["authorisation"]], "retire": ["T123456"]}
