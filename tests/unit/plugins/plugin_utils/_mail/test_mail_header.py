# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headers of mails, right and wrong: one sender or none, dates, subjects in every encoding."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail import mail_header


def mail(header: str | bytes) -> mail_header.Message:
    data = header.encode() if isinstance(header, str) else header
    return mail_header.parsed(data + b"\n\ntext")


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ("From: A@Issuer.Example", "a@issuer.example"),
        ("From: The issuer <a@issuer.example>", "a@issuer.example"),
        ('From: "a@issuer.example" <x@evil.example>', "x@evil.example"),
        ("From: =?utf-8?q?=3Ca=40issuer=2Eexample=3E?= <x@evil.example>", "x@evil.example"),
        ("From: a@issuer.example (x@evil.example)", "a@issuer.example"),
        ("From: Émetteur <a@issuer.example>", "a@issuer.example"),
        ("From: The\n  issuer\n  <a@issuer.example>", "a@issuer.example"),
        ("From: a@issuer.example, x@evil.example", None),
        ("From: a@issuer.example <x@evil.example>", None),
        ("From: <a@issuer.example> <x@evil.example>", None),
        ("From: a@issuer.example\nFrom: x@evil.example", None),
        ("From: x@evil.example\nfrom: a@issuer.example", None),
        ("From: a@issuer.example\nFrom:", None),
        ("From: nobody:;\nFrom: a@issuer.example", None),
        ("From: a@issuer.example,", None),
        ("From: nobody", None),
        ("From:", None),
        ("Subject: none", None),
    ],
)
def test_a_mail_has_one_sender_or_none(header: str, sender: str | None) -> None:
    assert mail_header.sender(mail(header)) == sender


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("Subject: =?iso-8859-1?q?D=E9livrance?= du\n certificat", "Délivrance du certificat"),
        ("Subject: =?utf-8?b?RMOpbGl2cmFuY2U=?=", "Délivrance"),
        ("Subject: Délivrance".encode(), "Délivrance"),
        ("Subject: Délivrance".encode("windows-1252"), "Délivrance"),
        ("Subject: =?x-none?q?abc?=", "=?x-none?q?abc?="),
        ("Subject: =?utf-8?q?a=0D=0AFrom=3A_x?=", "a From: x"),
        ("Subject: =?utf-8?q?a=1B[2J=07=C2=9B=E2=80=AEb?=", "a\ufffd[2J\ufffd\ufffd\ufffdb"),
        ("Subject: a\x1b[2Jb", "a\ufffd[2Jb"),
        ("Subject: =?x-none?q?a?= \x07b", "=?x-none?q?a?= \ufffdb"),
        ("X: y", ""),
    ],
)
def test_a_subject_is_decoded(header: str | bytes, subject: str) -> None:
    assert mail_header.text(mail(header), "Subject") == subject


def test_a_header_is_cut_where_it_is_endless() -> None:
    assert len(mail_header.text(mail("Subject: " + "x" * 90_000), "Subject")) == mail_header.LONGEST_HEADER


@pytest.mark.parametrize(
    ("date", "found"),
    [
        ("Mon, 2 Mar 2026 09:12:00 +0100", datetime(2026, 3, 2, 8, 12, tzinfo=UTC)),
        ("2 Mar 2026 09:12:00 -0000", datetime(2026, 3, 2, 9, 12, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 09:12:00", datetime(2026, 3, 2, 9, 12, tzinfo=UTC)),
        ("lundi 2 mars 2026", None),
        ("Mon, 32 Mar 2026 09:12:00 +0100", None),
        ("Fri, 31 Dec 9999 23:00:00 -2300", None),
        ("Mon, 2 Mar 2026 09:12:00 +9999999999", None),
        ("", None),
    ],
)
def test_a_date_is_in_utc_or_none(date: str, found: datetime | None) -> None:
    assert mail_header.date(mail(f"Date: {date}")) == found
    assert mail_header.date(mail("X: y")) is None


def test_message_id_is_as_it_is_written() -> None:
    assert mail_header.message_id(mail("Message-Id:\n <a@b>")) == "<a@b>"
    assert mail_header.message_id(mail("X: y")) is None


def test_fields_keep_their_order() -> None:
    assert mail_header.raw(mail("A: 1\nB: 2\na: 3"), "A") == ["1", "3"]
