# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The conversation with the registration authority: open the page, type the code, and start the download. It stores nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from .._errors import Pkcs12Error, Problem
from .._io.http_client import Answer, Form, HttpClient
from .html_page import Button, Link, PageForm, read_page
from .page_choice import CodeField, Download, Labels, code_fields, downloads, label_of, submit_buttons
from .page_meaning import FetchedPage, Meanings, explain, nothing_fits

ERROR_STATUS = 400
HTML_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "")
SEQUENCE, LONG_LENGTH = 0x30, 0x80
"""The first two octets of each PKCS#12 file: SEQUENCE, and a length of more than 127 bytes or an indefinite one (X.690)."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """How the pages are read. ``secrets``: what no text may repeat."""

    labels: Labels
    meanings: Meanings
    secrets: tuple[str, ...] = field(repr=False)


class NoFile(Exception):
    """The registration authority sent something else than the file. ``problem``: what it is. ``data``: the bytes that came last."""

    def __init__(self, problem: Problem, data: bytes) -> None:
        super().__init__(problem.code)
        self.problem, self.data = problem, data


def find_download(client: HttpClient, url: str, code: str, how: Conversation) -> Answer:
    """Goes from the link to the answer that should be the file. Its body is not read yet.

    Raises ``Pkcs12Error``: what ``HttpClient.open`` raises. Raises ``NoFile`` with one of ``captcha``, ``no_code_field``,
    ``no_download``, ``link_used``, ``code_wrong``, ``maintenance``, ``server_error``, ``unexpected_page``, ``download_cut``, ``too_large``.
    """
    answer = client.open(url)
    if is_file(answer):
        return answer
    first = _read(answer)
    with _kept(first):
        target, button = _where_to_type(first, how)
    client.is_code_sent = True
    answer = _submit(client, first, target.form, {target.field.name: code}, button)
    if is_file(answer):
        return answer
    second = _read(answer)
    with _kept(second):
        download = _what_to_press(second, how)
        if isinstance(download, Link):
            return client.open(client.follow(_base(second), download.target))
        return _submit(client, second, download.form, {}, download.button)


def is_file(answer: Answer) -> bool:
    """Whether an answer is a file rather than a page. The bytes count more than what the server calls them."""
    if begins_like_p12(answer.peek()):
        return True
    kind = answer.content_type.partition(";")[0].strip().lower()
    attached = answer.disposition.lower().startswith("attachment")
    return answer.status < ERROR_STATUS and (attached or kind not in HTML_TYPES)


def begins_like_p12(data: bytes) -> bool:
    """Whether bytes begin as a PKCS#12 file does."""
    return len(data) > 1 and data[0] == SEQUENCE and data[1] >= LONG_LENGTH


@contextmanager
def _kept(page: FetchedPage) -> Iterator[None]:
    try:
        yield
    except Pkcs12Error as refusal:
        raise NoFile(refusal.problem, page.body) from None


def _where_to_type(page: FetchedPage, how: Conversation) -> tuple[CodeField, Button | None]:
    found = code_fields(page.page, how.labels) if page.status < ERROR_STATUS and not page.has_captcha else []
    if len(found) != 1:
        raise Pkcs12Error(explain(page, how.meanings, how.secrets) or _no_code_field(page, found, how))
    (target,) = found
    buttons = submit_buttons(target.form, how.labels)
    if not buttons and how.labels.submit is not None:
        raise Pkcs12Error(_no_code_field(page, found, how))
    return target, buttons[0] if buttons else None


def _what_to_press(page: FetchedPage, how: Conversation) -> Download:
    found = downloads(page.page, how.labels) if page.status < ERROR_STATUS else []
    if len(found) == 1:
        return found[0]
    meaning = explain(page, how.meanings, how.secrets)
    if meaning is None and not found and code_fields(page.page, how.labels):
        meaning = Problem("code_wrong.asked_again")
    raise Pkcs12Error(meaning or _no_download(page, found, how))


def _submit(
    client: HttpClient, page: FetchedPage, form: PageForm, typed: Mapping[str, str], button: Button | None
) -> Answer:
    action = button.action if button and button.action is not None else form.action
    method = button.method if button and button.method is not None else form.method
    url = client.follow(_base(page), action or page.url)
    pairs = pairs_of(form, typed, button)
    if method != "post":
        return client.open(in_query(url, pairs, page.page.charset))
    return client.open(url, Form(*in_body(pairs, form.encoding, page.page.charset)))


def _base(page: FetchedPage) -> str:
    """The URL to which relative addresses of a page belong."""
    try:
        return urljoin(page.url, page.page.base) if page.page.base else page.url
    except ValueError:
        return page.url


def _read(answer: Answer) -> FetchedPage:
    data = bytearray()
    try:
        for chunk in answer.chunks():
            data += chunk
    except Pkcs12Error as cut:
        raise NoFile(cut.problem, bytes(data)) from None
    finally:
        answer.close()
    return FetchedPage(answer.url, answer.status, read_page(bytes(data), answer.content_type), bytes(data))


def _no_code_field(page: FetchedPage, found: list[CodeField], how: Conversation) -> Problem:
    fields = [each for form in page.page.forms for each in form.fields if each.is_text]
    if not fields:
        return nothing_fits(page, how.secrets)
    if len(found) == 1:
        return Problem("no_code_field.no_button", {"host": page.host, "label": how.labels.submit or ""})
    shown = page.shown(", ".join(each.labels[0] if each.labels else each.name for each in fields), how.secrets)
    values = {"host": page.host, "label": how.labels.code_field}
    if found:
        return Problem("no_code_field.several", values | {"count": len(found)}, causes=(shown,))
    return Problem("no_code_field.none", values, causes=(shown,))


def _no_download(page: FetchedPage, found: list[Download], how: Conversation) -> Problem:
    buttons = [button.label for form in page.page.forms for button in form.buttons]
    if not buttons and not page.page.links:
        return nothing_fits(page, how.secrets)
    labels = [label_of(each) for each in found] or [*buttons, *(link.text for link in page.page.links)]
    text = ", ".join(filter(None, labels))
    shown = page.shown(text, how.secrets) if text else Problem("page.no_labels")
    return Problem("no_download.several" if found else "no_download.none", {"host": page.host}, causes=(shown,))


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
