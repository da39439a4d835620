# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a connection proves of the machine at its other end, and so whether a secret may be sent over it. Pure.

The table of all connections is docs/developers/receivers.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .._errors import Pkcs12Error, Problem

Option = Callable[[str], Any]
"""An option of the connection plugin by its name. It raises ``KeyError`` for one that the plugin does not have."""

ENCRYPTING = {"kerberos", "ntlm", "negotiate", "credssp"}
"""The logons that give the client a key to encrypt messages with, as the plugins winrm and psrp call them."""

PROVING = {"kerberos"}
"""Those of them whose key only the workstation has. Of the others, any member of the domain can get it from a domain controller."""

CHECKED = "validate"
"""What both plugins call the check of a server's certificate."""

CHECK_OPTIONS = {"winrm": "ansible_winrm_server_cert_validation", "psrp": "ansible_psrp_cert_validation"}
"""The variables that turn this check off."""

UNVERIFIED = "unverified_workstations"
"""The setting with the workstations that get secrets although their connection does not prove who they are."""


class Proof(Enum):
    """What a connection proves."""

    PROVEN = "proven"
    """The workstation, and nobody else, reads what is sent: TLS with a checked certificate, or Kerberos with message encryption."""
    MEMBER = "ntlm"
    """A member of the domain reads it: NTLM, or what may become NTLM, over http."""
    UNCHECKED = "certificate"
    """Whoever answers reads it: TLS with a certificate that nobody checks. The plugins then encrypt no message, whatever the logon."""
    OTHER = "plugin"
    """Nobody knows: the plugin has the options of neither winrm nor psrp."""
    CLEAR = "clear"
    """Anybody on the way reads it."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as the options of its plugin have it. ``plugin``: whose options they are, empty for one that has neither's.

    ``logons``: all that it may use, since the plugin winrm takes the first that works. ``validation``: what becomes of the server's
    certificate. ``sealed``: False where the library is seen not to encrypt.
    """

    plugin: str = ""
    scheme: str = ""
    logons: tuple[str, ...] = ()
    encryption: str = ""
    validation: str = CHECKED
    sealed: bool = True

    @property
    def proof(self) -> Proof:
        """What it proves."""
        if not self.plugin:
            return Proof.OTHER
        if self.scheme.lower() == "https":
            return Proof.PROVEN if self.validation == CHECKED else Proof.UNCHECKED
        if not self.sealed or self.encryption == "never" or not ENCRYPTING.issuperset(self.logons):
            return Proof.CLEAR
        return Proof.PROVEN if PROVING.issuperset(self.logons) else Proof.MEMBER


@dataclass(frozen=True, slots=True)
class Receiver:
    """The machine at the other end of a connection. ``host``: its name in the inventory.

    ``unverified``: the names in the setting; None where the site has not set it.
    """

    connection: Connection
    host: str = ""
    unverified: tuple[str, ...] | None = None

    @property
    def is_named(self) -> bool:
        """Whether the site takes the risk that another machine answers here."""
        return self.host in (self.unverified or ())

    def doubt(self, computer: str) -> Problem | None:
        """What the connection does not prove, or that it does not encrypt; None where it does both."""
        connection, proof = self.connection, self.connection.proof
        values = {"computer": computer, "host": self.host}
        if proof is Proof.PROVEN:
            return None
        if proof is Proof.CLEAR:
            way = {"scheme": connection.scheme, "logons": connection.logons, "encryption": connection.encryption}
            return Problem("unencrypted_connection", {"computer": computer, **way})
        if proof is Proof.UNCHECKED:
            values["option"] = CHECK_OPTIONS[connection.plugin]
        return Problem(f"unverified_workstation.{proof.value}", values, UNVERIFIED)

    def refusal(self, computer: str) -> Problem | None:
        """Why it gets nothing secret; None where it may. NTLM over http is refused only where the site has the setting."""
        proof = self.connection.proof
        if proof is not Proof.CLEAR and (self.is_named or (proof is Proof.MEMBER and self.unverified is None)):
            return None
        doubt = self.doubt(computer)
        if doubt and proof is Proof.MEMBER:  # only the setting makes a refusal of it
            return Problem("unverified_workstation.ntlm_not_named", doubt.values, UNVERIFIED)
        return doubt


STRANGER = Receiver(Connection())
"""As long as nobody has asked what the connection proves."""


def connection_of(option: Option, transports: Sequence[str] = (), sealed: bool = True) -> Connection:
    """A connection by the options of its plugin. ``transports``: the logons that winrm has chosen."""
    with suppress(KeyError):
        scheme, logons, extras = option("scheme"), transports or option("transport"), option("_extras") or {}
        named = [each for each in logons or () if each] or [_winrms_own(option)]
        encryption = extras.get("ansible_winrm_message_encryption", "auto")
        validation = _validation(
            extras.get(CHECK_OPTIONS["winrm"], CHECKED), extras.get("ansible_winrm_ca_trust_path", True)
        )
        scheme = scheme or _scheme_of(option("port"))
        return Connection("winrm", scheme, tuple(named), encryption, validation, sealed)
    with suppress(KeyError):
        port, validation = option("port"), _validation(option("cert_validation"), option("ca_cert"))
        scheme = option("protocol") or ("https" if port is None else _scheme_of(port))
        return Connection("psrp", scheme, (option("auth"),), option("message_encryption"), validation)
    return Connection()


def exact_names(given: object) -> tuple[str, ...]:
    """The workstations that the setting names, each by its name in the inventory; nobody where it is there and empty.

    Raises ``Pkcs12Error`` (``bad_arguments``) for what is no list of names: a yes, a pattern, a group for all.
    """
    if given is None or given == "":
        return ()
    names = tuple(given) if isinstance(given, (list, tuple)) else (given,)
    for each in names:
        if not isinstance(each, str) or not each.strip() or set(each) & set("*?[]!&,;~ \t") or each == "all":
            raise Pkcs12Error(Problem("bad_arguments.no_exact_names", {"given": f"{each!s:.60}"}, UNVERIFIED))
    if isinstance(given, str):
        raise Pkcs12Error(Problem("bad_arguments.name_without_brackets", {"given": given}, UNVERIFIED))
    return names


def _validation(option: Any, authorities: Any) -> str:
    """What becomes of the certificate. The libraries check none where the file of authorities is an empty text or false."""
    return "ignore" if authorities in ("", False) else str(option)


def _scheme_of(port: Any) -> str:
    """What both plugins take when the inventory names no scheme."""
    return "http" if str(port) == "5985" else "https"


def _winrms_own(option: Option) -> str:
    """The logon of winrm over http when the inventory names none."""
    return "kerberos" if "@" in str(option("remote_user") or "") else "plaintext"
