# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Mails on an IMAP server (RFC 9051), always over TLS. Reading changes nothing there: no flag, no folder."""

from __future__ import annotations

import contextlib
import importlib
import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from types import TracebackType
from typing import Any

from .._errors import Pkcs12Error, named
from .mail_source import Entry, cannot_move

PORTS = {"tls": 993, "starttls": 143}
NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL")
"""What OpenSSL says when the other side does not speak TLS."""
BATCH = 500
"""Mails whose sizes are asked for at once, so that no command gets too long."""


@dataclass(frozen=True, slots=True)
class ImapServer:
    """A server, an account, and a folder of it. ``port`` 0 is the one of ``security``: ``tls`` or ``starttls``."""

    host: str
    port: int
    security: str
    ca_path: str | None
    timeout: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    @property
    def address(self) -> str:
        """Host and port, for sentences."""
        return f"{self.host}:{self.port or PORTS[self.security]}"


class ImapMails:
    """The mails of a folder. ``since``: only those that arrived on this day or later. ``is_read_only``: ``move`` will not be called.

    ``older``: how many mails were left out for their age, once ``entries`` was called.
    """

    def __init__(self, server: ImapServer, since: date | None, *, is_read_only: bool) -> None:
        self._server = server
        self._since = since
        self._is_read_only = is_read_only
        self._uids: dict[str, int] = {}
        self._count = 0
        self.older = 0

    def __enter__(self) -> ImapMails:
        if not self._server.password:
            raise Pkcs12Error(
                code="mail_login",
                cause=f"{named('imap_password')} is empty.",
                next_step="Set it. If it comes from a variable of the environment, check that the variable is exported.",
                setting="imap_password",
            )
        self._library = _library()
        self._client = self._connected()
        try:
            self._log_on()
            self._select()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def entries(self) -> Sequence[Entry]:
        """The mail that came last first. See ``MailSource``."""
        with self._answering():
            uids = sorted(self._client.search(["SINCE", self._since] if self._since else ["ALL"]), reverse=True)
            self.older = max(0, self._count - len(uids))
            known: dict[int, dict[bytes, Any]] = {}
            for start in range(0, len(uids), BATCH):
                known |= self._client.fetch(uids[start : start + BATCH], ["RFC822.SIZE", "INTERNALDATE"])
        return [self._entry(uid, known[uid]) for uid in uids if uid in known]

    def move(self, place: str, folder: str) -> None:
        """See ``MailSource``. The folder is made if it is not there."""
        uids = [self._uids[place]]
        try:
            with self._answering(is_told=True):
                if not self._client.folder_exists(folder):
                    self._client.create_folder(folder)
                if self._client.has_capability("MOVE"):
                    self._client.move(uids, folder)
                elif self._client.has_capability("UIDPLUS"):
                    self._client.copy(uids, folder)
                    self._client.delete_messages(uids, silent=True)
                    self._client.uid_expunge(uids)
                else:
                    raise cannot_move(f"{self._server.address} cannot move one mail.", f"Leave {named('move_to')} out.")
        except self._library.exceptions.IMAPClientError as problem:
            raise cannot_move(
                f"{self._server.address} did not move a mail to {folder}: {_said(problem)}.",
                "Check the name of the folder, and what the account may do.",
            ) from None

    def _entry(self, uid: int, known: dict[bytes, Any]) -> Entry:
        place = f"{self._server.folder}, UID {uid}"
        self._uids[place] = uid
        arrived = known.get(b"INTERNALDATE")
        in_utc = arrived.astimezone(timezone.utc) if isinstance(arrived, datetime) else None
        return Entry(place, int(known.get(b"RFC822.SIZE", 0)), self._reading(uid), in_utc)

    def _reading(self, uid: int) -> Callable[[], bytes]:
        def read() -> bytes:
            with self._answering():
                answer = self._client.fetch([uid], ["BODY.PEEK[]"])  # PEEK leaves the mail unread
            return bytes(answer.get(uid, {}).get(b"BODY[]") or b"")

        return read

    def _connected(self) -> Any:
        server = self._server
        try:
            context = ssl.create_default_context(cafile=server.ca_path)
        except OSError as problem:
            raise _tls(
                f"The file of {named('ca_path')}, {server.ca_path}, cannot be used: {problem.strerror}."
            ) from None
        port = server.port or PORTS[server.security]
        with self._answering():
            if server.security == "tls":
                return self._library.IMAPClient(server.host, port, ssl_context=context, timeout=server.timeout)
            client = self._library.IMAPClient(server.host, port, ssl=False, timeout=server.timeout)
            if not client.has_capability("STARTTLS"):
                with contextlib.suppress(OSError):
                    client.shutdown()
                raise Pkcs12Error(
                    code="mail_tls",
                    cause=f"{server.address} does not offer STARTTLS.",
                    next_step=f"Correct {named('imap_port')}, usually 143 for STARTTLS, or set {named('imap_security')} to tls,"
                    " usually with the port 993.",
                )
            client.starttls(context)
            return client

    def _log_on(self) -> None:
        """Logs on with SASL PLAIN where the server has it, because LOGIN carries no letters outside ASCII."""
        server = self._server
        try:
            with self._answering(is_told=True):
                if self._client.has_capability("AUTH=PLAIN"):
                    self._client.plain_login(server.username, server.password)
                else:
                    self._client.login(server.username, server.password)
        except (self._library.exceptions.LoginError, UnicodeError):
            # The answer is left out, because some servers repeat the password in it.
            raise Pkcs12Error(
                code="mail_login",
                cause=f"{server.address} did not accept the password of {server.username}.",
                next_step=f"Check {named('imap_username')} and {named('imap_password')}, and whether the account may use IMAP.",
            ) from None

    def _select(self) -> None:
        server = self._server
        try:
            with self._answering(is_told=True):
                selected = self._client.select_folder(server.folder, readonly=self._is_read_only)
                self._count = int((selected or {}).get(b"EXISTS", 0))
        except (self._library.exceptions.IMAPClientError, UnicodeError):
            raise Pkcs12Error(
                code="mail_source",
                cause=f"The account {server.username} at {server.address} has no folder {server.folder} that it may open.",
                next_step=f"Check {named('imap_folder')}. Subfolders have the server's separator in their names, such as INBOX.Registry.",
            ) from None

    @contextlib.contextmanager
    def _answering(self, *, is_told: bool = False) -> Iterator[None]:
        """Makes errors ``Pkcs12Error``. ``is_told``: the caller tells what the server refuses."""
        refused = self._library.exceptions.IMAPClientError
        try:
            yield
        except ssl.SSLError as problem:
            raise _not_trusted(self._server, problem) from None
        except self._library.exceptions.IMAPClientAbortError as problem:
            raise _unreachable(self._server, _said(problem)) from None
        except (refused, OSError, OverflowError, ValueError) as problem:
            if is_told and isinstance(problem, (refused, UnicodeError)):
                raise
            reason = getattr(problem, "strerror", None) or _said(problem)
            raise _unreachable(self._server, reason) from None

    def _leave(self) -> None:
        # Whatever goes wrong at the end, everything was read before.
        with contextlib.suppress(OSError, self._library.exceptions.IMAPClientError):
            self._client.logout()


