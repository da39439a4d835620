# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import StoreContents, UnreadSource
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import (
    Cause,
    NextStep,
    Problem,
    Value,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import constrained
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import (
    Severity,
    lockdown_findings,
    preflight,
    preflight_result,
    spnego_finding,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Account,
    Identity,
    Inventory,
    Logging,
    Profile,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.receiver import Connection, Receiver

NOW = datetime(2026, 11, 25, 3, tzinfo=timezone.utc)
SERVICE_SID, JEANNE_SID, PAUL_SID = "S-1-5-21-1-2-3-1103", "S-1-5-21-1-2-3-1104", "S-1-5-21-1-2-3-1107"
SERVICE = Identity(SERVICE_SID, r"CHU\svc-ansible", administrator=True, debug_privilege=True)
JEANNE = Account(r"CHU\jdupont", JEANNE_SID, r"CHU\jdupont", None)
PAUL = Account(r"CHU\pmartin", PAUL_SID, r"CHU\pmartin", None)
NOBODY = Account(r"CHU\nobody", None, None, 0x80070534)
EMPTY = StoreContents((), ())
QUIET = Logging(script_block=False, module=False, transcription=False)
DESK = Profile(JEANNE_SID, r"C:\Users\jdupont", loaded=True, temporary=False, my=EMPTY)
READY = Inventory(
    identity=SERVICE,
    computer="WS-1",
    os_build=19045,
    utc=NOW,
    language_mode="FullLanguage",
    logging=QUIET,
    force_key_protection=0,
    secondary_logon=3,
    accounts=(JEANNE,),
    profiles=(DESK,),
    machine=EMPTY,
    receiver=Receiver(Connection("winrm", "https", ("ntlm",), "auto"), "ws-1"),
)
WORKSTATION = {
    "connection",
    "encryption",
    "receiver",
    "administrator",
    "debug_privilege",
    "secondary_logon",
    "language_mode",
    "administrator_protection",
    "logging",
    "force_key_protection",
    "clock",
    "os_build",
}


def unread(code: str) -> StoreContents:
    return StoreContents((), (UnreadSource(code, r"\\files\profiles", None),))


def wrong(inventory: Inventory) -> dict[str, tuple[Severity, Problem]]:
    """What is not ok: severity and problem by subject."""
    return {each.subject: (each.severity, each.problem) for each in preflight(inventory, NOW) if not each.ok}


def over(scheme: str, logon: str, validation: str = "validate", unverified: tuple[str, ...] | None = None) -> Receiver:
    """Who answers over such a connection."""
    return Receiver(Connection("winrm", scheme, (logon,), "auto", validation), "ws-1", unverified)


def test_a_connection_that_does_not_prove_the_workstation_is_told() -> None:
    """NTLM over http as a warning, until the site has the setting; what it names is no finding to cure."""
    here = {"computer": "WS-1", "host": "ws-1"}
    member = Problem("unverified_workstation.ntlm", here, "unverified_workstations")
    option = {"option": "ansible_winrm_server_cert_validation"}
    not_named = Problem("unverified_workstation.ntlm_not_named", here, "unverified_workstations")
    unchecked = Problem("unverified_workstation.certificate", here | option, "unverified_workstations")
    for receiver, told in (
        (over("http", "ntlm"), (Severity.WARNING, member)),
        (over("http", "ntlm", unverified=()), (Severity.ERROR, not_named)),
        (over("https", "ntlm", "ignore"), (Severity.ERROR, unchecked)),
        (over("https", "ntlm", "ignore", ("ws-2",)), (Severity.ERROR, unchecked)),
        (over("https", "ntlm", "ignore", ("ws-1",)), None),
        (over("http", "kerberos"), None),
    ):
        found = wrong(replace(READY, receiver=receiver))
        assert (found.get("receiver"), "encryption" in found) == (told, False)
        ready = preflight_result("WS-1", preflight(replace(READY, receiver=receiver), NOW))["ready"]
        assert ready is (told is None or told[0] is Severity.WARNING)
    assert "receiver" not in wrong(replace(READY, receiver=over("http", "basic")))


def test_connection_that_does_not_encrypt_is_an_error() -> None:
    clear = replace(READY, receiver=over("http", "basic"))
    values = {"computer": "WS-1", "scheme": "http", "logons": ("basic",), "encryption": "auto"}
    assert wrong(clear)["encryption"] == (Severity.ERROR, Problem("unencrypted_connection", values))
    assert preflight_result(READY.computer, preflight(clear, NOW))["ready"] is False


def test_ready_workstation_has_one_good_finding_of_each_kind() -> None:
    findings = preflight(READY, NOW)
    assert [finding.subject for finding in findings if not finding.ok] == []
    assert sorted(finding.subject for finding in findings) == sorted(WORKSTATION | {"holder", "profile"})
    assert findings[0].account == findings[0].problem.values["account"] == r"CHU\svc-ansible"
    said = {finding.subject: finding.problem for finding in findings}
    assert said["language_mode"].code == "finding.full_language"
    assert said["profile"] == Problem("finding.profiles", {"computer": "WS-1", "total": len(READY.profiles)})


def test_app_control_that_trusts_the_drivers_is_told_and_nothing_to_be_cured() -> None:
    found = preflight(replace(READY, locks=("app_control",)), NOW)
    (finding,) = [each for each in found if each.subject == "language_mode"]
    values = {"computer": "WS-1", "name": r"CHU\svc-ansible"}
    assert (finding.ok, finding.problem) == (True, Problem("finding.full_language_trusted", values))


def problem(code: str, *causes: Problem, **values: Value) -> Problem:
    return Problem(code, {"computer": "WS-1", **values}, causes=causes)


def denied(code: str) -> Problem:
    return Problem(f"unread.{code}", {"detail": r"\\files\profiles"})


SVC, JDUPONT = r"CHU\svc-ansible", {"name": r"CHU\jdupont"}
ERROR, WARNING = Severity.ERROR, Severity.WARNING
HRESULT = Problem("hresult", {"number": "0x80070534"})
CONSTRAINED = {"language_mode": "ConstrainedLanguage"}
IN_MODE = {"mode": "ConstrainedLanguage", "name": SVC}
LOCKED = Problem("locks", {"locks": ("app_control",)})
NAMELESS = Account(JEANNE_SID, JEANNE_SID, None, 0x80070534)
REDIRECTED = replace(DESK, my=unread("redirected"))
PAULS = replace(DESK, owner_sid=PAUL_SID, my=unread("access_denied"))
ERRORS: list[tuple[str, dict[str, Any], Problem]] = [
    (
        "administrator",
        {"identity": replace(SERVICE, administrator=False)},
        problem("finding.no_administrator", account=SVC),
    ),
    (
        "debug_privilege",
        {"identity": replace(SERVICE, debug_privilege=False)},
        problem("no_debug_privilege.any_holder", connection=SVC),
    ),
    ("secondary_logon", {"secondary_logon": 4}, problem("secondary_logon.any_holder")),
    ("language_mode", CONSTRAINED, problem("constrained_language", **IN_MODE)),
    ("language_mode", {**CONSTRAINED, "locks": ("app_control",)}, problem("constrained_language", LOCKED, **IN_MODE)),
    ("force_key_protection", {"force_key_protection": 1}, problem("force_key_protection")),
    ("os_build", {"os_build": 10239}, problem("finding.os_build_unsupported", build=10239)),
    ("holder", {"accounts": (NOBODY,)}, problem("unknown_holder", HRESULT, name=r"CHU\nobody")),
    ("holder", {"accounts": (NAMELESS,)}, problem("no_account_name", name=JEANNE_SID)),
    ("holder", {"profiles": (replace(DESK, temporary=True),)}, problem("temporary_profile", **JDUPONT)),
    ("holder", {"profiles": (REDIRECTED,)}, problem("store_unread", denied("redirected"), **JDUPONT)),
]
WARNINGS: list[tuple[str, dict[str, Any], Problem]] = [
    ("secondary_logon", {"secondary_logon": None}, problem("finding.secondary_logon_unknown")),
    ("language_mode", {"locks": ("applocker",)}, problem("script_rules", locks=("applocker",), name=SVC)),
    ("language_mode", {"locks": ("applocker_mdm",)}, problem("script_rules", locks=("applocker_mdm",), name=SVC)),
    ("language_mode", {"locks": ("applocker", "app_control")}, problem("script_rules", locks=("applocker",), name=SVC)),
    ("administrator_protection", {"administrator_protection": True}, problem("administrator_protection")),
    ("clock", {"utc": NOW + timedelta(seconds=301)}, problem("finding.clock_fast", seconds=301)),
    ("clock", {"utc": NOW - timedelta(seconds=301)}, problem("finding.clock_slow", seconds=301)),
    ("profile", {"profiles": (DESK, PAULS)}, problem("store_unread.profile", denied("access_denied"), path=DESK.path)),
]


@pytest.mark.parametrize("severity", [ERROR, WARNING])
def test_each_trouble_is_the_only_thing_said_and_has_a_cure(severity: Severity) -> None:
    for subject, changes, says in ERRORS if severity is ERROR else WARNINGS:
        inventory = replace(READY, **changes)
        assert wrong(inventory) == {subject: (severity, says)}
        for each in preflight(inventory, NOW):
            assert bool(sentences("en")[each.problem.code].get("next_step")) == (not each.ok), each
        assert preflight_result("WS-1", preflight(inventory, NOW))["ready"] is (severity is not ERROR)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"profiles": (replace(DESK, loaded=False),)}, "finding.not_logged_on"),
        ({"profiles": ()}, "finding.never_logged_on"),
        ({}, "finding.logged_on"),
    ],
    ids=["away", "never", "here"],
)
def test_who_is_away_is_no_fault(changes: dict[str, Any], says: str) -> None:
    (holder,) = (each for each in preflight(replace(READY, **changes), NOW) if each.subject == "holder")
    assert (holder.ok, holder.account) == (True, JEANNE.asked)
    assert holder.problem == problem(says, **JDUPONT)


