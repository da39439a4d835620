# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether a connection encrypts what it carries, by the options of its plugin. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .._errors import Problem

Option = Callable[[str], Any]
"""An option of the connection plugin by its name. It raises ``KeyError`` for one that the plugin does not have."""

ENCRYPTING = {"kerberos", "ntlm", "negotiate", "credssp"}
"""The logons that give the client a key to encrypt messages with, as the plugins winrm and psrp call them."""


@dataclass(frozen=True, slots=True)
class ClearConnection:
    """How a connection carries what anybody on the way can read."""

    scheme: str
    logons: tuple[str, ...]
    encryption: str

    def unencrypted(self, computer: str) -> Problem:
        """Why nothing secret is sent over it."""
        values = {"computer": computer, "scheme": self.scheme, "logons": self.logons, "encryption": self.encryption}
        return Problem("unencrypted_connection", values)


def in_the_clear(option: Option, transports: Sequence[str] = (), sealed: bool = True) -> ClearConnection | None:
    """How a connection carries what anybody on the way can read; None when it encrypts.

    TLS encrypts, whatever the logon is. Over http, logon and client have to. The plugin winrm takes the first of its logons that works,
    so each of them counts. A plugin that has the options of neither winrm nor psrp encrypts in a way of its own, as ssh does.
    ``transports``: the logons that winrm has chosen. ``sealed``: False when its library is seen not to encrypt.
    """
    with suppress(KeyError):
        scheme, logons = option("scheme"), transports or option("transport")
        named = [each for each in logons or () if each] or [_winrms_own(option)]
        encryption = (option("_extras") or {}).get("ansible_winrm_message_encryption", "auto")
        return _clear(scheme or _scheme_of(option("port")), named, encryption, sealed)
    with suppress(KeyError):
        port = option("port")
        scheme = option("protocol") or ("https" if port is None else _scheme_of(port))
        return _clear(scheme, [option("auth")], option("message_encryption"), sealed)
    return None


def _clear(scheme: str, logons: Sequence[str], encryption: str, sealed: bool) -> ClearConnection | None:
    if scheme.lower() == "https" or (sealed and encryption != "never" and ENCRYPTING.issuperset(logons)):
        return None
    return ClearConnection(scheme, tuple(logons), encryption)


def _scheme_of(port: Any) -> str:
    """What both plugins take when the inventory names no scheme."""
    return "http" if str(port) == "5985" else "https"


def _winrms_own(option: Option) -> str:
    """The logon of winrm over http when the inventory names none."""
    return "kerberos" if "@" in str(option("remote_user") or "") else "plaintext"
