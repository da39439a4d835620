# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever drips, a byte at a time, ends at the deadline: headers, status lines, a body, a handshake, and what a proxy answers."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io import http_client
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.http_client import HttpClient, HttpOptions
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.download import (
    DEFERRED,
    interrupts_deferred,
)
from lab.tls import LOOPBACK
from unit.plugins.plugin_utils.http_server import ENDLESS, Serve, body, code, drip, headers_drip, serving
from unit.plugins.plugin_utils.problems import error_of

pytestmark = pytest.mark.usefixtures("no_proxy")


def status_drips(handler: BaseHTTPRequestHandler) -> None:
    for _status in range(ENDLESS * 10):
        try:
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        except OSError:
            return
        time.sleep(0.1)


def body_drips(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    drip(handler.wfile.write)


def ended(call: Callable[[], Any]) -> str:
    """The error of a conversation that the deadline has ended, and no length of a line and no end of the server."""
    start = time.monotonic()
    refusal = error_of(call)
    assert time.monotonic() - start < ENDLESS / 5
    assert refusal.problem.causes == (Problem("network.took_too_long"),)
    return refusal.code


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "TOTAL_TIME", 0.1)


DRIPS = [(headers_drip, "unreachable"), (status_drips, "unreachable"), (body_drips, "download_cut")]


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(("serve", "expected"), DRIPS, ids=["headers", "status lines", "body"])
def test_what_drips_ends_at_the_deadline(context: ssl.SSLContext, ca_path: str, serve: Serve, expected: str) -> None:
    with serving(serve, context) as host:
        client = HttpClient(HttpOptions(ca_path, timeout=20), [host])
        assert ended(lambda: body(client, f"https://{host}/")) == expected


@pytest.mark.usefixtures("soon")
def test_the_answer_of_a_proxy_that_drips_ends_then_too(ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(headers_drip, None) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy}")
        client = HttpClient(HttpOptions(ca_path, timeout=20), ["ra.example"])
        assert ended(lambda: body(client, "https://ra.example/")) == "proxy"


@pytest.mark.usefixtures("soon")
def test_a_handshake_that_never_ends_is_ended(ca_path: str) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        host = f"{LOOPBACK}:{server.getsockname()[1]}"
        client = HttpClient(HttpOptions(ca_path, timeout=20), [host])
        assert code(lambda: body(client, f"https://{host}/")) == "unreachable"
        assert ended(lambda: body(client, f"https://{host}/")) == "unreachable", "and no later request begins"


@pytest.mark.usefixtures("soon")
def test_signals_are_handled_once_the_deadline_has_ended_it(context: ssl.SSLContext, ca_path: str) -> None:
    came: list[int] = []
    before = {each: signal.signal(each, lambda number, _frame: came.append(number)) for each in DEFERRED}
    try:
        with serving(headers_drip, context) as host, interrupts_deferred():
            for each in DEFERRED:
                os.kill(os.getpid(), each)
            client = HttpClient(HttpOptions(ca_path, timeout=20), [host])
            assert ended(lambda: body(client, f"https://{host}/")) == "unreachable"
            assert came == []
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert sorted(came) == sorted(DEFERRED)
