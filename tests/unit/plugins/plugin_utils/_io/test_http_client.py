# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP client against servers on the loopback interface: what fails has its cause, and nothing goes where it should not."""

from __future__ import annotations

import gzip
import io
import socket
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.http_client import (
    MOST_REDIRECTS,
    Answer,
    Form,
    HttpClient,
    HttpOptions,
)
from lab.authority import Authority
from lab.tls import LOOPBACK, server_context, trust
from unit.plugins.plugin_utils.http_server import body, code, serving
from unit.plugins.plugin_utils.problems import error_of

pytestmark = pytest.mark.usefixtures("no_proxy")


def answer(handler: BaseHTTPRequestHandler, body: bytes = b"", status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def test_requests_are_counted_and_cookies_kept(context: ssl.SSLContext, ca_path: str) -> None:
    seen: list[tuple[str, str | None, str | None, bytes]] = []

    def serve(handler: BaseHTTPRequestHandler) -> None:
        sent = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        seen.append((handler.command, handler.headers["Cookie"], handler.headers["User-Agent"], sent))
        answer(handler, b"page", Set_Cookie="s=1; Secure; Path=/", Content_Type="text/x")

    with serving(serve, context) as host:
        client = HttpClient(HttpOptions(ca_path, http_agent="agent"), [host])
        first = client.open(f"https://{host}/")
        assert (first.status, first.content_type, first.body()) == (200, "text/x", b"page")
        client.open(f"https://{host}/", Form(b"a=b", "application/x-www-form-urlencoded")).close()
    assert seen == [("GET", None, "agent", b""), ("POST", "s=1", "agent", b"a=b")]
    assert client.requests == 2


def test_a_single_request_has_its_headers_and_method_and_follows_nothing(context: ssl.SSLContext, ca_path: str) -> None:
    seen: list[tuple[str, str | None, bytes]] = []

    def serve(handler: BaseHTTPRequestHandler) -> None:
        sent = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        seen.append((handler.command, handler.headers["X-Token"], sent))
        answer(handler, status=302, Location="/elsewhere")

    with serving(serve, context) as host:
        client = HttpClient(HttpOptions(ca_path), (), {"X-Token": "one"})
        found = [client.request_once(f"https://{host}/", form).status for form in (None, Form(b"x", "y", "PATCH"))]
    assert (found, seen) == ([302, 302], [("GET", "one", b""), ("PATCH", "one", b"x")])


REDIRECTS = {301: "GET", 302: "GET", 303: "GET", 307: "POST", 308: "POST"}


@pytest.mark.parametrize(("status", "method"), REDIRECTS.items())
def test_a_redirect_is_followed_as_browsers_do(context: ssl.SSLContext, ca_path: str, status: int, method: str) -> None:
    seen: list[tuple[str, str]] = []

    def serve(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.command, handler.path))
        if handler.path == "/a/b":
            answer(handler, status=status, Location="../c?d=e f")
        else:
            answer(handler, b"there")

    with serving(serve, context) as host:
        client = HttpClient(HttpOptions(ca_path), [host])
        found = client.open(f"https://{host}/a/b", Form(b"x", "y"))
        assert (found.body(), found.url, client.requests) == (b"there", f"https://{host}/c?d=e%20f", 2)
    assert seen[1] == (method, "/c?d=e%20f")


def test_a_circle_of_redirects_ends(context: ssl.SSLContext, ca_path: str) -> None:
    with serving(lambda handler: answer(handler, status=302, Location="/secret"), context) as host:
        client = HttpClient(HttpOptions(ca_path), [host])
        assert code(lambda: client.open(f"https://{host}/secret")) == "unexpected_page"
        assert client.requests == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "target", ["https://evil.example/secret", "http://{host}/secret", "//evil.example", "file:///secret", "https://["]
)
def test_a_redirect_elsewhere_is_not_followed(context: ssl.SSLContext, ca_path: str, target: str) -> None:
    with serving(lambda handler: answer(handler, status=302, Location=target.replace("{host}", host)), context) as host:
        client = HttpClient(HttpOptions(ca_path), [host])
        assert code(lambda: client.open(f"https://{host}/secret")) == "redirect_elsewhere"
        assert client.requests == 1


def test_an_error_status_is_an_answer(context: ssl.SSLContext, ca_path: str) -> None:
    with serving(lambda handler: answer(handler, b"oops", 500), context) as host:
        found = HttpClient(HttpOptions(ca_path), [host]).open(f"https://{host}/")
        assert (found.status, found.peek(), found.body()) == (500, b"oops", b"oops")


def test_a_server_that_is_not_trusted_gets_nothing(
    context: ssl.SSLContext, ca_path: str, authority: Authority, tmp_path: Path
) -> None:
    seen: list[str] = []
    with serving(lambda handler: seen.append(handler.path), context) as host:
        other = str(trust(Authority.create(), tmp_path))
        for path in (other, None):
            assert code(lambda path=path: HttpClient(HttpOptions(path), [host]).open(f"https://{host}/secret")) == "tls"
        with serving(lambda handler: seen.append(handler.path), server_context(authority, "127.0.0.2")) as wrong:
            assert code(lambda: HttpClient(HttpOptions(ca_path), [wrong]).open(f"https://{wrong}/secret")) == "tls"
        with serving(lambda handler: seen.append(handler.path), None) as plain:
            assert code(lambda: HttpClient(HttpOptions(ca_path), [plain]).open(f"https://{plain}/secret")) == "tls"
    assert [path for path in seen if "secret" in path] == []


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_a_file_of_authorities_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    client = HttpClient(HttpOptions(str(path)), [])
    assert code(client.check_authorities) == "tls"


