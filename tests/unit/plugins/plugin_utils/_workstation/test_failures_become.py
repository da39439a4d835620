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
    is_unfit,
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


# What the wrappers of ansible-core answer where a token lets nothing start, on a French Windows: to 2.18 (OLD), and from 2.19 on (NEW).
# "exception" has the identifier of the error and the trace, in which the scripts have no names up to 2.18.
NO_PROCESS = '"CreateProcessWithTokenW() failed (Accès refusé, Win32ErrorCode 5 - 0x00000005)"'
EXIT_CODE = (
    "Impossible de convertir l'argument « exitCode », ayant la valeur « {number} », de « SetShouldExit » en type « System.Int32 » : "
    "« La valeur était trop grande. »"
)
FOLDER = (
    "Exception lors de l'appel de « {call} » avec « 2 » argument(s) : « Une partie du chemin d'accès est introuvable. »"
)
DENIED = "L'accès au chemin d'accès « e1b3c3a4 » est refusé."
CREATE = "CreateDirectoryUnauthorizedAccessError,Microsoft.PowerShell.Commands.NewItemCommand"
INNER, OUTER = "module_powershell_wrapper", "become_wrapper"


def failure(said: str, error_id: str, *trace: str) -> dict[str, object]:
    """As ``Write-AnsibleErrorJson`` and ``Write-AnsibleError`` write it."""
    details = [
        "Au caractère 1",
        "+ CategoryInfo          : NotSpecified: (:) []",
        f"+ FullyQualifiedErrorId : {error_id}",
    ]
    return {"failed": True, "msg": said, "exception": "\r\n".join([said, *details, "", "ScriptStackTrace:", *trace])}


def old(step: str, said: str, error_id: str) -> dict[str, object]:
    """A compilation up to 2.18."""
    trace = ("at Add-CSharpType, <No file>: line 365", "at <ScriptBlock>, <No file>: line 34")
    return failure(f"internal error: failed to run exec_wrapper action {step}: {said}", error_id, *trace)


def new(step: str, said: str, error_id: str) -> dict[str, object]:
    """A compilation from 2.19 on."""
    trace = (
        "at Add-CSharpType, Ansible.ModuleUtils.AddType.psm1: line 379",
        "at Import-CSharpUtil, exec_wrapper-become-5b0e1d0c-7f1c-4f27-9c5f-0f6a3c1e8a11.ps1: line 491",
        f"at <ScriptBlock>, {step.replace('powershell_', '')}.ps1: line 199",
    )
    return failure(f"failure during exec_wrapper: {said}", error_id, *trace)


def refused_by_driver(code: str) -> dict[str, object]:
    return {"failed": True, "protocol": 1, "error": {"step": "guard", "code": code, "hresult": None}}


UNFIT = {
    "the driver says so": refused_by_driver("unfit_token"),
    "no process, old": failure(OLD + NO_PROCESS, "Win32Exception"),
    "no process, new": failure(NEW + NO_PROCESS, "Win32Exception"),
    "ended while it was loaded, old": failure(
        f"{OLD}{EXIT_CODE.format(number=0xC0000142)}", "MethodArgumentConversion"
    ),
    "ended while it was loaded, new": failure(EXIT_CODE.format(number=0xC0000022), "MethodArgumentConversion"),
    "gone before it had read its input": failure(NEW + "« Le canal de communication a été fermé. »", "IOException"),
    "no folder for the compiler, old": old(
        INNER, FOLDER.format(call="CompileAssemblyFromDom"), "DirectoryNotFoundException"
    ),
    "no folder for the compiler, new": new(
        INNER, FOLDER.format(call="CompileAssemblyFromSource"), "DirectoryNotFoundException"
    ),
    "a folder that is denied": new(INNER, DENIED, CREATE),
    "a file that is denied": old(INNER, DENIED, "UnauthorizedAccessException"),
}
OTHERS = {
    "nothing": {},
    "another refusal of the driver": refused_by_driver("no_dpapi"),
    "an answer that is none": {"protocol": 1, "error": "unfit_token"},
    "a policy": failure(NEW + NO_PROCESS.replace("Code 5", "Code 1260"), "Win32Exception"),
    "no token": failure(NEW + NO_SYSTEM, "Win32Exception"),
    "access denied elsewhere": failure(
        NEW + '"LogonUser() failed (Accès refusé, Win32ErrorCode 5 - 0x00000005)"', "Win32Exception"
    ),
    "another exit code": failure(EXIT_CODE.format(number=0xC0000409), "MethodArgumentConversion"),
    "the same number elsewhere": failure("3221225794", "MethodArgumentConversion"),
    "the connection's own compiler, old": old(OUTER, DENIED, CREATE),
    "the connection's own compiler, new": new(OUTER, DENIED, CREATE),
    "code that does not compile": new(INNER, "Failed to compile C# code: error CS0103", "InvalidOperationException"),
    "a compiler that does not start": old(INNER, "Exception lors de l'appel", "ExternalException"),
    "a file of the driver's own": failure(
        "Unhandled exception while executing module", "UnauthorizedAccessException", "module_wrapper.ps1"
    ),
}


@pytest.mark.parametrize("answer", UNFIT.values(), ids=UNFIT)
def test_a_token_that_lets_nothing_start_is_not_fit(answer: dict[str, object]) -> None:
    assert is_unfit(answer)


@pytest.mark.parametrize("answer", OTHERS.values(), ids=OTHERS)
def test_whatever_else_fails_is_not_taken_for_it(answer: dict[str, object]) -> None:
    """After another failure something of the exchange may have run, or no other token would help."""
    assert not is_unfit(answer)


def test_what_ansible_makes_of_the_trace_is_read_all_the_same() -> None:
    """From ansible-core 2.19 on it is an object, whose text has it in one line."""
    answer = UNFIT["a folder that is denied"]
    assert is_unfit({**answer, "exception": [answer["exception"]]})


def test_the_password_is_in_no_error() -> None:
    assert all(
        "his own" not in repr(vars(become_error(PASSWORD, wrapper(win32), wrapper(win32)))) for win32 in (5, 1326, 1332)
    )
    assert "his own" not in repr(PASSWORD)
