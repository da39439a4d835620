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


def test_who_was_renewed_since_the_weekly_report_is_asked_to_close_the_browser(hospital: Hospital) -> None:
    day = Day(hospital)
    day.start("PKCS12 audit")
    day.change = {"pkcs12_report_destinations": [], "pkcs12_language": "fr"}
    assert day.start("PKCS12 report by mail").status == "successful"
    day.change = {}
    assert day.called("PKCS12 renew due")[1] >= {"ws-nuclear"}
    day.change = {"pkcs12_dry_run": True, "pkcs12_language": "fr"}
    told = said(day.start("PKCS12 remind"))
    assert "navigateur" in told
    assert PAUL.name in told
    (weekly,) = (hospital.folder / "reports").glob("*weekly.json")
    weekly.unlink()
    assert "navigateur" not in said(day.start("PKCS12 remind"))
