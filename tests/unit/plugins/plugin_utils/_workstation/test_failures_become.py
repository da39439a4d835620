# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed become means: a mistake, or waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Deferred, Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import (
    LOGON_FAILURES,
    become_error,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Context, RunAs
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.wire import AnswerError

TOKEN = RunAs(Context.BECOME, "CHU\\jdupont")
PASSWORD = RunAs(Context.BECOME, "CHU\\jdupont", "his own")


def wrapper(win32: int) -> str:
    return f'Exception calling "CreateProcessAsUser": "texte dans la langue du poste (Win32ErrorCode {win32})"'


def refused(run_as: RunAs, text: str) -> str:
    refusal = become_error(run_as, text, text)
    assert isinstance(refusal, Pkcs12Error)
    assert run_as.account in refusal.problem.values.values()
    return refusal.code


@pytest.mark.parametrize("run_as", [TOKEN, PASSWORD])
def test_an_unknown_account_is_a_mistake(run_as: RunAs) -> None:
    assert refused(run_as, wrapper(1332)) == "unknown_holder"


@pytest.mark.parametrize("win32", [1326, 1327, 1329, 1330, 1331, 1385, 1793, 1907, 1909])
def test_a_refused_password_is_a_mistake_but_without_one_it_is_waiting(win32: int) -> None:
    assert win32 in LOGON_FAILURES
    refusal = become_error(PASSWORD, wrapper(win32), "")
    assert isinstance(refusal, Pkcs12Error)
    assert refusal.problem == Problem(f"holder_logon.{LOGON_FAILURES[win32]}", {"name": PASSWORD.account})
    assert isinstance(become_error(TOKEN, wrapper(win32), ""), Deferred)


# What ansible-core's scripts say: exec_wrapper.ps1 and become_wrapper.ps1 of 2.16 to 2.18 and of 2.19 to 2.21, Ansible.Become.cs.
OLD = "internal error: failed to become user 'CHU\\jdupont': Exception lors de l'appel de « CreateProcessAsUser » : "
NEW = 'failure during exec_wrapper: Exception calling "CreateProcessAsUser" with "9" argument(s): '
NO_SYSTEM = '"Failed to get token for NT AUTHORITY\\SYSTEM required for become as a service account or an account without a password"'
NO_LOGON = '"LsaLogonUser() failed with substatus 0 (texte, Win32ErrorCode 1311)"'


@pytest.mark.parametrize("reason", [NO_SYSTEM, NO_LOGON, '"Impossible de traduire des références d\'identité."'])
@pytest.mark.parametrize("wrapping", [OLD, NEW, ""])
def test_no_token_is_waiting(wrapping: str, reason: str) -> None:
    if not wrapping and reason not in (NO_SYSTEM, NO_LOGON):
        return
    found = become_error(TOKEN, wrapping + reason, "")
    own = become_error(replace(TOKEN, own=True), wrapping + reason, "")
    assert isinstance(found, Deferred)
    assert isinstance(own, Deferred)
    code = "not_run.windows_error" if reason == NO_LOGON else "not_run.no_token"
    assert (found.problem.code, own.problem.code) == (code, f"{code}_own")


def test_a_powershell_that_windows_does_not_start_is_a_mistake() -> None:
    """There was a token, so no logon would mend it: 1260 and 4551 are policies, 1058 is a service that is disabled."""
    text = NEW + '"CreateProcessWithTokenW() failed (texte, Win32ErrorCode 1260)"'
    for run_as in (TOKEN, PASSWORD):
        refusal = become_error(run_as, text, text)
        assert isinstance(refusal, Pkcs12Error)
        assert refusal.problem == Problem("not_started", {"name": run_as.account, "number": 1260})


SCRIPT = "At exec_wrapper-become-5b0e1d0c-7f1c-4f27-9c5f-0f6a3c1e8a11.ps1:1 char:1"
STACK = "at <ScriptBlock>, become_wrapper.ps1: line 98"
LOST = 'failure during exec_wrapper: Exception calling "CreateProcessAsUser": "GetExitCodeProcess() failed (x, Win32ErrorCode 6)"'


@pytest.mark.parametrize("text", ["", "Unexpected token in expression", SCRIPT, STACK, "become", LOST])
def test_no_answer_is_not_taken_for_waiting_and_may_have_changed_something(text: str) -> None:
    """The name of a script of Ansible's has "become" in it since ansible-core 2.19."""
    assert refused(TOKEN, text) == "driver_answer"
    assert isinstance(become_error(PASSWORD, text, text), AnswerError)


def test_the_password_is_in_no_error() -> None:
    assert all(
        "his own" not in repr(vars(become_error(PASSWORD, wrapper(win32), wrapper(win32)))) for win32 in (5, 1326, 1332)
    )
    assert "his own" not in repr(PASSWORD)
