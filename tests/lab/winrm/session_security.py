# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemes that authenticate the connection and agree on keys to seal its messages: NTLM, Kerberos, CredSSP. pyspnego speaks them."""

from __future__ import annotations

import base64
import hashlib
import struct
from contextlib import AbstractContextManager, nullcontext

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from lab.winrm.auth import Challenge, Door, Rejected, decode
from lab.winrm.sealing import CannotUnseal, Sealed, Sealer
from lab.workstation_interface import AuthMethod, Logon

NTLM_TOKEN = b"NTLMSSP\0"
CREDSSP_PIECE = 16384
"""Bytes: the longest record of TLS, with which CredSSP seals."""


class _ContextSealer:
    def __init__(self, context: spnego.ContextProxy, longest: int | None = None) -> None:
        self._context, self.longest = context, longest

    def seal(self, clear: bytes) -> Sealed:
        wrapped = self._context.wrap_winrm(clear)
        return Sealed(wrapped.header, wrapped.data, wrapped.padding_length)

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        try:
            return self._context.unwrap_winrm(signature, sealed)
        except (SpnegoError, ValueError) as error:
            raise CannotUnseal(str(error)) from error


class _ContextAuthenticator:
    """The exchange of tokens that these schemes have in common."""

    binds_connection = True
    method: AuthMethod
    offer: str
    longest: int | None = None

    def __init__(self, door: Door) -> None:
        self._door = door
        self._context: spnego.ContextProxy | None = None
        self.last_token: str | None = None

    @property
    def sealer(self) -> Sealer | None:
        return _ContextSealer(self._context, self.longest) if self._context and self._context.complete else None

    def step(self, scheme: str, credentials: str) -> Logon | Challenge:
        token = decode(credentials)
        context, self._context, self.last_token = self._context, None, None
        with self._secrets():
            try:
                if context is None or context.complete:
                    context = self._new_context(token)
                reply = context.step(token)
            except (SpnegoError, ValueError, struct.error, AttributeError) as error:
                # GSSAPI's binding raises the last of these for a context that a foreign ticket did not establish.
                raise Rejected(str(error)) from error
        self._context = context
        header = f"{scheme} {base64.b64encode(reply or b'').decode()}"
        if not context.complete:
            return Challenge(header)
        self.last_token = header if reply else None
        return Logon(self._account(context), self.method)

    def _account(self, context: spnego.ContextProxy) -> str:
        return context.client_principal or ""

    def _secrets(self) -> AbstractContextManager[None]:
        return self._door.accounts.for_ntlm()

    def _new_context(self, token: bytes) -> spnego.ContextProxy:
        raise NotImplementedError

    @property
    def _bindings(self) -> GssChannelBindings | None:
        """RFC 5929, tls-server-end-point: ties the logon to this TLS connection."""
        if self._door.server_certificate is None:
            return None
        digest = hashlib.sha256(self._door.server_certificate).digest()
        return GssChannelBindings(application_data=b"tls-server-end-point:" + digest)


class NtlmAuthenticator(_ContextAuthenticator):
    """MS-NLMP in an HTTP Negotiate exchange."""

    method = AuthMethod.NTLM
    offer = "Negotiate"
    schemes = frozenset({"negotiate", "ntlm"})

    def _new_context(self, token: bytes) -> spnego.ContextProxy:
        return spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm, channel_bindings=self._bindings)


class KerberosAuthenticator(_ContextAuthenticator):
    """RFC 4121 and RFC 4559, with the keys of a real KDC. NTLM in Negotiate gets no answer, as where it is switched off."""

    method = AuthMethod.KERBEROS
    offer = "Negotiate, Kerberos"
    schemes = frozenset({"kerberos", "negotiate"})

    def _new_context(self, token: bytes) -> spnego.ContextProxy:
        if token.startswith(NTLM_TOKEN):
            raise Rejected("NTLM is not allowed here")
        return spnego.server(protocol="kerberos", channel_bindings=self._bindings)

    def _secrets(self) -> AbstractContextManager[None]:
        return self._door.keys.in_environment() if self._door.keys else nullcontext()

    def _account(self, context: spnego.ContextProxy) -> str:
        principal = context.client_principal or ""
        if not self._door.accounts.knows(principal):
            raise Rejected(f"{principal} is no account here")
        return principal


class CredsspAuthenticator(_ContextAuthenticator):
    """MS-CSSP with NTLM inside: the client hands its password over in a TLS of its own, so the logon is a full one."""

    method = AuthMethod.CREDSSP
    offer = "CredSSP"
    schemes = frozenset({"credssp"})
    longest = CREDSSP_PIECE

    def _new_context(self, token: bytes) -> spnego.ContextProxy:
        return spnego.server(protocol="credssp")
