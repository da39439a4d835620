# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed between two reports: each difference once, and nothing where nothing is known."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import UnreadRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.compare import compare, subject_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import ChangeKind, NextStep, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, OFF, PAUL, host, record, report
from unit.plugins.plugin_utils._report.reports import hospital

Told = tuple[str, str, str | None, str | None, str | None]

ANNE = HolderEntry("Anne Roux", ExpectedSubject("Anne Roux", "T3"))
NAMELESS = HolderEntry("CHU\\intern", ExpectedSubject(None, None), owner_sid="S-1-5-21-9", logged_on=True)


def told(before: Report, after: Report) -> list[Told]:
    """The changes without the holders' names."""
    return [
        (each.kind.value, each.subject, each.workstation, each.before, each.after) for each in compare(before, after)
    ]


def test_a_holder_comes_and_goes() -> None:
    alone, both = report(host(record())), report(host(record(), entries=(JEANNE, PAUL)))
    assert told(alone, both) == [("holder_added", "T2", None, None, "missing")]
    assert told(both, alone) == [("holder_removed", "T2", None, "missing", None)]
    assert compare(alone, both)[0].name == "Paul Martin"


def test_a_holder_who_gets_a_workstation_has_not_come() -> None:
    before = report(host(record()), people=(ANNE,))
    after = report(host(record()), host(name="ws-2", entries=(replace(ANNE, user="CHU\\aroux"),), facts_at=None))
    assert told(before, after) == [
        ("status", "T3", None, "missing", "never_seen"),
        ("workstation_added", "ws-2", None, None, None),
    ]


def test_a_renewed_certificate_changes_the_status_too() -> None:
    old, new = record(days=5), record(days=1000)
    assert told(report(host(old)), report(host(new))) == [
        ("status", "T1", None, "renewal_due", "valid"),
        ("certificate", "T1", "ws-1", old.thumbprint, new.thumbprint),
    ]


def test_a_first_certificate_and_a_removed_one_have_one_side() -> None:
    with_one, without = report(host(record())), report(host())
    assert ("certificate", "T1", "ws-1", None, record().thumbprint) in told(without, with_one)
    assert ("certificate", "T1", "ws-1", record().thumbprint, None) in told(with_one, without)


def test_each_workstation_and_each_account_has_its_own_certificate() -> None:
    second = replace(JEANNE, user="CHU\\adm-jdupont", owner_sid="S-1-5-21-7")
    other = record(days=900, owner_sid="S-1-5-21-7")
    before = report(host(record(), other, entries=(JEANNE, second)), host(record(), name="ws-2"))
    after = report(host(record(), other, entries=(JEANNE, second)), host(record(days=999), name="ws-2"))
    assert told(before, after) == [("certificate", "T1", "ws-2", record().thumbprint, record(days=999).thumbprint)]


@pytest.mark.parametrize(
    "silent",
    [
        lambda: Host("ws-1", (JEANNE,), problem=OFF),
        lambda: host(unread=(UnreadRecord("S-1-5-21-1", "CurrentUser\\My", "access_denied", ""),)),
    ],
    ids=["never_seen", "unread"],
)  # fmt: skip
def test_what_is_not_known_has_not_gone(silent: Callable[[], Host]) -> None:
    known, unknown = report(host(record())), report(silent())
    assert [each.kind for each in compare(known, unknown)] == [ChangeKind.STATUS]
    assert [each.kind for each in compare(unknown, known)] == [ChangeKind.STATUS]


def test_a_workstation_that_does_not_answer_keeps_its_certificates() -> None:
    later = {"report_date": NOW + 10 * DAY, "facts_max_age_days": 3}
    assert told(report(host(record())), report(host(record()), **later)) == [("status", "T1", None, "valid", "unknown")]


def test_a_certificate_comes_with_a_workstation_and_goes_with_it() -> None:
    one = report(host(record()), host(record(days=500), name="ws-2", entries=()))
    two = report(host(record()), host(record(days=500), name="ws-2"))
    assert ("certificate", "T1", "ws-2", None, record(days=500).thumbprint) in told(one, two)
    assert ("certificate", "T1", "ws-2", record(days=500).thumbprint, None) in told(two, one)


def test_several_changes_of_a_holder_are_sorted_by_workstation_and_thumbprint() -> None:
    second = replace(JEANNE, user="CHU\\adm-jdupont", owner_sid="S-1-5-21-7")

    def at(name: str, days: int) -> Host:
        return host(
            record(days=days), record(days=days + 1, owner_sid="S-1-5-21-7"), name=name, entries=(JEANNE, second)
        )

    names = [f"ws-{number}" for number in range(9)]
    before = report(*(at(name, 500) for name in names))
    expected = [("certificate", name, record(days=days).thumbprint) for name in names for days in (500, 501)]
    found = compare(before, report(*(at(name, 600) for name in names)))
    assert [(each.kind.value, each.workstation, each.before) for each in found] == expected
    _status, *appeared = compare(report(host(entries=(JEANNE, second))), report(at("ws-1", 500)))
    assert [each.after for each in appeared] == [record(days=days).thumbprint for days in (500, 501)]


def without_sid(made: Report) -> Report:
    rows = (replace(row, places=tuple(replace(place, owner_sid=None) for place in row.places)) for row in made.holders)
    return replace(made, holders=tuple(rows))


