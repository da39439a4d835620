# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client connection: admits each request, has it carried out, records it, and answers it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from lab.winrm import http_messages, sealing, soap, wsman
from lab.winrm.auth import (
    Authenticator,
    BasicAuthenticator,
    CertificateAuthenticator,
    Challenge,
    Door,
    Rejected,
    no_certificate,
)
from lab.winrm.intercept import Intercept, Moment, Request
from lab.winrm.kerberos_keys import KerberosKeys
from lab.winrm.ledger import AUTH, CUT, Entry, Ledger
from lab.winrm.logons import Accounts
from lab.winrm.session_security import CredsspAuthenticator, KerberosAuthenticator, NtlmAuthenticator
from lab.winrm.shell import Shells
from lab.winrm.tls import Tls
from lab.workstation_interface import AuthMethod, Logon

_MAKERS: dict[AuthMethod, Callable[[Door], Authenticator]] = {
    AuthMethod.BASIC: BasicAuthenticator,
    AuthMethod.NTLM: NtlmAuthenticator,
    AuthMethod.KERBEROS: KerberosAuthenticator,
    AuthMethod.CERTIFICATE: CertificateAuthenticator,
    AuthMethod.CREDSSP: CredsspAuthenticator,
}


def authenticators(methods: Iterable[AuthMethod], door: Door) -> tuple[Authenticator, ...]:
    """What a fresh connection may authenticate with."""
    return tuple(_MAKERS[method](door) for method in methods)


if TYPE_CHECKING:
    from lab.winrm.sealing import Sealer
    from lab.workstation_interface import Logon


class Identity:
    """Starts as nobody. A scheme that binds the connection holds until the next header, another one for one request."""

    def __init__(self, authenticators: Sequence[Authenticator]) -> None:
        self._authenticators = authenticators
        self._bound: Authenticator | None = None
        self.logon: Logon | None = None

    @property
    def sealer(self) -> Sealer | None:
        """Seals the messages of the connection, where its scheme can."""
        return self._bound.sealer if self._bound else None

    @property
    def last_token(self) -> str | None:
        """WWW-Authenticate of the answer to the request that authenticated, if its scheme has one."""
        return self._bound.last_token if self._bound else None

    def present(self, authorization: str | None) -> tuple[str, ...]:
        """Takes a request's Authorization header. Gives what a 401 has to offer, or nothing when all is well."""
        if authorization is None and self._bound and self.logon:
            return ()
        self._bound = self.logon = None
        scheme, _rest, credentials = (authorization or "").partition(" ")
        chosen = next((one for one in self._authenticators if scheme.lower() in one.schemes), None)
        try:
            outcome = chosen.step(scheme, credentials) if chosen else None
        except Rejected:
            outcome = None
        if chosen is None or outcome is None:
            return tuple(one.offer for one in self._authenticators)
        if isinstance(outcome, Challenge):
            return (outcome.header,)
        self.logon = outcome
        self._bound = chosen if chosen.binds_connection else None
        return ()


PATH = "/wsman"
UNREADABLE = "unreadable"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Service:
    """What all connections of one listener share."""

    shells: Shells
    ledger: Ledger
    methods: tuple[AuthMethod, ...]
    intercept: Intercept | None
    keys: KerberosKeys | None = None
    tls: Tls | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


