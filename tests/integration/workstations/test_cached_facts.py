# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts that the collection has left in the cache are no misspelt variables, although Ansible offers them as variables."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from integration.plays import facts_in, warned
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import fact_cache, play

WORKSTATION = "ws-1"
PORTAL = ("-e", json.dumps({"pkcs12_portal_url": "https://portal.example"}))


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("cached"), [Desk(WORKSTATION, (Seat(JEANNE),))]) as site:
        for playbook in ("check", "audit"):
            play(site, f"hospital_it.pkcs12.{playbook}", *PORTAL, environment=fact_cache(site))
        yield site


def test_no_later_playbook_warns_of_the_facts_of_the_collection(hospital: Hospital) -> None:
    found = facts_in(hospital.folder / "facts", WORKSTATION)
    assert {"pkcs12_fact_browsers", "pkcs12_fact_audit", "pkcs12"} <= found.keys()
    for playbook in ("audit", "check", "report"):
        run = play(hospital, f"hospital_it.pkcs12.{playbook}", environment=fact_cache(hospital))
        assert warned(run) == [], playbook
