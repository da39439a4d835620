# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several deliveries counts, which is a copy, which is replaced, and with which the access mail came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.authentication import Envelope, Verdict
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.deliveries import (
    Delivery,
    MailState,
    compared,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.delivery_content import Content
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.letters import Forwarded, Letter
from unit.plugins.plugin_utils.fakes import now

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JEANNE, PAUL = frozenset({"j@chu.example"}), frozenset({"p@chu.example"})


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


def states(*deliveries: Delivery, access: tuple[Letter, ...] = ()) -> dict[str, tuple[str, str | None]]:
    return {each.letter.place: (each.state.value, each.superseded_by) for each in compared(deliveries, access)}


def seen(*deliveries: Delivery, access: tuple[Letter, ...]) -> list[str]:
    return [each.letter.place for each in compared(deliveries, access) if each.access_mail_seen]


def test_the_newest_of_each_number_counts() -> None:
    found = states(delivery("new", DAY), delivery("old", 3 * DAY), delivery("other", 9 * DAY, number="T2"))
    assert found == {"other": ("new", None), "old": ("superseded", "<new>"), "new": ("new", None)}
    assert list(found) == ["other", "old", "new"]


def test_a_copy_is_a_duplicate_of_the_first() -> None:
    copy = delivery("copy", DAY, what="x", forwarded=Forwarded.ATTACHED)
    assert states(copy, delivery("first", 2 * DAY, what="x")) == {
        "first": ("new", None),
        "copy": ("duplicate", "<first>"),
    }


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


def test_access_mail_is_the_one_to_the_same_person_on_the_same_day() -> None:
    mails = (delivery("j", 5 * DAY), delivery("p", 5 * DAY, number="T2", addressees=PAUL))
    assert seen(*mails, access=(letter("a", 5 * DAY + HOUR),)) == ["j"]
    assert seen(*mails, access=(letter("a", 5 * DAY - HOUR, addressees=PAUL),)) == ["p"]
    assert seen(*mails, access=(letter("a", 3 * DAY),)) == []
    assert seen(*mails, access=(letter("a", 5 * DAY, addressees=frozenset({"x@chu.example"})),)) == []
    assert seen(*mails, access=(letter("a", date=None),)) == []


def test_each_access_mail_counts_for_one_delivery() -> None:
    mails = (delivery("a", 5 * DAY), delivery("b", 5 * DAY - HOUR, number="T2"))
    assert seen(*mails, access=(letter("x", 5 * DAY - HOUR),)) == ["b"]
    assert seen(*mails, access=(letter("x", 5 * DAY), letter("y", 5 * DAY))) == ["a", "b"]
    copies = (letter("x", 5 * DAY), letter("copy", 5 * DAY, message_id="<x>"))
    assert len(seen(*mails, access=copies)) == 1


def test_without_an_addressee_the_forwarder_tells() -> None:
    nobody: frozenset[str] = frozenset()
    mails = (delivery("a", addressees=nobody, forwarder="f@x"), delivery("b", number="T2", addressees=nobody))
    assert seen(*mails, access=(letter("x", addressees=nobody, forwarder="f@x"),)) == ["a"]


def test_a_copy_has_seen_what_its_original_has_and_bad_mails_nothing() -> None:
    mails = (delivery("a", DAY, what="x"), delivery("b", HOUR, what="x"), delivery("c", DAY, state=MailState.REFUSED))
    assert seen(*mails, access=(letter("m"),)) == ["a", "b"]
