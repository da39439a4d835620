# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import StoreContents, UnreadSource
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
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


def wrong(inventory: Inventory) -> dict[str, tuple[Severity, str]]:
    """What is not ok: severity and sentence by subject."""
    return {each.subject: (each.severity, each.sentence) for each in preflight(inventory, NOW) if not each.ok}


def test_connection_that_does_not_encrypt_is_an_error() -> None:
    clear = replace(READY, clear_connection="http, logon by basic, message encryption auto")
    severity, sentence = wrong(clear)["encryption"]
    assert severity is Severity.ERROR
    assert sentence.startswith(f"The connection to {READY.computer} does not encrypt (http, logon by basic, message")
    assert preflight_result(READY.computer, preflight(clear, NOW))["ready"] is False


def test_ready_workstation_has_one_good_finding_of_each_kind() -> None:
    findings = preflight(READY, NOW)
    assert [finding.subject for finding in findings if not finding.ok] == []
    assert sorted(finding.subject for finding in findings) == sorted(WORKSTATION | {"holder", "profile"})
    assert r"CHU\svc-ansible" in findings[0].sentence
    (language_mode,) = (finding for finding in findings if finding.subject == "language_mode")
    assert r"for CHU\svc-ansible" in language_mode.sentence


def test_app_control_that_trusts_the_drivers_is_told_and_nothing_to_be_cured() -> None:
    found = preflight(replace(READY, locks=("app_control",)), NOW)
    (finding,) = [each for each in found if each.subject == "language_mode"]
    assert (finding.ok, finding.cure) == (True, "")
    assert finding.sentence.endswith(r"for CHU\svc-ansible; App Control for Business trusts the drivers.")


TROUBLES: dict[str, tuple[dict[str, Any], str, Severity, str]] = {
    "no administrator": (
        {"identity": replace(SERVICE, administrator=False)},
        "administrator",
        Severity.ERROR,
        "no administrator",
    ),
    "no debug privilege": (
        {"identity": replace(SERVICE, debug_privilege=False)},
        "debug_privilege",
        Severity.ERROR,
        "lacks SeDebugPrivilege",
    ),
    "seclogon disabled": ({"secondary_logon": 4}, "secondary_logon", Severity.ERROR, "is disabled"),
    "seclogon missing": ({"secondary_logon": None}, "secondary_logon", Severity.WARNING, "does not know the service"),
    "constrained": ({"language_mode": "ConstrainedLanguage"}, "language_mode", Severity.ERROR, "ConstrainedLanguage"),
    "constrained by App Control": (
        {"language_mode": "ConstrainedLanguage", "locks": ("app_control",)},
        "language_mode",
        Severity.ERROR,
        "(App Control for Business)",
    ),
    "rules for scripts": (
        {"locks": ("applocker",)},
        "language_mode",
        Severity.WARNING,
        "There are rules for scripts, of AppLocker by group policy, so",
    ),
    "rules of an MDM": (
        {"locks": ("applocker_mdm",)},
        "language_mode",
        Severity.WARNING,
        "of AppLocker by device management, so",
    ),
    "rules beside App Control": (
        {"locks": ("applocker", "app_control")},
        "language_mode",
        Severity.WARNING,
        "of AppLocker by group policy, so",
    ),
    "administrator protection": (
        {"administrator_protection": True},
        "administrator_protection",
        Severity.WARNING,
        "Administrator Protection is set on WS-1 (TypeOfAdminApprovalMode is 2)",
    ),
    "key protection": ({"force_key_protection": 1}, "force_key_protection", Severity.ERROR, "dialog"),
    "clock fast": ({"utc": NOW + timedelta(seconds=301)}, "clock", Severity.WARNING, "301 seconds fast"),
    "clock slow": ({"utc": NOW - timedelta(seconds=301)}, "clock", Severity.WARNING, "301 seconds slow"),
    "too old": ({"os_build": 9600}, "os_build", Severity.ERROR, "9600"),
    "one build too old": ({"os_build": 10239}, "os_build", Severity.ERROR, "10239"),
    "unknown holder": ({"accounts": (NOBODY,)}, "holder", Severity.ERROR, r"knows no account CHU\nobody (0x80070534)"),
    "nameless holder": (
        {"accounts": (Account(JEANNE_SID, JEANNE_SID, None, 0x80070534),)},
        "holder",
        Severity.ERROR,
        f"which account has the SID {JEANNE_SID}",
    ),
    "temporary profile": ({"profiles": (replace(DESK, temporary=True),)}, "holder", Severity.ERROR, "temporary"),
    "redirected profile": (
        {"profiles": (replace(DESK, my=unread("redirected")),)},
        "holder",
        Severity.ERROR,
        "AppData is not on a drive of the workstation",
    ),
    "somebody's profile denied": (
        {"profiles": (DESK, replace(DESK, owner_sid=PAUL_SID, my=unread("access_denied")))},
        "profile",
        Severity.WARNING,
        "access was denied",
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_is_the_only_thing_said_and_has_a_cure(name: str) -> None:
    changes, subject, severity, says = TROUBLES[name]
    inventory = replace(READY, **changes)
    (found,) = wrong(inventory).items()
    assert (found[0], found[1][0]) == (subject, severity)
    assert says in found[1][1]
    assert [finding.subject for finding in preflight(inventory, NOW) if bool(finding.cure) == finding.ok] == []
    assert preflight_result("WS-1", preflight(inventory, NOW))["ready"] is (severity is not Severity.ERROR)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"profiles": (replace(DESK, loaded=False),)}, "is not logged on"),
        ({"profiles": ()}, "has never logged on"),
        ({}, "is logged on"),
    ],
    ids=["away", "never", "here"],
)
def test_who_is_away_is_no_fault(changes: dict[str, Any], says: str) -> None:
    (holder,) = (each for each in preflight(replace(READY, **changes), NOW) if each.subject == "holder")
    assert (holder.ok, holder.account) == (True, JEANNE.asked)
    assert says in holder.sentence


