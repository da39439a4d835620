# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails of the issuer are found wherever they are in a message, and what only looks like one is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.letters import (
    MOST_FORWARDS,
    Letter,
    MailFilter,
    UnexpectedSender,
    letters_in,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.patterns import compiled
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.received import parsed
from lab import mail_forms, mails
from lab.people import JEANNE
from unit.plugins.plugin_utils.fakes import now
from unit.plugins.plugin_utils.problems import error_of

URL = "https://retrait.issuer.example/w"
WHEN = now() - timedelta(days=1)


def mail_filter(inline: bool = True, access: str | None = "^CONFIDENTIEL", delivery: str = "^Délivrance") -> MailFilter:
    return MailFilter(
        frozenset({mails.SENDER}), compiled("s", delivery), None if access is None else compiled("a", access), inline
    )


def found(data: bytes, asked: MailFilter | None = None) -> list[Letter | UnexpectedSender]:
    return list(letters_in(parsed(data), "here", asked or mail_filter()))


def delivery(form: str = "plain") -> bytes:
    return mails.delivery_mail(JEANNE, URL, "C0DE", WHEN, form).data


@pytest.mark.parametrize(
    ("form", "forwarded", "forwarder", "around"),
    [
        ("plain", "none", None, 0),
        ("redirected", "redirected", mail_forms.FORWARDER, 0),
        ("attached", "attached", mail_forms.FORWARDER, 1),
        ("nested", "attached", mail_forms.FORWARDER, 2),
        ("inline", "inline", mail_forms.FORWARDER, 1),
    ],
)
def test_a_delivery_is_found_however_it_came(form: str, forwarded: str, forwarder: str | None, around: int) -> None:
    (letter,) = found(delivery(form))
    assert isinstance(letter, Letter)
    assert (letter.forwarded.value, letter.forwarder, len(letter.around)) == (forwarded, forwarder, around)
    assert (letter.sender, letter.subject, letter.date, letter.place) == (mails.SENDER, mails.SUBJECT, WHEN, "here")
    assert letter.addressees == {JEANNE.upn}
    assert letter.body is not None
    assert "C0DE" in letter.body.text
    assert "C0DE" not in repr(letter)


@pytest.mark.parametrize("form", mails.FORMS)
def test_the_mail_with_the_access_code_has_no_body(form: str) -> None:
    """Its pattern comes before that of deliveries, and decides alone, also for one that was forwarded as text."""
    data = mails.access_mail(JEANNE, WHEN, form).data
    for asked in (mail_filter(), mail_filter(inline=False), mail_filter(delivery="SISERI")):
        (letter,) = found(data, asked)
        assert isinstance(letter, Letter)
        assert (letter.body, letter.subject) == (None, mails.ACCESS_SUBJECT)
        assert mails.access_code(JEANNE) not in repr(letter)
    assert found(data, mail_filter(access=None)) == []


def test_a_confidential_mail_of_somebody_else_is_none() -> None:
    """The words of the subject are those of many mails."""
    mail = mails.access_mail(JEANNE, WHEN).data.replace(f"<{mails.SENDER}>".encode(), b"<x@chu.example>")
    assert found(mail) == []
    inside = mails.access_mail(JEANNE, WHEN, "inline").data
    assert inside.count(b"base64") == 1
    text = b"Content-Type: text/plain\r\n\r\nDe : X <x@chu.example>\nObjet : CONFIDENTIEL\n\nx"
    assert found(b"From: y@chu.example\r\nSubject: TR : CONFIDENTIEL\r\n" + text) == []


def test_an_access_mail_that_is_attached_to_a_delivery_is_found_too() -> None:
    attached = mail_forms.attached(mails.access_mail(JEANNE, WHEN).data, WHEN)
    head, _blank, body = attached.partition(b"\r\n\r\n")
    fields = [each for each in head.split(b"\r\n") if each.lower().startswith((b"content-type", b"mime", b"date"))]
    own = [f"From: <{mails.SENDER}>", f"Subject: =?utf-8?q?{mails.SUBJECT.replace('é', '=C3=A9').replace(' ', '_')}?="]
    mail = b"\r\n".join([*fields, *(each.encode() for each in own)]) + b"\r\n\r\n" + body
    assert [isinstance(each, Letter) and each.body is not None for each in found(mail)] == [True, False]


def test_quoted_mails_count_only_when_asked_for() -> None:
    (told,) = found(delivery("inline"), mail_filter(inline=False, delivery="Délivrance"))
    assert told == UnexpectedSender("here", mail_forms.FORWARDER, f"TR : {mails.SUBJECT}")
    assert found(delivery("inline"), mail_filter(inline=False)) == [told]


def test_levels_have_an_end() -> None:
    mail = delivery()
    for _level in range(MOST_FORWARDS):
        mail = mail_forms.attached(mail, WHEN)
    assert len(found(mail)) == 1
    assert error_of(lambda: found(mail_forms.attached(mail, WHEN))).code == "mail_unreadable"


def test_a_stranger_with_the_subject_is_told() -> None:
    mail = delivery().replace(f"<{mails.SENDER}>".encode(), b"<x@evil.example>")
    assert found(mail) == [UnexpectedSender("here", "x@evil.example", mails.SUBJECT)]
    assert found(mail_forms.attached(mail, WHEN)) == [UnexpectedSender("here", "x@evil.example", mails.SUBJECT)]


def test_results_are_those_of_the_original_and_of_what_is_around_it() -> None:
    (letter,) = found(delivery("attached"))
    assert isinstance(letter, Letter)
    assert letter.envelope.fields[0].startswith(
        f"{mails.MAIL_SERVER}; dmarc=pass (p=none dis=none) header.from=irsn.fr"
    )
    assert "chu.example" in letter.around[0].fields[0].partition(";")[2]


@pytest.mark.parametrize(
    "prefix",
    ["Re: ", "RE:", "Fwd: ", "FW: ", "TR : ", "Tr\u00a0: ", "WG: ", "AW: ", "Re[2]: ", "TR : RE: Fwd: ", "re: tr:"],
)
def test_prefixes_of_replies_and_forwarded_mails_do_not_hide_a_subject(prefix: str) -> None:
    assert mail_filter().kind(f"{prefix}Délivrance du certificat") == "delivery"
    assert mail_filter().kind(f"{prefix}CONFIDENTIEL : Accès") == "access"
    assert mail_filter(delivery="^TR").kind("TR : x") == "delivery"


@pytest.mark.parametrize(
    "subject", ["Retour: Délivrance", "Question : Délivrance", "Re Délivrance", "x TR : Délivrance"]
)
def test_other_words_before_a_subject_are_part_of_it(subject: str) -> None:
    assert mail_filter().kind(subject) is None
