# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one sentence of a report, which is the subject of its mail: in its language, also when the task fails."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import FAIL_ON
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import (
    Written,
    _sentence,
    report_result,
)
from unit.plugins.plugin_utils.report_inputs import ANNE, made, options


@pytest.mark.parametrize(
    ("language", "said", "failed"),
    [
        (
            "en",
            "Client certificates, 3 holders: missing 1, never seen 1, without a workstation 1.",
            "Client certificates: never seen 1 (pkcs12_fail_on). The report says who acts on each.",
        ),
        (
            "fr",
            "Certificats clients, 3 titulaires\u00a0: sans certificat 1, jamais vu 1, sans poste 1.",
            "Certificats clients\u00a0: jamais vu 1 (pkcs12_fail_on). Le rapport dit qui agit.",
        ),
    ],
)
def test_the_sentence_is_in_the_language_of_the_report(language: str, said: str, failed: str) -> None:
    report = made(language=language, register_holders=[ANNE])
    for fail_on, expected in (([], said), (["never_seen"], failed)):
        assert report_result(options(fail_on=fail_on), report, Written({}, False))["msg"] == expected


@pytest.mark.parametrize(
    ("language", "words"), [("en", "authorisation expired 1"), ("fr", "autorisation hors délai 1")]
)
def test_every_value_of_fail_on_has_words(language: str, words: str) -> None:
    said = _sentence(made(language=language), dict.fromkeys(FAIL_ON, 1))
    assert words in said
    assert said.count(" 1") == len(FAIL_ON)
    assert "_" not in said.replace("pkcs12_fail_on", "")
