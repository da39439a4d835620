# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the officer asks about a row is answered in words: whose store, which two certificates, why there is no answer."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markupsafe import escape

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import KeyState, UnreadRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import holders_csv
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import escaped, markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.remarks import Remarks
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report, StoreOwner
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, PAUL, host, problem, record, report
from unit.plugins.plugin_utils._report.reports import sample

AT_PAULS = {"owner_sid": "S-1-5-21-2", "owner": "CHU\\pmartin"}
NEWEST = record(days=400, issuer_cn="AC New")
OLDER = record(days=90, issuer_cn="AC Old")
SILENT = {
    "ws-off": problem("no_route", address="ws-off"),
    "ws-account": problem("logon_refused", address="ws-account"),
    "ws-python": problem("winrm_missing"),
    "ws-inventory": problem("account_missing", host="ws-inventory"),
    "ws-listener": problem("not_https", address="ws-listener", port="5986"),
    "ws-audit": Problem.from_map(
        {"code": "not_audited.answered", "causes": [{"code": "defect", "values": {"said": "No module"}}]}
    ),
    "ws-variables": problem("unusable_variables.workstation"),
}
WHY = {
    "ws-off": ("switched off or unreachable", "éteint ou injoignable"),
    "ws-account": ("refuses the connection account", "refuse le compte de connexion"),
    "ws-python": (
        "not asked: the controller is not ready for this connection",
        "non interrogé\u00a0: le contrôleur n\u2019est pas prêt pour cette connexion",
    ),
    "ws-inventory": (
        "not asked: variables of its connection are missing or wrong",
        "non interrogé\u00a0: variables de connexion absentes ou erronées",
    ),
    "ws-listener": (
        "WinRM does not answer there as expected (port, certificate, kind of logon)",
        "WinRM n\u2019y répond pas comme attendu (port, certificat, mode d\u2019authentification)",
    ),
    "ws-audit": ("its audit failed", "son relevé a échoué"),
    "ws-facts": ("its facts cannot be used", "relevé inutilisable"),
    "ws-variables": ("its variables in the inventory cannot be used", "variables du poste inutilisables"),
    "ws-old": ("no audit for too long", "pas de relevé récent"),
    "ws-new": ("not audited yet", "pas encore de relevé"),
}
"""The reason of each silent workstation in both languages."""

UNREAD = tuple(
    UnreadRecord(sid, "CurrentUser\\My", code, "D:\\x")
    for sid, code in (
        ("S-1-5-21-2", "redirected"),
        ("S-1-5-21-7", "access_denied"),
        ("S-1-5-21-8", "temporary"),
        ("S-1-5-18", "element"),
        ("S-1-5-21-1", "no_appdata"),
        ("S-1-5-21-1", "no_store"),
        ("S-1-5-21-1", "link"),
        ("S-1-5-21-1", "unknown_name"),
        ("S-1-5-21-1", "too_large"),
        ("S-1-5-21-1", "limit"),
        ("S-1-5-21-1", "another_owner"),
        ("S-1-5-21-1", "timed_out"),
        ("S-1-5-21-2", "after_unread"),
        ("S-1-5-21-1", "something_new"),
    )
)


def silent_hosts() -> tuple[Host, ...]:
    """One workstation for every reason for which one is silent."""
    problems = {**SILENT, "ws-facts": problem("unusable_facts.schema", schema="9"), "ws-new": None}
    never = ("ws-facts", "ws-new")
    return (
        *(
            host(name=name, problem=problem, facts_at=None if name in never else NOW)
            for name, problem in problems.items()
        ),
        host(name="ws-old", facts_at=NOW - 30 * DAY),
    )


