# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a driver answers has the same form on Windows PowerShell 5.1 as on PowerShell 7, which the lab has. The text has to show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

import pytest

from consistency.powershell import (
    Function,
    functions,
    partner,
    pieces,
    value,
    without_comments,
    without_functions,
    without_strings,
)
from consistency.tree import ROOT, SOURCES

_KEY = re.compile(r"(?<![$\w.:\-\])])(\w+)\s*=(?!=)\s*")
_MEMBER = re.compile(r"\$\w+(?:\.\w+|\[[^\]\n]*\])+\s*[-+]?=(?!=)\s*")
_VARIABLE = re.compile(r"\$(\w+)\s*[-+]?=(?!=)\s*")
_WORD = re.compile(r"[A-Za-z][\w-]*")
_NAME = re.compile(r"\$(\w+)$")
_BLOCKS = ("if", "elseif", "else", "try", "catch", "finally", "switch", "foreach", "while", "for", "do")


def shapeless(sources: Iterable[str]) -> list[str]:
    """Each value whose form in JSON depends on how many values a command gives, as ``function: value``."""
    known = list(sources)
    single = _single_functions([function for source in known for function in functions(source)])
    found = []
    for source in known:
        scopes = [(function.name, function.body) for function in functions(source)]
        for name, scope in [*scopes, ("the script", without_functions(source))]:
            found += [f"{name}: {' '.join(text.split())}" for text in _wrong_values(scope, single)]
    return found


def _wrong_values(scope: str, single: Set[str]) -> Iterator[str]:
    code = without_comments(scope)
    hidden, several = without_strings(code), _several(code, single, True)
    for pattern in (_KEY, _MEMBER):
        for found in pattern.finditer(hidden):
            text = value(code, found.end()).strip()
            if not _is_one(text, single, True) or _names(text, several):
                yield text


def _single_functions(known: list[Function]) -> set[str]:
    """The functions that always give exactly one value. Until no further one is found: one may give what another gives."""
    single: set[str] = set()
    while True:
        found = {function.name for function in known if _gives_one(function, single)}
        if found == single:
            return single
        single = found


def _gives_one(function: Function, single: Set[str]) -> bool:
    code = function.body
    parameters = re.match(r"\s*param\(", code)
    if parameters:
        code = code[partner(without_strings(code), parameters.end() - 1) + 1 :]
    statements = _statements(code)
    returned = [value(code, found.end()) for found in re.finditer(r"\breturn\b[ \t]*", without_strings(code))]
    several = _several(code, single, False)
    results = [*returned, *(statements[-1:] if not re.match("return|throw", (statements or [""])[-1]) else [])]
    return all(_is_one(text, single, False) and not _names(text, several) for text in results) and bool(statements)


def _several(code: str, single: Set[str], lists: bool) -> set[str]:
    """The variables that a command has set which may give nothing or several values; without ``lists``, also those that are a list."""
    hidden = without_strings(code)
    given = ((found[1].lower(), value(code, found.end())) for found in _VARIABLE.finditer(hidden))
    return {name for name, text in given if not _is_one(text, single, lists)}


def _names(text: str, variables: Set[str]) -> bool:
    name = _NAME.match(text.strip())
    return bool(name and name[1].lower() in variables)


def _statements(code: str) -> list[str]:
    found = [code[start:end].strip() for start, end in pieces(without_strings(code), "\n;")]
    return [statement for statement in found if statement]


def _is_one(text: str, single: Set[str], lists: bool) -> bool:
    """Whether a statement gives exactly one value, which may be null. ``lists``: a list that is written as one counts, too."""
    text = text.strip()
    hidden = without_strings(text)
    if not text or len(list(pieces(hidden, "|"))) > 1:
        return False
    if text.startswith("@("):
        return lists or partner(hidden, 1) < len(text) - 1
    word = _WORD.match(text)
    if word:
        return _block_is_one(text, single, lists) if word[0] in _BLOCKS else word[0] in single or word[0] == "throw"
    opened = text.removeprefix("$")
    if opened.startswith("(") and partner(hidden, len(text) - len(opened)) == len(text) - 1:
        return _is_one(opened[1:-1], single, lists)
    return True


