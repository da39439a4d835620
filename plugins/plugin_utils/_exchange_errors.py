# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What an exchange that stopped means for the person on call. Pure."""

from __future__ import annotations

from ._become import Deferred
from ._driver import Context, ExchangeAnswer, RunAs
from ._errors import PkcsError

# Code of the protocol: what happened, what to do. ``{name}`` is the holder, ``{computer}`` the workstation.
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
    "force_key_protection": (
        "A policy on {computer} (ForceKeyProtection) would have Windows ask {name} in a dialog that nobody sees",
        "Exempt the workstation from the policy while the task runs.",
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
        "Look up the HRESULT; a key that asks for consent or sits on a card cannot be proven silently.",
    ),
    "name_failed": (
        "The friendly name could not be set for {name} on {computer}",
        "Run the task again, or leave friendly_name out.",
    ),
    "unexpected": (
        "The exchange for {name} on {computer} stopped at something unforeseen",
        "Run the task again with -vvv and report it if it stays.",
    ),
}

# A logon without DPAPI is the holder's absence, or the connection's own kind of logon.
CURES = {
    Context.BECOME: "run the task again when he or she is logged on there",
    Context.CONNECTION: (
        "the connection's own user has DPAPI with Basic over HTTPS or CredSSP, not over a network logon (NTLM, Kerberos, certificate)"
    ),
}


def exchange_refusal(answer: ExchangeAnswer, run_as: RunAs, computer: str) -> Exception:
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
    cause, next_step = SENTENCES.get(error.code, SENTENCES["unexpected"])
    undone = [entry for entry in answer.journal if entry.outcome == "undo_failed"]
    left = " What this run had added could not be taken out again." if undone else ""
    return PkcsError(
        code=error.code, cause=f"{cause.format(name=name, computer=computer)}{hresult}.{left}", next_step=next_step
    )
