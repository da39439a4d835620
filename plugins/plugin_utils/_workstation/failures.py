# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a failure on the workstation means for the person on call: become, language mode, exchange. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._errors import Deferred, Pkcs12Error, named
from .findings import AFTER_UNREAD, DRIVER_ERRORS, FINDINGS, OFFLINE_ERRORS, SECOND_ACCOUNT, Explanation, refusal
from .protocol import ExchangeAnswer, RunAs, journal_row
from .wire import AnswerError

# Ansible.Process.Win32Exception ends its message with this, in every language of Windows.
WIN32 = re.compile(r"Win32ErrorCode (\d+)")
NONE_MAPPED = 1332
# What Ansible's become_wrapper.ps1 and Ansible.Become.cs say, from ansible-core 2.16 to 2.21, when they could not start a process.
# "become" alone says nothing: it is a part of the names of their scripts.
NOT_STARTED = re.compile(r"CreateProcessAsUser|Win32ErrorCode|failed to become user|required for become", re.IGNORECASE)
# The one failure after the start (Ansible.Process.cs).
AFTER_THE_START = "GetExitCodeProcess"
# Ansible.Become.cs says it when it had a token of the holder, and Windows started no process with it.
NO_PROCESS = "CreateProcessWithTokenW() failed"
LOGON_FAILURES = {
    1326: "the password is wrong",
    1327: "an account restriction forbids the logon",
    1329: "the account may not log on to this workstation",
    1330: "the password has expired",
    1331: "the account is disabled",
    1385: "a policy does not let the account log on to this workstation",
    1793: "the account has expired",
    1907: "the password must be changed first",
    1909: "the account is locked out",
}


def become_error(run_as: RunAs, text: str, shown: str) -> Exception:
    """The error for an answer of Ansible's exec wrapper that could not start the driver as the holder.

    ``shown`` is the text without secrets. An unknown account, a refused password and a PowerShell that is blocked are errors. Without
    a token of a logon session the holder has to wait: ``Deferred``. If no answer of Ansible's says that nothing was started, the exchange
    may have run: ``AnswerError``.
    """
    if not NOT_STARTED.search(text) or AFTER_THE_START in text:
        return AnswerError("store_exchange", f"none came from {run_as.account} ({shown or 'nothing came back'})")
    found = WIN32.search(text)
    code = int(found.group(1)) if found else None
    if code == NONE_MAPPED:
        return refusal(code="unknown_holder", computer="The workstation", name=run_as.account, detail="")
    if run_as.password is not None and code in LOGON_FAILURES:
        return Pkcs12Error(
            code="holder_logon",
            cause=f"Windows refused the logon of {run_as.account}: {LOGON_FAILURES[code]}.",
            next_step=f"Correct {named('holder_password')}, or the account, before the next run, because each wrong password may lock the "
            f"account. A holder who is logged on needs no {named('holder_password')}.",
        )
    if NO_PROCESS in text:
        return refusal(code="not_started", name=run_as.account, detail=f"Windows error {code}")
    reason = f"Windows error {code}" if code else "Windows gave no token"
    return Deferred(f"Nothing could be run as {run_as.account} ({reason}). {_when_it_works(run_as)}")


def _when_it_works(run_as: RunAs) -> str:
    return FINDINGS["own_connection" if run_as.own else "not_logged_on"].next_step


# Windows translates none of these: the identifier of an error in Windows PowerShell 5.1, the sentence of PowerShell 7, which has no
# identifier, and three sentences of ansible-core (module_wrapper.ps1, exec_wrapper.ps1) for a signed wrapper.
RESTRICTED = re.compile(
    r"ConstrainedLanguage|in this language mode|is not trusted and cannot be loaded|as unsupported in CLM mode".replace(
        " ", r"\s*"
    )
)
# PowerShell breaks lines at the width of a console, even within a word. What a process of become wrote may still be CLIXML.
BREAK = re.compile(r"(?:\r?\n|_x000D__x000A_|</S><S S=\"Error\">)[\s|]*")


