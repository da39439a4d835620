# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found about browsers, for each thing that it depends on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ObjectIdentifier

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import SerializedElement, StoreContents
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.browsers import offered
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import Issuers, issuers_of_pattern
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.auto_select import Portal
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.browser_protocol import (
    BrowserInfo,
    BrowserPlace,
    FirefoxPolicy,
    browser_arguments,
    parse_browser_info,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.browsers import (
    NAMES,
    HolderCertificates,
    browser_findings,
    issuers,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import Finding, Severity
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Account, Inventory
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.wire import AnswerError
from lab.authority import Authority, IssuedBundle
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.fakes import EMAIL, HOLDER, NOW, OTHER_SID, SID, YEAR, inventory, issue, profile

PORTAL = Portal("portal.example", 443)
EVERY = {"edge": r"C:\edge.exe", "chrome": r"C:\chrome.exe", "firefox": r"C:\firefox.exe"}
SUBJECTS = ["issuing_authority", "edge", "chrome", "firefox"]


def element(certificate: Any, archived: bool = False) -> bytes:
    return pack(properties(certificate.public_bytes(Encoding.DER), archived=archived))


def place(sid: str | None = None, *authorities: bytes, **changes: Any) -> BrowserPlace:
    contents = StoreContents(tuple(SerializedElement("hive", data) for data in authorities), ())
    nothing = dict.fromkeys(EVERY)
    return replace(BrowserPlace(sid, contents, nothing, {"edge": (), "chrome": ()}, FirefoxPolicy()), **changes)


def rule(pattern: str = "https://portal.example", issuer: str | None = "AC Personnes") -> str:
    return json.dumps({"pattern": pattern, "filter": {"ISSUER": {"CN": issuer}} if issuer else {}})


def auto(*values: str) -> dict[str, tuple[str, ...]]:
    return {"edge": values, "chrome": values}


@pytest.fixture(scope="module")
def issued(authority: Authority) -> IssuedBundle:
    return issue(authority)


@pytest.fixture(scope="module")
def at_work(issued: IssuedBundle) -> Inventory:
    return inventory(profiles=(profile(element(issued.certificate)),))


def found(
    at_work: Inventory, *places: BrowserPlace, portal: Portal | None = PORTAL, file: FirefoxPolicy | None = None
) -> dict[str, Finding]:
    findings = browser_findings("WS-1", offered(at_work, Issuers()), BrowserInfo(places, file), portal)
    assert all(finding.severity is not Severity.ERROR for finding in findings)
    assert all(bool(sentences("en")[each.problem.code].get("next_step")) != each.ok for each in findings)
    return {finding.subject: finding for finding in findings}


def wrong(at_work: Inventory, *places: BrowserPlace, **more: Any) -> list[str]:
    return [subject for subject, finding in found(at_work, *places, **more).items() if not finding.ok]


def test_workstation_with_everything_is_fine(at_work: Inventory, authority: Authority) -> None:
    ready = place(None, element(authority.issuing), programs=EVERY, auto_select=auto(rule()))
    assert list(found(at_work, ready)) == SUBJECTS
    assert wrong(at_work, ready) == []


def test_workstation_with_nothing_needs_all_that_its_browsers_need(at_work: Inventory) -> None:
    findings = found(at_work, place(programs=EVERY))
    assert [subject for subject in findings if not findings[subject].ok] == ["issuing_authority", "edge", "chrome"]
    assert findings["issuing_authority"].problem == Problem(
        "finding.authority_missing", {"authority": "AC Personnes", "account": HOLDER, "computer": "WS-1"}
    )
    assert findings["issuing_authority"].account == HOLDER
    for browser in ("edge", "chrome"):
        values = {"browser": NAMES[browser], "computer": "WS-1", "portal": PORTAL.url, "accounts": (HOLDER,)}
        assert findings[browser].problem == Problem("finding.browser_asks", values)


def test_browser_that_is_not_there_needs_no_policy(at_work: Inventory, authority: Authority) -> None:
    computer = place(None, element(authority.issuing))
    assert wrong(at_work, computer) == []
    assert wrong(at_work, computer, place(SID, programs=EVERY | {"chrome": None})) == ["edge"]


def test_authority_in_the_holders_own_store_is_enough_and_that_of_another_is_not(
    at_work: Inventory, authority: Authority
) -> None:
    issuing = element(authority.issuing)
    assert wrong(at_work, place(), place(SID, issuing)) == []
    assert wrong(at_work, place(), place(OTHER_SID, issuing)) == ["issuing_authority"]


def test_namesake_of_the_authority_is_not_the_authority(at_work: Inventory) -> None:
    assert wrong(at_work, place(None, element(Authority.create().issuing))) == ["issuing_authority"]
    assert wrong(at_work, place(None, b"no element")) == ["issuing_authority"]


def test_each_holder_whose_authority_is_missing_is_named_once(authority: Authority) -> None:
    mine, his = (
        profile(*(element(issue(authority).certificate) for _each in range(2)), owner_sid=sid)
        for sid in (SID, OTHER_SID)
    )
    accounts = (
        Account(HOLDER, SID, HOLDER, None),
        Account("CHU\\pmartin", OTHER_SID, None, None),
        Account("CHU\\nobody", None, None, 1),
    )
    holders = offered(inventory(profiles=(mine, his), accounts=accounts), Issuers())
    findings = browser_findings("WS-1", holders, BrowserInfo((place(),)), None)
    assert [finding.account for finding in findings if not finding.ok] == [HOLDER, "CHU\\pmartin"]


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ([rule()], True),
        ([rule("https://other.example"), rule()], True),
        ([rule(issuer=None)], True),
        ([rule("https://other.example")], False),
        ([rule(issuer="Another CA")], False),
        (["no JSON"], False),
    ],
)
def test_policy_fits_when_it_names_portal_and_issuer(
    at_work: Inventory, authority: Authority, values: Sequence[str], fits: bool
) -> None:
    computer = place(None, element(authority.issuing), programs=EVERY, auto_select=auto(*values))
    assert wrong(at_work, computer) == ([] if fits else ["edge", "chrome"])