@pytest.mark.parametrize(
    ("entry", "user", "known"),
    [
        (JEANNE, "chu\\JDUPONT", True),
        (JEANNE, "chu\\JDUPONT", False),
        (JEANNE, "jdupont@chu.example", True),
        (JEANNE, "jdupont@chu.example", False),
        (NAMELESS, "chu\\Intern", True),
        (NAMELESS, "chu\\Intern", False),
        (NAMELESS, "intern@chu.example", True),
    ],
)
def test_an_account_that_is_written_differently_is_the_same(entry: HolderEntry, user: str, known: bool) -> None:
    found = record(owner_sid=entry.owner_sid)
    first = report(host(found, entries=(entry,)))
    second = report(host(found, entries=(replace(entry, user=user),)))
    if not known:
        first = without_sid(first)
    assert told(first, second) == told(second, first) == []


def test_two_accounts_at_one_workstation_stay_apart_when_their_sids_become_known() -> None:
    second = replace(JEANNE, user="CHU\\adm-jdupont", account="CHU\\adm-jdupont", owner_sid="S-1-5-21-7")
    found = record(), record(days=900, owner_sid="S-1-5-21-7")
    known = report(host(*found, entries=(JEANNE, second)))
    assert told(without_sid(known), known) == told(known, without_sid(known)) == []


def test_a_new_name_of_a_number_is_no_change() -> None:
    married = replace(JEANNE, person=ExpectedSubject("Jeanne Durand", "T1"))
    assert told(report(host(record())), report(host(record(), entries=(married,)))) == []


def test_two_people_at_one_account_have_each_their_own_certificate() -> None:
    paul = replace(PAUL, user=JEANNE.user, owner_sid=JEANNE.owner_sid)
    pauls = record("T2", days=300)
    before = report(host(record(), pauls, entries=(JEANNE, paul)))
    after = report(host(record(days=900), pauls, entries=(JEANNE, paul)), earlier=before)
    assert told(before, after) == [("certificate", "T1", "ws-1", record().thumbprint, record(days=900).thumbprint)]
    assert [row.next_step for row in after.holders] == [NextStep.CLOSE_BROWSER, NextStep.NOTHING]
    assert told(before, report(host(pauls, record(), entries=(paul, JEANNE)))) == []


def test_another_account_at_the_same_workstation_is_another_place() -> None:
    moved = replace(JEANNE, user="WS-1\\jeanne", owner_sid="S-1-5-21-7")
    after = report(host(record(owner_sid="S-1-5-21-7"), entries=(moved,)))
    assert [each[0] for each in told(report(host(record())), after)] == ["certificate", "certificate"]


def test_an_authorisation_is_renewed_named_and_forgotten() -> None:
    none, old, new = (
        report(host(record(), entries=(replace(JEANNE, anniversary=day),)))
        for day in (None, date(2027, 3, 1), date(2028, 3, 1))
    )
    assert told(old, new) == [("authorisation", "T1", None, "2027-03-01", "2028-03-01")]
    assert told(none, old) == [("authorisation", "T1", None, None, "2027-03-01")]
    assert told(old, none) == [("authorisation", "T1", None, "2027-03-01", None)]


def test_workstations_come_and_go_by_name() -> None:
    one, two = report(host(record())), report(host(record()), Host("ws-2", ()))
    assert told(one, two) == [("workstation_added", "ws-2", None, None, None)]
    assert told(two, one) == [("workstation_removed", "ws-2", None, None, None)]


def test_without_a_number_the_account_is_who_it_is() -> None:
    """A new name in the inventory is no new holder; the account is the same."""
    before = report(host(entries=(NAMELESS,)))
    after = report(
        host(record(owner_sid="S-1-5-21-9"), entries=(replace(NAMELESS, person=ExpectedSubject("Léa Petit", None)),))
    )
    assert told(before, after) == [
        ("status", "CHU\\intern", None, "missing", "valid"),
        ("certificate", "CHU\\intern", "ws-1", None, record().thumbprint),
    ]
    assert subject_of(before.holders[0]) == "CHU\\intern"


def test_nobody_without_a_number_is_taken_for_another() -> None:
    trainee = replace(NAMELESS, user="CHU\\trainee", owner_sid="S-1-5-21-8")
    both, one = report(host(entries=(NAMELESS, trainee))), report(host(entries=(NAMELESS,)))
    assert told(both, one) == [("holder_removed", "CHU\\trainee", None, "missing", None)]
    assert told(both, both) == told(without_sid(both), without_sid(both)) == []


def test_a_number_is_no_account_with_the_same_text() -> None:
    as_account = report(host(entries=(replace(NAMELESS, user="T1"),)))
    as_number = report(host(entries=(JEANNE,)))
    assert [each.kind for each in compare(as_account, as_number)] == [
        ChangeKind.HOLDER_ADDED,
        ChangeKind.HOLDER_REMOVED,
    ]


def test_changes_of_one_name_are_sorted_by_number() -> None:
    people = tuple(replace(ANNE, person=ExpectedSubject("Anne Roux", f"T{number}")) for number in range(2, 10))
    numbers = [each.subject for each in compare(report(host()), report(host(), people=people[::-1]))]
    assert numbers == [f"T{number}" for number in range(2, 10)]


def test_changes_are_sorted_by_kind_and_name_whatever_the_order_of_the_rows() -> None:
    before = hospital(40)
    after = replace(hospital(60), workstations=hospital(30).workstations)
    first = compare(before, after)
    assert {each.kind for each in first} >= {ChangeKind.HOLDER_ADDED, ChangeKind.WORKSTATION_REMOVED}
    assert [list(ChangeKind).index(each.kind) for each in first] == sorted(
        list(ChangeKind).index(each.kind) for each in first
    )
    for _kind, group in itertools.groupby(first, key=lambda each: each.kind):
        names = [each.name.casefold() for each in group]
        assert names == sorted(names)
    turned = replace(after, holders=after.holders[::-1], workstations=after.workstations[::-1])
    assert compare(before, turned) == first
