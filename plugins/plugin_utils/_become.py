# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a failed become means for a holder. Pure."""

from __future__ import annotations

import re

from ._driver import RunAs
from ._errors import PkcsError

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


class Deferred(Exception):
    """The work has to wait for the holder; the text is the reason, one sentence."""


def become_refusal(run_as: RunAs, text: str) -> Exception:
    """Reads what Ansible's exec wrapper answered when it could not start the driver as the holder.

    An account that is unknown or whose own password was refused is an error; a token that could not be had is a matter of waiting.
    """
    found = WIN32.search(text)
    code = int(found.group(1)) if found else None
    if code == NONE_MAPPED:
        return PkcsError(
            code="unknown_holder",
            cause=f"The workstation knows no account {run_as.account}.",
            next_step="Check the spelling of the holder's account and that the workstation reaches its domain.",
        )
    if run_as.password is not None and code in LOGON_FAILURES:
        return PkcsError(
            code="holder_logon",
            cause=f"Windows refused the logon of {run_as.account}: {LOGON_FAILURES[code]}.",
            next_step="Correct holder_password before the next run, or the account may be locked; who is logged on needs none.",
        )
    if code is None and "become" not in text.lower() and "CreateProcessAsUser" not in text:
        return PkcsError(
            code="driver_answer",
            cause=f"The exchange as {run_as.account} gave no answer: {text or 'nothing came back'}.",
            next_step="Run the task again: it completes or undoes what was begun. With -vvv it shows more.",
        )
    reason = f"Windows error {code}" if code else "Windows gave no token"
    return Deferred(
        f"Nothing could be run as {run_as.account} ({reason}); run the task again when he or she is logged on."
    )
