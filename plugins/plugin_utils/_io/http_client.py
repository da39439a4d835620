# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Requests to the registration authority: TLS is always verified, as Ansible does it, every redirect is checked, time and size end.

No text of an error here repeats a URL, a form or a cookie, because each can be a secret.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, getproxies, proxy_bypass

from ansible.module_utils.urls import GzipDecodedReader, make_context

from .._errors import Pkcs12Error, counted, named
from .deadline import Deadline, opener
from .urls import checked_url, host_of

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
                raise _too_large(self.url, self._options.max_bytes)
            chunk = self._next()
        expected = self._response.headers.get("Content-Length", "")
        encoded = self._response.headers.get("Content-Encoding", "identity").lower() != "identity"
        if expected.isdecimal() and not encoded and self._size < int(expected):
            raise _cut(self.url, f"{self._size} of {counted(expected, 'byte')} came")

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
            raise _cut(self.url, f"{counted(self._size, 'byte')} came, then {reason_of(problem)}") from None
        self._size += len(chunk)
        return chunk


class HttpClient:
    """A conversation: it keeps the cookies and counts the requests. ``is_code_sent`` is set by who sends the withdrawal code."""

    def __init__(self, options: HttpOptions, allowed_hosts: Sequence[str]) -> None:
        self.requests = 0
        self.is_code_sent = False
        self._options, self._allowed_hosts = options, allowed_hosts
        self._deadline = Deadline(TOTAL_TIME * options.timeout, options.timeout)
        self._cookies = CookieJar()

    def check_authorities(self) -> None:
        """Raises ``Pkcs12Error`` (``tls``) if the file of ``ca_path`` cannot be used."""
        try:
            ssl.create_default_context(cafile=self._options.ca_path)
        except OSError as problem:  # an error of ssl is one of these
            raise Pkcs12Error(
                code="tls",
                cause=f"The file of {named('ca_path')}, {self._options.ca_path}, cannot be used: {reason_of(problem)}.",
                next_step=f"Set {named('ca_path')} to a file on the controller with the certificates of the authorities, in PEM.",
            ) from None

    def open(self, url: str, form: Form | None = None) -> Answer:
        """GET, or POST with a form. Follows redirects to allowed hosts. An answer with an error status is an answer too.

        Raises ``Pkcs12Error``: ``redirect_elsewhere``, ``unreachable``, ``tls``, ``proxy``, ``unexpected_page`` for too many redirects.
        """
        for _redirect in range(MOST_REDIRECTS + 1):
            answer = self._send(url, form)
            location = answer._response.headers.get("Location")
            if answer.status not in REDIRECTS or not location:
                return answer
            answer.close()
            form = form if answer.status in KEEPS_METHOD else None
            url = self.follow(url, location)
        raise Pkcs12Error(
            code="unexpected_page",
            cause=f"{host_of(url)} redirects in a circle, more than {MOST_REDIRECTS} times.",
            next_step="Open the link in a browser. If it works there, ask the issuer what the page needs.",
        )

    def follow(self, base: str, target: str) -> str:
        """The URL of a link, a form or a redirect on the page ``base``. Raises ``Pkcs12Error``: ``redirect_elsewhere``."""
        try:
            return checked_url(urljoin(base, target.strip().replace(" ", "%20")), self._allowed_hosts)
        except (Pkcs12Error, ValueError):
            place = host_of(_joined(base, target))
            scheme = urlsplit(_joined(base, target)).scheme[:20]
        raise _elsewhere(base, place, scheme)

    def _send(self, url: str, form: Form | None) -> Answer:
        self.requests += 1
        headers = {"User-agent": self._options.http_agent} | ({"Content-Type": form.content_type} if form else {})
        try:
            request = Request(url, form.body if form else None, headers)  # noqa: S310  the URL is checked, and has https
            response = self._opener().open(request)
            if response.headers.get("Content-Encoding", "").lower() == "gzip":
                response.fp, response.length = GzipDecodedReader(response.fp), None
        except HTTPError as answer:
            response = answer
        except ssl.SSLError as problem:
            raise _tls(url, problem) from None
        except URLError as problem:
            raise self._failed(url, problem.reason) from None
        except (OSError, http.client.HTTPException) as problem:
            raise self._failed(url, problem) from None
        except ValueError:  # urllib reads the address of a redirect before it leaves it to us
            raise _elsewhere(url, "an invalid address", "") from None
        return Answer(response, url, self._options)

    def _opener(self) -> OpenerDirector:
        proxies = ProxyHandler(None if self._options.use_proxy else {})
        context = make_context(cafile=self._options.ca_path)
        return opener(self._deadline, context, proxies, HTTPCookieProcessor(self._cookies))

    def _failed(self, url: str, reason: object) -> Pkcs12Error:
        if isinstance(reason, ssl.SSLError):
            return _tls(url, reason)
        proxy = self._proxy_of(url)
        if proxy is not None:
            return Pkcs12Error(
                code="proxy",
                cause=f"There is no connection to {host_of(url)} through the proxy {proxy}: {reason_of(reason)}.",
                next_step="Check the variable https_proxy of the controller and what the proxy lets through, or set"
                f" {named('use_proxy')}: false.",
            )
        return _unreachable(url, reason_of(reason))

    def _proxy_of(self, url: str) -> str | None:
        """The host of the proxy for a URL, without an account."""
        parts = urlsplit(url)
        proxy = getproxies().get("https") if self._options.use_proxy else None
        if not proxy or proxy_bypass(parts.netloc):
            return None
        return proxy.rpartition("@")[2].removeprefix("http://").rstrip("/")


def reason_of(problem: object) -> str:
    """The text of an error of the network, without an address."""
    if isinstance(problem, http.client.IncompleteRead):
        return "the connection ended"
    text = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return " ".join(str(text).split())[:200].rstrip(".")


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return ""


def _elsewhere(base: str, place: str, scheme: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="redirect_elsewhere",
        cause=f"{host_of(base)} leads on to {place} by {scheme or 'no scheme'}. Only https to a host of {named('allowed_hosts')} is"
        " followed.",
        next_step=f"Nothing was sent there. Ask the issuer whether this host is theirs. If it is, add it to {named('allowed_hosts')}.",
    )


def _tls(url: str, problem: ssl.SSLError) -> Pkcs12Error:
    reason = getattr(problem, "verify_message", None) or getattr(problem, "reason", None) or reason_of(problem)
    return Pkcs12Error(
        code="tls",
        cause=f"There is no trusted connection to {host_of(url)}: {reason}.",
        next_step=f"Set {named('ca_path')} to the certificate of the authority that issued the server's certificate,"
        " or of the proxy that inspects TLS. Ask the issuer if the certificate has expired.",
    )


def _unreachable(url: str, reason: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="unreachable",
        cause=f"{host_of(url)} does not answer: {reason}.",
        next_step="Check the network, the firewall and the name server of the controller. Then run the task again.",
    )


def _cut(url: str, reason: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="download_cut",
        cause=f"The answer of {host_of(url)} was cut off: {reason}.",
        next_step="Run the task again. If the link is used by then, ask the issuer for a new delivery.",
    )


def _too_large(url: str, limit: int) -> Pkcs12Error:
    return Pkcs12Error(
        code="too_large",
        cause=f"The answer of {host_of(url)} is larger than {limit} bytes.",
        next_step=f"Open the link in a browser to see what it is. A bundle has a few thousand bytes; {named('max_bundle_bytes')}"
        " sets the limit.",
    )