@pytest.mark.parametrize(
    ("build", "best_effort"),
    [(10240, True), (17762, True), (17763, False), (17764, True), (20347, True), (20348, False), (26200, False)],
)
def test_windows_near_the_end_of_its_support_is_best_effort(build: int, best_effort: bool) -> None:
    (found,) = (each for each in preflight(replace(READY, os_build=build), NOW) if each.subject == "os_build")
    assert found.ok
    assert found.problem == problem("finding.os_build_old" if best_effort else "finding.os_build", build=build)


def test_logging_is_told_and_nothing_to_be_cured() -> None:
    found = preflight(replace(READY, logging=replace(QUIET, module=True, transcription=True)), NOW)
    (finding,) = [each for each in found if each.subject == "logging"]
    kinds = ("module_logging", "transcription")
    assert (finding.ok, finding.problem) == (True, problem("finding.logging", kinds=kinds))


def test_clock_is_tolerated_up_to_300_seconds() -> None:
    assert wrong(replace(READY, utc=NOW - timedelta(seconds=300))) == {}


@pytest.mark.parametrize(
    ("others", "severity"), [((), Severity.WARNING), ((PAUL,), Severity.ERROR)], ids=["alone", "beside another"]
)
def test_rights_over_others_are_a_warning_where_the_connection_is_the_only_holder(
    others: tuple[Account, ...], severity: Severity
) -> None:
    identity = Identity(JEANNE_SID, JEANNE.asked, administrator=False, debug_privilege=False)
    found = wrong(replace(READY, identity=identity, secondary_logon=4, accounts=(JEANNE, *others)))
    rights = ("administrator", "debug_privilege", "secondary_logon")
    assert {subject: found[subject][0] for subject in rights} == dict.fromkeys(rights, severity)


