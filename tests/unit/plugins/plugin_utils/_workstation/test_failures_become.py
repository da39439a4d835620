# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed become means: a mistake, or waiting."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import CollectionError, Deferred
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import (
    LOGON_FAILURES,
    become_error,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Context, RunAs

TOKEN = RunAs(Context.BECOME, "CHU\\jdupont")
PASSWORD = RunAs(Context.BECOME, "CHU\\jdupont", "his own")


def wrapper(win32: int) -> str:
    return f'Exception calling "CreateProcessAsUser": "texte dans la langue du poste (Win32ErrorCode {win32})"'


def refused(run_as: RunAs, text: str) -> str:
    refusal = become_error(run_as, text, text)
    assert isinstance(refusal, CollectionError)
    assert run_as.account in refusal.cause
    return refusal.code


@pytest.mark.parametrize("run_as", [TOKEN, PASSWORD])
def test_an_unknown_account_is_a_mistake(run_as: RunAs) -> None:
    assert refused(run_as, wrapper(1332)) == "unknown_holder"


@pytest.mark.parametrize("win32", LOGON_FAILURES)
def test_a_refused_password_is_a_mistake_but_without_one_it_is_waiting(win32: int) -> None:
    assert refused(PASSWORD, wrapper(win32)) == "holder_logon"
    assert isinstance(become_error(TOKEN, wrapper(win32), ""), Deferred)


@pytest.mark.parametrize("text", [wrapper(5), "Failed to become user", "CreateProcessAsUser failed"])
def test_no_token_is_waiting(text: str) -> None:
    reason = become_error(TOKEN, text, text)
    assert isinstance(reason, Deferred)
    assert "Run the task again" in str(reason)


@pytest.mark.parametrize("text", ["", "Unexpected token in expression"])
def test_an_answer_that_is_none_is_not_taken_for_waiting(text: str) -> None:
    assert refused(TOKEN, text) == "driver_answer"


def test_the_password_is_in_no_sentence() -> None:
    assert all(
        "his own" not in str(become_error(PASSWORD, wrapper(win32), wrapper(win32))) for win32 in (5, 1326, 1332)
    )
    assert "his own" not in repr(PASSWORD)
