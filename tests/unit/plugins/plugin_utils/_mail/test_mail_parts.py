# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies in every MIME form and charset, and mails that are attached to mails."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.mail_header import parsed, sender, text
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.mail_parts import (
    DEEPEST,
    attached_mails,
    body_of,
)
from lab import mail_forms, mails
from lab.people import ELODIE
from unit.plugins.plugin_utils.fakes import now

URL = "https://retrait.issuer.example/w?id=1&x=é"
WHEN = now() - timedelta(days=1)


@pytest.mark.parametrize("form", mail_forms.BODIES)
def test_every_form_gives_the_same_text(form: str) -> None:
    mail = mails.delivery_mail(ELODIE, URL, "C0DE", WHEN, form)
    found = body_of(parsed(mail.data)).text
    assert "Madame Élodie Lefèvre," in found
    assert "n° T100002 a été enregistrée" in found
    assert f"Adresse de retrait : {URL}\n" in found
    assert "Code de retrait 1 : C0DE\n" in found
    assert "ATTACHMENT" not in found
    assert "STYLE" not in found


@pytest.mark.parametrize(("declared", "data", "found"), [
    ("utf-8", "é".encode("latin-1"), "é"),
    ("iso-8859-1", "é".encode(), "é"),
    ("iso-8859-15", b"\xa4", "€"),
    ("windows-1252", b"\x92", "\u2019"),
    ("us-ascii", "é".encode("latin-1"), "é"),
    ("iso-2022-jp", b'\x1b$B$"\x1b(B', "あ"),
    ("utf-16", b"Code", "Code"),
    ("no-such-charset", "é".encode("windows-1252"), "é"),
    ("utf-8\x00", "é".encode(), "é"),
    ("utf-8", b"\x81\xff", "\ufffdÿ"),
])  # fmt: skip
def test_a_wrong_charset_hides_no_text(declared: str, data: bytes, found: str) -> None:
    mail = f'Content-Type: text/plain; charset="{declared}"\nContent-Transfer-Encoding: 8bit\n\n'.encode() + data
    assert body_of(parsed(mail)).text == found


def test_a_mail_without_mime_is_text() -> None:
    assert body_of(parsed("Subject: x\n\nété".encode())).text == "été"


def test_attached_mails_are_not_part_of_the_body() -> None:
    original = mails.delivery_mail(ELODIE, URL, "C0DE", WHEN).data
    once = mail_forms.attached(original, WHEN)
    twice = mail_forms.attached(once, WHEN, "b@chu.example")
    assert body_of(parsed(twice)).text.strip() == "Ci-joint."
    (inner,) = attached_mails(parsed(twice))
    assert sender(inner) == mail_forms.FORWARDER
    (innermost,) = attached_mails(inner)
    assert text(innermost, "Subject") == mails.SUBJECT
    assert attached_mails(innermost) == []


def nested(levels: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (each, each) for each in range(levels)
    )
    return head + b"Content-Type: text/plain\n\ndeep\n"


def test_parts_in_parts_have_an_end() -> None:
    assert body_of(parsed(nested(DEEPEST))).text == "deep"
    for reads in (body_of, attached_mails):
        with pytest.raises(Pkcs12Error) as refusal:
            reads(parsed(nested(DEEPEST + 1)))
        assert refusal.value.code == "mail_unreadable"


def test_what_is_in_a_body_is_in_no_repr() -> None:
    assert "C0DE" not in repr(body_of(parsed(mails.delivery_mail(ELODIE, URL, "C0DE", WHEN, "html").data)))
