# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Requests to the registration authority and to secret stores.

TLS is always verified, as Ansible does it, every redirect is checked, time and size end.

No text of an error here repeats a URL, a form or a cookie, because each can be a secret.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, getproxies, proxy_bypass

from ansible.module_utils.urls import GzipDecodedReader, make_context

from .._errors import Pkcs12Error, Problem, Value, file_reason
from .deadline import Deadline, opener
from .network_errors import FAILED, NOT_TRUSTED, network_problem
from .urls import NO_HOST, checked_url, host_of

MOST_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)
KEEPS_METHOD = (307, 308)
CHUNK = 16384
"""Bytes."""
PEEKED = 2
"""Bytes that tell a PKCS#12 file from a page. One read may give a single one."""
TOTAL_TIME = 10
"""The whole conversation may take this many times the timeout of one answer. Then its sockets end, see ``deadline``."""

BROKEN_BODY = (OSError, http.client.HTTPException, EOFError, zlib.error)
"""What Python raises when a body ends too early or comes damaged."""


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """As in ``ansible.builtin.uri``. ``timeout``: seconds without an answer; ``max_bytes``: of one answer."""

    ca_path: str | None = None
    use_proxy: bool = True
    http_agent: str = "ansible-httpget"
    timeout: int = 30
    max_bytes: int = 1_048_576


@dataclass(frozen=True, slots=True)
class Form:
    """What a request sends in its body."""

    body: bytes
    content_type: str
    method: str = "POST"


