# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a failure on the workstation means for the person on call: become, language mode, exchange. Pure."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from typing import Any

from .._errors import CollectionError, Deferred
from .protocol import Context, ExchangeAnswer, RunAs, journal_row

# Ansible.Process.Win32Exception ends its message with this, in every language of Windows.
WIN32 = re.compile(r"Win32ErrorCode (\d+)")
NONE_MAPPED = 1332
LOGON_FAILURES = {
    1326: "the password is wrong",
    1327: "an account restriction forbids the logon",
    1330: "the password has expired",
    1331: "the account is disabled",
    1907: "the password must be changed first",
    1909: "the account is locked out",
}


def become_error(run_as: RunAs, text: str, shown: str) -> Exception:
    """Reads what Ansible's exec wrapper answered when it could not start the driver as the holder.

    An account that is unknown or whose own password was refused is an error; a token that could not be had is a matter of waiting.
    """
    found = WIN32.search(text)
    code = int(found.group(1)) if found else None
    if code == NONE_MAPPED:
        return CollectionError(
            code="unknown_holder",
            cause=f"The workstation knows no account {run_as.account}.",
            next_step="Check the spelling of the holder's account and that the workstation reaches its domain.",
        )
    if run_as.password is not None and code in LOGON_FAILURES:
        return CollectionError(
            code="holder_logon",
            cause=f"Windows refused the logon of {run_as.account}: {LOGON_FAILURES[code]}.",
            next_step="Correct holder_password before the next run, or the account may be locked; who is logged on needs none.",
        )
    if code is None and "become" not in text.lower() and "CreateProcessAsUser" not in text:
        return CollectionError(
            code="driver_answer",
            cause=f"The exchange as {run_as.account} gave no answer: {shown or 'nothing came back'}.",
            next_step="Run the task again: it completes or undoes what was begun. With -vvv it shows more.",
        )
    reason = f"Windows error {code}" if code else "Windows gave no token"
    return Deferred(
        f"Nothing could be run as {run_as.account} ({reason}); run the task again when he or she is logged on."
    )


CONSTRAINED_LANGUAGE = "constrained_language"

# None of these is ever localised: the identifier that Windows PowerShell 5.1 shows with its own error, the sentence that PowerShell 7
# shows without one, and three sentences of ansible-core (module_wrapper.ps1, exec_wrapper.ps1) for a wrapper that is signed.
RESTRICTED = re.compile(
    r"ConstrainedLanguage|in this language mode|is not trusted and cannot be loaded|as unsupported in CLM mode".replace(
        " ", r"\s*"
    )
)
# PowerShell breaks its lines at the width of a console, even within a word.
BREAK = re.compile(r"\r?\n[\s|]*")


def language_mode_error(answer: Mapping[str, Any]) -> CollectionError | None:
    """``constrained_language`` when this is why a module gave no answer of its own, else None."""
    text = " ".join(str(answer.get(name) or "") for name in ("msg", "module_stdout", "module_stderr"))
    if not RESTRICTED.search(BREAK.sub("", text)):
        return None
    return CollectionError(
        code=CONSTRAINED_LANGUAGE,
        cause="A policy of the workstation holds PowerShell in ConstrainedLanguage mode, where this collection's drivers do not start.",
        next_step="Exempt the workstation or the connection's account from that policy (App Control for Business, AppLocker).",
    )


