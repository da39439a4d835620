# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup gives plain values, and says in the site's language what it cannot use."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.display import Display

from ansible_collections.hospital_it.pkcs12.plugins.lookup.secrets_by_number import LookupModule
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words

TERMS = ["pkcs12_passphrases", "pkcs12_passphrases_*"]


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, text, *_given, **_named: told.append(text))
    return told


def look(variables: dict[str, Any], **options: Any) -> Any:
    lookup = LookupModule(templar=Templar(loader=DataLoader(), variables=variables))
    (found,) = lookup.run(TERMS, variables, **options)
    return found


def test_one_mapping_of_several_variables(warned: list[str]) -> None:
    known = {"pkcs12_passphrases": {"T1": "a"}, "pkcs12_passphrases_ward": {"T2": "b"}, "pkcs12_language": "fr"}
    assert (look(known), warned) == ({"T1": "a", "T2": "b"}, [])


def test_a_number_is_written_as_the_caller_does(warned: list[str]) -> None:
    known = {"pkcs12_passphrases": {"t 1": "a", "t2": "b"}}
    assert (look(known, numbers=["T1", "T3"]), warned) == ({"T1": "a", "t2": "b"}, [])


@pytest.mark.words  # the rendered words are what a template shows
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_cannot_be_used_is_told_in_the_language_of_the_site(warned: list[str], language: str) -> None:
    known = {
        "pkcs12_passphrases": {"T1": "a", "T2": True},
        "pkcs12_passphrases_ward": {"T1": "b"},
        "pkcs12_language": language,
    }
    values = {"whose": "T2", "where": "pkcs12_passphrases", "found": "yes_or_no"}
    refusal = Problem("bad_arguments.passphrase_is_no_text", values)
    doubt = Problem(
        "passphrases_differ", {"whose": "T1", "others": ("pkcs12_passphrases",), "last": f"{TERMS[0]}_ward"}
    )
    assert look(known) == {"T1": ["a", "b"], "T2": refusal.to_map()}
    assert warned == [Words(language).of(doubt)]
