# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts and answers become causes, and every cause has its sentence in code, documentation and guide."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.causes import (
    CAUSES,
    NOT_REACHED,
    portal_refusal,
    visit_problem,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.visit import (
    ALERTS,
    PAGES,
    Visit,
    cause_of_alert,
    cause_of_answer,
)
from lab.playbook import ROOT


@pytest.mark.parametrize(
    ("alert", "cause"),
    [
        (42, "certificate_refused"),
        (44, "revoked"),
        (45, "expired"),
        (48, "unknown_authority"),
        (116, "none_sent"),
        (40, "handshake"),
        (None, "handshake"),
    ],
)
def test_an_alert(alert: int | None, cause: str) -> None:
    assert cause_of_alert(alert, asked=True, sent=True) == cause
    assert cause_of_alert(alert, asked=True, sent=False) == "none_sent"
    assert cause_of_alert(alert, asked=False, sent=False) == cause


@pytest.mark.parametrize(
    ("asked", "sent", "status", "cause"),
    [
        (True, True, 200, None),
        (True, True, 400, "http_refused"),
        (True, True, None, "http_refused"),
        (True, False, 200, "none_sent"),
        (False, False, 200, "not_asked"),
        (False, False, 404, "not_asked"),
        (False, False, 403, "none_sent"),
        (False, False, 400, "none_sent"),
    ],
)
def test_an_answer(asked: bool, sent: bool, status: int | None, cause: str | None) -> None:
    assert cause_of_answer(Visit(asked=asked, sent=sent, http_status=status), b"", ()) == cause


@pytest.mark.parametrize(
    ("page", "cause"),
    [
        (b"<h2>HTTP Error 403.7 - Forbidden</h2>", "none_sent"),
        (b"<h2>HTTP Error 403.16 - Forbidden</h2>", "unknown_authority"),
        (b"<h2>HTTP Error 403.17 - Forbidden</h2>", "expired"),
        (b"<center>The SSL certificate error</center>", "certificate_refused"),
        (b"<center>No required SSL certificate was sent</center>", "none_sent"),
        (b"Forbidden", "http_refused"),
    ],
)
def test_what_a_page_says(page: bytes, cause: str) -> None:
    assert cause_of_answer(Visit(asked=True, sent=True, http_status=403), page, ()) == cause


def test_every_cause_has_its_sentence_and_the_documentation_has_them_all() -> None:
    """The driver's module, the two sidecars and the protocol."""
    causes = set(CAUSES)
    driver = r"'([a-z]+_[a-z_]+|expired|revoked|proxy|unreachable|handshake)'"
    assert set(re.findall(driver, read("plugins/module_utils/_Portal.psm1"))) == causes | {"connect_failed"}
    sidecar = yaml.safe_load(read("plugins/modules/portal_info.yml"))["RETURN"]["code"]["description"]
    assert set(re.findall(r"V\((\w+)\)", " ".join(sidecar))) - {"null"} == causes
    protocol = read("docs/developers/driver_protocol.md").partition("The fact `code` of `connect`")[2]
    assert causes <= set(re.findall(r"`(\w+)`", protocol.partition("\n\n")[0]))
    assert {*ALERTS.values(), *PAGES.values()} <= causes


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("cause", CAUSES)
def test_a_refusal_has_the_facts(cause: str) -> None:
    alert = Problem("portal.seen_alert", {"number": 44})
    seen = (Problem("portal.seen_status", {"status": 403}), Problem("portal.seen_version", {"version": "TLSv1.3"}))
    visit = Visit("TLSv1.3", http_status=403, cause=cause, details=(alert,))
    refused = portal_refusal("https://portal.example/", visit)
    outcome = "portal_not_asked" if cause in NOT_REACHED else "portal_refused"
    why = Problem(f"portal.{cause}", causes=(*seen, alert))
    assert refused == Problem(f"connect_failed.{outcome}", {"url": "https://portal.example/"}, causes=(why,))


def test_an_unknown_cause_of_a_newer_driver_has_a_sentence() -> None:
    assert visit_problem(Visit(cause="something new")) == visit_problem(Visit(cause="handshake"))


def test_a_workstation_has_its_own_next_step_for_an_authority() -> None:
    problem = visit_problem(Visit(cause="untrusted_server"), at_workstation=True)
    assert problem.code == "portal.untrusted_server_at_workstation"
    assert visit_problem(Visit(cause="expired"), at_workstation=True).code == "portal.expired"
