# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a browser sends when somebody fills in a form (HTML, section 4.10.21; RFC 7578). Pure."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit, urlunsplit

from .html_page import Button, PageForm

Pairs = Sequence[tuple[str, str]]

URL_ENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def pairs_of(form: PageForm, typed: Mapping[str, str], button: Button | None) -> Pairs:
    """Names and values in the order of the form. ``typed``: what was typed, by the names of fields."""
    pairs = [
        (field.name, typed[field.name] if field.is_text and field.name in typed else field.value)
        for field in form.fields
        if field.name and (field.sent or field.name in typed)
    ]
    return [*pairs, (button.name, button.value)] if button is not None and button.name else pairs


def in_query(url: str, pairs: Pairs, charset: str) -> str:
    """The URL of a form with the method GET; its own query is replaced."""
    parts = urlsplit(url)
    query = urlencode(pairs, encoding=charset, errors="xmlcharrefreplace")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def in_body(pairs: Pairs, encoding: str, charset: str) -> tuple[bytes, str]:
    """The body of a form with the method POST, and its content type."""
    if encoding != MULTIPART:
        return urlencode(pairs, encoding=charset, errors="xmlcharrefreplace").encode("ascii"), URL_ENCODED
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    body = "".join([*parts, f"--{boundary}--\r\n"]).encode(charset, errors="xmlcharrefreplace")
    return body, f"{MULTIPART}; boundary={boundary}"


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
