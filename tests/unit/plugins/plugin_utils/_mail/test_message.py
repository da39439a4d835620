# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.message import (
    Attachment,
    MailContent,
    compose,
    recipients,
    size_of,
)
from unit.plugins.plugin_utils.problems import error_of

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.utc)
PAGE = Attachment("pkcs12-compliance.html", "<p>Élodie Lefèvre".encode())
TABLE = Attachment("liste - été.csv", "\ufeffNom;Numéro\r\n".encode())
LETTER = MailContent(
    "Certificats <certificats@chu.example>",
    ["radioprotection@chu.example", "Anne-Sophie Roux <asroux@chu.example>"],
    "42 holders, 38 of them with a valid certificate.",
    "# Client certificates\n\nÉlodie Lefèvre: expired\n.\nthe end\n",
    [PAGE, TABLE],
)


def received(letter: MailContent) -> EmailMessage:
    """What a mail program makes of the bytes."""
    message = message_from_bytes(compose(letter, NOW).as_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_mail_says_from_whom_to_whom_and_when() -> None:
    message = received(LETTER)
    assert [str(each) for each in message["From"].addresses] == ["Certificats <certificats@chu.example>"]
    assert recipients(message) == ["radioprotection@chu.example", "asroux@chu.example"]
    assert message["Subject"] == LETTER.subject
    assert message["Date"].datetime == NOW
    assert message["Message-ID"].endswith("@chu.example>")
    assert message["Auto-Submitted"] == "auto-generated"


def test_text_and_files_arrive_as_they_were() -> None:
    message = received(LETTER)
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.body
    files = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert files == {PAGE.name: PAGE.data, TABLE.name: TABLE.data}
    kinds = [(part.get_content_type(), part.get_content_charset()) for part in message.iter_attachments()]
    assert kinds == [("text/html", "utf-8"), ("text/csv", "utf-8")]


def test_what_is_sent_is_ascii_with_lines_as_smtp_wants_them() -> None:
    letter = replace(LETTER, subject="Élodie: accès terminé")
    data = compose(letter, NOW).as_bytes()
    assert data.isascii()
    assert received(letter)["Subject"] == letter.subject
    assert data.count(b"\n") == data.count(b"\r\n")
    assert max(len(line) for line in data.splitlines()) <= 998


def test_mail_to_nobody_is_refused() -> None:
    assert error_of(lambda: compose(replace(LETTER, to=[]), NOW)).code == "mail_address"


def test_file_of_another_kind_is_bytes() -> None:
    message = received(replace(LETTER, attachments=[Attachment("report.zip", b"\0\1")]))
    assert [part.get_content_type() for part in message.iter_attachments()] == ["application/octet-stream"]


BREAKS = ["\n", "\r\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\ud83d"]


@pytest.mark.parametrize("line_break", BREAKS, ids=ascii)
@pytest.mark.parametrize("option", ["subject", "sender", "to", "attachments"])
def test_nothing_passes_for_another_header(option: str, line_break: str) -> None:
    text = f"report{line_break}Bcc: everybody@elsewhere.example"
    wrong = {
        "subject": replace(LETTER, subject=text),
        "sender": replace(LETTER, sender=f"{text} <certificats@chu.example>"),
        "to": replace(LETTER, to=[f"{text} <asroux@chu.example>"]),
        "attachments": replace(LETTER, attachments=[Attachment(text, b"")]),
    }
    refusal = error_of(lambda: compose(wrong[option], NOW))
    assert refusal.code == "mail_header"
    assert refusal.problem.setting in (f"mail_{option}", option)


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "radioprotection", "@chu.example", "asroux@", "asroux@chu..example", "asroux@chu.example.", "a b@chu.example",
        "asroux@chu.example, elefevre@chu.example", "asroux@chu.example; x@y.example", "asroux@chu@example", "<asroux@chu.example",
        "Roux <asroux@chu.example> <x@y.example>", "Roux <>", "(comment) asroux@chu.example",
    ],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(address: str) -> None:
    for letter in (replace(LETTER, to=[address]), replace(LETTER, sender=address)):
        with pytest.raises(Pkcs12Error) as refusal:
            compose(letter, NOW)
        assert refusal.value.code == "mail_address"


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("asroux@chu.example", "asroux@chu.example"),
        ('"Roux, Anne-Sophie" <asroux@chu.example>', "asroux@chu.example"),
        ("  asroux@chu.example ", "asroux@chu.example"),
        ("Élodie Lefèvre <elodie.lefevre+siseri@chu.example>", "elodie.lefevre+siseri@chu.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_address_is_taken_with_and_without_a_name(address: str, bare: str) -> None:
    assert recipients(received(replace(LETTER, to=[address]))) == [bare]


def test_mail_that_is_too_large_is_refused_before_it_is_sent() -> None:
    message = compose(LETTER, NOW)
    size = len(message.as_bytes())
    assert size_of(message, size) == size
    assert error_of(lambda: size_of(message, size - 1)).code == "mail_too_large"


@pytest.mark.parametrize(
    "about", ["SISERI", "Dosimétrie du CHU d'Étampes et de ses établissements", "St. Anne, access"]
)
def test_a_filter_knows_mails_that_come_again(about: str) -> None:
    data = compose(replace(LETTER, kind="reminders", about=about), NOW).as_bytes()
    assert data.isascii()
    said = str(message_from_bytes(data, policy=default)["List-Id"])
    assert said.endswith("<reminders.pkcs12.chu.example>") and about in said
    assert received(LETTER)["List-Id"] is None


def test_a_name_of_the_service_makes_no_header() -> None:
    assert (
        error_of(lambda: compose(replace(LETTER, kind="report", about="a\r\nBcc: b@c.example"), NOW)).code
        == "mail_header"
    )
