# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hospital of the pictures: what the whole chain comes to is what is kept beside them, in both languages."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from lab.forty import HEAD, IT, JEANNE, Told, mail_of, rows, told
from lab.playbook import ROOT


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
