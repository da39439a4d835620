# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory is edited after the facts were gathered: the report finds whom it can, and says of the others that nobody has looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host, hosts_of, merged
from unit.plugins.plugin_utils._report.known import JEANNE, NOW, PAUL, host, record, report
from unit.plugins.plugin_utils.report_inputs import PAULS, PAULS_ENTRY, facts, made

ZOE_SID = "S-1-5-21-3"
ZOES = {"owner_sid": ZOE_SID, "owner": None}
JEANNES_ENTRY = {"user": JEANNE.user, "name": "Jeanne Dupont", "authorisation": "T1"}
ZOES_ENTRY = {"user": "CHU\\zmuller", "name": "Zo\u00e9 M\u00fcller", "authorisation": "T3"}
ZOE = HolderEntry("CHU\\zmuller", ExpectedSubject("Zo\u00e9 M\u00fcller", "T3"), in_facts=False)


def status_of(found: Report, number: str = "T3") -> tuple[str, str, str | None]:
    """Status and next step in the report, and the SID of the account."""
    (row,) = [row for row in found.holders if row.authorisation == number]
    return row.status.value, row.next_step.value, row.places[0].owner_sid


def report_on(known: Mapping[str, Any], *entries: Mapping[str, Any]) -> Report:
    return made((("ws-1", {"ansible_facts": {"pkcs12": known}, "pkcs12_holders": list(entries)}),))


WITHOUT_HOLDERS = facts(record(), record("T3", days=300, **ZOES)) | {"holders": []}


@pytest.mark.parametrize(
    ("known", "entry", "said"),
    [
        (facts(record()), ZOES_ENTRY, ("unknown", "run_audit", None)),
        (facts(record(), record("T3", days=300, **ZOES)), ZOES_ENTRY, ("valid", "nothing", ZOE_SID)),
        (facts(record(), record("T3", days=-3, **ZOES)), ZOES_ENTRY, ("expired", "log_on", ZOE_SID)),
        (WITHOUT_HOLDERS, ZOES_ENTRY, ("valid", "nothing", ZOE_SID)),
        (facts() | {"holders": []}, ZOES_ENTRY, ("unknown", "run_audit", None)),
        (facts(record("T3", owner_sid=PAUL.owner_sid)), ZOES_ENTRY, ("unknown", "run_audit", None)),
        (facts(record("T3", owner_sid="S-1-5-18")), ZOES_ENTRY, ("unknown", "run_audit", None)),
        (facts(record("T3", related=False, **ZOES)), ZOES_ENTRY, ("unknown", "run_audit", None)),
        (facts(record("T3", **ZOES), record("T3", owner_sid="S-1-5-21-4")), ZOES_ENTRY, ("unknown", "run_audit", None)),
    ],
    ids=["new", "listed", "over", "no_holders", "no_facts_of", "anothers", "machine", "unrelated", "two_accounts"],
)
def test_a_holder_who_is_newer_than_the_facts_is_found_by_number_or_to_be_audited(
    known: Mapping[str, Any], entry: Mapping[str, Any], said: tuple[str, str, str | None]
) -> None:
    found = report_on(known, JEANNES_ENTRY, PAULS_ENTRY, entry)
    assert status_of(found) == said


@pytest.mark.parametrize("user", ["chu\\JDUPONT", "jdupont@chu.example", "S-1-5-21-1", "s-1-5-21-1"])
@pytest.mark.parametrize("holders", [True, False], ids=["holders", "no_holders"])
def test_an_account_may_be_written_differently_by_now(user: str, holders: bool) -> None:
    known = facts(record(), record("T2", **PAULS))
    found = report_on(known if holders else known | {"holders": []}, JEANNES_ENTRY | {"user": user}, PAULS_ENTRY)
    assert status_of(found, "T1") == ("valid", "nothing", "S-1-5-21-1")
    assert found.holders[0].places[0].account == user


