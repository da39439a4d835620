# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who leaves the survey of a renewal in AWX as it is gets what the site has set."""

from __future__ import annotations

from pathlib import Path

from consistency.awx import configuration, named
from integration.workstations.test_role_wiring import options, taken

SITE = {"pkcs12_time_zone": "Europe/Paris", "pkcs12_renew_before_days": 60}


def test_an_answer_that_nobody_gives_overrides_nothing(tmp_path: Path) -> None:
    survey = named(configuration("kubernetes"), "controller_templates", "PKCS12 renew")["survey_spec"]["spec"]
    untouched = {
        each["variable"]: each["default"] for each in survey if "default" in each and each["variable"] not in SITE
    }
    given = options(taken("renew", tmp_path, **SITE, **untouched))
    assert (given["renew_before_days"], given["install"]) == (60, "due")


def test_an_answer_counts(tmp_path: Path) -> None:
    given = [options(taken("renew", tmp_path, pkcs12_renew_before_days=days)) for days in (0, "30")]
    assert [each["renew_before_days"] for each in given] == [0, "30"]