def asked_about(language: str = "en") -> Report:
    """Two usable certificates, one in another's store, silent workstations, unread stores, clocks, and a curve."""
    shared = host(
        NEWEST,
        OLDER,
        replace(NEWEST, archived=True),
        record("T1", days=300, **AT_PAULS),
        record("T2", days=200, key_type="EC secp256r1", key_size=256, **AT_PAULS),
        entries=(JEANNE, PAUL),
        unread=UNREAD,
        store_owners=(StoreOwner("S-1-5-21-7", "CHU\\guest"),),
        clock_skew_seconds=300,
    )
    tried = replace(JEANNE, outcome="failed", outcome_at=NOW - DAY, problem=problem("wrong_passphrase"))
    wrong = tuple(
        host(name=name, clock_skew_seconds=seconds, entries=(tried,))
        for name, seconds in (("ws-fast", 301), ("ws-slow", -86_460))
    )
    return report(shared, *wrong, *silent_hosts(), language=language, establishment="CHU de Bellevue")


FOLDER = "C:\\Users\\guest.CHU"
LANGUAGES = ["en", "fr"]


def remarks(found: Report) -> Remarks:
    return Remarks(found, Wording(found.parameters))


def lines(found: Report, number: str) -> list[str]:
    (row,) = [row for row in found.holders if row.authorisation == number]
    return remarks(found).of(row)


def test_a_certificate_in_anothers_store_says_whose_it_is() -> None:
    found = report(host(record(**AT_PAULS), entries=(JEANNE, PAUL)))
    assert lines(found, "T1") == ["on ws-1 in the store of Paul Martin (CHU\\pmartin)"]
    assert lines(found, "T2") == []


def test_a_certificate_in_the_store_of_nobody_known_says_whose_it_is_where_windows_does_not_know_the_account() -> None:
    lost = replace(JEANNE, owner_sid=None)
    found = report(host(record(**AT_PAULS), entries=(lost,), store_owners=(StoreOwner("S-1-5-21-2", "CHU\\pmartin"),)))
    assert lines(found, "T1") == ["on ws-1 in the store of CHU\\pmartin"]


@pytest.mark.parametrize("former", [None, "Zoe Petit"])
def test_a_certificate_in_another_name_says_so_unless_the_name_is_a_former_one(former: str | None) -> None:
    named = record(subject="CN=Zoe Petit - T1", subject_cn="Zoe Petit - T1")
    person = replace(JEANNE.person, former_name=former)
    found = report(host(named, entries=(replace(JEANNE, person=person),)))
    (row,) = found.holders
    assert [place.issued_to for place in row.places] == [None if former else "Zoe Petit - T1"]
    assert (row.status.value, row.next_step.value) == ("valid", "nothing")
    assert len(lines(found, "T1")) == (0 if former else 1)
    assert all("Zoe Petit - T1" in line for line in lines(found, "T1"))


def test_a_row_says_for_which_issuer_it_is_where_there_are_several() -> None:
    """A holder with a usable certificate of each has no two for one."""
    ours = replace(JEANNE, issuer_setting="CN=A")
    both = host(record(issuer_setting="CN=A"), record(days=300), entries=(ours, JEANNE))
    found = report(both)
    said = {row.issuer_setting: remarks(found).of(row) for row in found.holders}
    assert said == {"CN=A": ["profile: CN=A"], "": ["without a profile"]}
    assert {row.status.value for row in found.holders} == {"valid"}
    assert lines(report(host(record(issuer_setting="CN=A"), entries=(ours,))), "T1") == []


@pytest.mark.words  # compares a report with the words of its problem
@pytest.mark.parametrize(
    ("language", "outcome", "said"),
    [
        ("en", "failed", "on ws-1, the last run failed (2026-11-24): "),
        ("fr", "failed", "sur ws-1, le dernier passage a échoué (24/11/2026)\u00a0: "),
        ("fr", "unchanged", "sur ws-1, le dernier passage a constaté (24/11/2026)\u00a0: "),
    ],
)
def test_what_a_run_has_found_is_told_with_its_day(language: str, outcome: str, said: str) -> None:
    """What to do is said once: by the next step, or here where nothing is pressing."""
    found = problem("unusable_facts.schema", schema="9")
    tried = replace(JEANNE, outcome=outcome, outcome_at=NOW - DAY, problem=found)
    words = Words(language)
    due = report(host(record(days=5), entries=(tried,)), language=language)
    assert lines(due, "T1") == [f"{said}{words.cause(found)}"]
    assert Wording(due.parameters).step(due.holders[0]) == words.next_step(found)
    assert lines(report(host(record(), entries=(tried,)), language=language), "T1") == [f"{said}{words.of(found)}"]
    waiting = replace(tried, outcome="waiting_for_issuer", problem=None)
    assert lines(report(host(record(days=5), entries=(waiting,))), "T1") == []


