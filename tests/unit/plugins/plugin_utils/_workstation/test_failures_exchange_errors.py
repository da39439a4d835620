# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code of the protocol is a problem of the catalogue."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Deferred, Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation import failures
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import (
    exchange_error,
    offline_error,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import (
    OFFLINE_ERRORS,
    STORE_ERRORS,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Context,
    ExchangeAnswer,
    ExchangeError,
    JournalEntry,
    RunAs,
)
from unit.plugins.plugin_utils.fakes import HOLDER, NOW, SID

PLUGINS = Path(failures.__file__).parents[2]
DRIVER = PLUGINS / "modules" / "store_exchange.ps1"
SHARED = tuple(PLUGINS / "module_utils" / f"_{name}.psm1" for name in ("Store", "PrivateKey", "Exchange"))
AS_HOLDER = RunAs(Context.BECOME, HOLDER)


def answer(code: str | None, *journal: JournalEntry, changed: bool = False) -> ExchangeAnswer:
    error = ExchangeError("1", code, 0x80090016) if code else None
    return ExchangeAnswer(changed, SID, NOW, (), (), journal, error)


def refusal(code: str, *journal: JournalEntry, changed: bool = False) -> Pkcs12Error:
    found = exchange_error(answer(code, *journal, changed=changed), AS_HOLDER, "WS-1")
    assert isinstance(found, Pkcs12Error)
    return found


def test_every_code_of_the_driver_is_known() -> None:
    exchange, *shared = (path.read_text(encoding="ascii") for path in (DRIVER, *SHARED))
    refused = re.findall(r"(?:code = |Get-(?:NeededLink|Failure) .* -Code )'(\w+)'", "".join((exchange, *shared)))
    steps = re.findall(r"^\t(\w+) = ", exchange.partition("$stepKeys = @{")[2].partition("\n}")[0], re.MULTILINE)
    assert len(steps) == 10
    failed = [f"{step}_failed" for step in steps if step not in ("prove", "import_sealed", "computer")]
    assert {*refused, *failed} - {"no_dpapi", "unfit_token"} == STORE_ERRORS - {"key_asks"}


@pytest.mark.parametrize("second_account", [True, False])
def test_another_owner_is_administrator_protection_only_where_the_driver_saw_it(second_account: bool) -> None:
    error = ExchangeError("guard", "wrong_owner", None, second_account=second_account)
    found = exchange_error(replace(answer("wrong_owner"), error=error), AS_HOLDER, "WS-1")
    assert isinstance(found, Pkcs12Error)
    assert found.problem.code == ("wrong_owner.second_account" if second_account else "wrong_owner")


@pytest.mark.parametrize(
    ("code", "hresult", "expected"),
    [
        ("sign_failed", 0x80090022, "key_asks"),
        ("sign_failed", 0x8009002E, "key_asks"),
        ("sign_failed", 0x80090015, "sign_failed"),
        ("import_failed", 0x80090022, "import_failed"),
    ],
)
def test_a_key_that_would_have_asked_is_not_called_one_that_does_not_sign(
    code: str, hresult: int, expected: str
) -> None:
    stopped = replace(answer(code), error=ExchangeError("1", code, hresult))
    found = exchange_error(stopped, AS_HOLDER, "WS-1")
    assert isinstance(found, Pkcs12Error)
    assert found.code == expected
    assert found.problem.causes == (Problem("hresult", {"number": f"0x{hresult:08X}"}),)


@pytest.mark.parametrize("code", sorted(STORE_ERRORS))
def test_a_refusal_keeps_the_code_and_says_who_where_and_why(code: str) -> None:
    found = refusal(code)
    assert found.code == code
    assert found.problem.values["computer"] == "WS-1"
    assert found.problem.causes == (Problem("hresult", {"number": "0x80090016"}),)


@pytest.mark.parametrize("code", ["retire_failed", "remove_failed"])
@pytest.mark.parametrize("hresult", [None, 0x80070000])
def test_where_windows_has_set_no_error_there_is_nothing_to_look_up(code: str, hresult: int | None) -> None:
    stopped = replace(answer(code), error=ExchangeError("1", code, hresult))
    found = exchange_error(stopped, AS_HOLDER, "WS-1")
    assert isinstance(found, Pkcs12Error)
    assert (found.code, found.problem.code, found.problem.causes) == (code, f"{code}.without_number", ())


@pytest.mark.parametrize("code", ["remove_key_failed", "remove_certificate_failed"])
def test_so_it_is_without_the_holder(code: str) -> None:
    stopped = replace(answer(code), error=ExchangeError("1", code, 0x80070000))
    found = offline_error(stopped, HOLDER, "WS-1")
    assert isinstance(found, Pkcs12Error)
    assert (found.problem.code, found.problem.causes) == (f"{code}.without_number", ())


@pytest.mark.parametrize("code", sorted(OFFLINE_ERRORS | STORE_ERRORS))
def test_a_refusal_without_the_holder_keeps_the_code_too(code: str) -> None:
    found = offline_error(answer(code, changed=True), HOLDER, "WS-1")
    assert isinstance(found, Pkcs12Error)
    assert found.code == code


def test_only_a_holder_who_has_logged_on_waits_without_a_session() -> None:
    assert isinstance(offline_error(answer("profile_loaded"), HOLDER, "WS-1"), Deferred)
    assert isinstance(offline_error(answer("busy"), HOLDER, "WS-1"), Pkcs12Error)


def test_a_code_that_is_not_known_is_unforeseen() -> None:
    assert refusal("new_code").problem == refusal("unexpected").problem


def test_another_computer_and_a_portal_that_was_not_asked_have_problems_of_their_own() -> None:
    assert refusal("wrong_computer").problem.code == "wrong_computer.exchange"
    found = exchange_error(answer("connect_failed"), AS_HOLDER, "WS-1", not_asked=True)
    assert isinstance(found, Pkcs12Error)
    assert found.problem.code == "connect_failed.not_asked"


def test_what_could_not_be_undone_is_said_and_the_journal_is_there() -> None:
    left = JournalEntry("1", "import", "undo_failed", "2026-11-25T12:00:00Z", {"hresult": 5})
    found = refusal("sign_failed", left, changed=True)
    assert Problem("undo_failed") in found.problem.causes
    assert (found.changed, found.journal[0]["outcome"]) == (True, "undo_failed")


NOBODY_HAS_SEEN = Problem("store_unread_afterwards")


def test_an_unread_store_is_said_beside_the_error_of_a_step_and_said_once() -> None:
    for code in ("retire_failed", "after_unread"):
        unread = replace(answer(code, changed=True), after=None)
        for found in (exchange_error(unread, AS_HOLDER, "WS-1"), offline_error(unread, HOLDER, "WS-1")):
            assert isinstance(found, Pkcs12Error)
            told = found.problem.causes.count(NOBODY_HAS_SEEN)
            assert (found.code, found.changed, told) == (code, True, 0 if code == "after_unread" else 1)
    assert NOBODY_HAS_SEEN not in refusal("retire_failed", changed=True).problem.causes


@pytest.mark.parametrize(
    ("token", "variant"),
    [("app_container", ""), ("integrity", ""), ("restricted", ""), ("service", ".task"), ("batch", ".task")],
)
def test_a_token_that_is_not_fit_is_waiting_and_says_of_whom(token: str, variant: str) -> None:
    error = ExchangeError("guard", "unfit_token", 0x80090345 if token == "batch" else None, token=token)
    for own in (False, True):
        reason = exchange_error(replace(answer("unfit_token"), error=error), replace(AS_HOLDER, own=own), "WS-1")
        assert isinstance(reason, Deferred)
        assert reason.problem.code == f"unfit_token{variant}"
        assert [cause.code for cause in reason.problem.causes] == ["hresult"] * (token == "batch")


@pytest.mark.parametrize(
    ("run_as", "said"),
    [
        (AS_HOLDER, "no_dpapi"),
        (RunAs(Context.CONNECTION, HOLDER, own=True), "no_dpapi.own"),
        (RunAs(Context.BECOME, HOLDER, own=True), "no_dpapi.own"),
    ],
)
def test_a_logon_that_keeps_no_key_is_waiting_and_says_for_what(run_as: RunAs, said: str) -> None:
    reason = exchange_error(answer("no_dpapi"), run_as, "WS-1")
    assert isinstance(reason, Deferred)
    assert reason.problem.code == said
