# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences of registration authorities, and how much of a page is shown."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.html_page import read_page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.page_meaning import (
    CAPTCHA,
    MAINTENANCE,
    USED,
    WRONG_CODE,
    FetchedPage,
    Meanings,
    excerpt,
    says,
)
from unit.plugins.plugin_utils.problems import error_of

SENTENCES = {
    USED: [
        "Ce lien a déjà été utilisé.",
        "LE LIEN N\u2019EST PLUS VALIDE",
        "Votre certificat a déjà été retiré",
        "Ce lien a expiré",
        "This link has already been used",
        "The certificate was already downloaded",
        "Your link has expired",
        "Ce code a déjà été utilisé",
        "Cette URL n'est plus valable",
    ],
    WRONG_CODE: [
        "Le code de retrait est incorrect",
        "Code invalide",
        "Mauvais code !",
        "Code de retrait erroné",
        "Invalid withdrawal code",
        "The code is not valid",
        "Le code saisi n'est pas reconnu",
    ],
    MAINTENANCE: [
        "Le site est en maintenance",
        "Maintenance en cours",
        "Service temporairement indisponible",
        "Le service est indisponible",
        "Temporarily unavailable",
        "We are under maintenance",
    ],
    CAPTCHA: ["Recopiez les caractères de l'image", "Je ne suis pas un robot", "reCAPTCHA"],
}
HARMLESS = [
    "Bureau d'enregistrement Code de retrait 1 Envoyer",
    "Ce lien ne peut être utilisé qu'une seule fois.",
    "Votre certificat est prêt.",
    "Conservez le fichier et le code.",
    "Maintenance prévue dimanche prochain",
    "Saisissez le code reçu par courriel",
]


@pytest.mark.parametrize(
    ("pattern", "text"), [(pattern, text) for pattern, texts in SENTENCES.items() for text in texts]
)
def test_a_sentence_has_its_meaning_and_no_other(pattern: str, text: str) -> None:
    assert [says(text, each) for each in SENTENCES] == [each is pattern for each in SENTENCES]


@pytest.mark.parametrize("text", HARMLESS)
def test_instructions_mean_nothing(text: str) -> None:
    assert not any(says(text, pattern) for pattern in SENTENCES)


@pytest.mark.parametrize("name", ["used", "wrong_code", "maintenance"])
def test_a_pattern_that_is_none_is_named(name: str) -> None:
    refusal = error_of(lambda: Meanings(**{name: "("}))
    assert (refusal.code, refusal.problem.setting) == ("bad_pattern", f"{name}_pattern")


def test_a_secret_is_masked_however_it_is_written() -> None:
    shown = excerpt("a Secret 4711 b SECRET4711 c secret\n4711 d", ["secret 4711"])
    assert shown == "a ******** b ******** c ******** d"


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert excerpt("https://ra/token-4711", ["token-4711", "https://ra/token-4711"]) == "********"


@pytest.mark.parametrize("secret", ["12", "four"])
def test_of_a_text_with_a_short_secret_nothing_is_shown(secret: str) -> None:
    assert excerpt(f"number {secret}", [secret]) is None
    assert excerpt("number", [secret]) == "number"
    page = FetchedPage("https://ra.example/x", 200, read_page(b""))
    assert page.shown(f"number {secret}", [secret]) == Problem("page.hidden")
    assert page.shown("number", [secret]) == Problem("page.text", {"text": Outside("number")})
    assert page.shown(" ", [secret]) == Problem("page.empty")


def test_a_long_text_is_cut_after_the_secrets_are_gone() -> None:
    shown = excerpt("ab " * 39 + "secret-4711" + " yz" * 500, ["secret-4711"])
    assert shown == "ab " * 39 + "***" + "\u2026"


LINK = "https://ra.example/retrait/Zk93-T0ken?session=AB12CD&lang=fr"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The requested URL /retrait/Zk93-T0ken was not found", "The requested URL /retrait/******** was not found"),
        ("no session ab12cd", "no session ********"),
        (f"No {LINK}", "No ********"),
        ("Le code de retrait, lang=fr", "Le code de retrait, lang=fr"),
    ],
)
def test_a_page_may_repeat_its_link_in_part(text: str, shown: str) -> None:
    assert excerpt(text, [LINK]) == shown


@pytest.mark.parametrize("sent", ["AB%2F12%20cd", "AB%2F12+cd", "ab%2f12%20cd"])
def test_a_code_is_masked_as_a_form_has_sent_it(sent: str) -> None:
    assert excerpt(f"/submit?code={sent}&x", ["AB/12 cd"]) == "/submit?code=********&x"


def test_what_is_no_word_is_not_shown() -> None:
    """It may be a token, or a bundle as base64."""
    assert excerpt(f"a {'MIIK' * 11} b", []) == "a ******** b"
    assert excerpt("a" * 40, []) == "a" * 40


def test_control_characters_are_not_shown() -> None:
    assert excerpt("a\x1b[2J\x07\u202eb", []).isprintable()
