# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import copy
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import (
    ExchangeError,
    ExchangeRequest,
    ImportStep,
    JournalEntry,
    NameStep,
    ProveStep,
    StoredElement,
    Unread,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver_json import (
    AnswerError,
    exchange_arguments,
    inventory_arguments,
    parse_exchange,
    parse_inventory,
)

INVENTORY: dict[str, Any] = {
    "changed": False,
    "protocol": 1,
    "identity": {"sid": "S-1-5-21-1", "account": "CHU\\svc", "administrator": True, "debug_privilege": True},
    "computer": "WS",
    "os_build": 19045,
    "utc": "2026-11-25T12:00:00Z",
    "language_mode": "FullLanguage",
    "logging": {"script_block": False, "module": True, "transcription": False},
    "force_key_protection": 0,
    "secondary_logon": 3,
    "holders": [{"asked": "nobody", "sid": None, "account": None, "hresult": 2147943732}],
    "profiles": [
        {
            "owner_sid": "S-1-5-21-2",
            "path": "C:\\Users\\x",
            "loaded": True,
            "temporary": False,
            "elements": [{"source": "file", "data": "AAEC"}],
            "unread": [{"code": "redirected", "detail": "\\\\files", "hresult": None}],
        }
    ],
    "machine": {"elements": [], "unread": []},
}
EXCHANGE: dict[str, Any] = {
    "changed": True,
    "protocol": 1,
    "owner_sid": "S-1-5-21-2",
    "utc": "2026-11-25T12:00:00Z",
    "before": [],
    "after": [{"source": "file", "data": "AAEC"}],
    "journal": [{"id": "1", "step": "import", "outcome": "failed", "at": "2026-11-25T12:00:00Z", "swept": 0}],
    "error": {"step": "1", "code": "import_failed", "hresult": 2148073513},
}


def without(document: dict[str, Any], *path: str | int) -> dict[str, Any]:
    """The document with the last key of the path taken out."""
    changed = copy.deepcopy(document)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return changed


def test_inventory_is_read_as_it_was_sent() -> None:
    found = parse_inventory(INVENTORY)
    assert (found.computer, found.os_build, found.identity.account) == ("WS", 19045, "CHU\\svc")
    assert found.utc == datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
    assert found.logging.kinds == ("module logging",)
    assert (found.accounts[0].sid, found.accounts[0].hresult) == (None, 0x80070534)
    profile = found.profile("S-1-5-21-2")
    assert profile is not None
    assert profile.my.elements == (StoredElement("file", b"\0\1\2"),)
    assert profile.my.unread == (Unread("redirected", "\\\\files", None),)
    assert found.profile("S-1-5-21-3") is None


@pytest.mark.parametrize(
    "path",
    [
        ("identity",),
        ("identity", "administrator"),
        ("logging", "module"),
        ("profiles", 0, "loaded"),
        ("machine", "unread"),
    ],
    ids=str,
)
def test_inventory_that_lacks_something_is_refused(path: tuple[str | int, ...]) -> None:
    with pytest.raises(AnswerError) as refused:
        parse_inventory(without(INVENTORY, *path))
    assert refused.value.code == "driver_answer"


def test_exchange_is_read_as_it_was_sent() -> None:
    answer = parse_exchange(EXCHANGE)
    assert (answer.changed, answer.owner_sid, answer.before) == (True, "S-1-5-21-2", ())
    assert answer.after == (StoredElement("file", b"\0\1\2"),)
    assert answer.journal == (JournalEntry("1", "import", "failed", "2026-11-25T12:00:00Z", {"swept": 0}),)
    assert answer.error == ExchangeError("1", "import_failed", 2148073513)
    assert parse_exchange(EXCHANGE | {"error": None}).error is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"utc": "25/11/2026 12:00"}, "25/11/2026"),
        ({"after": [{"source": "file", "data": "not base64"}]}, "an element is not base64"),
        ({"journal": [{"id": "1"}]}, "'step' is missing"),
        ({"error": {"code": "import_failed"}}, "'step' is missing"),
        ({"before": None}, "NoneType"),
    ],
)
def test_exchange_that_is_none_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(AnswerError, match="cannot be used") as refused:
        parse_exchange(EXCHANGE | changes)
    assert says in refused.value.cause


def test_requests_have_the_keys_of_the_protocol() -> None:
    steps = (
        ImportStep("1", "AB", b"\0\1\2", "once", exportable=False),
        ProveStep("2", "AB", bytes(32)),
        NameStep("3", "AB", "Élodie"),
    )
    sent = exchange_arguments(ExchangeRequest("S-1-5-21-2", "00ff", steps))
    assert (sent["protocol"], sent["owner_sid"], sent["observed"]) == (1, "S-1-5-21-2", "00ff")
    assert sent["steps"] == [
        {"id": "1", "step": "import", "thumbprint": "AB", "bundle": "AAEC", "passphrase": "once", "exportable": False},
        {"id": "2", "step": "prove", "thumbprint": "AB", "nonce": base64.b64encode(bytes(32)).decode()},
        {"id": "3", "step": "name", "thumbprint": "AB", "friendly_name": "Élodie"},
    ]
    assert inventory_arguments(("a", "", "b")) == {"protocol": 1, "holders": ["a", "b"]}


def test_secrets_are_not_in_what_a_traceback_may_show() -> None:
    step = ImportStep("1", "AB", b"secret bytes", "secret passphrase", exportable=False)
    assert "secret" not in repr(ExchangeRequest("S-1-5-21-2", "00ff", (step,)))
