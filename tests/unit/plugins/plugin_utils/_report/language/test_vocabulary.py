# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says in its two languages: all of it, the same in both, and nothing that is never said."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from enum import Enum
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_states import DeliveryState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import KeyState, Strangers
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import CrlProblem, RevocationReason
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report import model
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import ExceptionState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import CATALOGUE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import OF_AUTHORISATION
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.page_vocabulary import PAGE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import (
    VOCABULARY,
    SiteWords,
    Translator,
)

ENUMERATIONS = [
    kind
    for kind in vars(model).values()
    if isinstance(kind, type) and issubclass(kind, Enum) and kind is not Strangers  # sentences say what they come to
]
OF_OTHERS = (KeyState, DeliveryState, CrlProblem, RevocationReason, ExceptionState)
MEMBERS = [member for kind in (*ENUMERATIONS, *OF_OTHERS) for member in kind]
ALL = {**VOCABULARY, **CATALOGUE, **PAGE}
PARIS = ZoneInfo("Europe/Paris")


def words(language: str, zone: ZoneInfo = PARIS) -> Translator:
    return Translator(language, zone, {**CATALOGUE, **PAGE})


def test_no_catalogue_says_otherwise_what_another_has() -> None:
    assert len(ALL) == len(VOCABULARY) + len(CATALOGUE) + len(PAGE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_member_of_the_model_has_words_of_its_own(language: str) -> None:
    say = words(language)
    for kind in {type(member) for member in MEMBERS}:
        said = [say.of(member) for member in kind]
        assert all(said)
        assert len(set(said)) == len(said), kind
    assert {kind.__name__ for kind in ENUMERATIONS} >= {"Status", "Actor", "NextStep", "Reachability", "ChangeKind"}


def places(text: str) -> list[str]:
    return sorted(name for _text, name, _form, _conversion in Formatter().parse(text) if name)


def test_both_languages_say_something_with_the_same_places_to_fill() -> None:
    assert [key for key, said in ALL.items() if any(text.strip() != text or not text for text in said)] == []
    assert [key for key, (english, french) in ALL.items() if places(english) != places(french)] == []


def test_french_punctuation_is_not_torn_off() -> None:
    """Nothing on the page has a breaking space before it that French puts there."""
    assert [key for key in PAGE if re.search(" [:;!?%\u00bb]|\u00ab ", PAGE[key][1])] == []


def test_apostrophes_are_the_keyboards_in_sources_and_the_printers_for_readers() -> None:
    """ansible-test sanity refuses the printer's in sources."""
    assert [key for key, said in ALL.items() if "\u2019" in "".join(said)] == []
    assert "\u2019" in words("fr")("next_step.renew_authorisation")
    assert [key for key in ALL if "'" in words("fr")._words[key]] == []


def test_days_and_instants_are_the_sites() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=timezone.utc)
    assert (words("en").day(late), words("fr").day(late)) == ("2026-11-26", "26/11/2026")
    assert (words("en").instant(late), words("fr").instant(late)) == ("2026-11-26 00:30", "26/11/2026 00:30")
    assert words("en").day(date(2026, 11, 25)) == "2026-11-25"
    assert (words("en").day(None), words("en").instant(None)) == ("", "")


def test_the_last_instant_that_there_is_has_a_day_everywhere() -> None:
    assert words("fr").day(datetime.max.replace(tzinfo=timezone.utc)) == "31/12/9999"


def test_every_status_is_explained() -> None:
    assert {*Status, *OF_AUTHORISATION} == {
        each for each in (*Status, *OF_AUTHORISATION) if f"legend.{each.value}" in PAGE
    }


def test_no_french_noun_stands_before_a_number_that_it_does_not_agree_with() -> None:
    assert [key for key in ALL if re.search(r":.?\{n\}", ALL[key][1])] == []


@pytest.mark.parametrize("word", ["habilitation", "protocole"])
def test_a_word_of_the_site_fits_whatever_its_gender_is(word: str) -> None:
    say = Translator("fr", PARIS, PAGE, SiteWords(word))
    said = {key: text for key, text in say._words.items() if word in text.lower()}
    assert len(said) > 10
    gendered = rf"[ld]\u2019{word}|\b(une?|cette|ce|la|le|son) {word}|{word}s?( bientôt)? (échue?|due?)\b"
    assert [key for key, text in said.items() if re.search(gendered, text, re.IGNORECASE)] == []
    assert [key for key in say._words if "auth." in key and "échue" in say._words[key]] == []
