# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hospital of the pictures: what the whole chain comes to is what is kept beside them, in both languages."""

from __future__ import annotations

import re

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from lab.forty import HEAD, IT, JEANNE, Told, mail_of, rows, told
from lab.playbook import ROOT

SENTENCES = {
    "en": [
        "27 workstations answered, 3 workstations without a current audit, 1 workstation never seen",
        "2 ended, 2 end soon, 36 valid",
        "1 certificate of a leaver or of nobody is to be dealt with.",
    ],
    "fr": [
        "27 postes ont répondu, 3 postes sans relevé à jour, 1 poste jamais vu",
        "2 échues, 2 bientôt échues, 36 valides",
        "1 certificat d\u2019un partant ou sans titulaire est à traiter.",
    ],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return told(tmp_path_factory.mktemp("forty"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_of_each_holder_what_the_pictures_show(made: Told, language: str) -> None:
    report = made.report(language)
    assert rows(report) == (ROOT / "docs" / "images" / "forty.json").read_text(encoding="utf-8")
    assert (len(report.holders), len(report.workstations)) == (40, 31)


def test_the_same_people_get_a_mail_in_each_language(made: Told) -> None:
    addresses = [sorted(mail.recipients[0] for mail in made.mails[language]) for language in LANGUAGES]
    assert addresses[0] == addresses[1]
    assert {mail_of(JEANNE), HEAD, IT} <= set(addresses[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_counts_are_sentences_and_no_account_is_a_sid(made: Told, language: str) -> None:
    """What is folded is for those who look for a cause, and may have one."""
    body = made.page(language).read_text(encoding="utf-8").partition("<body")[2]
    shown = re.sub(r"<details>.*?</details>", "", body, flags=re.DOTALL)
    assert [each for each in SENTENCES[language] if each not in shown] == []
    assert "S-1-" not in shown
    for mail in made.mails[language]:
        letter = mail.message.get_body(("plain",))
        assert letter and "S-1-" not in letter.get_content()
