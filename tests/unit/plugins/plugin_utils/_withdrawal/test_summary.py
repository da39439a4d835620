# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the deliveries of a run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_records import SCHEMA
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.summary import (
    CollectionRun,
    collection_summary,
    two_names,
)
from unit.plugins.plugin_utils._mail.deliveries import NOW, PICKED_UP, error_row, known, mail

FAILED = {
    **PICKED_UP,
    "state": "link_used",
    "msg": "Used.",
    "error": error_row("link_used.earlier_run", when="2026-11-25T12:00:00Z"),
    "failed": True,
    "dest": None,
}


NO_FOLDER = error_row("dest_folder.missing", folder="/srv/b")


def collected(**changed: Any) -> CollectionRun:
    """What is known at the end of a run that has withdrawn one bundle."""
    usual: dict[str, Any] = {
        "deliveries": [mail("T1")],
        "problems": [],
        "withdrawals": {"T1": PICKED_UP},
        "unstored": {},
        "holders": {"T1": "Jeanne Dupont"},
        "holder_problems": [],
        "acknowledged": frozenset(),
        "leavers": frozenset(),
        "known": None,
    }
    return CollectionRun(**(usual | changed))


def summed(**changed: Any) -> dict[str, Any]:
    return collection_summary(collected(**changed), NOW)


def states(result: dict[str, Any]) -> dict[str, str]:
    rows = result["ansible_facts"]["pkcs12_fact_deliveries"]["deliveries"]
    return {row["authorisation"]: row["state"] for row in rows}


def test_a_withdrawn_bundle_is_recorded() -> None:
    result = summed()
    assert (result["failed"], result["needs_somebody"], result["totals"]) == (False, [], {"collected": 1})
    assert result["ansible_facts"]["pkcs12_fact_deliveries"]["deliveries"] == [
        {
            "authorisation": "T1",
            "name": "Jeanne Dupont",
            "state": "collected",
            "mail_at": "2026-11-20T08:00:00Z",
            "message_id": "<T1@issuer.example>",
            "recorded_at": "2026-11-26T10:00:00Z",
            "error": None,
            "file": "Jeanne Dupont - T1.p12",
            "sha256": "00ff",
        }
    ]


NO_ERROR = {
    "failed": "delivery.failed",
    "new": "delivery.not_withdrawn",
    "passphrase_not_stored": "delivery.told",
    "unknown_holder": "delivery.no_holder",
}
"""What is told of a state without an error."""


@pytest.mark.parametrize(
    ("changed", "state", "error"),
    [
        ({"withdrawals": {"T1": FAILED}}, "link_used", "link_used.earlier_run"),
        ({"withdrawals": {"T1": {**FAILED, "state": None}}}, "failed", "link_used.earlier_run"),
        ({"withdrawals": {"T1": {"failed": True, "msg": "A module is not there."}}}, "failed", None),
        ({"withdrawals": {}}, "new", None),
        ({"withdrawals": {"T1": {**FAILED, "state": "new", "error": NO_FOLDER}}}, "failed", "dest_folder.missing"),
        ({"withdrawals": {"T1": {**FAILED, "state": "collected"}}}, "passphrase_unknown", "link_used.earlier_run"),
        ({"unstored": {"T1": "No store."}}, "passphrase_not_stored", None),
        ({"holders": {}}, "unknown_holder", None),
        ({"deliveries": [mail("T1", state="not_authentic")]}, "not_authentic", "server_error"),
        ({"deliveries": [mail("T1", state="refused")]}, "refused", "server_error"),
    ],
    ids=str,
)
def test_what_needs_a_person_is_red_and_recorded(changed: dict[str, Any], state: str, error: str | None) -> None:
    result = summed(**changed)
    (row,) = result["ansible_facts"]["pkcs12_fact_deliveries"]["deliveries"]
    assert (result["failed"], result["needs_somebody"], row["state"]) == (True, ["T1"], state)
    assert (row["error"] or {}).get("code") == error
    (told,) = result["msg"].problems[1:]
    assert told.values["message_id"] == "<T1@issuer.example>"
    assert [each.code for each in told.causes] == [error or NO_ERROR[state]]


PROBLEM = {"place": "new/1", "error": error_row("captcha", host="issuer.example")}


def test_a_mail_that_cannot_be_used_is_red_until_a_person_has_dealt_with_it() -> None:
    result = summed(problems=[PROBLEM])
    assert (result["failed"], result["needs_somebody"], states(result)) == (True, ["?"], {"T1": "collected"})
    told = Problem(
        "delivery.mail_problem", {"place": "new/1"}, causes=(Problem("captcha", {"host": "issuer.example"}),)
    )
    assert result["msg"].problems[-1] == told
    assert summed(problems=[PROBLEM], acknowledged=frozenset({"new/1"}))["failed"] is False


