# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each target is a role that uses one part of the collection as the documentation shows it, on every kind of workstation."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.kit_remote import TARGETS, controller_targets, windows_targets
from integration.conftest import Site
from integration.plays import Json, run_play
from lab.authority import Authority
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.target_site import TargetSite
from lab.workstation_interface import AuthMethod

NUMBERS = itertools.count(300001)
ENVIRONMENT = {"ANSIBLE_ROLES_PATH": str(TARGETS)}


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Hospital(tmp_path_factory.mktemp("targets"), [Desk("ws-cardio", (Seat(JEANNE),))], request.param) as hospital:
        yield Site(hospital)


@pytest.fixture(scope="module")
def target_site(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TargetSite]:
    with TargetSite(tmp_path_factory.mktemp("target-site"), authority) as site:
        yield site


@pytest.mark.parametrize(
    ("site", "target"),
    [*((AuthMethod.NTLM, target) for target in windows_targets()), (AuthMethod.BASIC, "role_enrol")],
    indirect=["site"],
)
def test_target(target: str, site: Site, target_site: TargetSite) -> None:
    assert_leaves_nothing(target, site, target_site)


def assert_leaves_nothing(target: str, site: Site, target_site: TargetSite) -> None:
    """It ends well, and its certificates are gone."""
    variables = target_site.variables(next(NUMBERS))
    run_target(target, site, variables, hosts="all")
    left = run_play(site.hospital, *site.options, tasks=[{"hospital_it.pkcs12.certificate_facts": {}}])
    (facts,) = [row.result["ansible_facts"]["pkcs12"] for row in left.of("certificate_facts")]
    known = {variables["target_thumbprint"], variables["target_later_thumbprint"]}
    assert [each for each in facts["certificates"] if each["thumbprint"] in known] == []


@pytest.mark.parametrize("target", controller_targets())
def test_target_on_the_controller(target: str, tmp_path: Path, target_site: TargetSite) -> None:
    with Hospital(tmp_path, []) as nobody:
        run_target(target, Site(nobody), target_site.variables(next(NUMBERS)), hosts="localhost", connection="local")


def run_target(target: str, site: Site, variables: Json, **play: str) -> None:
    """Fails with the output of Ansible."""
    given = site.hospital.folder / "target.json"
    given.write_text(json.dumps(variables), encoding="utf-8")
    run = run_play(
        site.hospital, f"--extra-vars=@{given}", *site.options, environment=ENVIRONMENT, roles=[target], **play
    )
    assert run.exit_code == 0, run.stdout + run.stderr
