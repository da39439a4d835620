# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The value of one Authentication-Results header field (RFC 8601, section 2.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([;=])|([^\s;="]+)')
"""A quoted string, a separator, or a word."""


@dataclass(frozen=True, slots=True)
class MethodResult:
    """What a server found with one method. ``properties``: by ``ptype.property``, in lower case, such as ``header.d``."""

    method: str
    result: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """``authserv_id`` is the name that the server gives itself, in lower case."""

    authserv_id: str
    results: tuple[MethodResult, ...]


def parse_results(value: str) -> AuthenticationResults | None:
    """The field as values. None if it does not begin with the name of a server."""
    head, *others = _statements(_without_comments(value))
    if not head or "=" in head:
        return None
    return AuthenticationResults(head[0].lower(), tuple(filter(None, map(_method, others))))


def _without_comments(value: str) -> str:
    """The value with a space in place of each comment. Comments nest, and a quoted string has none."""
    kept: list[str] = []
    depth, quoted, position = 0, False, 0
    while position < len(value):
        character = value[position]
        if character == "\\":
            if not depth:
                kept.append(value[position : position + 2])
            position += 2
            continue
        if character == '"' and not depth:
            quoted = not quoted
        if character == "(" and not quoted:
            depth += 1
        if not depth:
            kept.append(character)
        elif character == ")":
            depth -= 1
            kept.append(" ")
        position += 1
    return "".join(kept)


def _statements(value: str) -> Iterator[list[str]]:
    """The words between semicolons, with ``=`` as a word of its own."""
    words: list[str] = []
    for quoted, separator, word in TOKEN.findall(value):
        if separator == ";":
            yield words
            words = []
        else:
            words.append(separator or word or re.sub(r"\\(.)", r"\1", quoted))
    yield words


def _method(words: list[str]) -> MethodResult | None:
    """``method = result``, then any number of ``name = value``. None for ``none`` and for what is no result."""
    pairs = [(words[at - 1], words[at + 1]) for at in range(1, len(words) - 1) if words[at] == "="]
    if len(words) < 3 or words[1] != "=":
        return None
    (method, result), *others = pairs
    # The first of two equal properties counts for nothing: a field that says two things of one property says neither.
    names = [name.lower() for name, _value in others]
    properties = {name.lower(): found.lower() for name, found in others if names.count(name.lower()) == 1}
    return MethodResult(method.split("/")[0].lower(), result.lower(), properties)
