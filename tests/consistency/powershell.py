# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PowerShell as a check of its text sees it: functions, their help and parameters, and the commands with what they are given.

No grammar: it knows what the drivers use, and reads them on machines without a PowerShell.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

CLOSING = {"(": ")", "{": "}", "[": "]"}
KEYWORDS = {
    *("if", "elseif", "else", "foreach", "for", "in", "while", "do", "switch", "try", "catch", "finally"),
    *("param", "function", "return", "throw", "break", "continue", "exit"),
}

_ASSIGNED = re.compile(r"\s*(?:(?:\[[^\]=]*\]\s*)*\$[\w:]+(?:\.\w+|\[[^\]]*\])*\s*[-+]?=(?!=)\s*|\w+\s*=\s*)")
_LEADING = re.compile(r"\s*(?:return\b|throw\b|\$\w+\s+in\b)")
_PARAMETERS = re.compile(r"((?:\s*\[[A-Z]\w+\([^\n]*\)\])*)\s*param\(")
_COMMAND = re.compile(r"\s*([&.]\s*(?=[\s${(])|[A-Za-z][\w-]*(?![\w.]))")


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its arguments, and with what is piped into it. Script blocks among the arguments are left out: they are code."""

    name: str
    arguments: str
    piped: str


@dataclass(frozen=True, slots=True)
class Function:
    """``body``: without comments. ``attributes``: what stands above ``param()``.

    ``parameters``: what stands in ``param()`` or beside the name; None where neither is.
    """

    name: str
    help: str
    attributes: str
    parameters: str | None
    body: str


def without_comments(source: str) -> str:
    """The source with blanks in place of comments."""
    return _blanked(source, comments=True)


def without_strings(clean: str) -> str:
    """A source without comments, of the same length, whose strings hold nothing but their expressions."""
    return _blanked(clean, comments=False)


def commands(source: str) -> Iterator[Command]:
    """Every command of a source, also in script blocks and in strings that are expanded."""
    clean = without_comments(source)
    yield from _commands(clean, without_strings(clean))


def functions(source: str) -> Iterator[Function]:
    """Every function of a source."""
    code = without_comments(source)
    masked = without_strings(code)
    for found in re.finditer(r"^\s*function ([\w-]+)([^{\n]*)\{", masked, re.MULTILINE):
        end = partner(masked, found.end() - 1)
        parameters = _PARAMETERS.match(masked, found.end())
        inside, attributes = None, ""
        if parameters:
            attributes = parameters[1]
            opened = parameters.end() - 1
            inside = code[opened + 1 : partner(masked, opened)]
        help_text = re.match(r"\s*<#(.*?)#>", source[found.end() : end], re.DOTALL)
        given = inside or found[2].strip(" ()") or None
        yield Function(found[1], help_text[1] if help_text else "", attributes, given, code[found.end() : end])


def without_functions(source: str) -> str:
    """What stands outside of functions, without comments."""
    code = without_comments(source)
    masked = without_strings(code)
    for found in reversed(list(re.finditer(r"^function [\w-]+[^{\n]*\{", masked, re.MULTILINE))):
        code = code[: found.start()] + code[partner(masked, found.end() - 1) + 1 :]
    return code


def value(clean: str, at: int) -> str:
    """What stands from here to the end of the statement, in a source without comments."""
    masked = without_strings(clean)
    end = at
    while end < len(masked) and masked[end] not in "\n;)}]":
        end = (partner(masked, end) if masked[end] in CLOSING else end) + 1
    return clean[at:end]


@functools.cache
def _blanked(source: str, *, comments: bool) -> str:
    """Blanks in place of all comments, or of the contents of strings; an expression in a string stays."""
    out, at = [], 0
    while at < len(source):
        end = _end_of_atom(source, at)
        atom = source[at:end]
        if atom[0] == "#" or atom.startswith("<#"):
            out.append(re.sub(r"[^\n]", " ", atom) if comments else atom)
        elif atom[0] in "'\"" and len(atom) > 1 and not comments:
            out.append(_masked_string(atom))
        else:
            out.append(atom)
        at = end
    return "".join(out)


def _end_of_atom(source: str, at: int) -> int:
    """Where a comment, a string or a character ends."""
    if source.startswith("<#", at):
        return source.index("#>", at) + 2
    if source[at] == "#" and (at == 0 or source[at - 1] in " \t\n;{}()"):
        end = source.find("\n", at)
        return len(source) if end < 0 else end
    if source[at] == "'":
        return source.index("'", at + 1) + 1
    if source[at] == '"':
        return _end_of_expandable(source, at)
    return at + 2 if source[at] == "`" else at + 1


def _end_of_expandable(source: str, at: int) -> int:
    at += 1
    while source[at] != '"':
        if source.startswith("$(", at):
            at = _end_of_expression(source, at + 1)
        else:
            at += 2 if source[at] == "`" else 1
    return at + 1


def _end_of_expression(source: str, at: int) -> int:
    depth = 0
    while True:
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        at = _end_of_atom(source, at)
        if depth == 0:
            return at


def _masked_string(text: str) -> str:
    if text[0] == "'":
        return "'" + "x" * (len(text) - 2) + "'"
    out, at = [], 1
    while at < len(text) - 1:
        if text.startswith("$(", at):
            end = _end_of_expression(text, at + 1)
            out.append(_blanked(text[at:end], comments=False))
        else:
            end = at + 1
            out.append("x")
        at = end
    return '"' + "".join(out) + '"'


def partner(masked: str, at: int) -> int:
    """Where the bracket that opens here is closed."""
    closing, depth = CLOSING[masked[at]], 0
    for place in range(at, len(masked)):
        depth += (masked[place] == masked[at]) - (masked[place] == closing)
        if depth == 0:
            return place
    raise ValueError("a bracket is not closed")


def _commands(code: str, masked: str) -> Iterator[Command]:
    for start, end in pieces(masked, "\n;"):
        elements = list(pieces(masked[start:end], "|"))
        for number, (first, last) in enumerate(elements):
            begin, stop = start + first, start + last
            piped = _arguments(code[start:begin], masked[start:begin]) if number else ""
            yield from _command(code[begin:stop], masked[begin:stop], piped)
        yield from _inner(code[start:end], masked[start:end])


def _command(code: str, masked: str, piped: str) -> Iterator[Command]:
    at = 0
    while found := _ASSIGNED.match(masked, at) or _LEADING.match(masked, at):
        at = found.end()
    found = _COMMAND.match(masked, at)
    if found and found[1].lower() not in KEYWORDS:
        yield Command(found[1].strip(), _arguments(code[found.end() :], masked[found.end() :]).strip(), piped)


def _arguments(code: str, masked: str) -> str:
    """Without the script blocks."""
    out, at = "", 0
    while at < len(masked):
        if masked[at] == "{" and masked[at - 1 : at] != "@":
            at = partner(masked, at) + 1
            continue
        out += code[at]
        at += 1
    return out


def _inner(code: str, masked: str) -> Iterator[Command]:
    """The commands in brackets."""
    at = 0
    while at < len(masked):
        if masked[at] in "({":
            end = partner(masked, at)
            yield from _commands(code[at + 1 : end], masked[at + 1 : end])
            at = end
        at += 1


def pieces(masked: str, separators: str) -> Iterator[tuple[int, int]]:
    """The parts between separators, outside of brackets."""
    start = at = 0
    while at < len(masked):
        if masked[at] in CLOSING:
            at = partner(masked, at)
        elif masked[at] in separators and not _goes_on(masked, at):
            yield start, at
            start = at + 1
        at += 1
    yield start, len(masked)


def _goes_on(masked: str, at: int) -> bool:
    """Whether a line that ends here is only a part of a statement."""
    return masked[at] == "\n" and masked[:at].rstrip(" ")[-1:] in ("|", "=", ",", "`")
