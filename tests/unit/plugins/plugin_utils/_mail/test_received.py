# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail import received
from lab import mail_forms, mails
from lab.people import ELODIE
from unit.plugins.plugin_utils.fakes import now
from unit.plugins.plugin_utils.problems import error_of


def mail(header: str | bytes) -> received.Message:
    data = header.encode() if isinstance(header, str) else header
    return received.parsed(data + b"\n\ntext")


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
    assert received.sender(mail(header)) == sender


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
        ("Subject: a\nSubject: b", "a"),
        ("X: y", ""),
    ],
)
def test_a_subject_is_decoded(header: str | bytes, subject: str) -> None:
    assert received.text(mail(header), "Subject") == subject


def test_a_header_is_cut_where_it_is_endless() -> None:
    assert len(received.text(mail("Subject: " + "x" * 90_000), "Subject")) == received.LONGEST_HEADER


@pytest.mark.parametrize(
    ("date", "found"),
    [
        ("Mon, 2 Mar 2026 09:12:00 +0100", datetime(2026, 3, 2, 8, 12, tzinfo=UTC)),
        ("2 Mar 2026 09:12:00 -0000", datetime(2026, 3, 2, 9, 12, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 09:12:00", datetime(2026, 3, 2, 9, 12, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 09:12:00\nDate: Tue, 3 Mar 2026 09:12:00", datetime(2026, 3, 2, 9, 12, tzinfo=UTC)),
        ("lundi 2 mars 2026", None),
        ("Mon, 32 Mar 2026 09:12:00 +0100", None),
        ("Fri, 31 Dec 9999 23:00:00 -2300", None),
        ("Mon, 2 Mar 2026 09:12:00 +9999999999", None),
        ("", None),
    ],
)
def test_a_date_is_in_utc_or_none(date: str, found: datetime | None) -> None:
    assert received.date(mail(f"Date: {date}")) == found
    assert received.date(mail("X: y")) is None


def test_message_id_is_as_it_is_written() -> None:
    assert received.message_id(mail("Message-Id:\n <a@b>")) == "<a@b>"
    assert received.message_id(mail("Message-ID: <a@b>\nMessage-ID: <c@d>")) == "<a@b>"
    assert received.message_id(mail("X: y")) is received.message_id(mail("Message-ID:")) is None


def test_fields_keep_their_order() -> None:
    assert received.raw(mail("A: 1\nB: 2\na: 3"), "A") == ["1", "3"]


URL = "https://retrait.issuer.example/w?id=1&x=é"
WHEN = now() - timedelta(days=1)


@pytest.mark.parametrize("form", mail_forms.BODIES)
def test_every_form_gives_the_same_text(form: str) -> None:
    mail = mails.delivery_mail(ELODIE, URL, "C0DE", WHEN, form)
    body = received.body_of(received.parsed(mail.data))
    found = body.text
    assert "C0DE" not in repr(body)
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
    assert received.body_of(received.parsed(mail)).text == found


def test_attached_mails_are_not_part_of_the_body() -> None:
    original = mails.delivery_mail(ELODIE, URL, "C0DE", WHEN).data
    once = mail_forms.attached(original, WHEN)
    twice = mail_forms.attached(once, WHEN, "b@chu.example")
    assert received.body_of(received.parsed(twice)).text.strip() == "Ci-joint."
    (inner,) = received.attached_mails(received.parsed(twice))
    assert received.sender(inner) == mail_forms.FORWARDER
    (innermost,) = received.attached_mails(inner)
    assert received.text(innermost, "Subject") == mails.SUBJECT
    assert received.attached_mails(innermost) == []


def test_what_a_server_says_of_a_delivery_is_no_attached_mail() -> None:
    status = (
        b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\nX: y\n--b--\n'
    )
    assert received.attached_mails(received.parsed(status)) == []


def nested(levels: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (each, each) for each in range(levels)
    )
    return head + b"Content-Type: text/plain\n\ndeep\n"


def test_parts_in_parts_have_an_end() -> None:
    assert received.body_of(received.parsed(nested(received.DEEPEST))).text == "deep"
    for reads in (received.body_of, received.attached_mails):
        assert error_of(partial(reads, received.parsed(nested(received.DEEPEST + 1)))).code == "mail_unreadable"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Code&nbsp;de retrait&#160;:</p><p>AB&amp;C</p>", "Code de retrait :\nAB&C"),
        ("<table><tr><td>Code :</td><td><b>X</b>Y</td></tr><tr><td>2</td></tr></table>", "Code : XY\n2"),
        ("a\n  b<br>c<br/>d", "a b\nc\nd"),
        ("<head><title>t</title><style>p {}</style></head><body>x<script>y</script></body>", "x"),
        ("<head><meta charset=x><body>seen", "seen"),
        ("<!-- <p>hidden</p> -->seen", "seen"),
        ("<b>never closed", "never closed"),
        ("&#x110000; &nosuch; <", "\ufffd &nosuch; <"),
        ('<a href="https://a.example/x?b=1&amp;c=2">https://a.example/x...</a>', "https://a.example/x?b=1&c=2"),
        ('<a href="https://a.example/x">a.example</a>', "https://a.example/x"),
        ('go <a href="https://a.example/x">here</a> now', "go here <https://a.example/x> now"),
        ('<a href="https://a.example/x"><img src="y"></a>', "<https://a.example/x>"),
        ('<a href="https://a.example/x">https://b.example/</a>', "https://b.example/ <https://a.example/x>"),
        ('<a href=" https://a.exam\nple/x ">here</a>', "here <https://a.example/x>"),
        (
            '<a href="https://a.example/">one<a href="https://b.example/">two</a>',
            "one <https://a.example/> two <https://b.example/>",
        ),
        ("<a name=x>no link</a>", "no link"),
    ],
)
def test_the_text_is_what_a_reader_sees_and_where_links_lead(html: str, text: str) -> None:
    assert received.html_text(html)[0] == text