def unused_port() -> int:
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        return int(listening.getsockname()[1])


def test_who_does_not_answer_is_unreachable(ca_path: str) -> None:
    host = f"{LOOPBACK}:{unused_port()}"
    assert code(lambda: HttpClient(HttpOptions(ca_path), [host]).open(f"https://{host}/secret")) == "unreachable"
    name = "registration.invalid"
    assert code(lambda: HttpClient(HttpOptions(ca_path), [name]).open(f"https://{name}/secret")) == "unreachable"


def test_who_is_silent_is_unreachable(context: ssl.SSLContext, ca_path: str) -> None:
    released = threading.Event()
    with serving(lambda _handler: released.wait(5) and None, context) as host:
        client = HttpClient(HttpOptions(ca_path, timeout=1), [host])
        assert code(lambda: client.open(f"https://{host}/secret")) == "unreachable"
        released.set()


def test_a_proxy_that_refuses_is_named_without_its_account(ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda handler: answer(handler, status=407), None) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:password@{proxy}/")
        client = HttpClient(HttpOptions(ca_path), ["ra.example"])
        refusal = error_of(lambda: client.open("https://ra.example/secret"))
    problem = refusal.problem
    assert (problem.code, problem.values) == ("proxy", {"host": "ra.example", "proxy": proxy})
    assert "password" not in str(problem.to_map())


def test_no_proxy_is_used_when_it_is_turned_off(
    context: ssl.SSLContext, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://{LOOPBACK}:{unused_port()}")
    with serving(lambda handler: answer(handler, b"there"), context) as host:
        assert code(lambda: HttpClient(HttpOptions(ca_path), [host]).open(f"https://{host}/")) == "proxy"
        assert body(HttpClient(HttpOptions(ca_path, use_proxy=False), [host]), f"https://{host}/") == b"there"


def test_a_body_ends_at_its_limit(context: ssl.SSLContext, ca_path: str) -> None:
    with serving(lambda handler: answer(handler, b"x" * 5000), context) as host:
        assert len(body(HttpClient(HttpOptions(ca_path, max_bytes=5000), [host]), f"https://{host}/")) == 5000
        assert (
            code(lambda: body(HttpClient(HttpOptions(ca_path, max_bytes=4999), [host]), f"https://{host}/"))
            == "too_large"
        )


BROKEN: dict[str, tuple[bytes, dict[str, str]]] = {
    "fewer bytes than announced": (b"abc", {"Content_Length": "10"}),
    "cut chunks": (b"a\r\nabc", {"Transfer_Encoding": "chunked"}),
    "broken gzip": (b"\x1f\x8b\x08\x00abc", {"Content_Encoding": "gzip"}),
    "cut gzip": (gzip.compress(b"x" * 5000)[:-9], {"Content_Encoding": "gzip"}),
}


@pytest.mark.parametrize(("data", "headers"), BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_cut_off_is_told(
    context: ssl.SSLContext, ca_path: str, data: bytes, headers: dict[str, str]
) -> None:
    with serving(lambda handler: answer(handler, data, **headers), context) as host:
        assert code(lambda: body(HttpClient(HttpOptions(ca_path), [host]), f"https://{host}/")) == "download_cut"


def test_a_compressed_body_is_read(context: ssl.SSLContext, ca_path: str) -> None:
    with serving(lambda handler: answer(handler, gzip.compress(b"page"), Content_Encoding="gzip"), context) as host:
        assert body(HttpClient(HttpOptions(ca_path), [host]), f"https://{host}/") == b"page"


def test_the_netrc_of_the_account_is_not_sent(
    context: ssl.SSLContext, ca_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(f"machine {LOOPBACK} login a password b\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen: list[str | None] = []

    def serve(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Authorization"])
        answer(handler)

    with serving(serve, context) as host:
        body(HttpClient(HttpOptions(ca_path), [host]), f"https://{host}/")
    assert seen == [None]


def test_a_proxy_whose_address_is_none_is_not_taken_for_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http:/user:password@proxy.example:3128")
    cause = Problem("network.other", {"reason": Outside("ValueError")})
    values = {"host": "ra.example", "proxy": "proxy.example:3128"}
    assert error_of(
        lambda: HttpClient(HttpOptions(), ["ra.example"]).open("https://ra.example/secret")
    ).problem == Problem("proxy", values, causes=(cause,))


class Trickle(io.BytesIO):
    """A response that gives one byte at a time."""

    status = 200
    headers: Mapping[str, str] = {}

    def read1(self, _size: int | None = -1, /) -> bytes:
        return self.read(1)


def test_two_bytes_are_seen_however_slowly_they_come() -> None:
    """One byte does not tell a bundle from a page."""
    found = Answer(Trickle(b"0\x82ab"), "https://ra.example/", HttpOptions())
    assert found.peek() == found.peek() == b"0\x82"
    assert found.body() == b"0\x82ab"
    assert Answer(Trickle(b"0"), "https://ra.example/", HttpOptions()).peek() == b"0"
