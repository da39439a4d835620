# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library IMAPClient with a mailbox in memory, which notes what it is told."""

from __future__ import annotations

import imaplib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any


class LoginError(imaplib.IMAP4.error):
    """As IMAPClient's."""


@dataclass
class Mailbox:
    """``mails``: bytes and date of arrival by UID, of each folder. ``capabilities``: what the server can do.

    ``gone``: the UIDs of mails that somebody else takes away between two commands.
    """

    mails: dict[str, dict[int, tuple[bytes, datetime]]] = field(default_factory=lambda: {"INBOX": {}})
    capabilities: set[str] = field(default_factory=lambda: {"AUTH=PLAIN", "STARTTLS", "MOVE"})
    password: str = "right"
    received: dict[str, Any] = field(default_factory=dict)
    commands: list[tuple[Any, ...]] = field(default_factory=list)
    breaks: Mapping[str, Exception] = field(default_factory=dict)
    gone: Set[int] = frozenset()

    def library(self) -> SimpleNamespace:
        """What ``import imapclient`` gives."""
        exceptions = SimpleNamespace(
            IMAPClientError=imaplib.IMAP4.error, IMAPClientAbortError=imaplib.IMAP4.abort, LoginError=LoginError
        )
        return SimpleNamespace(IMAPClient=self._client, exceptions=exceptions)

    def _client(self, host: str, port: int, **details: Any) -> Client:
        self.received |= {"server": (host, port), "tls": details.get("ssl", True), "timeout": details["timeout"]}
        return Client(self)


class Client:
    """A connection to the mailbox."""

    def __init__(self, box: Mailbox) -> None:
        self._box = box
        self._folder = ""
        self._note("connect")

    def _note(self, *command: Any) -> None:
        self._box.commands.append(command)
        if command[0] in self._box.breaks:
            raise self._box.breaks[command[0]]

    def has_capability(self, name: str) -> bool:
        return name in self._box.capabilities

    def starttls(self, context: object) -> None:
        self._note("starttls")
        self._box.received["starttls"] = context is not None

    def login(self, username: str, password: str) -> None:
        password.encode("ascii")
        self.plain_login(username, password)

    def plain_login(self, username: str, password: str) -> None:
        self._note("login")
        self._box.received["logon"] = (username, password)
        if password != self._box.password:
            raise LoginError(f"{password} is wrong")

    def select_folder(self, folder: str, readonly: bool = False) -> dict[bytes, Any]:
        self._note("select", folder, readonly)
        if folder not in self._box.mails:
            raise imaplib.IMAP4.error("no such folder")
        self._folder = folder
        return {b"EXISTS": len(self._box.mails[folder])}

    def search(self, criteria: Sequence[Any]) -> list[int]:
        self._note("search", *criteria)
        since = criteria[1] if criteria[0] == "SINCE" else None
        return [uid for uid, (_data, at) in self._box.mails[self._folder].items() if not since or at.date() >= since]

    def fetch(self, uids: Sequence[int], what: Sequence[str]) -> dict[int, dict[bytes, Any]]:
        self._note("fetch", tuple(uids), *what)
        known, uids = self._box.mails[self._folder], [uid for uid in uids if uid not in self._box.gone]
        if what == ["BODY.PEEK[]"]:
            return {uid: {b"BODY[]": known[uid][0]} for uid in uids}
        return {uid: {b"RFC822.SIZE": len(known[uid][0]), b"INTERNALDATE": known[uid][1]} for uid in uids}

    def folder_exists(self, folder: str) -> bool:
        return folder in self._box.mails

    def create_folder(self, folder: str) -> None:
        self._note("create", folder)
        self._box.mails[folder] = {}

    def move(self, uids: Sequence[int], folder: str) -> None:
        self._note("move", tuple(uids), folder)
        self.copy(uids, folder)
        self.uid_expunge(uids)

    def copy(self, uids: Sequence[int], folder: str) -> None:
        for uid in uids:
            self._box.mails[folder][uid] = self._box.mails[self._folder][uid]

    def delete_messages(self, uids: Sequence[int], silent: bool = False) -> None:
        self._note("delete", tuple(uids))

    def uid_expunge(self, uids: Sequence[int]) -> None:
        self._note("expunge", tuple(uids))
        for uid in uids:
            del self._box.mails[self._folder][uid]

    def shutdown(self) -> None:
        self._note("shutdown")

    def logout(self) -> None:
        self._note("logout")