def _block_is_one(text: str, single: Set[str], lists: bool) -> bool:
    """``if`` with ``else``, or ``try`` with ``catch``: whichever runs gives one value."""
    hidden = without_strings(text)
    words, at = [], 0
    while found := re.compile(r"\s*(\w+)\s*").match(hidden, at):
        words.append(found[1])
        at = found.end()
        while hidden[at : at + 1] in ("(", "["):
            at = partner(hidden, at) + 1
            at += len(hidden[at:]) - len(hidden[at:].lstrip())
        if hidden[at : at + 1] != "{":
            return False
        end = partner(hidden, at)
        statements = _statements(text[at + 1 : end])
        if found[1] != "finally" and not (statements and _ends_in_one(statements[-1], single, lists)):
            return False
        at = end + 1
    return (words[:1] == ["if"] and words[-1] == "else") or words[:2] == ["try", "catch"]


def _ends_in_one(statement: str, single: Set[str], lists: bool) -> bool:
    return re.match(r"(throw|continue|return)\b", statement) is not None or _is_one(statement, single, lists)


SENT = [
    path.read_text(encoding="utf-8")
    for path in SOURCES
    if path.suffix in (".ps1", ".psm1") and path.is_relative_to(ROOT / "plugins")
]
FUNCTION = "function Get-It {\n\tparam([int] $Number)\n\t%s\n}\nfunction Get-Answer {\n\t%s\n}\n"

TRAPS = {
    "a function that may give nothing": ("if ($Number) { 'one' }", "@{ reason = Get-It -Number 0 }"),
    "a function that gives a list": ("@($Number)", "@{ all = Get-It -Number 0 }"),
    "a loop": ("'one'", "@{ all = foreach ($one in 1, 2) { $one } }"),
    "a pipeline": ("'one'", "@{ all = 1, 2 | Where-Object { $_ } }"),
    "an if without else": ("'one'", "@{ reason = if ($true) { 'one' } }"),
    "a try that may give nothing": ("'one'", "@{ reason = try { 'one' } catch { } }"),
    "under a name": ("if ($Number) { 'one' }", "$reason = Get-It -Number 0\n\t@{ kept_because = $reason }"),
    "in a member": ("if ($Number) { 'one' }", "$fact = @{}\n\t$fact.code = Get-It -Number 0\n\t$fact"),
    "through another function": ("Get-Item -Path C:\\", "@{ reason = Get-It -Number 0 }"),
}


def test_every_value_of_an_answer_keeps_its_form() -> None:
    assert shapeless(SENT) == []


@pytest.mark.parametrize(("function", "use"), TRAPS.values(), ids=TRAPS)
def test_a_trap_is_seen(function: str, use: str) -> None:
    assert shapeless([FUNCTION % (function, use)]) != []


MENDED = {
    "why a key was kept": (
        "$Entry.kept_because = @(Get-ReasonToKeep -Certificate $Certificate -Link $link)[0]",
        "@(",
        ")[0]",
    ),
    "why a portal refused": ("$Fact.code = @(Get-Refusal -Fact $Fact -Status $Status)[0]", "@(", ")[0]"),
    "the status of a portal": ("@(Read-Status -Stream $tls -Head $head)[0]", "@(", ")[0]"),
    "a program that is not registered": (
        "{ ConvertTo-Text -Value $key.GetValue('') } else { $null }",
        " else { $null }",
        "",
    ),
    "a policy that says nothing": ("{ $Value -ne 0 } else { $null }", " else { $null }", ""),
    "no file of policies": ("if (-not [IO.File]::Exists($path)) { return $null }", " $null", ""),
    "a certificate without a key": ("if (-not $info) { return $null }", " $null", ""),
}


@pytest.mark.parametrize(("line", "first", "last"), MENDED.values(), ids=MENDED)
def test_the_drivers_without_one_of_their_guards_are_complained_about(line: str, first: str, last: str) -> None:
    assert sum(source.count(line) for source in SENT) == 1
    bare = line.replace(first, "", 1) if not last else line.replace(first, "", 1).replace(last, "")
    assert shapeless([source.replace(line, bare) for source in SENT]) != []