def test_an_account_without_a_name_is_known_by_its_profile() -> None:
    seen = replace(host(record(owner_sid="S-1-5-21-7", owner=None)), store_owners=(StoreOwner("S-1-5-21-7", FOLDER),))
    assert lines(report(seen), "T1") == [f"on ws-1 in the store of the user of the profile {FOLDER}"]
    of_jeanne = replace(host(record()), store_owners=(StoreOwner("S-1-5-21-1", FOLDER),))
    assert remarks(report(of_jeanne)).owner("S-1-5-21-1") == "Jeanne Dupont (CHU\\jdupont)"


def test_an_account_of_two_people_names_both() -> None:
    shared = replace(PAUL, owner_sid="S-1-5-21-1", account=JEANNE.account, user=JEANNE.user)
    found = remarks(report(host(record(), entries=(JEANNE, shared))))
    assert found.owner("S-1-5-21-1") == "Jeanne Dupont, Paul Martin (CHU\\jdupont)"
    assert found.owner("S-1-5-18") == "the workstation itself"


def test_two_usable_certificates_are_both_shown() -> None:
    both = lines(report(host(OLDER, NEWEST)), "T1")
    assert [line.rpartition(", ")[0] for line in both] == [
        "on ws-1, ends last: on 2027-12-30, AC New",
        "on ws-1, older: ends on 2027-02-23, AC Old",
    ]
    assert [line[-8:] for line in both] == [NEWEST.thumbprint[:8], OLDER.thumbprint[:8]]


