# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails on an IMAP server: nothing is changed by reading, every failure has its cause, and the password is in none."""

from __future__ import annotations

import imaplib
import ssl
import sys
import traceback
from datetime import date, timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.imap_source import BATCH, ImapMails, ImapServer
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.mail_source import Limits, ReadMail, read_mails
from unit.plugins.plugin_utils._mail.fake_imap import Mailbox
from unit.plugins.plugin_utils.fakes import now
from unit.plugins.plugin_utils.problems import error_of

PASSWORD = "s3cret of the mailbox"


def server(**changes: object) -> ImapServer:
    usual: dict[str, object] = {
        "host": "imap.example",
        "port": 0,
        "security": "tls",
        "ca_path": None,
        "timeout": 30,
        "username": "u",
        "password": PASSWORD,
    }
    return ImapServer(**(usual | changes))  # type: ignore[arg-type]


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    box = Mailbox(password=PASSWORD)
    box.mails["INBOX"] = {uid: (b"%d" % uid, now() - timedelta(days=10 - uid)) for uid in (1, 2, 3)}
    monkeypatch.setitem(sys.modules, "imapclient", box.library())  # type: ignore[arg-type]
    return box


def read(source: ImapMails) -> list[tuple[str, bytes]]:
    with source:
        found = list(read_mails(source.entries(), Limits(10_000, 100)))
    return [(each.entry.place, each.data) for each in found if isinstance(each, ReadMail)]


def test_reading_changes_nothing(box: Mailbox) -> None:
    found = read(ImapMails(server(), None, is_read_only=True))
    assert found == [("INBOX, UID 3", b"3"), ("INBOX, UID 2", b"2"), ("INBOX, UID 1", b"1")]
    assert ("select", "INBOX", True) in box.commands
    assert {command[0] for command in box.commands} == {"connect", "login", "select", "search", "fetch", "logout"}
    assert {command[2] for command in box.commands if command[0] == "fetch"} == {"RFC822.SIZE", "BODY.PEEK[]"}


def test_only_mails_since_a_day_are_asked_for(box: Mailbox) -> None:
    day = (now() - timedelta(days=8)).date()
    source = ImapMails(server(), day, is_read_only=True)
    assert [place for place, _data in read(source)] == ["INBOX, UID 3", "INBOX, UID 2"]
    assert source.older == 1
    assert ("search", "SINCE", day) in box.commands


def test_sizes_are_asked_for_in_batches(box: Mailbox) -> None:
    box.mails["INBOX"] = {uid: (b"x", now()) for uid in range(1, BATCH + 2)}
    with ImapMails(server(), None, is_read_only=True) as source:
        found = source.entries()
    assert (len(found), {each.arrived for each in found}) == (BATCH + 1, {now()})
    assert [len(command[1]) for command in box.commands if command[0] == "fetch"] == [BATCH, 1]


def test_a_mail_that_has_gone_since_it_was_listed_hides_no_other(box: Mailbox) -> None:
    box.gone = {2}
    assert [place for place, _data in read(ImapMails(server(), None, is_read_only=True))] == [
        "INBOX, UID 3",
        "INBOX, UID 1",
    ]


def test_large_mails_are_not_fetched(box: Mailbox) -> None:
    box.mails["INBOX"][2] = (b"x" * 101, now())
    assert len(read(ImapMails(server(), None, is_read_only=True))) == 2
    assert ("fetch", (2,), "BODY.PEEK[]") not in box.commands


def move(capabilities: set[str], box: Mailbox) -> None:
    box.capabilities = capabilities
    with ImapMails(server(), None, is_read_only=False) as source:
        place = source.entries()[0].place
        source.move(place, "Done")


@pytest.mark.parametrize(("capability", "command"), [("MOVE", "move"), ("UIDPLUS", "expunge")])
def test_one_mail_moves(box: Mailbox, capability: str, command: str) -> None:
    move({"AUTH=PLAIN", capability}, box)
    assert (set(box.mails["INBOX"]), set(box.mails["Done"])) == ({1, 2}, {3})
    assert ("select", "INBOX", False) in box.commands
    assert (command, (3,)) in [each[:2] for each in box.commands]


def test_a_server_that_can_only_expunge_everything_moves_nothing(box: Mailbox) -> None:
    assert error_of(lambda: move({"AUTH=PLAIN"}, box)).code == "mail_not_moved"
    assert len(box.mails["INBOX"]) == 3


def test_a_folder_that_the_server_refuses_is_named(box: Mailbox) -> None:
    box.breaks = {"create": imaplib.IMAP4.error("no permission")}
    refusal = error_of(lambda: move({"MOVE"}, box))
    assert refusal.problem.code == "mail_not_moved.imap"
    assert (refusal.problem.values["folder"], refusal.problem.values["reason"]) == ("Done", "no permission")


