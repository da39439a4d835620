# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of portals and proxies are read as they are meant, or refused."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.address import (
    PortalAddress,
    Proxy,
    check_statuses,
    check_timeout,
    environment_proxy,
    parse_portal_url,
    parse_proxy,
)
from unit.plugins.plugin_utils.problems import error_of


@pytest.mark.parametrize(
    ("url", "address", "again"),
    [
        ("https://portal.example", PortalAddress("portal.example", 443, "/"), "https://portal.example/"),
        ("HTTPS://Portal.Example:443/a?b=c#d", PortalAddress("portal.example", 443, "/a?b=c"), "https://portal.example/a?b=c"),
        ("https://portal.example:8443/", PortalAddress("portal.example", 8443, "/"), "https://portal.example:8443/"),
        ("https://[::1]:1/x", PortalAddress("::1", 1, "/x"), "https://[::1]:1/x"),
        ("https://hôpital.example/", PortalAddress("xn--hpital-ixa.example", 443, "/"), "https://xn--hpital-ixa.example/"),
    ],
)  # fmt: skip
def test_an_address(url: str, address: PortalAddress, again: str) -> None:
    assert parse_portal_url(url) == address
    assert address.url == again
    assert address.place == f"{'[::1]' if '::' in url else address.host}:{address.port}"


@pytest.mark.parametrize(
    "url",
    [
        "portal.example",
        "http://portal.example",
        "https:///x",
        "https://a@portal.example/",
        "https://portal.example:99999/",
        "https://portal.example/a b",
        "https://portal.example/é",
        "https://po rtal.example/",
        f"https://{'é' * 70}.example/",
    ],
)
def test_no_address(url: str) -> None:
    assert error_of(lambda: parse_portal_url(url)).code == "bad_url"


@pytest.mark.parametrize(
    ("url", "proxy"),
    [("http://proxy.example", Proxy("proxy.example", 3128)), ("http://proxy.example:8080/", Proxy("proxy.example", 8080))],
)  # fmt: skip
def test_a_proxy(url: str, proxy: Proxy) -> None:
    assert parse_proxy(url) == proxy
    assert parse_proxy(proxy.url) == proxy


@pytest.mark.parametrize("url", ["https://proxy.example", "http://a:b@proxy.example", "http://", "http://x:y/"])
def test_no_proxy(url: str) -> None:
    assert error_of(lambda: parse_proxy(url)).code == "bad_proxy"


PORTAL = parse_portal_url("https://portal.example/")


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"https_proxy": "http://proxy.example:8080"}, Proxy("proxy.example", 8080)),
        ({"HTTPS_PROXY": "proxy.example:8080"}, Proxy("proxy.example", 8080)),
        ({"https_proxy": "http://a:b%40c@proxy.example:8080"}, Proxy("proxy.example", 8080, "a:b@c")),
        ({"https_proxy": "http://proxy.example", "no_proxy": "example.org,portal.example"}, None),
        ({"https_proxy": "http://proxy.example", "no_proxy": "*"}, None),
        ({"http_proxy": "http://proxy.example"}, None),
    ],
)
def test_the_proxy_of_the_environment(
    environment: dict[str, str], proxy: Proxy | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "no_proxy", "NO_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment_proxy(PORTAL) == proxy


def test_numbers_in_their_range() -> None:
    assert check_statuses([200, 599]) == (200, 599)
    assert [check_timeout(seconds) for seconds in (1, 300)] == [1, 300]
    for check, value in ((check_statuses, [600]), (check_statuses, [99]), (check_timeout, 0), (check_timeout, 301)):
        refusal = error_of(lambda check=check, value=value: check(value))  # type: ignore[misc]
        assert refusal.code == "bad_arguments"