class Answer:
    """An answer whose body has not been read yet. ``url`` is where it came from, after redirects."""

    def __init__(self, response: Any, url: str, options: HttpOptions) -> None:
        self._response, self._options = response, options
        self._first = b""
        self._size = 0
        self.url = url
        self.status = int(response.status if hasattr(response, "status") else response.code)
        self.content_type = str(response.headers.get("Content-Type") or "")
        self.disposition = str(response.headers.get("Content-Disposition") or "")

    def peek(self) -> bytes:
        """The first bytes of the body, two or more if it has them. They stay part of it. Raises what ``chunks`` raises."""
        while len(self._first) < PEEKED and (chunk := self._next()):
            self._first += chunk
        return self._first

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces, as they come. Raises ``Pkcs12Error``: ``download_cut``, ``too_large``. What came before counts."""
        chunk, self._first = self._first or self._next(), b""
        while chunk:
            yield chunk
            if self._size > self._options.max_bytes:
                raise Pkcs12Error(
                    Problem("too_large.answer", {"host": host_of(self.url), "most": self._options.max_bytes})
                )
            chunk = self._next()
        expected = self._response.headers.get("Content-Length", "")
        encoded = self._response.headers.get("Content-Encoding", "identity").lower() != "identity"
        if expected.isdecimal() and not encoded and self._size < int(expected):
            values: dict[str, Value] = {"host": host_of(self.url), "came": self._size, "expected": int(expected)}
            raise Pkcs12Error(Problem("download_cut.bytes", values))

    def body(self) -> bytes:
        """The whole body. Raises what ``chunks`` raises."""
        return b"".join(self.chunks())

    def close(self) -> None:
        """Ends the connection."""
        with contextlib.suppress(*BROKEN_BODY):
            self._response.close()

    def _next(self) -> bytes:
        try:
            # read1 returns what has come; read would wait for a whole chunk, however slowly it comes.
            chunk = bytes(self._response.read1(CHUNK))
        except BROKEN_BODY as problem:
            values: dict[str, Value] = {"host": host_of(self.url), "came": self._size}
            raise Pkcs12Error(Problem("download_cut.broken", values, causes=(network_problem(problem),))) from None
        self._size += len(chunk)
        return chunk


class HttpClient:
    """A conversation: it keeps the cookies and counts the requests. ``is_code_sent`` is set by who sends the withdrawal code.

    ``headers``: of each request.
    """

    def __init__(
        self, options: HttpOptions, allowed_hosts: Sequence[str], headers: Mapping[str, str] | None = None
    ) -> None:
        self.requests = 0
        self.is_code_sent = False
        self._options, self._allowed_hosts, self._headers = options, allowed_hosts, headers or {}
        self._deadline = Deadline(TOTAL_TIME * options.timeout, options.timeout)
        self._cookies = CookieJar()

    def check_authorities(self) -> None:
        """Raises ``Pkcs12Error`` (``tls``) if the file of ``ca_path`` cannot be used."""
        try:
            ssl.create_default_context(cafile=self._options.ca_path)
        except OSError as problem:  # an error of ssl is one of these
            values = {"path": str(self._options.ca_path), "reason": file_reason(problem)}
            raise Pkcs12Error(Problem("tls.ca_path", values, "ca_path")) from None

    def open(self, url: str, form: Form | None = None) -> Answer:
        """GET, or POST with a form. Follows redirects to allowed hosts. An answer with an error status is an answer too.

        Raises ``Pkcs12Error``: ``redirect_elsewhere``, ``unreachable``, ``tls``, ``proxy``, ``unexpected_page`` for too many redirects.
        """
        for _redirect in range(MOST_REDIRECTS + 1):
            answer = self.request_once(url, form)
            location = answer._response.headers.get("Location")
            if answer.status not in REDIRECTS or not location:
                return answer
            answer.close()
            form = form if answer.status in KEEPS_METHOD else None
            url = self.follow(url, location)
        raise Pkcs12Error(Problem("unexpected_page.redirects", {"host": host_of(url), "most": MOST_REDIRECTS}))

    def follow(self, base: str, target: str) -> str:
        """The URL of a link, a form or a redirect on the page ``base``. Raises ``Pkcs12Error``: ``redirect_elsewhere``."""
        try:
            return checked_url(urljoin(base, target.strip().replace(" ", "%20")), self._allowed_hosts)
        except (Pkcs12Error, ValueError):
            joined, values = _joined(base, target), {"host": host_of(base)}
        place, scheme = host_of(joined), urlsplit(joined).scheme[:20]
        if place == NO_HOST or not scheme:
            raise Pkcs12Error(Problem("redirect_elsewhere.invalid", values))
        raise Pkcs12Error(Problem("redirect_elsewhere.host", values | {"place": place, "scheme": scheme}))

    def request_once(self, url: str, form: Form | None = None) -> Answer:
        """One request. A redirect is an answer too. Raises ``Pkcs12Error``: ``unreachable``, ``tls``, ``proxy``."""
        self.requests += 1
        headers = {"User-agent": self._options.http_agent, **self._headers}
        headers |= {"Content-Type": form.content_type} if form else {}
        try:
            # The addresses of pages are checked. That of a secret store is the site's own.
            request = Request(url, form.body if form else None, headers, method=form.method if form else "GET")  # noqa: S310
            response = self._opener().open(request)
            if response.headers.get("Content-Encoding", "").lower() == "gzip":
                response.fp, response.length = GzipDecodedReader(response.fp), None
        except HTTPError as answer:
            response = answer
        except FAILED as problem:
            raise self._failed(url, network_problem(problem)) from None
        return Answer(response, url, self._options)

    def _opener(self) -> OpenerDirector:
        proxies = ProxyHandler(None if self._options.use_proxy else {})
        context = make_context(cafile=self._options.ca_path)
        return opener(self._deadline, context, proxies, HTTPCookieProcessor(self._cookies))

    def _failed(self, url: str, cause: Problem) -> Pkcs12Error:
        host = host_of(url)
        if cause.code in NOT_TRUSTED:
            return Pkcs12Error(Problem("tls.server", {"host": host}, causes=(cause,)))
        proxy = self._proxy_of(url)
        if proxy is not None:
            return Pkcs12Error(Problem("proxy", {"host": host, "proxy": proxy}, causes=(cause,)))
        return Pkcs12Error(Problem("unreachable", {"host": host}, causes=(cause,)))

    def _proxy_of(self, url: str) -> str | None:
        """The host of the proxy for a URL, without an account."""
        parts = urlsplit(url)
        proxy = getproxies().get("https") if self._options.use_proxy else None
        if not proxy or proxy_bypass(parts.netloc):
            return None
        return proxy.rpartition("@")[2].removeprefix("http://").rstrip("/")


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return ""