@pytest.mark.parametrize("forged", ["not_authentic", "refused"])
def test_a_forged_mail_hides_no_delivery(forged: str) -> None:
    later = mail("T1", state=forged, at="2026-11-25T00:00:00Z")
    result = summed(deliveries=[mail("T1"), later])
    assert (result["failed"], states(result)) == (True, {"T1": "collected"})
    assert states(summed(deliveries=[later], known=known("T1"))) == {"T1": "collected"}
    assert states(summed(deliveries=[later], known=known("T1", state="refused"))) == {"T1": forged}


def test_records_without_a_mail_are_kept_for_some_time() -> None:
    old = {**known("T8")}
    old["deliveries"] = [{**old["deliveries"][0], "recorded_at": "2025-01-01T00:00:00Z"}, *known("T9")["deliveries"]]
    assert states(summed(known=old)) == {"T1": "collected", "T9": "collected"}


@pytest.mark.parametrize(
    "fact",
    [
        *(None, [], {}, {"schema": SCHEMA + 1, "deliveries": [{}]}, {"schema": SCHEMA, "deliveries": [{}, "x"]}),
        known("T9") | {"schema": SCHEMA - 1},
    ],
)
def test_facts_of_another_form_are_no_facts(fact: Any) -> None:
    assert states(summed(known=fact)) == {"T1": "collected"}


@pytest.mark.parametrize("written", ["T1", "t1", " T1 ", "T 1"])
def test_who_has_left_needs_nobody(written: str) -> None:
    result = summed(withdrawals={}, leavers=frozenset({written}))
    assert (result["failed"], states(result)) == (False, {"T1": "left"})


def test_a_mistyped_number_is_told_with_the_number_that_the_inventory_has() -> None:
    result = summed(deliveries=[mail("T11", name="JEANNE  Dupont")], withdrawals={})
    assert (result["failed"], states(result)) == (True, {"T11": "unknown_holder"})
    assert result["msg"].problems[-1].causes == (Problem("delivery.no_holder_same_name", {"numbers": ("T1",)}),)


@pytest.mark.parametrize("check_mode", [True, False])
def test_holders_that_cannot_be_read_are_red_and_told_before_their_deliveries(check_mode: bool) -> None:
    said = "pkcs12_holders of ws-1 is a text."
    told = Problem("delivery.told", {"text": said})
    result = summed(deliveries=[mail("T1"), mail("T2")], holder_problems=[said], check_mode=check_mode)
    assert (result["failed"], result["needs_somebody"]) == (True, ["?", "T2"])
    unread, delivery = result["lines"][1:3]
    assert (unread, delivery.causes) == (told, (Problem("delivery.holder_unread"),))
    assert told in result["msg"].problems
    assert summed(holder_problems=[said])["needs_somebody"] == ["?"]


def test_check_mode_is_green_although_nothing_was_withdrawn() -> None:
    assert summed(withdrawals={"T1": {**PICKED_UP, "state": "new"}}, check_mode=True)["failed"] is False
    assert summed(withdrawals={"T1": FAILED}, check_mode=True)["failed"] is True
    wrong = {**FAILED, "state": "new", "error": NO_FOLDER}
    assert summed(withdrawals={"T1": wrong}, check_mode=True)["failed"] is True


def test_those_who_need_a_person_come_first() -> None:
    holders = {"T1": "Jeanne Dupont", "T2": "Paul Martin"}
    result = summed(
        deliveries=[mail("T1"), mail("T2")],
        withdrawals={"T1": PICKED_UP, "T2": {**FAILED, "item": "T2"}},
        holders=holders,
    )
    assert [line.values.get("who") for line in result["lines"]] == [None, "Paul Martin T2", "Jeanne Dupont T1"]
    assert result["totals"] == {"collected": 1, "link_used": 1}


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (FAILED["error"], True),
        (error_row("captcha", host="issuer.example"), True),
        (error_row("code_wrong.asked_again"), False),
        (NO_FOLDER, False),
    ],
)
def test_the_path_is_told_where_a_person_may_have_the_bundle(error: dict[str, Any], is_told: bool) -> None:
    dest = "/srv/b/x 2026.p12"
    failed = {**FAILED, "error": error, "dest": dest}
    (told,) = summed(withdrawals={"T1": failed})["msg"].problems[-1].causes
    assert (told.causes == (Problem("delivery.put_there", {"dest": dest}),)) is is_told


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"name": "", "at": None}, "delivery.without_number"),
        ({"at": None}, "delivery.mail_undated"),
        ({}, "delivery.mail"),
    ],
)
def test_a_delivery_is_told_with_what_is_known_of_it(changed: dict[str, Any], name: str) -> None:
    result = summed(deliveries=[mail(None, state="refused", **changed)])
    assert (result["failed"], result["needs_somebody"], states(result)) == (True, ["?"], {})
    told = result["msg"].problems[-1]
    assert (told.code, told.values["message_id"]) == (name, "<None@issuer.example>")