@dataclass(frozen=True, slots=True)
class Call:
    """A request after admission: either a message to carry out, or a status that already answers it."""

    action: str
    status: int
    logon: Logon | None = None
    body_bytes: int = 0
    headers: Headers = ()
    message: soap.Message | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a call: its clear body, and what the ledger wants to know."""

    status: int
    body: bytes = b""
    answer: wsman.Answer | None = None
    fault: int | None = None


class Connection:
    """Reads requests until the client closes."""

    def __init__(
        self,
        service: Service,
        number: int,
        reader: BinaryIO,
        writer: BinaryIO,
        client: Callable[[], bytes | None] = no_certificate,
    ) -> None:
        self._service, self._number = service, number
        self._reader, self._writer = reader, writer
        self._workstation = service.shells.workstation
        accounts = Accounts(self._workstation.passwords)
        door = Door(accounts, service.tls.own if service.tls else None, client, service.keys)
        self._identity = Identity(authenticators(service.methods, door))

    def run(self) -> None:
        """Answers request after request. Raises ``OSError``, and ``Cut`` when the intercept says so."""
        while (request := http_messages.read(self._reader)) is not None:
            self._handle(request)
            if request.last:
                return

    def _handle(self, request: http_messages.HttpRequest) -> None:
        call = self._admit(request)
        seen = Request(self._workstation.name, self._number, next(self._service.numbers), call.action, Moment.BEFORE)
        reply = Reply(CUT)
        try:
            self._intercept(seen)
            reply = self._carry_out(call)
            ended = reply.answer is not None and reply.answer.ended
            self._intercept(replace(seen, moment=Moment.AFTER, ended=ended))
        except Exception:
            self._record(call, replace(reply, status=CUT))
            raise
        self._record(call, reply)
        self._write(call, reply, request.content_type)

    def _intercept(self, request: Request) -> None:
        if self._service.intercept:
            self._service.intercept(request)

    def _admit(self, request: http_messages.HttpRequest) -> Call:
        if request.method != "POST" or request.path != PATH:
            return Call(UNREADABLE, 404)
        offers = self._identity.present(request.authorization)
        logon = self._identity.logon
        if offers:
            return Call(AUTH, 401, headers=tuple(("WWW-Authenticate", offer) for offer in offers))
        proof = self._identity.last_token if request.authorization else None
        headers = (("WWW-Authenticate", proof),) if proof else ()
        if not request.body:
            return Call(AUTH, 200, logon, headers=headers)
        if not (self._clear_allowed or sealing.is_sealed(request.content_type)):
            return Call(UNREADABLE, 500, logon, len(request.body))
        try:
            clear = self._clear(request)
            message = soap.parse(clear)
        except (sealing.CannotUnseal, soap.NotSoap):
            return Call(UNREADABLE, 400, logon)
        return Call(message.name, 200, logon, len(clear), headers, message)

    @property
    def _clear_allowed(self) -> bool:
        """TLS hides all. A service that takes Basic without TLS has AllowUnencrypted on, and that holds for every scheme."""
        return self._service.tls is not None or AuthMethod.BASIC in self._service.methods

    def _clear(self, request: http_messages.HttpRequest) -> bytes:
        if not sealing.is_sealed(request.content_type):
            return request.body
        if self._identity.sealer is None:
            raise sealing.CannotUnseal("nothing was agreed on this connection")
        return sealing.unseal(self._identity.sealer, request.body)

    def _carry_out(self, call: Call) -> Reply:
        if call.message is None or call.logon is None:
            return Reply(call.status)
        relates_to = call.message.message_id
        try:
            answer = wsman.carry_out(self._service.shells, call.logon, call.message)
        except soap.Fault as fault:
            return Reply(500, soap.fault(fault, relates_to, self._workstation.name), fault=fault.code)
        return Reply(200, soap.answer(answer.action, relates_to, answer.body), answer)

    def _record(self, call: Call, reply: Reply) -> None:
        answer = reply.answer
        manifest = answer.manifest if answer else None
        become = manifest.become if manifest else None
        self._service.ledger.record(
            Entry(
                workstation=self._workstation.name,
                connection=self._number,
                action=call.action,
                body_bytes=call.body_bytes,
                response_bytes=len(reply.body),
                status=reply.status,
                user=call.logon.account if call.logon else None,
                method=call.logon.method.value if call.logon else None,
                shell=answer.shell_id if answer else call.message.shell_id if call.message else None,
                command=answer.command_id if answer else None,
                stdin_bytes=answer.stdin_bytes if answer else 0,
                module=manifest.module if manifest else None,
                become_user=become.user if become else None,
                become_password_given=become is not None and become.password is not None,
                fault=reply.fault,
            )
        )

    def _write(self, call: Call, reply: Reply, asked: str) -> None:
        body, kind = reply.body, sealing.SOAP_TYPE
        if body and sealing.is_sealed(asked) and self._identity.sealer:
            kind, body = sealing.seal(self._identity.sealer, body, asked)
        headers = (*call.headers, ("Content-Type", kind)) if body else call.headers
        http_messages.write(self._writer, reply.status, headers, body)