LOCK_QUESTION = r"""
$ErrorActionPreference = 'SilentlyContinue'
if (Test-Path -Path 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Script\*') { 'applocker' }
$policies = Get-ChildItem -LiteralPath "$env:windir\System32\AppLocker\MDM" -Recurse -Filter 'Policy'
if ($policies | Where-Object -Property FullName -Like -Value '*\Script\Policy') { 'applocker_mdm' }
$guard = Get-CimInstance -Namespace 'root/Microsoft/Windows/DeviceGuard' -ClassName 'Win32_DeviceGuard'
if ($guard | Where-Object -Property 'UsermodeCodeIntegrityPolicyEnforcementStatus' -EQ -Value 2) { 'app_control' }
"""
"""What a driver asks for its ``locks``, where none starts. ConstrainedLanguage mode lets cmdlets through, and no method of .NET."""


def is_constrained(answer: Mapping[str, Any]) -> bool:
    """Whether a driver did not start because PowerShell runs in ConstrainedLanguage mode."""
    text = " ".join(str(answer.get(name) or "") for name in ("msg", "module_stdout", "module_stderr"))
    return bool(RESTRICTED.search(BREAK.sub("", text)))


CONSENT_ERRORS = (0x80090022, 0x8009002E)
"""NTE_SILENT_CONTEXT, NTE_UI_REQUIRED: the key would have shown a dialog, so it is not known whether it signs."""

SIGNING_ERRORS = ("no_key", "sign_failed")
"""Codes of an exchange that tried the key, which did not sign. After any other code the key's state is not known."""


def exchange_error(
    answer: ExchangeAnswer, run_as: RunAs, computer: str, explained_as: Explanation | None = None
) -> Exception:
    """The ``Pkcs12Error`` for an answer with an error, or ``Deferred`` if the logon cannot store a private key.

    ``explained_as``: the sentence for it, if it is not that of the code.

    Raises ``ValueError`` for an answer without an error.
    """
    error = answer.error
    if error is None:
        raise ValueError("the exchange did not stop")
    name = run_as.account
    hresult = f" (0x{error.hresult:08X})" if error.hresult else ""
    if error.code == "no_dpapi":
        return Deferred(
            f"The logon as {name} on {computer} cannot protect a private key{hresult}. {_when_it_works(run_as)}"
        )
    code = "key_asks" if error.code == "sign_failed" and error.hresult in CONSENT_ERRORS else error.code
    if error.second_account:
        explained_as = SECOND_ACCOUNT
    found = explained_as or DRIVER_ERRORS.get(code, DRIVER_ERRORS["unexpected"])
    undo_failed = any(entry.outcome == "undo_failed" for entry in answer.journal)
    rest = " What this run had added could not be removed again." if undo_failed else ""
    rest += _unread_rest(answer)
    return Pkcs12Error(
        code=code,
        cause=f"{found.cause.format(name=name, computer=computer)}{hresult}.{rest}",
        next_step=found.next_step,
        journal=[journal_row(entry) for entry in answer.journal],
        changed=answer.changed,
    )


def offline_error(answer: ExchangeAnswer, name: str, computer: str) -> Exception:
    """The ``Pkcs12Error`` for an answer of ``profile_exchange`` with an error, or ``Deferred`` if the holder has logged on.

    ``name``: the holder's account. Raises ``ValueError`` for an answer without an error.
    """
    error = answer.error
    if error is None:
        raise ValueError("the exchange did not stop")
    known = OFFLINE_ERRORS.get(error.code) or DRIVER_ERRORS.get(error.code) or DRIVER_ERRORS["unexpected"]
    hresult = f" (0x{error.hresult:08X})" if error.hresult else ""
    cause = (
        f"{known.cause.format(name=name, computer=computer, file=error.file or '-')}{hresult}.{_unread_rest(answer)}"
    )
    if error.code == "profile_loaded" and not answer.changed:
        return Deferred(f"{cause} {known.next_step}")
    return Pkcs12Error(
        code=error.code,
        cause=cause,
        next_step=known.next_step,
        journal=[journal_row(entry) for entry in answer.journal],
        changed=answer.changed,
    )


def _unread_rest(answer: ExchangeAnswer) -> str:
    """What is to be said beside the error of a step."""
    said = " The store could not be read afterwards, so nobody has seen what it holds now."
    return said if answer.after is None and answer.error and answer.error.code != AFTER_UNREAD else ""