ID = "<1@issuer.example>"
"""The mail of the records of ``known``."""


def test_a_record_whose_mail_is_gone_can_be_ended() -> None:
    told = {"T8": "failed", "T1": "collected"}
    assert states(summed(known=known("T8", state="failed"))) == told
    ended = summed(known=known("T8", state="failed"), acknowledged=frozenset({ID}))
    assert states(ended) == told | {"T8": "acknowledged"}
    dealt_with = (Problem("delivery.acknowledged"),)
    assert Problem("delivery.person", {"who": "Jeanne Dupont T8"}, causes=dealt_with) in ended["lines"]
    assert ended["totals"] == {"collected": 1}
    # A bundle that is there stays collected, and a mail that is still read is told once.
    assert states(summed(known=known("T8"), acknowledged=frozenset({ID})))["T8"] == "collected"
    again = mail("T8", message_id=ID)
    read = summed(deliveries=[again], known=known("T8", state="failed"), acknowledged=frozenset({ID}))
    assert [line.causes for line in read["lines"][1:]] == [dealt_with]


@pytest.mark.parametrize(
    ("others", "known_ids"), [(0, []), (1, ["<x@y>", "<z@y>"]), (0, ["<T1@issuer.example>", "new/1", ID])]
)
def test_what_is_acknowledged_and_nowhere_is_told(others: int, known_ids: list[str]) -> None:
    """Nobody knows it while mails of other persons are left out."""
    result = summed(
        problems=[PROBLEM],
        known=known("T8"),
        acknowledged=frozenset({*known_ids, "<typo@y>"}),
        reading={"msg": "2 mails read.", "ignored": {"other_authorisations": others}},
    )
    told = [line for line in result["lines"] if line.code == "delivery.acknowledged_nowhere"]
    assert [line.values["entries"] for line in told] == ([] if others else [("<typo@y>",)])
    assert result["lines"][1] == Problem("delivery.told", {"text": "2 mails read."})


def test_several_names_for_a_number_are_told() -> None:
    names = ("Anne Durand", "ANNE  Dupont", "Anne Dupont")
    holders = [{"authorisation": "T1", "name": name} for name in names]
    assert two_names(holders[1:]) == []
    told = Problem("delivery.two_names", {"number": "T1", "names": ("Anne Durand", "Anne Dupont")})
    assert two_names(holders) == [told]


def test_a_problem_that_another_task_has_found_is_told_as_it_is() -> None:
    found = Problem("delivery.holder_unread")
    result = summed(holder_problems=[found.to_map()], unstored={"T1": found.to_map()})
    (unread, delivery) = result["msg"].problems[1:]
    assert (unread, delivery.causes) == (found, (found,))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"code": "not_stored.no_store"}, "not_stored.no_store"),
        ("No store.", "delivery.told"),
        ({"task": "Tell", "status": 0, "problem": {"code": "vault_password.empty"}}, "not_stored.refused"),
        ({"task": "Tell", "status": "503", "problem": {}}, "not_stored.status"),
        ({"task": "Tell", "status": -1, "problem": ""}, "not_stored.hidden"),
        ({"task": "Tell", "status": 0, "problem": {"code": "the passphrase itself"}}, "not_stored.hidden"),
    ],
)
def test_a_passphrase_that_is_in_no_store_needs_somebody(said: Any, code: str) -> None:
    result = summed(unstored={"T1": said})
    (told,) = [each.causes[0] for each in result["msg"].problems if each.code == "delivery.mail"]
    assert (told.code, states(result), result["collected_message_ids"]) == (code, {"T1": "passphrase_not_stored"}, [])


def test_the_mails_of_bundles_that_are_there_may_be_moved() -> None:
    mails = [mail("T1"), mail("T2"), mail("T3", state="refused"), mail("T4"), mail("T5")]
    withdrawals = {
        "T1": PICKED_UP,
        "T2": FAILED,
        "T4": {**PICKED_UP, "error": error_row("wrong_passphrase.number")},
        "T5": {**PICKED_UP, "changed": False},
    }
    result = summed(
        deliveries=mails, withdrawals=withdrawals, holders=dict.fromkeys(["T1", "T2", "T3", "T4", "T5"], "x")
    )
    assert result["collected_message_ids"] == ["<T1@issuer.example>", "<T5@issuer.example>"]
