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
    Pkcs12Error,
    Problem,
    Value,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.encryption import ClearConnection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import constrained
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import (
    Finding,
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

NOW = datetime(2026, 11, 25, 3, tzinfo=timezone.utc)
SERVICE_SID, JEANNE_SID, PAUL_SID = "S-1-5-21-1-2-3-1103", "S-1-5-21-1-2-3-1104", "S-1-5-21-1-2-3-1107"
SERVICE = Identity(SERVICE_SID, r"CHU\svc-ansible", administrator=True, debug_privilege=True)
JEANNE = Account(r"CHU\jdupont", JEANNE_SID, r"CHU\jdupont", None)
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
)
WORKSTATION = {
    "connection",
    "encryption",
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


def test_connection_that_does_not_encrypt_is_an_error() -> None:
    clear = replace(READY, clear_connection=ClearConnection("http", ("basic",), "auto"))
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


CONNECTION, NAME = {"connection": r"CHU\svc-ansible"}, {"name": r"CHU\svc-ansible"}
JDUPONT = {"name": r"CHU\jdupont"}
HRESULT = Problem("hresult", {"number": "0x80070534"})
ERROR, WARNING = Severity.ERROR, Severity.WARNING
TROUBLES: dict[str, tuple[dict[str, Any], str, Severity, Problem]] = {
    "no administrator": (
        {"identity": replace(SERVICE, administrator=False)},
        "administrator",
        ERROR,
        problem("finding.no_administrator", account=r"CHU\svc-ansible"),
    ),
    "no debug privilege": (
        {"identity": replace(SERVICE, debug_privilege=False)},
        "debug_privilege",
        ERROR,
        problem("no_debug_privilege.any_holder", **CONNECTION),
    ),
    "seclogon disabled": ({"secondary_logon": 4}, "secondary_logon", ERROR, problem("secondary_logon.any_holder")),
    "seclogon missing": (
        {"secondary_logon": None},
        "secondary_logon",
        WARNING,
        problem("finding.secondary_logon_unknown"),
    ),
    "constrained": (
        {"language_mode": "ConstrainedLanguage"},
        "language_mode",
        ERROR,
        problem("constrained_language", mode="ConstrainedLanguage", **NAME),
    ),
    "constrained by App Control": (
        {"language_mode": "ConstrainedLanguage", "locks": ("app_control",)},
        "language_mode",
        ERROR,
        problem(
            "constrained_language", Problem("locks", {"locks": ("app_control",)}), mode="ConstrainedLanguage", **NAME
        ),
    ),
    "rules for scripts": (
        {"locks": ("applocker",)},
        "language_mode",
        WARNING,
        problem("script_rules", locks=("applocker",), **NAME),
    ),
    "rules of an MDM": (
        {"locks": ("applocker_mdm",)},
        "language_mode",
        WARNING,
        problem("script_rules", locks=("applocker_mdm",), **NAME),
    ),
    "rules beside App Control": (
        {"locks": ("applocker", "app_control")},
        "language_mode",
        WARNING,
        problem("script_rules", locks=("applocker",), **NAME),
    ),
    "administrator protection": (
        {"administrator_protection": True},
        "administrator_protection",
        WARNING,
        problem("administrator_protection"),
    ),
    "key protection": ({"force_key_protection": 1}, "force_key_protection", ERROR, problem("force_key_protection")),
    "clock fast": ({"utc": NOW + timedelta(seconds=301)}, "clock", WARNING, problem("finding.clock_fast", seconds=301)),
    "clock slow": ({"utc": NOW - timedelta(seconds=301)}, "clock", WARNING, problem("finding.clock_slow", seconds=301)),
    "too old": ({"os_build": 9600}, "os_build", ERROR, problem("finding.os_build_unsupported", build=9600)),
    "one build too old": ({"os_build": 10239}, "os_build", ERROR, problem("finding.os_build_unsupported", build=10239)),
    "unknown holder": (
        {"accounts": (NOBODY,)},
        "holder",
        ERROR,
        problem("unknown_holder", HRESULT, name=r"CHU\nobody"),
    ),
    "nameless holder": (
        {"accounts": (Account(JEANNE_SID, JEANNE_SID, None, 0x80070534),)},
        "holder",
        ERROR,
        problem("no_account_name", name=JEANNE_SID),
    ),
    "temporary profile": (
        {"profiles": (replace(DESK, temporary=True),)},
        "holder",
        ERROR,
        problem("temporary_profile", **JDUPONT),
    ),
    "redirected profile": (
        {"profiles": (replace(DESK, my=unread("redirected")),)},
        "holder",
        ERROR,
        problem("store_unread", denied("redirected"), **JDUPONT),
    ),
    "somebody's profile denied": (
        {"profiles": (DESK, replace(DESK, owner_sid=PAUL_SID, my=unread("access_denied")))},
        "profile",
        WARNING,
        problem("store_unread.profile", denied("access_denied"), path=DESK.path),
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_is_the_only_thing_said_and_has_a_cure(name: str) -> None:
    changes, subject, severity, says = TROUBLES[name]
    inventory = replace(READY, **changes)
    (found,) = wrong(inventory).items()
    assert found == (subject, (severity, says))
    cured = {
        each.subject: bool(sentences("en")[each.problem.code].get("next_step")) for each in preflight(inventory, NOW)
    }
    assert cured == {each.subject: not each.ok for each in preflight(inventory, NOW)}
    assert preflight_result("WS-1", preflight(inventory, NOW))["ready"] is (severity is not Severity.ERROR)


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


def test_rights_over_others_are_a_warning_where_the_connection_is_the_only_holder() -> None:
    identity = Identity(JEANNE_SID, JEANNE.asked, administrator=False, debug_privilege=False)
    found = wrong(replace(READY, identity=identity, secondary_logon=4))
    assert {subject: severity for subject, (severity, _problem) in found.items()} == dict.fromkeys(
        ("administrator", "debug_privilege", "secondary_logon", "holder"), Severity.WARNING
    )


def test_every_holder_and_every_unreadable_profile_has_its_own_finding() -> None:
    others = tuple(replace(DESK, owner_sid=f"{PAUL_SID}{number}", my=unread("unreadable")) for number in range(2))
    findings = preflight(replace(READY, accounts=(JEANNE, NOBODY), profiles=(DESK, *others)), NOW)
    about = [(finding.subject, finding.account) for finding in findings if finding.subject in ("holder", "profile")]
    assert about == [
        ("holder", JEANNE.asked),
        ("holder", NOBODY.asked),
        *(("profile", other.owner_sid) for other in others),
    ]


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


def test_another_refusal_stays_one() -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        lockdown_findings(Pkcs12Error(Problem("kept_files")))
    assert refusal.value.code == "kept_files"


def test_warnings_leave_it_ready_and_what_is_right_has_no_cure() -> None:
    late, new = problem("finding.clock_fast", seconds=301), problem("finding.os_build", build=26200)
    result = preflight_result("WS-1", (Finding("clock", WARNING, late), Finding("os_build", Severity.OK, new)))
    assert (result["ready"], result["msg"]) == (True, problem("done.ready", warnings=1))
    assert [each["cure"] for each in result["findings"]] == [NextStep(late), ""]


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
