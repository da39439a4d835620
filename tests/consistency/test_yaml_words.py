# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and playbooks tell by codes of the catalogue, with the values of each, write no sentence themselves, and read none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from consistency.tree import ROOT, name

FILES = sorted([*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("roles/*/vars/*.yml"), *ROOT.glob("playbooks/**/*.yml")])
TELLING = {"msg", "fail_msg", "success_msg", "hint", "why", "sentence"}
"""Keys of tasks and variables whose text is shown."""

TOLD = re.compile(r"'(\w+\.\w+)' \| hospital_it\.pkcs12\.words\(((?:[^()]|\([^()]*\))*)\)")
CODE = re.compile(
    r"(?:'|\bcode: |\bwhy: )((?:play|bad_arguments|store_unusable|not_stored|not_sent|not_audited|sent)[._]\w*)'?"
)
LITERAL = re.compile(r"'([^']*)'")
EXPRESSION = re.compile(r"^\s*\{\{.*\}\}\s*$|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
PROSE = re.compile(r"[A-Za-z]{2,}[,.;:]? [a-z]{2,}")
READING = re.compile(
    r"\.(?:msg|lines|cause|next_step|sentence|cure)\b[^}'|]*\|\s*(?:regex_\w+|select|reject|search|match|first|last)\b"
)
TITLE = "__title"
"""The variable of the skeleton of playbooks with the name of a play."""
FILTER_OPTIONS = {"setting", "causes", "rows"}


def texts_in(content: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Each text with the key that has it."""
    if isinstance(content, dict):
        for each, inner in content.items():
            yield from texts_in(inner, str(each))
    elif isinstance(content, list):
        for inner in content:
            yield from texts_in(inner, key)
    elif isinstance(content, str):
        yield key, content


def wrong_in(content: Any) -> list[str]:
    """What is wrong in a file of tasks or variables."""
    found = []
    for key, text in texts_in(content):
        if key != "name" and READING.search(text):
            found.append(f"reads a sentence: {text}")
        if key in TELLING or (key.startswith("__") and key != TITLE):
            outside = EXPRESSION.sub(" ", text)
            if PROSE.search(outside) or any(PROSE.search(each) for each in LITERAL.findall(text) if "." not in each):
                found.append(f"has a sentence: {text}")
        found += [f"tells {each}, which the catalogue lacks" for each in CODE.findall(text) if not is_known(each)]
        for code, arguments in TOLD.findall(text):
            given = set(re.findall(r"(\w+)=", arguments))
            needed = set(CODES[code].values) if code in CODES else set()
            if "**" not in arguments and given - FILTER_OPTIONS != needed:
                found.append(f"tells {code} with {sorted(given)} instead of {sorted(needed)}")
    return found


def is_known(code: str) -> bool:
    """Whether this is a code, or the beginning of one whose end is chosen."""
    return code in CODES or (code[-1] in "._" and any(each.startswith(code) for each in CODES))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_what_is_told_is_of_the_catalogue(path: Path) -> None:
    assert wrong_in(yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "planted",
    [
        {"msg": "Nothing was done."},
        {"msg": "{{ 'Nothing was done' if x else '' }}"},
        {"fail_msg": "{{ 'play.nowhere' | hospital_it.pkcs12.words('') }}"},
        {"fail_msg": "{{ 'play.no_host' | hospital_it.pkcs12.words('') }}"},
        {"msg": "{{ 'play.no_host' | hospital_it.pkcs12.words('', pattern=x, host=y) }}"},
        {"msg": "{{ result.msg | regex_replace('^Task failed: ', '') }}"},
        {"msg": "{{ result.lines | select('match', 'Found') | first }}"},
        {"__why": "{{ {'code': 'not_stored.nowhere'} }}"},
    ],
    ids=str,
)
def test_a_planted_mistake_is_found(planted: dict[str, Any]) -> None:
    assert wrong_in([{"ansible.builtin.fail": planted}]) != []
