# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads of revocation lists: from the named hosts alone, and within limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import CrlProblem, NotUsable
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report import crl_download
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.crl_download import Downloads, is_fetchable
from unit.plugins.plugin_utils._report.crl_server import CrlServer, crl_server
from unit.plugins.plugin_utils.http_server import headers_drip, serving
from unit.plugins.plugin_utils.problems import error_of


@pytest.fixture
def server() -> Iterator[CrlServer]:
    with crl_server() as running:
        running.pages["/a"] = (200, b"x" * 99)
        yield running


def refused(downloads: Downloads, url: str) -> CrlProblem:
    with pytest.raises(NotUsable) as refusal:
        downloads.get(url)
    return refusal.value.problem


def test_the_whole_answer_comes(server: CrlServer) -> None:
    assert Downloads([server.host]).get(server.url("a")) == b"x" * 99


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (["crl.example"], "http://crl.example:8080/a"),
        (["crl.example:8080"], "http://crl.example/a"),
        (["crl.example"], "http://user@crl.example/a"),
        (["crl.example"], "http://crl.example.evil.example/a"),
        (["crl.example"], "http://evil.example/crl.example"),
        (["crl.example"], "http://crl.example:99999/a"),
        (["crl.example"], "ftp://crl.example/a"),
        (["crl.example"], "file:///etc/passwd"),
        (["crl.example"], "http:///a"),
        (["crl.example"], "http://[crl.example/a"),
    ],
)
def test_other_addresses_are_not_asked(hosts: list[str], url: str) -> None:
    assert refused(Downloads(hosts), url) is CrlProblem.HOST_NOT_ALLOWED


@pytest.mark.parametrize(
    ("host", "url"), [("LOCALHOST:1", "http://localhost:1/"), ("127.0.0.1:1", "HTTPS://127.0.0.1:1/")]
)
def test_case_is_nothing_and_a_closed_port_is_said(host: str, url: str) -> None:
    assert refused(Downloads([host]), url) is CrlProblem.UNREADABLE


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_another_answer_is_no_list_and_a_redirect_is_not_followed(server: CrlServer, status: int) -> None:
    server.pages["/moved"] = (status, b"")
    server.headers["Location"] = server.url("a")
    assert refused(Downloads([server.host]), server.url("moved")) is CrlProblem.UNREADABLE
    assert server.asked == ["/moved"]


def test_an_address_with_a_space_is_refused(server: CrlServer) -> None:
    assert refused(Downloads([server.host]), server.url("a b")) is CrlProblem.UNREADABLE
    assert server.asked == []


def test_too_much_too_little_and_too_slow_are_refused(server: CrlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crl_download, "MOST_BYTES", 98)
    assert refused(Downloads([server.host]), server.url("a")) is CrlProblem.UNREADABLE
    monkeypatch.setattr(crl_download, "MOST_BYTES", 99)
    assert Downloads([server.host]).get(server.url("a"))
    monkeypatch.setattr(crl_download, "WHOLE_TIME", -1)
    assert refused(Downloads([server.host]), server.url("a")) is CrlProblem.UNREADABLE
    monkeypatch.undo()
    server.headers["Content-Length"] = "100"
    assert refused(Downloads([server.host]), server.url("a")) is CrlProblem.UNREADABLE


def test_headers_that_drip_end_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crl_download, "WHOLE_TIME", 2)
    with serving(headers_drip, None) as host, pytest.raises(NotUsable) as refusal:
        Downloads([host]).get(f"http://{host}/a")
    assert refusal.value.detail == "timed out"


def test_the_number_of_downloads_is_limited(server: CrlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crl_download, "MOST_DOWNLOADS", 1)
    downloads = Downloads([server.host])
    assert downloads.get(server.url("a"))
    assert refused(downloads, server.url("a")) is CrlProblem.UNREADABLE
    assert server.asked == ["/a"]


@pytest.mark.parametrize(
    "entry", ["*", "*.example", "http://crl.example", "crl.example/a", "a b", "", "user@crl.example"]
)
def test_an_entry_that_is_no_host_is_refused(entry: str) -> None:
    assert error_of(lambda: Downloads([entry])).code == "bad_arguments"


def test_only_http_can_be_asked() -> None:
    assert [is_fetchable(url) for url in ("http://a/", "HTTPS://a/", "ldap://a/", "file:///a", "//a/")] == [
        True,
        True,
        False,
        False,
        False,
    ]
