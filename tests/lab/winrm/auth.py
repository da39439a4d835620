# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a connection proves who it is: one ``Authenticator`` per scheme and connection. A new scheme is a new class."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import spnego
from spnego.exceptions import SpnegoError

from lab.winrm.logons import Accounts
from lab.winrm.sealing import CannotUnseal, Sealer
from lab.workstation_interface import AuthMethod, Logon


class Rejected(Exception):
    """The credentials are wrong or unreadable."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """The exchange goes on: the value of WWW-Authenticate."""

    header: str


class Authenticator(Protocol):
    """One authentication scheme on one connection."""

    @property
    def offer(self) -> str:
        """What a 401 offers in WWW-Authenticate."""

    @property
    def schemes(self) -> frozenset[str]:
        """The schemes of the Authorization header that it takes, lower case."""

    @property
    def binds_connection(self) -> bool:
        """Whether later requests on the connection need no Authorization header."""

    @property
    def sealer(self) -> Sealer | None:
        """Seals the messages of this connection, once it is authenticated; None when the scheme cannot."""

    def step(self, credentials: str) -> Logon | Challenge:
        """Takes what follows the scheme in the Authorization header. Raises ``Rejected``."""


class BasicAuthenticator:
    """RFC 7617. Windows allows it over HTTP only where AllowUnencrypted is on."""

    offer = 'Basic realm="WSMAN"'
    schemes = frozenset({"basic"})
    binds_connection = False
    sealer = None

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def step(self, credentials: str) -> Logon:
        account, _rest, password = _decode(credentials).decode("utf-8", "replace").partition(":")
        if not self._accounts.accepts(account, password):
            raise Rejected(account)
        return Logon(account, AuthMethod.BASIC)


class NtlmAuthenticator:
    """MS-NLMP in an HTTP Negotiate exchange; authenticates the connection, and seals what follows on it."""

    offer = "Negotiate"
    schemes = frozenset({"negotiate", "ntlm"})
    binds_connection = True

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._context: spnego.ContextProxy | None = None

    @property
    def sealer(self) -> Sealer | None:
        return _NtlmSealer(self._context) if self._context and self._context.complete else None

    def step(self, credentials: str) -> Logon | Challenge:
        token = _decode(credentials)
        context = self._context
        self._context = None
        with self._accounts.for_ntlm():
            try:
                if context is None or context.complete:
                    context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
                reply = context.step(token)
            except (SpnegoError, ValueError, struct.error) as error:
                raise Rejected(str(error)) from error
        self._context = context
        if not context.complete:
            return Challenge("Negotiate " + base64.b64encode(reply or b"").decode())
        return Logon(context.client_principal or "", AuthMethod.NTLM)


class _NtlmSealer:
    def __init__(self, context: spnego.ContextProxy) -> None:
        self._context = context

    def seal(self, clear: bytes) -> tuple[bytes, bytes]:
        wrapped = self._context.wrap_winrm(clear)
        return wrapped.header, wrapped.data

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        try:
            return self._context.unwrap_winrm(signature, sealed)
        except (SpnegoError, ValueError) as error:
            raise CannotUnseal(str(error)) from error


_MAKERS: dict[AuthMethod, Callable[[Accounts], Authenticator]] = {
    AuthMethod.BASIC: BasicAuthenticator,
    AuthMethod.NTLM: NtlmAuthenticator,
}


def authenticators(methods: Iterable[AuthMethod], accounts: Accounts) -> tuple[Authenticator, ...]:
    """What a fresh connection may authenticate with."""
    return tuple(_MAKERS[method](accounts) for method in methods)


def _decode(credentials: str) -> bytes:
    try:
        return base64.b64decode(credentials, validate=True)
    except binascii.Error as error:
        raise Rejected("not base64") from error
