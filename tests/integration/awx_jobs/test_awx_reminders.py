# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reminders in AWX: from the facts of the audit, and in the language of the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.awx_jobs.test_awx_inventory import DAYS, DESKS, Day
from integration.runner_job import RunnerRun
from lab.hospital import Hospital
from lab.people import PAUL


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    with Hospital(tmp_path, DESKS, days=DAYS) as running:
        issued = running.bundles[PAUL.authorisation]
        running.emulated("ws-nuclear").store_of(PAUL.sid).plant(issued.certificate, issued.private_key)
        running.deliver(PAUL, 1000, " new")
        yield running


def said(run: RunnerRun) -> str:
    """The texts of the mails that a job would send."""
    assert run.status == "successful"
    found = [event["res"]["mails"] for event in run.events("runner_on_ok") if "mails" in event["res"]]
    return "\n".join(mail["body"] for mails in found for mail in mails)


def test_reminders_are_in_the_language_of_the_site(hospital: Hospital) -> None:
    day = Day(hospital)
    day.start("PKCS12 audit")
    day.change = {"pkcs12_dry_run": True, "pkcs12_language": "fr"}
    told = said(day.start("PKCS12 remind"))
    assert "Bonjour" in told
    assert PAUL.name in told
