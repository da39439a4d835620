# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a failure on the workstation means for the person on call: become, language mode, exchange. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .._errors import Deferred, Outside, Pkcs12Error, Problem
from .._messages.codes import CODES
from .findings import AFTER_UNREAD, OFFLINE_ERRORS, STORE_ERRORS, with_number
from .protocol import ExchangeAnswer, ExchangeError, RunAs, journal_row
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
ACCESS_DENIED = 5
LOGON_FAILURES = {
    1326: "password_wrong",
    1327: "restricted",
    1329: "other_workstations",
    1330: "password_expired",
    1331: "disabled",
    1385: "policy",
    1793: "account_expired",
    1907: "password_must_change",
    1909: "locked",
}
"""Why Windows refuses a password: variants of ``holder_logon``."""


def become_error(run_as: RunAs, text: str, shown: str) -> Exception:
    """The error for an answer of Ansible's exec wrapper that could not start the driver as the holder.

    ``shown`` is the text without secrets. An unknown account, a refused password and a PowerShell that is blocked are errors. Without
    a token of a logon session the holder has to wait: ``Deferred``. If no answer of Ansible's says that nothing was started, the exchange
    may have run: ``AnswerError``.
    """
    account = run_as.account
    if not NOT_STARTED.search(text) or AFTER_THE_START in text:
        driver = "store_exchange"
        if shown:
            return AnswerError(driver, "other_from", account=account, reason=Outside(shown))
        return AnswerError(driver, "nothing_from", account=account)
    found = WIN32.search(text)
    code = int(found.group(1)) if found else None
    if code == NONE_MAPPED:
        return Pkcs12Error(Problem("unknown_holder.become", {"name": account}))
    if run_as.password is not None and code in LOGON_FAILURES:
        return Pkcs12Error(Problem(f"holder_logon.{LOGON_FAILURES[code]}", {"name": account}))
    if NO_PROCESS in text:
        return Pkcs12Error(Problem("not_started", {"name": account, "number": code or 0}))
    own = "_own" if run_as.own else ""
    if code:
        return Deferred(Problem(f"not_run.windows_error{own}", {"name": account, "number": code}))
    return Deferred(Problem(f"not_run.no_token{own}", {"name": account}))


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


# Exit codes of a process that Windows ends while it is loaded, STATUS_ACCESS_DENIED and STATUS_DLL_INIT_FAILED. PowerShell takes no such
# number for its own (SetShouldExit), and Ansible's wrapper tells that.
UNLOADED = re.compile("3221225506|3221225794")
# Such a process may be gone before it has read its input.
INPUT_UNREAD = re.compile(r"CreateProcessAsUser.*FullyQualifiedErrorId\s*:\s*IOException", re.DOTALL)
# Where the process that was started compiles a driver: up to ansible-core 2.18 the message has the name of the step, later the trace that
# of the script. The connection's own process compiles, too, in become_wrapper.
COMPILING = re.compile("action module_powershell_wrapper|module_wrapper\\.ps1")
# Identifiers of the errors, which Windows does not translate: the temporary folder was not made, or takes no file.
NOT_COMPILED = re.compile("UnauthorizedAccess|DirectoryNotFound")


def is_unfit(answer: Mapping[str, Any]) -> bool:
    """Whether ``store_exchange``, by become and without a password, got a token that is not fit for it. Nothing was done then.

    The driver says so, or the token did not let it start.
    """
    if answer.get("protocol") is not None:
        error = answer.get("error")
        return isinstance(error, Mapping) and error.get("code") == "unfit_token"
    text = BREAK.sub("", " ".join(str(answer.get(name) or "") for name in ("msg", "exception", "module_stderr")))
    found = WIN32.search(text)
    return bool(
        (NO_PROCESS in text and found and int(found.group(1)) == ACCESS_DENIED)
        or ("SetShouldExit" in text and UNLOADED.search(text))
        or INPUT_UNREAD.search(text)
        or ("Add-CSharpType" in text and COMPILING.search(text) and NOT_COMPILED.search(text))
    )


