# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several deliveries counts, which is a copy, and which is replaced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.authentication import Envelope, Verdict
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.deliveries import (
    Delivery,
    MailState,
    compared,
    moves_in,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.delivery_content import Content
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.letters import Forwarded, Letter
from unit.plugins.plugin_utils.fakes import now

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JEANNE = frozenset({"j@chu.example"})


def letter(name: str, before: timedelta = DAY, **changes: Any) -> Letter:
    usual: dict[str, Any] = {
        "place": name,
        "message_id": f"<{name}>",
        "sender": "a@issuer.example",
        "subject": "s",
        "date": now() - before,
        "addressees": JEANNE,
        "forwarder": None,
        "forwarded": Forwarded.NONE,
        "envelope": Envelope(None, ()),
        "around": (),
        "body": None,
    }
    return Letter(**(usual | changes))


def delivery(
    name: str,
    before: timedelta = DAY,
    *,
    what: str = "",
    number: str | None = "T1",
    state: MailState = MailState.NEW,
    **changes: Any,
) -> Delivery:
    content = Content(number, None, f"https://x/{what or name}", "code")
    return Delivery(letter(name, before, **changes), content, Verdict("pass"), state)


def states(*deliveries: Delivery) -> dict[str, tuple[str, str | None]]:
    return {each.letter.place: (each.state.value, each.superseded_by) for each in compared(deliveries)}


def test_the_newest_of_each_number_counts() -> None:
    found = states(delivery("new", DAY), delivery("old", 3 * DAY), delivery("other", 9 * DAY, number="T2"))
    assert found == {"other": ("new", None), "old": ("superseded", "<new>"), "new": ("new", None)}
    assert list(found) == ["other", "old", "new"]


def test_of_two_with_one_date_the_direct_one_counts() -> None:
    copy = delivery("a", DAY, what="x", forwarded=Forwarded.ATTACHED)
    assert states(copy, delivery("b", DAY, what="x"))["b"] == ("new", None)


def test_a_late_copy_of_an_old_delivery_replaces_nothing() -> None:
    found = states(delivery("old", 9 * DAY, what="x"), delivery("new", 3 * DAY), delivery("copy", DAY, what="x"))
    assert found == {"old": ("superseded", "<new>"), "new": ("new", None), "copy": ("duplicate", "<old>")}


def test_the_same_message_id_with_other_content_is_no_copy() -> None:
    found = states(delivery("old", 3 * DAY, message_id="<x>"), delivery("new", DAY, message_id="<x>"))
    assert found["new"] == ("new", None)


def test_a_mail_that_may_not_be_used_replaces_nothing() -> None:
    bad = [delivery("r", HOUR, state=MailState.REFUSED), delivery("n", HOUR, what="x", state=MailState.NOT_AUTHENTIC)]
    found = states(delivery("good", DAY, what="x"), *bad)
    assert found == {"good": ("new", None), "r": ("refused", None), "n": ("not_authentic", None)}


def test_a_mail_without_a_date_is_sorted_all_the_same() -> None:
    assert list(states(delivery("x"), delivery("none", date=None, state=MailState.REFUSED))) == ["none", "x"]


@pytest.mark.parametrize(
    ("chosen", "moved"),
    [
        (None, ["old", "copy", "new"]),
        ({"<old>", "<copy>", "<new>"}, ["old", "copy", "new"]),
        ({"<new>"}, ["old", "copy", "new"]),
        ({"<copy>"}, ["old", "copy"]),
        ({"<old>"}, ["old", "copy"]),
        (set(), []),
    ],
)
def test_with_a_mail_go_its_copies_and_what_it_replaces(chosen: set[str] | None, moved: list[str]) -> None:
    found = compared([delivery("old", 9 * DAY, what="x"), delivery("new", 3 * DAY), delivery("copy", DAY, what="x")])
    assert [each.place for each in moves_in(found, None if chosen is None else frozenset(chosen))] == moved
