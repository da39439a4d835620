# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a workstation lets in, and its passwords where pyspnego's NTLM acceptor looks for them."""

from __future__ import annotations

import hmac
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

_ENVIRONMENT = threading.Lock()


@dataclass(frozen=True, slots=True, repr=False)
class Accounts:
    """The passwords of one workstation by account, in every accepted spelling. Case does not count, as on Windows."""

    passwords: Mapping[str, str]

    def accepts(self, account: str, password: str) -> bool:
        """Whether this is the account's password."""
        folded = account.lower()
        known = next((secret for name, secret in self.passwords.items() if name.lower() == folded), None)
        return known is not None and hmac.compare_digest(known.encode(), password.encode())

    def knows(self, account: str) -> bool:
        """Whether there is such an account, for a logon without a password."""
        return account.lower() in {name.lower() for name in self.passwords}

    @contextmanager
    def for_ntlm(self) -> Iterator[None]:
        """Within it, a pyspnego acceptor finds these passwords, and no other workstation's.

        The acceptor reads the file that the environment variable NTLM_USER_FILE names, at each step, and takes
        passwords from nowhere else. The variable belongs to the process, so one listener at a time has it: two
        workstations may then have the same account with different passwords. The file (mode 0600, on the controller)
        is gone afterwards. Raises ``ValueError`` when it cannot hold an account.
        """
        with _ENVIRONMENT, tempfile.NamedTemporaryFile("w", prefix="lab-ntlm-", encoding="utf-8") as file:
            file.writelines(_heimdal_line(account, password) for account, password in self.passwords.items())
            file.flush()
            os.environ["NTLM_USER_FILE"] = file.name
            try:
                yield
            finally:
                del os.environ["NTLM_USER_FILE"]


def _heimdal_line(account: str, password: str) -> str:
    """``DOMAIN:USER:PASSWORD``, a format without any escape."""
    if any(sign in account + password for sign in ":\r\n"):
        raise ValueError(f"the NTLM user file cannot hold {account}: a colon or a line end in its name or password")
    domain, _rest, user = account.rpartition("\\")
    return f"{domain}:{user}:{password}\n"
