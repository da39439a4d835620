# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WinRM listener on the loopback interface, over HTTP and HTTPS: cmd shells (WinRS) and PowerShell remoting (PSRP).

Clients log on by Basic, NTLM, Kerberos, CredSSP or a certificate. NTLM, Kerberos and CredSSP seal their messages over HTTP.
"""

from __future__ import annotations

from lab.winrm.intercept import Cut, Intercept, Moment, Request
from lab.winrm.kerberos_keys import KerberosKeys
from lab.winrm.ledger import Entry, Ledger, Tally, tally
from lab.winrm.server import Access, Listener, closed_port
from lab.winrm.tls import Tls

__all__ = [
    "Access",
    "Cut",
    "Entry",
    "Intercept",
    "KerberosKeys",
    "Ledger",
    "Listener",
    "Moment",
    "Request",
    "Tally",
    "Tls",
    "closed_port",
    "tally",
]
