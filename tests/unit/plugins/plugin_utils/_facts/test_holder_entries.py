# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ``pkcs12_holders`` of another shape is refused in one sentence that names its host; what can be read of it is read."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import (
    check_holders,
    entries_in,
    of_inventory,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HOLDER_OPTIONS

WHOSE = "pkcs12_holders of ws-radio"
CHLOE = {"user": "CHU\\cvasseur", "name": "Chloé Vasseur", "authorisation": "R20420"}
BEGIN, USER = "Begin each holder with '- '.", "Write DOMAIN\\name, a SID or a UPN."


def without_user(**entry: Any) -> list[dict[str, Any]]:
    """The second of two entries."""
    return [CHLOE, entry]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (CHLOE, f"{WHOSE} is a mapping, not a list of holders. {BEGIN}"),
        ({}, f"{WHOSE} is a mapping, not a list of holders. {BEGIN}"),
        ("CHU\\cvasseur", f"{WHOSE} is a text, not a list of holders. {BEGIN}"),
        (12, f"{WHOSE} is a number, not a list of holders. {BEGIN}"),
        (False, f"{WHOSE} is the word false, not a list of holders. {BEGIN}"),
        (None, f"{WHOSE} is empty. List the holders, each beginning with '- ', or write [] if nobody works there."),
        ("", f"{WHOSE} is empty. List the holders, each beginning with '- ', or write [] if nobody works there."),
    ],
    ids=["mapping", "empty_mapping", "text", "number", "bool", "null", "empty_text"],
)
def test_what_is_no_list_is_called_what_it_is(given: Any, said: str) -> None:
    assert refusal(given) == said


@pytest.mark.parametrize(
    ("entry", "kind"),
    [("CHU\\b", "a text"), (None, "empty"), ([CHLOE], "a list"), (3, "a number"), (True, "the word true")],
)
def test_what_is_no_holder_is_told_with_its_place(entry: Any, kind: str) -> None:
    said = refusal([CHLOE, entry])
    assert said.startswith(f"Entry 2 of {WHOSE} is {kind}, not a holder. Write it as '- user: DOMAIN\\name'")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (without_user(user="", name="Zoé Roy"), f"In {WHOSE}, user of Zoé Roy is empty. {USER}"),
        (without_user(user="  ", name="Zoé Roy"), f"In {WHOSE}, user of Zoé Roy is empty. {USER}"),
        (without_user(user=None, authorisation="T1"), f"In {WHOSE}, user of T1 is empty. {USER}"),
        (without_user(name="Zoé Roy", authorisation="T1"), f"In {WHOSE}, user of Zoé Roy is missing. {USER}"),
        (without_user(user=["CHU\\b"], name="Zoé Roy"), f"In {WHOSE}, user of Zoé Roy is a list. Write one text."),
        (
            without_user(user="CHU\\b", name={"a": 1}, authorisation=["T1"]),
            f"In {WHOSE}, name of entry 2 is a mapping. Write one text.",
        ),
        (without_user(), f"In {WHOSE}, user of entry 2 is missing. {USER}"),
    ],
)
def test_an_account_that_is_not_there_is_told_with_its_holder(given: Any, said: str) -> None:
    assert refusal(given) == said


def test_keys_that_no_holder_has_are_told_before_what_lacks() -> None:
    """A misspelt ``user`` is one that lacks, too."""
    known = ", ".join(HOLDER_OPTIONS)
    said = refusal(without_user(usr="CHU\\b", autorisation="T1"))
    assert said == f"{WHOSE} has autorisation, usr, which no holder has. Correct or remove it. A holder has: {known}."


@pytest.mark.parametrize("given", [[], [CHLOE], [CHLOE, {"user": "S-1-5-21-1"}]])
def test_right_shape_passes(given: Any) -> None:
    check_holders(given, "ws-radio")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([CHLOE], [CHLOE]),
        ([CHLOE, "CHU\\b", None], [CHLOE]),
        (CHLOE, []),
        ("CHU\\cvasseur", []),
        (None, []),
        (5, []),
    ],
)
def test_only_entries_are_read(given: Any, read: Any) -> None:
    assert entries_in(given) == read


def refusal(given: Any) -> str:
    with pytest.raises(Pkcs12Error) as refused:
        check_holders(given, "ws-radio")
    assert refused.value.code == "bad_arguments"
    return str(refused.value)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"user": "CHU\\b", "name": "B", "authorisation": 1234},
            f"In {WHOSE}, authorisation of CHU\\b is the number 1234, not text.",
        ),
        (
            {"user": "CHU\\b", "authorisation": "T1"},
            f"In {WHOSE}, name of T1 is missing. Write given name and family name",
        ),
        ({"user": "CHU\\b", "authorisation": "T1", "name": " "}, f"In {WHOSE}, name of T1 is empty."),
        ({"name": "B", "authorisation": "T1"}, f"In {WHOSE}, user of B is missing. {USER}"),
        ("CHU\\b", f"Entry 2 of {WHOSE} is a text, not a holder."),
    ],
)
def test_a_host_that_cannot_be_read_has_no_holders_and_stops_no_other(entry: Any, said: str) -> None:
    other = CHLOE | {"authorisation": "R2"}
    told = of_inventory({"ws-radio": [CHLOE, entry], "ws-other": [other]})
    (problem,) = told["problems"]
    assert problem.startswith(said)
    assert told["holders"] == [other]


@pytest.mark.parametrize(
    "given", [None, "", [], [{"user": "CHU\\b", "name": "B"}], [{"user": "CHU\\b", "authorisation": ""}]]
)
def test_who_has_no_number_is_left_out_of_the_inventory(given: Any) -> None:
    assert of_inventory({"ws-radio": given}) == {"holders": [], "problems": []}
