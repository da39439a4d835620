# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says in its two languages: all of it, the same in both, and nothing that is never said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timezone
from enum import Enum
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_states import DeliveryState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    BrowserProblem,
    KeyState,
    Strangers,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import (
    CrlProblem,
    RevocationReason,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report import model
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    Acceptable,
    Accepted,
    ExceptionState,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats import html_page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import CATALOGUE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.file_formats import FILE_FORMATS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.counts import (
    failing,
    shared_sentences,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.page_vocabulary import PAGE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import (
    VOCABULARY,
    Translator,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import (
    CertificateRow,
    NextStep,
    Report,
    StoreOwner,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import _sentence
from unit.plugins.plugin_utils._report.checked import checked
from unit.plugins.plugin_utils._report.officer import asked_about
from unit.plugins.plugin_utils._report.reports import DELIVERY, NOW, PARAMETERS, TODAY, hospital, sample
from unit.plugins.plugin_utils.records import problem

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


def test_the_vocabulary_has_words_for_members_alone() -> None:
    """The statuses of an authorisation have words of their own beside those of a certificate."""
    say = words("en")
    keys = [key for key in VOCABULARY if not key.startswith("auth.")]
    assert len(VOCABULARY) - len(keys) == 3
    assert sorted(VOCABULARY[key][0].format(mail="", contact="") for key in keys) == sorted(
        say.of(member).replace("\u2019", "'") for member in MEMBERS if not isinstance(member, KeyState)
    )


def places(text: str) -> list[str]:
    return sorted(name for _text, name, _form, _conversion in Formatter().parse(text) if name)


def test_both_languages_say_something_with_the_same_places_to_fill() -> None:
    assert [key for key, said in ALL.items() if any(text.strip() != text or not text for text in said)] == []
    assert [key for key, (english, french) in ALL.items() if places(english) != places(french)] == []


def test_both_languages_end_alike() -> None:
    differing = [key for key, said in ALL.items() if len({text.endswith((".", "!", "?")) for text in said}) > 1]
    assert differing == ["months.short"]


def test_french_punctuation_is_not_torn_off() -> None:
    """Nothing on the page has a breaking space before it that French puts there."""
    assert [key for key in PAGE if re.search(" [:;!?%\u00bb]|\u00ab ", PAGE[key][1])] == []


def test_apostrophes_are_the_keyboards_in_sources_and_the_printers_for_readers() -> None:
    """ansible-test sanity refuses the printer's in sources."""
    assert [key for key, said in ALL.items() if "\u2019" in "".join(said)] == []
    assert "\u2019" in words("fr")("next_step.renew_authorisation")
    assert [key for key in ALL if "'" in words("fr")._words[key]] == []


class Listening(dict[str, str]):
    """The words of one language, and which of them were looked up."""

    def __init__(self, known: dict[str, str], heard: set[str]) -> None:
        super().__init__(known)
        self.heard = heard

    def __getitem__(self, key: str) -> str:
        self.heard.add(key)
        return super().__getitem__(key)


def accepted_strays() -> tuple[CertificateRow, ...]:
    accepted = Accepted(Acceptable.WITHOUT_HOLDER, None, "It goes soon.", TODAY)
    return tuple(replace(row, accepted=accepted, next_step=NextStep.NOTHING) for row in sample().without_holder)


def not_searched(usual: Report) -> list[Report]:
    """Nobody has looked for strangers at one workstation, at two, or with a pattern that matches something."""
    seen = [row for row in usual.workstations if row.facts_at]
    blind, all_seen = seen[:2], tuple(replace(row, strangers=Strangers.SEARCHED) for row in seen[2:])
    unmatched = tuple(replace(row, strangers=Strangers.NO_MATCH) for row in blind)
    return [
        *(replace(usual, workstations=(*rows, *all_seen)) for rows in (blind, blind[:1])),
        replace(usual, workstations=unmatched, unmatched_issuers=("CN=AC Personnes",)),
    ]


def reports() -> list[Report]:
    """Reports in which everything can be met: of one, of many, of nobody, with and without what may be missing."""
    usual, empty = sample(), Report(PARAMETERS, (), (), (), (), (), None, None)
    first = usual.certificates[0]
    keys = tuple(replace(first, certificate=replace(first.certificate, key_state=state)) for state in KeyState)
    delivered = tuple(replace(usual.holders[1], delivery=replace(DELIVERY, state=state)) for state in DeliveryState)
    steps = tuple(replace(usual.holders[0], next_step=step) for step in (*NextStep, NextStep.GIVE_OWN_NUMBER))
    one = replace(usual.workstations[1], clock_skew_seconds=1)
    folder = replace(usual.workstations[1], store_owners=(StoreOwner("S-1-5-21-1", "C:\\Users\\guest"),))
    today = replace(usual.holders[0], valid_until=NOW, days_left=0)
    renewed = replace(today.places[0], outcome="renewed", problem=problem("wrong_passphrase"))
    quiet = replace(usual, changes=(), parameters=replace(PARAMETERS, query="@", renew_before_days=1))
    return [
        usual,
        asked_about(),
        empty,
        checked(),
        quiet,
        replace(usual, holders=delivered),
        replace(usual, workstations=(replace(usual.workstations[0], browsers=tuple(BrowserProblem)),)),
        replace(empty, holders=(today, replace(today, places=(renewed,))), changes=()),
        replace(empty, without_holder=accepted_strays()),
        replace(empty, without_holder=(first, *usual.without_holder * 2), workstations=(folder,)),
        replace(usual, certificates=keys, holders=steps, workstations=(one,)),
        replace(usual, workstations=(replace(usual.workstations[2], clock_skew_seconds=0),)),
        replace(usual, workstations=(replace(usual.workstations[0], holders=0),)),
        replace(
            usual,
            workstations=(replace(usual.workstations[2], problem=problem("name_not_resolved")),),
        ),
        replace(usual, holders=(replace(usual.holders[0], days_left=-1), replace(usual.holders[0], days_left=1))),
        hospital(300),
        replace(empty, holders=tuple(replace(row, next_step=NextStep.RENEW) for row in hospital(130).holders[:101])),
        *(replace(empty, holders=(row,)) for row in usual.holders[:2]),
        replace(empty, holders=(usual.holders[0], usual.holders[4])),
        replace(empty, holders=(usual.holders[0], replace(usual.holders[1], issuer_setting="AC Personnes"))),
    ]


def test_all_of_it_is_said_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that no form says are words that somebody forgot to say, or to take out."""
    heard: set[str] = set()
    init = Translator.__init__

    def listening(self: Translator, *arguments: object, **keywords: object) -> None:
        init(self, *arguments, **keywords)  # type: ignore[arg-type]
        self._words = Listening(self._words, heard)

    monkeypatch.setattr(Translator, "__init__", listening)
    monkeypatch.setattr(html_page, "SHOWN", 100)
    for report in (*reports(), *not_searched(sample())):
        for forms in FILE_FORMATS.values():
            for form in forms:
                form.make(report)
        _sentence(report, {})
        _sentence(report, {"failed": 1})
        failing(report, {}, Wording(report.parameters))
        shared_sentences(report, Wording(report.parameters))
    assert sorted(ALL.keys() - heard) == []


def test_days_and_instants_are_the_sites() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=timezone.utc)
    assert (words("en").day(late), words("fr").day(late)) == ("2026-11-26", "26/11/2026")
    assert (words("en").instant(late), words("fr").instant(late)) == ("2026-11-26 00:30", "26/11/2026 00:30")
    assert words("en").day(date(2026, 11, 25)) == "2026-11-25"
    assert (words("en").day(None), words("en").instant(None)) == ("", "")


def test_the_last_instant_that_there_is_has_a_day_everywhere() -> None:
    assert words("fr").day(datetime.max.replace(tzinfo=timezone.utc)) == "31/12/9999"


def test_a_key_that_no_catalogue_has_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        words("en")("no.such.words")
