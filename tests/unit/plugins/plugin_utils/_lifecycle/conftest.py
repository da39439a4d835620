# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.enrolment import HOLDERS, PEOPLE
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation


@pytest.fixture(scope="session")
def bundles(authority: Authority) -> dict[str, IssuedBundle]:
    """This year's bundle of each person, by number."""
    return {number: issue(authority, f"{name} - {number}", 3 * YEAR) for number, name in PEOPLE.items()}


@pytest.fixture
def folder(tmp_path: Path, bundles: dict[str, IssuedBundle]) -> Path:
    for issued in bundles.values():
        (tmp_path / issued.file_name).write_bytes(issued.data)
    return tmp_path


@pytest.fixture
def workstation() -> FakeWorkstation:
    """A workstation where all of them are logged on."""
    there = FakeWorkstation()
    for holder in HOLDERS:
        there.person(holder["user"])
    return there


@pytest.fixture(scope="module")
def issued(authority: Authority) -> IssuedBundle:
    return issue(authority)


@pytest.fixture(scope="module")
def old(authority: Authority) -> IssuedBundle:
    return issue(authority, left=timedelta(days=20))


@pytest.fixture(scope="module")
def new(authority: Authority) -> IssuedBundle:
    return issue(authority, left=3 * YEAR)


@pytest.fixture
def drivers(old: IssuedBundle) -> FakeDrivers:
    """A workstation on which the holder has the older certificate."""
    fake = FakeDrivers()
    fake.plant(old)
    return fake