def test_starttls_comes_before_the_password(box: Mailbox) -> None:
    read(ImapMails(server(security="starttls"), None, is_read_only=True))
    assert [command[0] for command in box.commands][:3] == ["connect", "starttls", "login"]
    assert box.received["server"] == ("imap.example", 143)


def test_a_password_goes_as_the_server_takes_it(box: Mailbox) -> None:
    box.capabilities = set()
    assert len(read(ImapMails(server(), None, is_read_only=True))) == 3
    box.password = "été"
    refusal = error_of(lambda: read(ImapMails(server(password="été"), None, is_read_only=True)))
    assert refusal.code == "mail_login"
    box.capabilities = {"AUTH=PLAIN"}
    assert len(read(ImapMails(server(password="été"), None, is_read_only=True))) == 3


FAILURES = [
    ("connect", OSError("refused"), "mail_unreachable"),
    ("connect", TimeoutError("timed out"), "mail_unreachable"),
    ("connect", OverflowError("port must be 0-65535"), "mail_unreachable"),
    ("connect", UnicodeError("label too long"), "mail_unreachable"),
    ("connect", imaplib.IMAP4.error("no IMAP here"), "mail_unreachable"),
    ("connect", ssl.SSLCertVerificationError("x"), "mail_tls"),
    ("starttls", ssl.SSLError(1, "wrong version"), "mail_tls"),
    ("login", imaplib.IMAP4.abort(f"bye {PASSWORD}"), "mail_unreachable"),
    ("login", OSError("reset"), "mail_unreachable"),
    ("select", imaplib.IMAP4.abort("bye"), "mail_unreachable"),
    ("select", imaplib.IMAP4.error("denied"), "mail_source"),
    ("search", imaplib.IMAP4.error("no"), "mail_unreachable"),
    ("fetch", imaplib.IMAP4.abort("bye"), "mail_unreachable"),
    ("fetch", TimeoutError(), "mail_unreachable"),
]


@pytest.mark.parametrize(("command", "error", "code"), FAILURES)
def test_every_failure_has_its_cause(box: Mailbox, command: str, error: Exception, code: str) -> None:
    box.breaks = {command: error, "logout": OSError("gone")}
    refusal = error_of(lambda: read(ImapMails(server(security="starttls"), None, is_read_only=True)))
    assert refusal.code == code
    assert PASSWORD not in "".join(traceback.format_exception(refusal))


def broken_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


def untrusted(reason: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, reason)
    error.verify_message = reason
    return error


@pytest.mark.parametrize(
    ("security", "error", "code"),
    [
        ("tls", broken_tls("WRONG_VERSION_NUMBER"), "mail_tls.not_spoken_imap"),
        ("starttls", broken_tls("WRONG_VERSION_NUMBER"), "mail_tls.not_spoken_imap"),
        ("tls", untrusted("CA cert does not include key usage extension"), "mail_tls.no_key_usage"),
        ("tls", untrusted("Hostname mismatch"), "mail_tls.not_trusted_imap"),
    ],
)
def test_what_is_wrong_with_tls_has_its_own_next_step(box: Mailbox, security: str, error: Exception, code: str) -> None:
    box.breaks = {"connect": error}
    refusal = error_of(lambda: read(ImapMails(server(security=security), None, is_read_only=True)))
    assert refusal.problem.code == code


def test_an_empty_password_is_told_and_not_tried(box: Mailbox) -> None:
    refusal = error_of(lambda: read(ImapMails(server(password=""), None, is_read_only=True)))
    assert refusal.problem == Problem("mail_login.no_password", setting="imap_password")
    assert box.commands == []


def test_a_server_without_starttls_gets_no_password(box: Mailbox) -> None:
    box.capabilities = {"AUTH=PLAIN"}
    refusal = error_of(lambda: read(ImapMails(server(security="starttls"), None, is_read_only=True)))
    assert refusal.code == "mail_tls"
    assert "logon" not in box.received


def test_a_wrong_password_is_not_repeated(box: Mailbox) -> None:
    box.password = "another"
    refusal = error_of(lambda: read(ImapMails(server(), None, is_read_only=True)))
    assert refusal.code == "mail_login"
    said = "".join(traceback.format_exception(refusal)) + repr(server())
    assert PASSWORD not in said


def test_an_authority_file_that_is_none_is_named(box: Mailbox) -> None:
    refusal = error_of(lambda: read(ImapMails(server(ca_path="/nowhere.pem"), None, is_read_only=True)))
    assert refusal.problem.code == "mail_tls.ca_path"
    assert refusal.problem.values["path"] == "/nowhere.pem"
    assert box.commands == []


def test_the_library_is_missed_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imapclient", None)  # type: ignore[arg-type]
    refusal = error_of(lambda: read(ImapMails(server(), date(2026, 1, 1), is_read_only=True)))
    assert refusal.problem == Problem("missing_library.imapclient", {"python": sys.executable})
