# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who leaves the survey of a renewal in AWX as it is gets what the site has set."""

from __future__ import annotations

from pathlib import Path

from consistency.awx import configuration, named
from integration.workstations.test_role_wiring import overlay, recorded

__all__ = ["overlay"]

SITE = {"pkcs12_renew_before_days": 60}


def test_an_answer_that_nobody_gives_overrides_nothing(overlay: Path) -> None:
    survey = named(configuration("kubernetes"), "controller_templates", "PKCS12 renew")["survey_spec"]["spec"]
    untouched = {each["variable"]: each["default"] for each in survey if "default" in each}
    ((_role, options),) = recorded(overlay, ("renew", SITE | untouched))
    assert str(options["renew_before_days"]) == "60"


def test_an_answer_counts(overlay: Path) -> None:
    given = recorded(overlay, *(("renew", SITE | {"renew_before_days": days}) for days in (0, "30")))
    assert [str(options["renew_before_days"]) for _role, options in given] == ["0", "30"]
