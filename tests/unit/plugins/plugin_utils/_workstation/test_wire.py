# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and answers to and from JSON: nothing is guessed in an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import RetireStep
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalMethod
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    ExchangeRequest,
    StepRequest,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.wire import (
    AnswerError,
    exchange_arguments,
    inventory_arguments,
    parse_exchange,
    parse_inventory,
)

STORE = {
    "elements": [{"source": "file", "data": "AQI="}],
    "unread": [{"code": "redirected", "detail": "x", "hresult": None}],
}
INVENTORY: dict[str, Any] = {
    "protocol": 1,
    "identity": {"sid": "S-1", "account": "CHU\\svc", "administrator": True, "debug_privilege": True},
    "computer": "WS-1",
    "dns_names": ["ws-1", "ws-1.chu.example"],
    "os_build": 19045,
    "utc": "2026-11-25T02:28:24Z",
    "language_mode": "FullLanguage",
    "logging": {"script_block": True, "module": False, "transcription": True},
    "force_key_protection": 0,
    "secondary_logon": 3,
    "holders": [{"asked": "a", "sid": None, "account": None, "hresult": 2147943732}],
    "profiles": [{"owner_sid": "S-2", "path": "C:\\Users\\a", "loaded": True, "temporary": False, **STORE}],
    "machine": {"elements": [], "unread": []},
    "locks": ["applocker"],
    "administrator_protection": True,
}
EXCHANGE: dict[str, Any] = {
    "protocol": 1,
    "changed": True,
    "owner_sid": "S-2",
    "utc": "2026-11-25T02:28:24Z",
    "before": [],
    "after": [{"source": "hive", "data": "AQI="}],
    "journal": [{"id": "1", "step": "remove", "outcome": "done", "at": "2026-11-25T02:28:25Z", "key": "deleted"}],
    "error": {"step": "guard", "code": "busy", "hresult": None},
}


def test_every_step_becomes_what_the_driver_takes() -> None:
    steps = (
        StepRequest("1", "import", "AB", {"bundle": b"p12", "passphrase": "one-use", "exportable": False}),
        StepRequest("2", "prove", "AB", {"nonce": b"nonce"}),
        StepRequest("3", "name", "AB", {"friendly_name": "SISERI"}),
        StepRequest("4", "chain", "CD", {"certificate": b"der"}),
        StepRequest("5", "retire", "EF", RetireStep("EF", RemovalMethod.ARCHIVE).arguments),
        StepRequest("6", "remove", "EF"),
    )
    request = exchange_arguments(ExchangeRequest("S-2", "hash", steps))
    assert json.loads(json.dumps(request)) == {
        "protocol": 1,
        "owner_sid": "S-2",
        "observed": "hash",
        "steps": [
            {
                "id": "1",
                "step": "import",
                "thumbprint": "AB",
                "bundle": "cDEy",
                "passphrase": "one-use",
                "exportable": False,
            },
            {"id": "2", "step": "prove", "thumbprint": "AB", "nonce": "bm9uY2U="},
            {"id": "3", "step": "name", "thumbprint": "AB", "friendly_name": "SISERI"},
            {"id": "4", "step": "chain", "thumbprint": "CD", "certificate": "ZGVy"},
            {"id": "5", "step": "retire", "thumbprint": "EF", "method": "archive"},
            {"id": "6", "step": "remove", "thumbprint": "EF"},
        ],
    }


def test_a_step_hides_its_secret() -> None:
    assert "one-use" not in repr(StepRequest("1", "import", "AB", {"passphrase": "one-use"}))


def test_an_inventory_is_read() -> None:
    assert inventory_arguments(["a"]) == {"protocol": 1, "holders": ["a"]}
    found = parse_inventory(INVENTORY)
    assert found.logging.kinds == ("script block logging", "transcription")
    assert found.utc.isoformat() == "2026-11-25T02:28:24+00:00"
    person = found.profile("S-2")
    assert person is not None
    assert (person.my.elements[0].data, person.my.unread[0].code) == (b"\1\2", "redirected")
    assert found.accounts[0].sid is None


def test_an_exchange_is_read() -> None:
    found = parse_exchange(EXCHANGE)
    assert found.after is not None
    assert found.after[0].data == b"\1\2"
    assert dict(found.journal[0].facts) == {"key": "deleted"}
    assert found.error is not None
    assert found.error.code == "busy"


def test_a_store_that_was_not_read_again_is_no_empty_one() -> None:
    assert parse_exchange(EXCHANGE | {"after": None}).after is None
    assert parse_exchange(EXCHANGE | {"after": []}).after == ()
    with pytest.raises(AnswerError) as refusal:
        parse_exchange(EXCHANGE | {"after": None, "error": None})
    assert refusal.value.problem.code == "driver_answer.no_after"


@pytest.mark.parametrize(
    ("parse", "answer", "key"),
    [(parse_inventory, INVENTORY, key) for key in INVENTORY if key != "protocol"]
    + [(parse_exchange, EXCHANGE, key) for key in EXCHANGE if key != "protocol"],
    ids=[f"{n}" for n in range(len(INVENTORY) + len(EXCHANGE) - 2)],
)
def test_a_missing_key_is_named(parse: Callable[[dict[str, Any]], object], answer: dict[str, Any], key: str) -> None:
    with pytest.raises(AnswerError) as refusal:
        parse({name: value for name, value in answer.items() if name != key})
    assert (refusal.value.problem.code, refusal.value.problem.values["key"]) == ("driver_answer.missing", key)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("after", [{"source": "file", "data": "AQ!I="}]),
        ("after", [{"source": "file"}]),
        ("after", ["text"]),
        ("utc", "yesterday"),
        ("utc", None),
        ("journal", [{"id": "1"}]),
        ("error", "text"),
    ],
)
def test_a_value_that_is_none_of_the_protocols_is_refused(key: str, value: object) -> None:
    with pytest.raises(AnswerError) as refusal:
        parse_exchange(EXCHANGE | {key: value})
    assert refusal.value.code == "driver_answer"


def test_what_python_says_of_an_answer_is_shown_without_the_secrets_of_the_task() -> None:
    with pytest.raises(AnswerError) as refusal:
        parse_exchange(EXCHANGE | {"utc": "Nachtigall-4711"})
    assert "Nachtigall-4711" in str(refusal.value.problem)
    shown = refusal.value.of("profile_exchange", lambda text: text.replace("Nachtigall-4711", "********")).problem
    assert (shown.code, shown.values["driver"]) == ("driver_answer.unusable", "profile_exchange")
    assert "********" in str(shown.values["reason"])
    assert "Nachtigall-4711" not in str(shown)
    assert isinstance(shown.values["reason"], Outside)
