# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Decides whether a mail is the issuer's, by what a mail server of the site found out about it (RFC 8601). Pure.

What is trusted: the topmost ``Authentication-Results`` field whose authserv-id is the one that the site names, and nothing else. A server
writes its field above everything that came with the mail. So a field below it may be the sender's: RFC 8601, section 5, has the server
remove those, and this does not count on it. If the server wrote no field at all, a forged one is the topmost. So the site must name a
server that checks every mail from outside and removes forged fields.

A pass counts for the domain that it is about. DMARC (RFC 7489) checks the domain of ``From`` itself. DKIM (RFC 6376) counts when the domain
that signed is that of ``From`` or lies below it. SPF alone does not count, because it is not about ``From``.

The server did not check a mail that is attached to another one: there the fields are what the forwarder attached. So each mail around it
has to be one of a forwarder whom the site names, and has to pass in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .._errors import Pkcs12Error, Problem


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as a server saw it: the one address in ``From``, and its ``Authentication-Results`` fields from the top."""

    sender: str | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuthenticationRules:
    """``authserv_id`` is None where the site says that no server checks its mails.

    ``forwarders``: addresses in lower case, or domains as ``@chu.example``.
    """

    authserv_id: str | None
    forwarders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``result``: ``pass``, ``fail`` or ``not_checked``. ``checked_by``: ``dmarc`` or ``dkim``. ``domain``: for which domain it passed."""

    result: str
    checked_by: str | None = None
    domain: str | None = None
    problem: Problem | None = None


def judged(original: Envelope, around: Sequence[Envelope], quoted: bool, rules: AuthenticationRules) -> Verdict:
    """Whether the original is its sender's. ``around``: the mails that it is attached to. ``quoted``: it is only text in another mail."""
    if rules.authserv_id is None:
        return Verdict("not_checked")
    try:
        for envelope in around:
            _check_forwarder(envelope, rules.authserv_id, rules.forwarders)
        if quoted:
            raise Pkcs12Error(Problem("forwarded_inline"))
        found = _passed(original, rules.authserv_id)
    except Pkcs12Error as refusal:
        return Verdict("fail", problem=refusal.problem)
    return Verdict("pass", found.method, _domain(original.sender))


def _check_forwarder(envelope: Envelope, authserv_id: str, forwarders: Sequence[str]) -> None:
    if envelope.sender is None:
        raise Pkcs12Error(Problem("forwarder_not_trusted.unclear"))
    if {envelope.sender, f"@{_domain(envelope.sender)}"}.isdisjoint(forwarders):
        raise Pkcs12Error(Problem("forwarder_not_trusted.address", {"sender": envelope.sender}))
    _passed(envelope, authserv_id, is_forwarder=True)


def _passed(envelope: Envelope, authserv_id: str, *, is_forwarder: bool = False) -> MethodResult:
    """The result that shows that the mail is of the domain in ``From``."""
    field = _trusted(envelope.fields, authserv_id)
    asked = {"server": authserv_id, "sender": envelope.sender or ""}
    if field is None:
        raise Pkcs12Error(Problem("authentication_missing", asked))
    domain = _domain(envelope.sender)
    for result in field.results:
        if domain and result.result == "pass" and _is_about(result, domain, is_forwarder):
            return result
    seen = tuple(f"{each.method}={each.result}"[:40] for each in field.results)
    if not seen:
        raise Pkcs12Error(Problem("authentication_failed.nothing", asked))
    raise Pkcs12Error(Problem("authentication_failed.found", {**asked, "found": seen}))


def _trusted(fields: Sequence[str], authserv_id: str) -> AuthenticationResults | None:
    known = (parse_results(field) for field in fields)
    return next((field for field in known if field and field.authserv_id == authserv_id.lower()), None)


def _is_about(result: MethodResult, domain: str, is_forwarder: bool) -> bool:
    """Whether a result is about this domain. A forwarder may also have logged on to the server (``auth``)."""
    properties = result.properties
    if result.method == "dmarc":
        return _plain(properties.get("header.from", "")) == domain
    if result.method == "dkim":
        signed = _plain(properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2])
        return signed == domain or signed.endswith(f".{domain}")
    if result.method == "auth" and is_forwarder:
        return _domain(properties.get("smtp.mailfrom") or properties.get("smtp.auth")) == domain
    return False


def _domain(address: str | None) -> str:
    return _plain((address or "").rpartition("@")[2])


def _plain(domain: str) -> str:
    return domain.lower().rstrip(".")


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