# Code of the protocol, but for ``key_asks``: what happened, what to do. ``{name}`` is the holder, ``{computer}`` the workstation.
SENTENCES = {
    "bad_request": (
        "The driver on {computer} does not understand the request",
        "Controller and driver do not match; report it.",
    ),
    "unknown_step": (
        "The driver on {computer} does not know a step of the plan",
        "Controller and driver do not match; report it.",
    ),
    "wrong_owner": (
        "The exchange on {computer} did not run as {name}",
        "Check which account become reaches: the holder may have two accounts of the same name.",
    ),
    "temporary_profile": (
        "Windows gave {name} a temporary profile on {computer}, where nothing stays",
        "Repair the profile, let the user log on again, then run the task again.",
    ),
    "busy": (
        "Another exchange for {name} is running on {computer}",
        "Wait for the other job, then run the task again.",
    ),
    "stale_store": (
        "The personal store of {name} on {computer} changed between reading and writing",
        "Run the task again: it plans anew on what is there now.",
    ),
    "import_failed": (
        "Windows on {computer} did not import the certificate for {name}",
        "Look up the HRESULT; free disk space and profile quota are common causes.",
    ),
    "thumbprint_mismatch": (
        "{computer} found another certificate in what was sent for {name}",
        "Run the task again; report it if it stays.",
    ),
    "no_certificate": (
        "A certificate of {name} is no longer in the store on {computer}",
        "Run the task again: it plans anew on what is there now.",
    ),
    "no_key": (
        "The certificate of {name} on {computer} links to a private key that is not there",
        "Remove the certificate from the personal store, then run the task again to import it with its key.",
    ),
    "sign_failed": (
        "The private key of {name} on {computer} does not sign",
        "Look up the HRESULT; the key may be another certificate's, or Windows cannot decrypt it any more.",
    ),
    "key_asks": (
        "The private key of {name} on {computer} asks for consent before it signs, which nobody could give",
        "Import the certificate without strong protection of its key, or do not ask for a proof.",
    ),
    "name_failed": (
        "The friendly name could not be set for {name} on {computer}",
        "Run the task again, or leave friendly_name out.",
    ),
    "chain_failed": (
        "An intermediate authority could not be added for {name} on {computer}",
        "Look up the HRESULT, or set chain: false where the authorities come by policy.",
    ),
    "root_certificate": (
        "{computer} was asked to trust a root certificate",
        "Distribute roots by policy; report this.",
    ),
    "force_key_protection": (
        "A policy of {computer} (ForceKeyProtection) makes Windows ask in a dialog before a key is used",
        "Take the policy away for this workstation: nobody could answer the dialog.",
    ),
    "retire_failed": (
        "A certificate of {name} on {computer} could not be retired; what was installed before it stays",
        "Look up the HRESULT and run the task again: it goes on where this run stopped.",
    ),
    "remove_failed": (
        "A certificate of {name} on {computer} could not be removed",
        "Look up the HRESULT and run the task again: it goes on where this run stopped.",
    ),
    "unexpected": (
        "The exchange for {name} on {computer} stopped at something unforeseen",
        "Run the task again with -vvv and report it if it stays.",
    ),
}

ASKING = (0x80090022, 0x8009002E)
"""NTE_SILENT_CONTEXT, NTE_UI_REQUIRED: the key would have shown a dialog, so of whether it signs nothing is known."""

NOT_SIGNING = ("no_key", "sign_failed")
"""Codes of an exchange that has tried the key; after any other nothing is known of it."""

# A logon without DPAPI is the holder's absence, or the connection's own kind of logon.
CURES = {
    Context.BECOME: "run the task again when he or she is logged on there",
    Context.CONNECTION: (
        "the connection's own user has DPAPI with Basic over HTTPS or CredSSP, not over a network logon (NTLM, Kerberos, certificate)"
    ),
}


def exchange_error(answer: ExchangeAnswer, run_as: RunAs, computer: str) -> Exception:
    """The refusal, or ``Deferred`` where the holder's logon cannot keep a key yet."""
    error = answer.error
    if error is None:
        raise ValueError("the exchange did not stop")
    name = run_as.account
    hresult = f" (0x{error.hresult:08X})" if error.hresult else ""
    if error.code == "no_dpapi":
        return Deferred(
            f"The logon as {name} on {computer} cannot protect a private key{hresult}; {CURES[run_as.context]}."
        )
    code = "key_asks" if error.code == "sign_failed" and error.hresult in ASKING else error.code
    cause, next_step = SENTENCES.get(code, SENTENCES["unexpected"])
    undone = [entry for entry in answer.journal if entry.outcome == "undo_failed"]
    left = " What this run had added could not be taken out again." if undone else ""
    return CollectionError(
        code=code,
        cause=f"{cause.format(name=name, computer=computer)}{hresult}.{left}",
        next_step=next_step,
        journal=[journal_row(entry) for entry in answer.journal],
        changed=answer.changed,
    )


CONNECTION_LIBRARIES = ("winrm", "pypsrp", "requests", "urllib3", "spnego", "requests_ntlm", "requests_credssp")
"""Libraries below Ansible's connection plugins, which let their errors through when a connection ends on the way."""


def is_connection_error(problem: Exception) -> bool:
    """Whether an error was raised in one of the libraries that carry the connection, and not in Ansible or here."""
    frames = traceback.walk_tb(problem.__traceback__)
    modules = [frame.f_globals.get("__name__", "") for frame, _line in frames] + [type(problem).__module__]
    return any(module.partition(".")[0] in CONNECTION_LIBRARIES for module in modules)
