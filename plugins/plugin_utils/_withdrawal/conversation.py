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

from .._errors import Pkcs12Error, named
from .._io.http_client import Answer, Form, HttpClient
from .html_page import Button, Link, Page, PageForm, read_page
from .page_choice import CodeField, Download, Labels, code_fields, downloads, label_of, submit_buttons
from .page_meaning import Meanings, Place, explain, nothing_fits

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
    """The registration authority sent something else than the file. ``refusal``: what it is. ``data``: the bytes that came last."""

    def __init__(self, refusal: Pkcs12Error, data: bytes) -> None:
        super().__init__(refusal.cause)
        self.refusal, self.data = refusal, data


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
def _kept(place: Place) -> Iterator[None]:
    try:
        yield
    except Pkcs12Error as refusal:
        raise NoFile(refusal, place.body) from None


def _where_to_type(place: Place, how: Conversation) -> tuple[CodeField, Button | None]:
    found = code_fields(place.page, how.labels) if place.status < ERROR_STATUS and not place.has_captcha else []
    if len(found) != 1:
        raise explain(place, how.meanings, how.secrets) or _no_code_field(place, found, how)
    (target,) = found
    buttons = submit_buttons(target.form, how.labels)
    if not buttons and how.labels.submit is not None:
        raise _no_code_field(place, found, how)
    return target, buttons[0] if buttons else None


def _what_to_press(place: Place, how: Conversation) -> Download:
    found = downloads(place.page, how.labels) if place.status < ERROR_STATUS else []
    if len(found) == 1:
        return found[0]
    meaning = explain(place, how.meanings, how.secrets)
    if meaning is None and not found and code_fields(place.page, how.labels):
        meaning = Pkcs12Error(
            code="code_wrong",
            cause="The page asks for the withdrawal code again and does not say why.",
            next_step="Compare code with the issuer's mail. Do not try often, because issuers lock links.",
        )
    raise meaning or _no_download(place, found, how)


def _submit(
    client: HttpClient, place: Place, form: PageForm, typed: Mapping[str, str], button: Button | None
) -> Answer:
    action = button.action if button and button.action is not None else form.action
    method = button.method if button and button.method is not None else form.method
    url = client.follow(_base(place), action or place.url)
    pairs = pairs_of(form, typed, button)
    if method != "post":
        return client.open(in_query(url, pairs, place.page.charset))
    return client.open(url, Form(*in_body(pairs, form.encoding, place.page.charset)))


def _base(place: Place) -> str:
    """The URL to which relative addresses of a page belong."""
    try:
        return urljoin(place.url, place.page.base) if place.page.base else place.url
    except ValueError:
        return place.url


def _read(answer: Answer) -> Place:
    data = bytearray()
    try:
        for chunk in answer.chunks():
            data += chunk
    except Pkcs12Error as cut:
        raise NoFile(cut, bytes(data)) from None
    finally:
        answer.close()
    return Place(answer.url, answer.status, read_page(bytes(data), answer.content_type), bytes(data))


def _no_code_field(place: Place, found: list[CodeField], how: Conversation) -> Pkcs12Error:
    if not any(each.is_text for form in place.page.forms for each in form.fields):
        return nothing_fits(place, how.secrets)
    fields = [each for form in place.page.forms for each in form.fields if each.is_text]
    labels = place.shown(", ".join(each.labels[0] if each.labels else each.name for each in fields), how.secrets)
    if len(found) == 1:
        problem = f"has no button {how.labels.submit!r} that sends the code"
    elif found:
        problem = f"has {len(found)} fields that fit {how.labels.code_field!r} ({labels})"
    else:
        problem = f"has no field that fits {how.labels.code_field!r}; its fields: {labels}"
    return Pkcs12Error(
        code="no_code_field",
        cause=f"The page of {place.host} {problem}.",
        next_step=f"Open the link in a browser, and set {named('code_field')} (or {named('submit_label')}) to the words on the page."
        " The code was not sent.",
    )


def _no_download(place: Place, found: list[Download], how: Conversation) -> Pkcs12Error:
    page: Page = place.page
    buttons = [button.label for form in page.forms for button in form.buttons]
    if not buttons and not page.links:
        return nothing_fits(place, how.secrets)
    labels = [label_of(each) for each in found] or [*buttons, *(link.text for link in page.links)]
    shown = place.shown(", ".join(filter(None, labels)), how.secrets)
    problem = "several buttons or links for a download" if found else "no button or link for the download; it has"
    return Pkcs12Error(
        code="no_download",
        cause=f"After the code, the page of {place.host} has {problem}: {shown or 'some without a text'}.",
        next_step=f"Open the link in a browser, and set {named('download_label')} to the words of the button. Nothing was downloaded.",
    )


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
