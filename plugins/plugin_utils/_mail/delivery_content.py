# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a delivery mail says: URL, code, holder and number, found by the site's patterns; or why it cannot be used. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .._errors import Pkcs12Error, Problem
from .._io.urls import checked_url
from .._policy.names import number_key
from .patterns import Pattern, all_found
from .received import Body

FUTURE = timedelta(days=1)
"""How far a clock may be ahead. A date beyond it would make a mail the newest for ever."""

END_OF_SENTENCE = ".,;:!?"
"""Characters that end a sentence, not a URL."""


@dataclass(frozen=True, slots=True)
class ContentRules:
    """The site's patterns, each with one group. ``authorisations``: numbers that are asked for, None for all. ``known``: the holders'."""

    url: Pattern
    code: Pattern
    name: Pattern
    authorisation: Pattern
    allowed_hosts: tuple[str, ...]
    authorisations: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """What a mail says. ``problem``: why it cannot be used; then it has no URL and no code."""

    authorisation: str | None
    name: str | None
    url: str | None = None
    code: str | None = field(default=None, repr=False)
    problem: Problem | None = None


def content_of(subject: str, date: datetime | None, body: Body, rules: ContentRules, now: datetime) -> Content:
    """What a mail says that may be used."""
    number: str | None = None
    name: str | None = None
    try:
        name = _name(body, rules)  # first, so that a mail without a number tells whose it says to be
        number = _number(f"{subject}\n{body.text}", rules)
        _check_date(date, now)
        return Content(number, name, _url(body, rules), _code(body, rules))
    except Pkcs12Error as refusal:
        return Content(number, name, problem=refusal.problem)


def holder_in(subject: str, body: Body, rules: ContentRules) -> Content:
    """Only whose mail it says to be, for a mail that may not be used."""
    numbers = all_found(rules.authorisation, f"{subject}\n{body.text}")
    return Content(_spelled(numbers[0], rules) if len(numbers) == 1 else None, _name(body, rules))


def is_asked_for(content: Content, rules: ContentRules) -> bool:
    """Whether a row is wanted. A mail whose number is not known may be anybody's, so it is told whoever is asked for."""
    return (
        rules.authorisations is None or content.authorisation is None or content.authorisation in rules.authorisations
    )


def _number(text: str, rules: ContentRules) -> str:
    numbers = all_found(rules.authorisation, text)
    if not numbers:
        raise Pkcs12Error(Problem("no_number"))
    if len({number_key(number) for number in numbers}) > 1:
        raise Pkcs12Error(Problem("several_numbers", {"numbers": tuple(number[:100] for number in numbers)}))
    return _spelled(numbers[0], rules)


def _spelled(number: str, rules: ContentRules) -> str:
    """The number as the site writes it, where upper and lower case differ."""
    written = (*rules.known, *(rules.authorisations or ()))
    return next((known for known in written if number_key(known) == number_key(number)), number)


def _name(body: Body, rules: ContentRules) -> str | None:
    names = all_found(rules.name, body.text)
    return names[0][:200] if len(names) == 1 else None


def _check_date(date: datetime | None, now: datetime) -> None:
    if date is None:
        raise Pkcs12Error(Problem("mail_date.missing"))
    if date > now + FUTURE:
        raise Pkcs12Error(Problem("mail_date.future", {"day": date.date()}))


def _url(body: Body, rules: ContentRules) -> str:
    urls = list(dict.fromkeys(url.rstrip(END_OF_SENTENCE) for url in all_found(rules.url, body.text)))
    if not urls:
        raise Pkcs12Error(Problem("no_withdrawal_url"))
    _check_links(urls, body)
    if len(urls) > 1:
        # Each URL may be a trap. So a host that is not allowed is the better thing to tell.
        for url in urls:
            checked_url(url, rules.allowed_hosts)
        raise Pkcs12Error(Problem("several_withdrawal_urls", {"count": len(urls)}))
    return checked_url(urls[0], rules.allowed_hosts)


def _check_links(urls: Sequence[str], body: Body) -> None:
    for link in body.links:
        if link.is_deceptive and any(url in link.href or url in link.text for url in urls):
            raise Pkcs12Error(Problem("link_text_differs"))


def _code(body: Body, rules: ContentRules) -> str:
    codes = all_found(rules.code, body.text)
    if not codes:
        raise Pkcs12Error(Problem("no_withdrawal_code"))
    if len(codes) > 1:
        raise Pkcs12Error(Problem("several_withdrawal_codes", {"count": len(codes)}))
    return codes[0]