def test_policy_with_another_issuer_is_said(at_work: Inventory) -> None:
    findings = found(at_work, place(programs=EVERY, auto_select=auto(rule(issuer="Another CA"))))
    problem = findings["edge"].problem
    assert problem.code == "finding.browser_other_issuer"
    assert (problem.values["issuers"], problem.values["accounts"]) == (("Another CA",), (HOLDER,))


def test_policy_of_the_user_counts_unless_the_computer_has_one(at_work: Inventory, authority: Authority) -> None:
    issuing, user = element(authority.issuing), place(SID, auto_select=auto(rule()))
    assert wrong(at_work, place(None, issuing, programs=EVERY), user) == []
    elsewhere = place(None, issuing, programs=EVERY, auto_select=auto(rule("https://other.example")))
    assert wrong(at_work, elsewhere, user) == ["edge", "chrome"]
    another = place(OTHER_SID, auto_select=auto(rule()))
    assert wrong(at_work, place(None, issuing, programs=EVERY), another) == ["edge", "chrome"]


def test_policy_counts_for_a_holder_who_has_no_certificate_yet() -> None:
    computer = place(programs=EVERY, auto_select=auto(rule(issuer="Any CA")))
    assert wrong(inventory(), computer) == []
    assert wrong(inventory(), place(programs=EVERY)) == ["edge", "chrome"]


def test_policy_counts_where_no_holder_is_asked_for() -> None:
    nobody = inventory(accounts=())
    assert wrong(nobody, place(programs=EVERY, auto_select=auto(rule()))) == []
    assert wrong(nobody, place(programs=EVERY)) == ["edge", "chrome"]