def test_an_account_that_the_workstation_does_not_know_is_still_the_inventorys_to_correct() -> None:
    known = facts()
    known["holders"][0] |= {"owner_sid": None, "account": None, "logged_on": None}
    found = report_on(known, JEANNES_ENTRY, PAULS_ENTRY)
    assert status_of(found, "T1") == ("missing", "correct_inventory", None)
    corrected = report_on(known, JEANNES_ENTRY | {"user": "CHU\\jeanne"}, PAULS_ENTRY)
    assert status_of(corrected, "T1") == ("unknown", "run_audit", None)


@pytest.mark.parametrize("number", ["T3", None])
def test_an_owner_whom_the_facts_name_is_an_account(number: str | None) -> None:
    entry = replace(ZOE, person=ExpectedSubject("Zo\u00e9", number))
    found = report(host(record("T3", owner_sid=ZOE_SID, owner="chu\\ZMULLER"), entries=(JEANNE, entry)))
    (row,) = [row for row in found.holders if row.name == "Zo\u00e9"]
    assert (row.status, row.places[0].owner_sid) == (Status.VALID, ZOE_SID)


def test_of_two_accounts_the_one_that_another_workstation_knows_is_the_holders() -> None:
    both = host(record("T3", **ZOES), record("T3", days=300, owner_sid="S-1-5-21-4"), entries=(ZOE,))
    there = host(record("T3", **ZOES), name="ws-2", entries=(replace(ZOE, owner_sid=ZOE_SID, in_facts=True),))
    assert report(both, there).holders[0].places[0].owner_sid == ZOE_SID
    assert report(both).holders[0].places[0].owner_sid is None


def test_an_account_of_another_workstations_holder_is_not_the_new_ones() -> None:
    found = report(host(record("T3", owner_sid=PAUL.owner_sid), entries=(ZOE,)), host(name="ws-2", entries=(PAUL,)))
    (zoe,) = [row for row in found.holders if row.authorisation == "T3"]
    assert (zoe.status, zoe.next_step) == (Status.UNKNOWN, NextStep.RUN_AUDIT)


def test_two_people_at_one_account_are_two_rows_of_which_each_has_its_own_certificate() -> None:
    shared = "CHU\\radiology"
    people = [entry | {"user": shared} for entry in (JEANNES_ENTRY, ZOES_ENTRY)]
    known = facts(record(), record("T3", days=20, owner_sid=JEANNE.owner_sid))
    known["holders"][0]["user"] = shared
    found = report_on(known, *people)
    assert status_of(found, "T1") == ("valid", "nothing", JEANNE.owner_sid)
    assert status_of(found, "T3")[0] == "renewal_due"
    chosen = made(
        (("ws-1", {"ansible_facts": {"pkcs12": known}, "pkcs12_holders": people}),),
        report_query="[?authorisation=='T3']",
    )
    assert [row.holder for row in chosen.certificates] == ["T3"]


def test_without_a_number_one_account_is_one_row_and_local_accounts_of_one_name_are_two() -> None:
    def seat(name: str, user: str, sid: str | None) -> Host:
        return host(name=name, entries=(HolderEntry(user, ExpectedSubject("Locum"), owner_sid=sid),))

    one = report(seat("ws-1", "CHU\\locum", "S-1-5-21-5"), seat("ws-2", "chu\\Locum", None))
    assert [len(row.places) for row in one.holders] == [2]
    upn = report(seat("ws-1", "CHU\\locum", "S-1-5-21-5"), seat("ws-2", "locum@chu.example", "S-1-5-21-5"))
    assert [len(row.places) for row in upn.holders] == [2]
    found = seat("ws-1", ".\\locum", "S-1-5-21-5"), seat("ws-2", ".\\locum", "S-1-5-21-6")
    never_reached = seat("ws-3", ".\\locum", None)
    assert [len(row.places) for row in report(*found).holders] == [1, 1]
    assert [len(row.places) for row in report(*found, never_reached).holders] == [1, 1, 1]


def test_slices_tell_the_whole_whom_nobody_has_looked_for() -> None:
    told = host(entries=(ZOE,), problem=None)
    (back,) = hosts_of(report(told))
    assert back.entries == (ZOE,)
    inventory = Host("ws-1", (replace(ZOE, in_facts=True), JEANNE))
    (merged_host,) = merged((inventory,), (host(record(), facts_at=NOW),))
    assert [entry.in_facts for entry in merged_host.entries] == [False, True]