def test_lockdown_is_the_one_finding() -> None:
    refusal = constrained("ws-1", (), "ConstrainedLanguage", None)
    result = preflight_result("ws-1", lockdown_findings(refusal))
    told = Problem("done.not_ready", {"computer": "ws-1", "errors": 1, "warnings": 0})
    assert result == {
        "changed": False,
        "ready": False,
        "findings": [
            {
                "subject": "language_mode",
                "severity": "error",
                "sentence": Cause(refusal.problem),
                "cure": NextStep(refusal.problem),
                "account": None,
                "ok": False,
                "problem": refusal.problem.to_map(),
            }
        ],
        "lines": [told, Problem("play.finding_error", causes=(refusal.problem,))],
        "msg": told,
    }


@pytest.mark.parametrize("account", [JEANNE.asked, JEANNE.asked.upper()])
def test_password_that_would_be_logged_is_an_error_of_its_holder(account: str) -> None:
    logged = replace(READY, logging=replace(QUIET, script_block=True))
    (found,) = [each for each in preflight(logged, NOW, [account, r"CHU\elsewhere"]) if not each.ok]
    assert (found.subject, found.severity, found.account) == ("holder", Severity.ERROR, JEANNE.asked)
    assert found.problem == problem("logged_password.check", kinds=("script_block_logging",), **JDUPONT)


def test_password_is_no_error_where_nothing_is_logged_or_nobody_is_logged_on_with_it() -> None:
    logged = replace(READY, logging=replace(QUIET, script_block=True))
    own = replace(logged, identity=replace(SERVICE, sid=JEANNE_SID), secondary_logon=None)
    for inventory, given in ((READY, [JEANNE.asked]), (logged, [r"CHU\elsewhere"]), (own, [JEANNE.asked])):
        assert [
            each
            for each in preflight(inventory, NOW, given)
            if each.subject == "holder" and each.severity is Severity.ERROR
        ] == []


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ("0.9.10", Severity.WARNING),
        ("0.12", Severity.WARNING),
        ("0.12.1", Severity.WARNING),
        ("0.12.2", Severity.OK),
        ("0.12.2rc1", Severity.OK),
        ("0.12.10", Severity.OK),
        ("0.13", Severity.OK),
        ("1.0.0", Severity.OK),
        (None, Severity.OK),
    ],
)
def test_an_old_pyspnego_is_a_warning_with_a_cure(version: str | None, severity: Severity) -> None:
    found = spnego_finding(version)
    code = "spnego_too_old" if severity is WARNING else "spnego" if version else "no_spnego"
    assert (found.subject, found.severity, found.problem.code) == ("spnego", severity, f"finding.{code}")
    assert found.problem.values.get("version") == version