@pytest.mark.parametrize(
    "other",
    [{"archived": True}, {"key_state": KeyState.MISSING}, {"use": Use.OTHER}, {"owner_sid": "S-1-5-21-2"}],
    ids=["archived", "no key", "server", "elsewhere"],
)
def test_a_certificate_that_no_browser_offers_is_none_of_the_two(other: dict[str, object]) -> None:
    third = record(days=500, **other)
    found = report(host(OLDER, NEWEST, third, entries=(JEANNE, PAUL)))
    assert len([line for line in lines(found, "T1") if "ends last" in line or "older" in line]) == 2
    assert all(third.thumbprint[:8] not in line for line in lines(found, "T1"))
    assert lines(report(host(NEWEST)), "T1") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_valid_certificate_for_another_use_explains_why_nobody_logs_on(language: str) -> None:
    """Beside one for authentication, also one that has expired, it explains nothing."""
    others = [record(days=300, use=use) for use in (Use.SIGNATURE, Use.ENCRYPTION, Use.ENCRYPTION, Use.OTHER)]
    found = report(host(*others), language=language)
    (row,) = found.holders
    assert row.status is Status.MISSING
    uses = ("encryption", "other", "signature")
    say = Wording(found.parameters)
    assert remarks(found).of(row) == [say(f"remark.other_use.{use}", workstation="ws-1") for use in uses]
    for text in (page(found), markdown(found), holders_csv(found).decode("utf-8-sig")):
        assert all(str(line) in text for line in remarks(found).of(row))
    for beside in (record(days=-3), record(days=300)):
        assert lines(report(host(beside, *others)), "T1") == []
    hidden, elsewhere = record(use=Use.ENCRYPTION, archived=True), record(use=Use.ENCRYPTION, **AT_PAULS)
    told = lines(report(host(hidden, elsewhere, entries=(JEANNE, PAUL))), "T1")
    assert len(told) == 1
    assert "Paul Martin" in told[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_silent_workstation_has_its_reason_in_words(language: str) -> None:
    found = asked_about(language)
    said = {row.workstation: remarks(found).reason(row) for row in found.workstations}
    assert {name: said[name] for name in WHY} == {name: words[LANGUAGES.index(language)] for name, words in WHY.items()}
    assert said["ws-1"] == ""


@pytest.mark.words  # compares a report with the words of its problems
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_for_people_shows_the_problem_of_a_connection_alone(language: str) -> None:
    found = asked_about(language)
    html, text, table = page(found), markdown(found), holders_csv(found).decode("utf-8-sig")
    told = Wording(found.parameters).told
    for name, silent in SILENT.items():
        words = WHY[name][LANGUAGES.index(language)]
        assert f"{words}<details>" in html
        assert f"| {words} |" in text
        assert escaped(told.of(silent)) in text
        assert words in table
        assert told.of(silent) not in table
    assert html.count(str(escape(told.of(SILENT["ws-audit"])))) == 1, "folded, once"


def test_an_unread_store_is_somebodys() -> None:
    found = asked_about()
    said = [remarks(found).unread(store) for store in UNREAD[:5]]
    assert said == [
        "store not read: Paul Martin (CHU\\pmartin)",
        "store not read: CHU\\guest",
        "store not read: an unnamed, perhaps deleted account",
        "store not read: the workstation itself",
        "store not read: Jeanne Dupont (CHU\\jdupont)",
    ]
    why = [remarks(found).why_unread(store) for store in UNREAD]
    assert len(set(why)) == len(UNREAD)
    assert why[-1] == "Reading it failed."


def test_a_clock_is_wrong_beyond_the_tolerance_alone() -> None:
    say = Wording(asked_about().parameters)
    assert [say.clock(seconds) for seconds in (0, 300, -300, 301, -301, 86_460)] == [
        "right",
        "right",
        "right",
        "5\u00a0min fast",
        "5\u00a0min slow",
        "1,441\u00a0min fast",
    ]
    keys = [say.clock_sort_key(seconds) for seconds in (None, -400, -300, 0, 300, 400)]
    assert keys == ["", "-400", "0", "0", "0", "400"]
    html = page(asked_about())
    assert 'data-sort="300"' not in html, "what is right is sorted as right"
    for sort, words in (("0", "right"), ("301", "5\u00a0min fast"), ("-86460", "1,441\u00a0min slow")):
        assert f'data-sort="{sort}">{words}</td>' in html


def test_the_size_of_a_key_is_said_once() -> None:
    say = Wording(asked_about().parameters)
    keys = [("EC secp256r1", 256), ("RSA", 2048), ("Ed25519", 0), ("EC brainpoolP384r1", 384)]
    assert [say.key(record(key_type=kind, key_size=size)) for kind, size in keys] == [
        "EC secp256r1",
        "RSA 2048",
        "Ed25519",
        "EC brainpoolP384r1",
    ]
    assert "secp256r1 256" not in page(asked_about())


@pytest.mark.parametrize(
    ("account", "said"),
    [("CHU\\dupont", "CHU\\dupont"), (None, "s-1-5-21-77")],
)
def test_an_account_that_the_inventory_has_by_its_sid_is_shown_by_its_name_or_as_it_is_given(
    account: str | None, said: str
) -> None:
    for language in LANGUAGES:
        (row, *others) = sample(language).holders
        place = replace(row.places[0], account="s-1-5-21-77", owner_sid="S-1-5-21-77")
        found = replace(
            sample(language).certificates[0].certificate,
            owner_sid="S-1-5-21-77",
            owner=account,
            store="CurrentUser\\My",
        )
        certificate = replace(sample(language).certificates[0], certificate=found)
        made = replace(
            sample(language),
            holders=(replace(row, places=(place,)), *others),
            certificates=(certificate,),
            without_holder=(),
        )
        shown = re.sub(r"<details>.*?</details>", "", page(made), flags=re.DOTALL)
        for text in (shown, holders_csv(made).decode()):
            assert said in text
            assert "unnamed" not in text and "sans nom" not in text
            assert account is None or "s-1-5-21-77" not in text.lower()
