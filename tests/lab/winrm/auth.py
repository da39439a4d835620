# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a connection proves who it is: one ``Authenticator`` per scheme and connection. A new scheme is a new class."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cryptography import x509

from lab.workstation_interface import AuthMethod, Logon

if TYPE_CHECKING:
    from lab.winrm.kerberos_keys import KerberosKeys
    from lab.winrm.logons import Accounts
    from lab.winrm.sealing import Sealer

MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
"""The Authorization header of a client that proves itself by its TLS certificate (DSP0226)."""
UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")


def no_certificate() -> None:
    """What a client shows without TLS."""


class Rejected(Exception):
    """The credentials are wrong or unreadable."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """The exchange goes on: the value of WWW-Authenticate."""

    header: str


@dataclass(frozen=True, slots=True)
class Door:
    """What an authenticator needs beside the header. Certificates are DER, and None without TLS; that of ``client`` is verified."""

    accounts: Accounts
    server_certificate: bytes | None = None
    client: Callable[[], bytes | None] = no_certificate
    keys: KerberosKeys | None = field(default=None, repr=False)


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

    @property
    def last_token(self) -> str | None:
        """WWW-Authenticate of the answer that says who logged on: by it the server proves itself. None where there is none."""

    def step(self, scheme: str, credentials: str) -> Logon | Challenge:
        """Takes an Authorization header: the scheme as the client spelt it, and what follows. Raises ``Rejected``."""


class BasicAuthenticator:
    """RFC 7617. Windows allows it over HTTP only where AllowUnencrypted is on."""

    offer = 'Basic realm="WSMAN"'
    schemes = frozenset({"basic"})
    binds_connection = False
    sealer = None
    last_token = None

    def __init__(self, door: Door) -> None:
        self._accounts = door.accounts

    def step(self, scheme: str, credentials: str) -> Logon | Challenge:
        account, _rest, password = decode(credentials).decode("utf-8", "replace").partition(":")
        if not self._accounts.accepts(account, password):
            raise Rejected(account)
        return Logon(account, AuthMethod.BASIC)


class CertificateAuthenticator:
    """The client's TLS certificate, which Windows maps to a local account by the UPN in its subject alternative name."""

    offer = MUTUAL
    schemes = frozenset({MUTUAL})
    binds_connection = False
    sealer = None
    last_token = None

    def __init__(self, door: Door) -> None:
        self._door = door

    def step(self, scheme: str, credentials: str) -> Logon | Challenge:
        certificate = self._door.client()
        if certificate is None:
            raise Rejected("no certificate")
        name = _upn(certificate)
        if name is None or not self._door.accounts.knows(name):
            raise Rejected("no account is mapped to the certificate")
        return Logon(name, AuthMethod.CERTIFICATE)


def _upn(certificate: bytes) -> str | None:
    read = x509.load_der_x509_certificate(certificate)
    try:
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    found = [name.value for name in names if isinstance(name, x509.OtherName) and name.type_id == UPN]
    return found[0][2:].decode() if found else None  # a short UTF8String: tag, one byte of length, text


def decode(credentials: str) -> bytes:
    """The token behind a scheme. Raises ``Rejected``."""
    try:
        return base64.b64decode(credentials, validate=True)
    except binascii.Error as error:
        raise Rejected("not base64") from error
