# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that a task must not take are refused by their name, in one sentence, before anything is done."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.parsing.convert_bool import BOOLEANS

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import (
    Pkcs12Error,
    check_booleans,
    check_texts,
)
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

SECRET = "Nachtigall-4711"
HOLDER = {"user": "CHU\\b", "name": "B", "authorisation": "T1"}


def test_whatever_ansible_takes_for_a_yes_or_no_is_one() -> None:
    check_booleans({str(place): value for place, value in enumerate(BOOLEANS)})
    check_booleans({"spoken": "Yes", "shouted": " OFF ", "truth": True, "lie": False})


@pytest.mark.parametrize("value", ["jes", "", "2", 2, -1, "none", "yes no", [], ["yes"], {}, {"yes": 1}])
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        check_booleans({"chain": "yes", "prove": value})
    assert str(refusal.value) == f"'prove' is {str(value)!r}. Write yes or no."
    assert refusal.value.code == "bad_arguments"


def test_a_wrong_word_is_refused_before_anything_is_asked_of_the_workstation() -> None:
    workstation = FakeWorkstation()
    given = {"holders": [HOLDER], "bundle_folder": "/", "exportable": "jes", "prove": "never"}
    result = run_action("holder_certificates", given, workstation)
    assert result["msg"] == "'exportable' is 'jes'. Write yes or no."
    assert workstation.calls == []


def test_a_secret_in_the_wrong_place_is_not_shown() -> None:
    given = {"holders": [HOLDER], "bundle_folder": "/", "passphrases": {"T1": SECRET}, "exportable": SECRET}
    result = run_action("holder_certificates", given, FakeWorkstation())
    assert "'exportable' is '" in result["msg"]
    assert SECRET not in result["msg"]


OPTIONS = {
    "dest": {"type": "path"},
    "issuer": {"type": "str"},
    "sender": {"type": "list", "elements": "str"},
    "passphrase": {"type": "raw"},
    "passphrases": {"type": "dict"},
    "days": {"type": "int"},
    "steps": {"type": "list", "elements": "int"},
    "check": {"type": "str", "choices": ["on", "off"]},
    "chain": {"type": "bool"},
    "places": {
        "type": "list",
        "elements": "dict",
        "options": {"path": {"type": "path"}, "to": {"type": "list", "elements": "str"}},
    },
}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dest": ["a"]}, "'dest' has a list"),
        ({"issuer": {"a": "b"}}, "'issuer' has a mapping"),
        ({"issuer": []}, "'issuer' has a list"),
        ({"sender": ["a", ["b"]]}, "'sender' has a list"),
        ({"places": [{"path": "/a"}, {"path": ["b"]}]}, "'path' (in places) has a list"),
        ({"places": [{"to": [{}]}]}, "'to' (in places) has a mapping"),
    ],
)
def test_what_is_no_text_is_refused_where_one_is_needed(given: Any, said: str) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        check_texts(given, OPTIONS)
    assert str(refusal.value) == f"{said} where one text is needed. Write one text."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"issuer": True}, "'issuer' has yes or no where one text is needed. Write one text, in quotes."),
        ({"sender": ["a", False]}, "'sender' has yes or no where one text is needed. Write one text, in quotes."),
        ({"days": True}, "'days' has yes or no where a number is needed. Write a number."),
        ({"steps": [7, False]}, "'steps' has yes or no where a number is needed. Write a number."),
    ],
)
def test_yes_of_yaml_is_neither_a_text_nor_a_number(given: Any, said: str) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        check_texts(given, OPTIONS)
    assert str(refusal.value) == said
    check_texts({"check": False, "chain": True, "days": 1, "passphrase": True}, OPTIONS)


def test_lists_and_mappings_pass_where_they_belong() -> None:
    check_texts(
        {"sender": "a,b", "passphrase": ["a"], "passphrases": {"T1": ["a"]}, "dest": None, "issuer": 7}, OPTIONS
    )
    check_texts({"places": [{"path": "/a", "to": ["b"]}, "no mapping"]}, OPTIONS)
