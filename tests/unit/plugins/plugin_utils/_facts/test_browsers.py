# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fact about browsers says what needs somebody, and can be read back."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.browsers import browser_facts, browser_scope
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import from_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import BrowserProblem, BrowserRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import Issuers
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import Finding, Severity
from unit.plugins.plugin_utils.fakes import NOW


def test_fact_has_each_problem_once() -> None:
    rows = [("issuing_authority", Severity.WARNING)] * 2 + [("edge", Severity.OK), ("firefox", Severity.WARNING)]
    facts = browser_facts([Finding(subject, severity, "") for subject, severity in rows], NOW.replace(microsecond=7))
    known = from_map(BrowserRecord, facts["ansible_facts"]["pkcs12_fact_browsers"], strict=True)
    assert known == BrowserRecord((BrowserProblem.ISSUING_AUTHORITY, BrowserProblem.FIREFOX), NOW)


def test_task_that_does_not_ask_has_no_scope() -> None:
    asked = {"browsers": True, "portal_url": "https://a.example"}
    assert browser_scope(asked | {"browsers": False}, Issuers()) is None
    scope = browser_scope(asked, Issuers())
    assert scope is not None
    assert scope.portal is not None
    assert scope.portal.host == "a.example"
