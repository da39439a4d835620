# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Mails on an IMAP server (RFC 9051), always over TLS. Reading changes nothing there: no flag, no folder."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from types import TracebackType
from typing import Any, ClassVar

from .._errors import Pkcs12Error, Problem
from .._io.network_errors import FAILED, outside
from .mail_server import MailServer
from .mail_source import Entry

BATCH = 500
"""Mails whose sizes are asked for at once, so that no command gets too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer(MailServer):
    """The server that has mails, and a folder of the account."""

    PROTOCOL: ClassVar[str] = "imap"
    PORTS: ClassVar[Mapping[str, int]] = {"tls": 993, "starttls": 143}

    folder: str = "INBOX"


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
            raise Pkcs12Error(Problem("mail_login.no_password", setting="imap_password"))
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
                    raise Pkcs12Error(Problem("mail_not_moved.not_one", {"server": self._server.address}))
        except self._library.exceptions.IMAPClientError as problem:
            values = {"server": self._server.address, "folder": folder, "reason": outside(str(problem))}
            raise Pkcs12Error(Problem("mail_not_moved.imap", values)) from None

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
        context = server.context()
        with self._answering():
            if server.security == "tls":
                return self._library.IMAPClient(
                    server.host, server.real_port, ssl_context=context, timeout=server.timeout
                )
            client = self._library.IMAPClient(server.host, server.real_port, ssl=False, timeout=server.timeout)
            if not client.has_capability("STARTTLS"):
                with contextlib.suppress(OSError):
                    client.shutdown()
                raise Pkcs12Error(Problem("mail_tls.no_starttls_imap", {"server": server.address}))
            client.starttls(context)
            return client

    def _log_on(self) -> None:
        """Logs on with SASL PLAIN where the server has it, because LOGIN carries no letters outside ASCII."""
        server = self._server
        try:
            with self._answering(is_told=True, is_logon=True):
                if self._client.has_capability("AUTH=PLAIN"):
                    self._client.plain_login(server.username, server.password)
                else:
                    self._client.login(server.username, server.password)
        except (self._library.exceptions.LoginError, UnicodeError):
            # The answer is left out, because some servers repeat the password in it.
            values = {"server": server.address, "username": server.username or ""}
            raise Pkcs12Error(Problem("mail_login.imap", values)) from None

    def _select(self) -> None:
        server = self._server
        try:
            with self._answering(is_told=True):
                selected = self._client.select_folder(server.folder, readonly=self._is_read_only)
                self._count = int((selected or {}).get(b"EXISTS", 0))
        except (self._library.exceptions.IMAPClientError, UnicodeError):
            values = {"username": server.username or "", "server": server.address, "folder": server.folder}
            raise Pkcs12Error(Problem("mail_source.no_folder", values)) from None

    @contextlib.contextmanager
    def _answering(self, *, is_told: bool = False, is_logon: bool = False) -> Iterator[None]:
        """Makes errors ``Pkcs12Error``. ``is_told``: the caller tells what the server refuses.

        ``is_logon``: what the server says is left out, because some repeat the password in it.
        """
        known = self._library.exceptions
        try:
            yield
        except (known.IMAPClientError, *FAILED) as error:
            is_reply = isinstance(error, known.IMAPClientError)
            has_ended = isinstance(error, known.IMAPClientAbortError)
            if is_told and not has_ended and (is_reply or isinstance(error, UnicodeError)):
                raise
            reply = {"reason": outside(str(error))}
            said = Problem("network.closed") if is_logon else Problem("network.other", reply)
            raise self._server.failed(said if is_reply else error) from None

    def _leave(self) -> None:
        # Whatever goes wrong at the end, everything was read before.
        with contextlib.suppress(OSError, self._library.exceptions.IMAPClientError):
            self._client.logout()


def _library() -> Any:
    try:
        return importlib.import_module("imapclient")
    except ImportError:
        raise Pkcs12Error(Problem("missing_library.imapclient", {"python": sys.executable})) from None
