# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails that mail programs quote as text, in English and in French."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.quoted_mail import quoted_mail

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
    found = quoted_mail(text)
    assert found is not None
    assert (found.sender, found.subject) == ("a@issuer.example", "Délivrance du certificat")
    assert set(found.addressees) == {"j@chu.example", "p@chu.example"}
    assert found.body.strip() == "Code : 1"


@pytest.mark.parametrize(
    "text", ["", "De : a@issuer.example\n\nbonjour", "Objet : x\n\nDe vous : y", "https://x.example : y"]
)
def test_other_text_is_none(text: str) -> None:
    assert quoted_mail(text) is None


def test_the_outermost_of_several_counts() -> None:
    found = quoted_mail("De : b@chu.example\nObjet : TR : x\n\n" + OUTLOOK)
    assert found is not None
    assert found.sender == "b@chu.example"


def test_two_senders_are_none() -> None:
    found = quoted_mail(OUTLOOK.replace("<a@", "<x@evil.example> <a@"))
    assert found is not None
    assert found.sender is None


def test_a_long_text_is_read_in_time() -> None:
    assert quoted_mail("De : a@b.example\n" * 20_000) is None
    assert quoted_mail("a@" * 100_000 + ": " * 1000) is None