@pytest.mark.parametrize(
    ("build", "best_effort"),
    [(10240, True), (17762, True), (17763, False), (17764, True), (20347, True), (20348, False), (26200, False)],
)
def test_windows_near_the_end_of_its_support_is_best_effort(build: int, best_effort: bool) -> None:
    (found,) = (each for each in preflight(replace(READY, os_build=build), NOW) if each.subject == "os_build")
    assert found.ok
    assert ("best effort" in found.sentence) is best_effort


def test_logging_is_told_and_nothing_to_be_cured() -> None:
    found = preflight(replace(READY, logging=replace(QUIET, module=True, transcription=True)), NOW)
    (finding,) = [each for each in found if each.subject == "logging"]
    assert (finding.ok, finding.cure) == (True, "")
    assert "logs what PowerShell runs (module logging, transcription)" in finding.sentence


def test_clock_is_tolerated_up_to_300_seconds() -> None:
    assert wrong(replace(READY, utc=NOW - timedelta(seconds=300))) == {}


def test_rights_over_others_are_a_warning_where_the_connection_is_the_only_holder() -> None:
    identity = Identity(JEANNE_SID, JEANNE.asked, administrator=False, debug_privilege=False)
    found = wrong(replace(READY, identity=identity, secondary_logon=4))
    assert {subject: severity for subject, (severity, _sentence) in found.items()} == dict.fromkeys(
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
    refusal = Pkcs12Error(code="constrained_language", cause="It is locked.", next_step="Unlock it.")
    result = preflight_result("ws-1", lockdown_findings(refusal))
    assert result == {
        "changed": False,
        "ready": False,
        "findings": [
            {
                "subject": "language_mode",
                "severity": "error",
                "sentence": "It is locked.",
                "cure": "Unlock it.",
                "account": None,
                "ok": False,
            }
        ],
        "msg": "ws-1 is not ready: 1 error, 0 warnings.",
    }


def test_another_refusal_stays_one() -> None:
    with pytest.raises(Pkcs12Error, match="It is broken"):
        lockdown_findings(Pkcs12Error(code="driver_answer", cause="It is broken.", next_step="Mend it."))


def test_warnings_leave_it_ready() -> None:
    findings = (Finding("clock", Severity.WARNING, "Late.", "Wind it."), Finding("os_build", Severity.OK, "New."))
    result = preflight_result("ws-1", findings)
    assert (result["ready"], result["msg"]) == (True, "ws-1 is ready: 0 errors, 1 warning.")


@pytest.mark.parametrize("account", [JEANNE.asked, JEANNE.asked.upper()])
def test_password_that_would_be_logged_is_an_error_of_its_holder(account: str) -> None:
    logged = replace(READY, logging=replace(QUIET, script_block=True))
    (found,) = [each for each in preflight(logged, NOW, [account, r"CHU\elsewhere"]) if not each.ok]
    assert (found.subject, found.severity, found.account) == ("holder", Severity.ERROR, JEANNE.asked)
    assert "script block logging" in found.sentence
    assert "pkcs12_holder_passwords" in found.cure
    assert "pkcs12_offline: true" in found.cure


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
    assert (found.subject, found.severity, bool(found.cure)) == ("spnego", severity, severity is Severity.WARNING)
    assert (version or "no pyspnego") in found.sentence
