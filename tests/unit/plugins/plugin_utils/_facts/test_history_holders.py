# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier facts know of the inventory's holders, however the inventory writes them by now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.history import merge_known
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from unit.plugins.plugin_utils.problems import sample
from unit.plugins.plugin_utils.records import JEANNES, NOW, PAULS

JEANNE = HolderEntry(
    "CHU\\jdupont", ExpectedSubject("Jeanne Dupont", "T1"), date(2027, 3, 1), JEANNES, "CHU\\jdupont", logged_on=True
)
PAUL = HolderEntry("CHU\\pmartin", ExpectedSubject("Paul Martin", "T2"), None, PAULS, "CHU\\pmartin", logged_on=False)
NOBODY = HolderEntry("CHU\\nobody", ExpectedSubject("Karim Benali", "T3"))


def test_who_works_here_is_the_inventorys_to_say_and_the_rest_is_remembered() -> None:
    once = replace(
        JEANNE,
        person=ExpectedSubject("Jeanne Dupond", "T0"),
        anniversary=None,
        outcome="failed",
        outcome_at=NOW,
        problem=sample("expired"),
    )
    entry = HolderEntry(JEANNE.user, ExpectedSubject("Jeanne Dupont", "T1"), date(2027, 3, 1))
    assert merge_known([entry, NOBODY], [once, PAUL, replace(once, owner_sid=PAULS)]) == (
        replace(JEANNE, in_facts=False),  # the account is known, the person is not
        replace(NOBODY, in_facts=False),
    )
    assert merge_known([], [once]) == ()


@pytest.mark.parametrize(
    ("entry", "earlier", "sid", "in_facts"),
    [
        (HolderEntry("chu\\JDUPONT", ExpectedSubject(None, "T1")), (JEANNE,), JEANNES, True),
        (HolderEntry("jdupont@chu.example", ExpectedSubject(None, "T1")), (JEANNE,), JEANNES, True),
        (
            HolderEntry(JEANNES.lower(), ExpectedSubject(None, "T1")),
            (JEANNE, replace(JEANNE, owner_sid=PAULS)),
            JEANNES,
            True,
        ),
        (HolderEntry(JEANNES, ExpectedSubject()), (replace(JEANNE, person=ExpectedSubject()),), JEANNES, True),
        (HolderEntry(JEANNE.user, ExpectedSubject(None, "T7")), (JEANNE,), JEANNES, False),
        (HolderEntry("CHU\\new", ExpectedSubject(None, "T7")), (JEANNE,), None, False),
        (HolderEntry(JEANNE.user, ExpectedSubject(None, "T1")), (replace(JEANNE, owner_sid=None),), None, True),
        (HolderEntry("CHU\\right", ExpectedSubject(None, "T1")), (replace(JEANNE, owner_sid=None),), None, False),
        (HolderEntry(JEANNE.user, ExpectedSubject(None, "T1")), (replace(JEANNE, in_facts=False),), JEANNES, False),
    ],
    ids=["case", "upn", "sid", "sid_no_number", "another", "new", "no_account", "corrected", "of_a_slice"],
)
def test_earlier_facts_know_a_holder_by_account_and_number_however_it_is_written(
    entry: HolderEntry, earlier: tuple[HolderEntry, ...], sid: str | None, in_facts: bool
) -> None:
    (found,) = merge_known([entry], earlier)
    assert (found.owner_sid, found.in_facts, found.user) == (sid, in_facts, entry.user)


@pytest.mark.parametrize(
    ("user", "number", "known"),
    [
        (JEANNE.user, "T1", True),
        ("chu\\JDUPONT", "T1", True),
        (JEANNES, "T1", True),
        ("CHU\\other", "T1", False),  # the same person at another account has no access there
        (JEANNE.user, "T7", False),
    ],
)
def test_the_end_of_access_is_remembered_for_this_person_at_this_account(user: str, number: str, known: bool) -> None:
    (found,) = merge_known([HolderEntry(user, ExpectedSubject(None, number))], [replace(JEANNE, certificate_until=NOW)])
    assert found.certificate_until == (NOW if known else None)