@pytest.mark.parametrize(
    ("text", "href", "is_deceptive"),
    [
        ("https://a.example/x", "https://a.example/y", False),
        ("HTTPS://A.example", "https://a.example/y", False),
        ("a.example", "https://a.example/y", False),
        ("https://a.example/x", "https://b.example/x", True),
        ("a.example/x", "https://b.example/x", True),
        ("a.example", "https://x.a.example/", True),
        ("https://user@a.example/x", "https://b.example/x", True),
        ("https://a.example", "mailto:x@b.example", True),
        ("192.0.2.1", "https://b.example", True),
        ("https://a.example", "https://[broken", True),
        ("Retirer mon certificat", "https://b.example", False),
        ("Voir a.example ou b", "https://b.example", False),
        ("", "https://b.example", False),
    ],
)
def test_a_link_that_shows_another_host_is_deceptive(text: str, href: str, is_deceptive: bool) -> None:
    assert received.Link(href, text).is_deceptive is is_deceptive


def test_a_page_of_tags_alone_is_no_problem() -> None:
    assert received.html_text("<div>" * 50_000 + "x")[0] == "x"


OUTLOOK = """Pour info.

De : SISERI <a@issuer.example>
Envoyé : lundi 2 mars 2026 09:12
À : Jeanne Dupont <j@chu.example>; Paul <p@chu.example>
Objet : Délivrance du certificat

Code : 1
"""
THUNDERBIRD = """-------- Message transféré --------
Sujet : Délivrance du certificat
Date : Mon, 2 Mar 2026 09:12:00 +0100
De : SISERI <a@issuer.example>
Pour : j@chu.example, p@chu.example

Code : 1
"""
GMAIL = """---------- Forwarded message ---------
From: *SISERI* <a@issuer.example>
Date: Mon, Mar 2, 2026
Subject: Délivrance du certificat
To: <j@chu.example>, <p@chu.example>


Code : 1
"""
QUOTED = "\n".join(f"> {line}" for line in OUTLOOK.split("\n")[2:])
STARS = OUTLOOK.replace("De :", "*De :*").replace("Objet :", "*Objet :*")
SPREAD = OUTLOOK.replace("\nÀ", "\n\nÀ").replace("\nObjet", "\n\nObjet")
LINKED = OUTLOOK.replace("<a@issuer.example>", "a@issuer.example <mailto:a@issuer.example>")


@pytest.mark.parametrize("text", [OUTLOOK, THUNDERBIRD, GMAIL, QUOTED, STARS, SPREAD, LINKED])
def test_a_quoted_mail_is_found(text: str) -> None:
    found = received.quoted_mail(text)
    assert found is not None
    assert (found.sender, found.subject) == ("a@issuer.example", "Délivrance du certificat")
    assert set(found.addressees) == {"j@chu.example", "p@chu.example"}
    assert found.body.strip() == "Code : 1"


@pytest.mark.parametrize(
    "text", ["", "De : a@issuer.example\n\nbonjour", "Objet : x\n\nDe vous : y", "https://x.example : y"]
)
def test_other_text_is_none(text: str) -> None:
    assert received.quoted_mail(text) is None


def test_the_outermost_of_several_counts_and_two_senders_are_none() -> None:
    texts = ("De : b@chu.example\nObjet : TR : x\n\n" + OUTLOOK, OUTLOOK.replace("<a@", "<x@evil.example> <a@"))
    found = [received.quoted_mail(text) for text in texts]
    assert [each and each.sender for each in found] == ["b@chu.example", None]


def test_a_long_text_is_read_in_time() -> None:
    assert received.quoted_mail("De : a@b.example\n" * 20_000) is None
    assert received.quoted_mail("a@" * 100_000 + ": " * 1000) is None
