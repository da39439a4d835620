# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a page of the registration authority says instead of going on, as an error. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .._errors import Pkcs12Error, named
from .._io.urls import host_of
from .html_page import Page
from .page_text import CAPTCHA, Meanings, excerpt, says

NOT_FOUND = (404, 410)
UNAVAILABLE = 503
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A page, where it came from, and with which HTTP status. ``body``: its bytes."""

    url: str
    status: int
    page: Page
    body: bytes = field(default=b"", repr=False)

    @property
    def host(self) -> str:
        """The host, for a message."""
        return host_of(self.url)

    @property
    def has_captcha(self) -> bool:
        """Whether it wants a proof that a person is there."""
        return says(" ".join((self.page.text, *self.page.names)), CAPTCHA)

    def shown(self, text: str, secrets: Sequence[str]) -> str:
        """A text of the page for a message."""
        return excerpt(text, [*secrets, self.url])


def explain(place: Place, meanings: Meanings, secrets: Sequence[str]) -> Pkcs12Error | None:
    """The error that the text or the status of a page stands for; None when nothing fits."""
    text, shown = place.page.text, place.shown(place.page.text, secrets)
    if place.has_captcha:
        return Pkcs12Error(
            code="captcha",
            cause=f"The page of {place.host} asks for a proof that a person is there (a captcha).",
            next_step="A person has to withdraw it in a browser, and put it where 'dest' says. Ask the issuer for a way without captcha.",
        )
    if says(text, meanings.used):
        return _link_used(f"{place.host} says: {shown}")
    if says(text, meanings.wrong_code):
        return Pkcs12Error(
            code="code_wrong",
            cause=f"{place.host} does not accept the withdrawal code: {shown}",
            next_step="Compare code with the issuer's mail. Do not try often, because issuers lock links.",
        )
    if says(text, meanings.maintenance):
        return _maintenance(place, shown)
    return _of_status(place, shown)


def _of_status(place: Place, shown: str) -> Pkcs12Error | None:
    if place.status in (UNAVAILABLE, TOO_MANY_REQUESTS):
        return _maintenance(place, shown)
    if place.status in NOT_FOUND:
        return _link_used(f"{place.host} does not know this link (HTTP {place.status}): {shown}")
    if place.status >= SERVER_ERROR:
        return Pkcs12Error(
            code="server_error",
            cause=f"{place.host} has an error (HTTP {place.status}): {shown}",
            next_step="Run the task again later. If it stays, ask the issuer.",
        )
    return None


def _maintenance(place: Place, shown: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="maintenance",
        cause=f"{place.host} is closed for the moment (HTTP {place.status}): {shown}",
        next_step="Run the task again later.",
    )


def nothing_fits(place: Place, secrets: Sequence[str]) -> Pkcs12Error:
    """The error for a page that nobody expected."""
    return Pkcs12Error(
        code="unexpected_page",
        cause=f"The page of {place.host} (HTTP {place.status}) is not one that this module knows:"
        f" {place.shown(place.page.text, secrets) or 'it shows no text'}",
        next_step="Open the link in a browser. If the issuer has changed its pages, set"
        f" {named('code_field')}, {named('submit_label')} or {named('download_label')}.",
    )


def _link_used(cause: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="link_used",
        cause=cause,
        next_step="Look for the bundle where the person keeps files. If nobody has it, ask the issuer for a new delivery.",
    )