def _library() -> Any:
    try:
        return importlib.import_module("imapclient")
    except ImportError:
        raise Pkcs12Error(
            code="missing_library",
            cause=f"The Python that runs Ansible ({sys.executable}) lacks the library IMAPClient, which {named('mail_source')} imap needs.",
            next_step="Install IMAPClient there with pip, or add it to the execution environment.",
        ) from None


def _said(problem: Exception) -> str:
    """What a server answered, in one short line."""
    return " ".join(str(problem).split())[:200].rstrip(".") or type(problem).__name__


def _not_trusted(server: ImapServer, problem: ssl.SSLError) -> Pkcs12Error:
    reason = getattr(problem, "verify_message", None) or getattr(problem, "reason", None) or _said(problem)
    if reason in NO_TLS and server.security == "tls":
        return Pkcs12Error(
            code="mail_tls",
            cause=f"There is no trusted connection to {server.address}: {reason}. This port does not begin with TLS.",
            next_step=f"Set {named('imap_security')} to starttls, or correct {named('imap_port')}, usually 993 for TLS.",
        )
    if "key usage" in str(reason).lower():
        return Pkcs12Error(
            code="mail_tls",
            cause=f"There is no trusted connection to {server.address}: {reason}. The certificate of the authority lacks the extension key"
            " usage (keyCertSign), which this Python demands.",
            next_step=f"Have the authority's certificate issued anew with this extension, and set {named('ca_path')} to it.",
        )
    return _tls(f"There is no trusted connection to {server.address}: {reason}.")


def _tls(cause: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="mail_tls",
        cause=cause,
        next_step=f"Set {named('imap_host')} to the name in the server's certificate, and {named('ca_path')} to the certificate of"
        " the authority that issued it.",
    )


def _unreachable(server: ImapServer, reason: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="mail_unreachable",
        cause=f"The mail server {server.address} does not answer: {reason.rstrip('.')}.",
        next_step=f"Check {named('imap_host')}, {named('imap_port')} and {named('imap_security')}, and the firewall between the"
        " controller and the server.",
    )
