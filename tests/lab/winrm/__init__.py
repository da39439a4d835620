# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WinRM listener on the loopback interface: WinRS (cmd shells) with Basic, and NTLM with sealed messages.

Not here: HTTPS, certificates, Kerberos, CredSSP (a further ``auth.Authenticator``), PSRP (a further shell factory).
"""

from __future__ import annotations

from lab.winrm.intercept import Cut, Intercept, Moment, Request
from lab.winrm.ledger import Entry, Ledger, Tally, tally
from lab.winrm.server import Listener

__all__ = ["Cut", "Entry", "Intercept", "Ledger", "Listener", "Moment", "Request", "Tally", "tally"]
