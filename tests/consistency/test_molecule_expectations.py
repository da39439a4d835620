# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Molecule scenarios compare tells a workstation that is as expected from each one that is not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jinja2 import Environment

from lab.playbook import ROOT

EXPECT = ROOT / "extensions" / "molecule" / "shared" / "tasks" / "expect.yml"
END, EARLIER = "2029-11-25T00:00:00Z", "2026-12-01T00:00:00Z"
NEW = {"certificate_until": END, "certificate_status": "valid", "proof": "proven", "thumbprint": "AA"}
NOTHING = {"certificate_until": None, "certificate_status": "missing", "proof": None, "thumbprint": None}
OLD = {**NEW, "certificate_until": EARLIER, "certificate_status": "renewal_due", "thumbprint": "BB"}
Case = tuple[str, dict[str, Any], dict[str, Any], int]
"""What is expected, the holder now and before, and how many certificates of the holder are in the store."""

RIGHT: dict[str, Case] = {
    "newest": ("newest", NEW, NOTHING, 1),
    "before": ("before", OLD, OLD, 1),
    "before, nothing": ("before", NOTHING, NOTHING, 0),
    "none": ("none", NOTHING, NEW, 0),
}
WRONG: dict[str, Case] = {
    "an older one beside the newest": ("newest", NEW, OLD, 2),
    "the older one only": ("newest", {**NEW, "certificate_until": EARLIER}, OLD, 1),
    "the newest in a wrong state": ("newest", {**NEW, "certificate_status": "weak"}, NOTHING, 1),
    "a key that does not sign": ("newest", {**NEW, "proof": "failed"}, NOTHING, 1),
    "one more than before": ("before", OLD, OLD, 2),
    "one where nothing was": ("before", {**NOTHING, "thumbprint": None}, NOTHING, 1),
    "another one than before": ("before", {**OLD, "thumbprint": "CC"}, OLD, 1),
    "another state than before": ("before", {**OLD, "certificate_status": "key_missing"}, OLD, 1),
    "an archived one that is left": ("none", NOTHING, NEW, 1),
    "a holder whose store is not known": ("none", {**NOTHING, "certificate_status": "unknown"}, NEW, 0),
}


def holds(case: Case) -> bool:
    want, now, before, count = case
    tasks = yaml.safe_load(EXPECT.read_text(encoding="utf-8"))
    (task,) = (task for task in tasks if task["name"] == "Every holder has what is expected")
    assert task["ansible.builtin.assert"]["that"] == "{{ __trial_checks[trial_want] }}"
    assert task["loop"] == "{{ trial_now.holders }}"
    values = {"item": now, "trial_then": before, "trial_bundle": {"valid_until": END}, "__trial_theirs": [0] * count}
    checks = [Environment(autoescape=True).compile_expression(text) for text in task["vars"]["__trial_checks"][want]]
    return all(check(**values) for check in checks)


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_expected_is_green(name: str) -> None:
    assert holds(RIGHT[name])


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_expected_is_red(name: str) -> None:
    assert not holds(WRONG[name])