def unfit_token(run_as: RunAs, computer: str, error: ExchangeError | None = None) -> Deferred:
    """The holder has to wait for another token. ``error``: of the driver, where it started."""
    logon = error is not None and error.token in ("service", "batch")
    code = "unfit_token.task" if logon else "unfit_token"
    causes = tuple(with_number(error.hresult)) if error else ()
    return Deferred(Problem(code, {"name": run_as.account, "computer": computer}, causes=causes))


CONSENT_ERRORS = (0x80090022, 0x8009002E)
"""NTE_SILENT_CONTEXT, NTE_UI_REQUIRED: the key would have shown a dialog, so it is not known whether it signs."""

SIGNING_ERRORS = ("no_key", "sign_failed")
"""Codes of an exchange that tried the key, which did not sign. After any other code the key's state is not known."""


NO_STEP: Mapping[str, str] = MappingProxyType({"certificate": "-", "thumbprint": "-"})
"""No step has stopped, or none that is about a certificate."""
WITHOUT_NUMBER = {
    "remove_certificate_failed": "remove_certificate_failed.without_number",
    "remove_failed": "remove_failed.without_number",
    "remove_key_failed": "remove_key_failed.without_number",
    "retire_failed": "retire_failed.without_number",
}
"""What a code becomes where Windows has set no error, so that nobody can look one up."""


def exchange_error(
    answer: ExchangeAnswer, run_as: RunAs, computer: str, not_asked: bool = False, about: Mapping[str, str] = NO_STEP
) -> Exception:
    """The ``Pkcs12Error`` for an answer with an error, or ``Deferred`` if the logon cannot store a private key.

    ``not_asked``: a portal stopped it that has not seen the certificate. ``about``: name and thumbprint of the certificate of the step that
    stopped. Raises ``ValueError`` for an answer without an error.
    """
    error = answer.error
    if error is None:
        raise ValueError("the exchange did not stop")
    name = run_as.account
    if error.code == "unfit_token":
        return unfit_token(run_as, computer, error)
    if error.code == "no_dpapi":
        code = "no_dpapi.own" if run_as.own else "no_dpapi"
        return Deferred(Problem(code, {"name": name, "computer": computer}, causes=tuple(with_number(error.hresult))))
    code = "key_asks" if error.code == "sign_failed" and error.hresult in CONSENT_ERRORS else error.code
    if error.second_account:
        code = "wrong_owner.second_account"
    elif not_asked:
        code = "connect_failed.not_asked"
    elif code == "wrong_computer":
        code = "wrong_computer.exchange"
    elif code not in STORE_ERRORS:
        code = "unexpected"
    return _stopped(code, answer, error, {**about, "name": name, "computer": computer})


def offline_error(answer: ExchangeAnswer, name: str, computer: str, about: Mapping[str, str] = NO_STEP) -> Exception:
    """The ``Pkcs12Error`` for an answer of ``profile_exchange`` with an error, or ``Deferred`` if the holder has logged on.

    ``name``: the holder's account; ``about``: see ``exchange_error``. Raises ``ValueError`` for an answer without an error.
    """
    error = answer.error
    if error is None:
        raise ValueError("the exchange did not stop")
    code = error.code if error.code in OFFLINE_ERRORS | STORE_ERRORS else "unexpected"
    if code == "wrong_computer":
        code = "wrong_computer.exchange"
    stopped = _stopped(code, answer, error, {**about, "name": name, "computer": computer})
    return Deferred(stopped.problem) if code == "profile_loaded" and not answer.changed else stopped


def _stopped(code: str, answer: ExchangeAnswer, error: ExchangeError, who: Mapping[str, str]) -> Pkcs12Error:
    """The error of an exchange, and what is to be said beside it."""
    causes = [*with_number(error.hresult)]
    code = code if causes else WITHOUT_NUMBER.get(code, code)
    if any(entry.outcome == "undo_failed" for entry in answer.journal):
        causes.append(Problem("undo_failed"))
    if answer.after is None and error.code != AFTER_UNREAD:
        causes.append(Problem("store_unread_afterwards"))
    known = {**who, "file": error.file or "-"}
    values = {value: known[value] for value in CODES[code].values}
    return Pkcs12Error(
        Problem(code, values, causes=tuple(causes)),
        journal=[journal_row(entry) for entry in answer.journal],
        changed=answer.changed,
    )
