# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, days, distances and sides of changes as a reader of either language has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_states import DeliveryState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import Translator
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import (
    SEVERITY,
    Wording,
    rank,
    urgency,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import ChangeKind, NextStep, Reachability
from unit.plugins.plugin_utils._report.reports import NOW, PARAMETERS, delivery, holder

MEMBERS = [member for kind in (Status, Actor, NextStep, Reachability, ChangeKind) for member in kind]


def test_members_that_are_equal_as_texts_keep_their_own_words() -> None:
    """``Reachability.UNKNOWN == Status.UNKNOWN``: whoever is asked first must not answer for both."""
    plain = Translator("en", ZoneInfo("Europe/Paris"))
    for order in (MEMBERS, MEMBERS[::-1]):
        say = Wording(PARAMETERS)
        assert [say.of(member) for member in order] == [plain.of(member) for member in order]
    assert Reachability.UNKNOWN.value == "unknown"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["0 days ago", "1 day ago", "2 days ago", "20,000 days ago"]),
        ("fr", ["il y a 0 jour", "il y a 1 jour", "il y a 2 jours", "il y a 20\u202f000 jours"]),
    ],
)
def test_numbers_are_counted_as_the_language_does(language: str, said: list[str]) -> None:
    say = Wording(replace(PARAMETERS, language=language))
    assert [say.counted("days.ago", number) for number in (0, 1, 2, 20_000)] == said


def test_a_distance_is_before_after_or_none() -> None:
    say = Wording(PARAMETERS)
    assert [say.distance(days) for days in (None, 0, 1, -1, 40)] == [
        "", "today", "in 1 day", "1 day ago", "in 40 days"
    ]  # fmt: skip


def test_a_side_of_a_change_is_shown_as_what_it_is() -> None:
    say = Wording(replace(PARAMETERS, language="fr"))
    shown = [say.side(side) for side in (None, "valid", "2027-03-01", "2026-11-25T23:30:00Z", "A" * 40, "ws-1")]
    assert shown == ["", Status.VALID, "01/03/2027", "26/11/2026", "A" * 40, "ws-1"]


def test_every_status_has_its_place_in_the_order_of_the_page() -> None:
    assert sorted(SEVERITY) == sorted(Status)
    assert [rank(status) for status in SEVERITY] == list(range(len(SEVERITY)))


def test_what_columns_are_sorted_by_is_in_their_order() -> None:
    say = Wording(PARAMETERS)
    for ordered in (
        [NOW - timedelta(days=1), NOW],
        [date(2026, 1, 31), date(2026, 2, 1)],
        [Status.EXPIRED, Status.VALID],
    ):
        assert [int(say.sort_key(each)) for each in ordered] == sorted(int(say.sort_key(each)) for each in ordered)
    assert say.sort_key(None) == ""


def test_the_most_pressing_come_first_and_those_without_an_end_last_of_their_status() -> None:
    def row(status: Status, days: int | None) -> tuple[int, bool, float]:
        return urgency(replace(holder(0), status=status, access_until=NOW + timedelta(days=days) if days else None))

    ordered = [
        row(Status.EXPIRED, -9),
        row(Status.EXPIRED, -1),
        row(Status.UNKNOWN, -40_000),
        row(Status.UNKNOWN, 5),
        row(Status.UNKNOWN, None),
        row(Status.VALID, 1),
    ]
    assert ordered == sorted(ordered)
    assert len(set(ordered)) == len(ordered)


SAY = Wording(PARAMETERS)
ROW = replace(holder(1), valid_from=None, valid_until=None, next_step=NextStep.RENEW)


def said(state: DeliveryState, step: NextStep = NextStep.RENEW) -> str:
    found = delivery(1)
    assert found
    return SAY.delivery(replace(ROW, next_step=step, delivery=replace(found, state=state, mail_at=NOW)))


def test_what_needs_a_person_is_told_although_nothing_else_is_to_do() -> None:
    assert said(DeliveryState.COLLECTED, NextStep.NOTHING) == ""
    assert said(DeliveryState.CODE_WRONG, NextStep.NOTHING) != ""
    assert SAY.delivery(replace(ROW, delivery=None)) == ""