OFF, ON, NO_ROOTS = FirefoxPolicy(None, False), FirefoxPolicy(None, True), FirefoxPolicy(False, None)


@pytest.mark.parametrize(
    ("computer", "user", "file", "problem"),
    [
        (FirefoxPolicy(), FirefoxPolicy(), None, ""),
        (ON, FirefoxPolicy(), None, ""),
        (OFF, FirefoxPolicy(), None, "firefox_without_certificates"),
        (FirefoxPolicy(), OFF, None, "firefox_without_certificates"),
        (FirefoxPolicy(), FirefoxPolicy(), OFF, "firefox_without_certificates"),
        (ON, OFF, OFF, ""),
        (FirefoxPolicy(), ON, OFF, ""),
        (NO_ROOTS, FirefoxPolicy(), None, "firefox_without_authorities"),
        (FirefoxPolicy(True, None), NO_ROOTS, NO_ROOTS, ""),
        (FirefoxPolicy(), FirefoxPolicy(), NO_ROOTS, "firefox_without_authorities"),
    ],
)
def test_policies_of_firefox_by_precedence(
    at_work: Inventory, computer: FirefoxPolicy, user: FirefoxPolicy, file: FirefoxPolicy | None, problem: str
) -> None:
    finding = found(at_work, place(programs=EVERY, firefox=computer), place(SID, firefox=user), file=file)["firefox"]
    assert finding.ok == (not problem)
    assert not problem or finding.problem.code == f"finding.{problem}"


def test_certificates_that_no_browser_offers_do_not_count(authority: Authority) -> None:
    old, mail = issue(authority, left=-timedelta(days=1)), issue(authority, eku=(ObjectIdentifier(EMAIL),))
    hidden = element(issue(authority).certificate, archived=True)
    others = (element(old.certificate), element(mail.certificate), element(authority.issuing), hidden)
    (holder,) = offered(inventory(profiles=(profile(*others),)), Issuers())
    assert holder == HolderCertificates(HOLDER, SID, ())
    assert issuers([holder]) == ()


def test_issuer_selects_certificates(issued: IssuedBundle, authority: Authority) -> None:
    twice = inventory(
        profiles=(profile(element(issued.certificate), element(issue(authority, left=2 * YEAR).certificate)),)
    )
    assert issuers(offered(twice, issuers_of_pattern("CN=AC Personnes"))) == (authority.issuing.subject.public_bytes(),)
    assert issuers(offered(twice, issuers_of_pattern("CN=Another"))) == ()


PROGRAMS = {"edge": "", "chrome": None, "firefox": "f"}
PLACE = {"owner_sid": None, "elements": [], "unread": [], "programs": PROGRAMS, "firefox": None}
PLACE["auto_select"] = {"edge": ["a"], "chrome": []}
ANSWER: dict[str, Any] = {
    "places": [PLACE],
    "policies_file": {"import_enterprise_roots": True, "load_windows_certificates": None},
}


def test_answer_is_read() -> None:
    info = parse_browser_info(ANSWER)
    assert info.computer.programs == {"edge": None, "chrome": None, "firefox": "f"}
    assert info.computer.auto_select["edge"] == ("a",)
    assert info.computer.firefox == FirefoxPolicy()
    assert info.policies_file == FirefoxPolicy(True, None)
    assert info.user(None) is None


@pytest.mark.parametrize(
    "spoilt",
    [{}, {"places": []}, {"policies_file": "x"}, {"places": [{}]}, {"places": [PLACE | {"owner_sid": SID}]}],
)
def test_answer_that_is_none_is_refused(spoilt: dict[str, Any]) -> None:
    with pytest.raises(AnswerError):
        parse_browser_info({} if not spoilt else ANSWER | spoilt)


def test_request_has_the_names_as_base64() -> None:
    assert browser_arguments([b"\0\1"]) == {"protocol": 1, "issuers": ["AAE="]}
    assert NOW.tzinfo is not None
