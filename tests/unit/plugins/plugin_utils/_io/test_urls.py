# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which URLs are opened: a table of those that lead elsewhere, however they look."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.urls import checked_url, host_of, url_hash
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words
from unit.plugins.plugin_utils.problems import error_of

HOSTS = ["ra.example", "RA2.example:8443", "bücher.example", "[::1]:9443", "::1", "192.0.2.7"]

GOOD = {
    "https://ra.example/a?b=c": "https://ra.example/a?b=c",
    "HTTPS://Ra.Example:443/A": "https://ra.example/A",
    "https://ra.example": "https://ra.example/",
    "https://ra.example/a#token": "https://ra.example/a",
    "https://ra.example/été?q=é": "https://ra.example/%C3%A9t%C3%A9?q=%C3%A9",
    "https://ra.example/a%20b": "https://ra.example/a%20b",
    "https://ra2.example:8443/": "https://ra2.example:8443/",
    "https://xn--bcher-kva.example/": "https://xn--bcher-kva.example/",
    "https://BÜCHER.example/": "https://xn--bcher-kva.example/",
    "https://[::1]:9443/": "https://[::1]:9443/",
    "https://[0:0:0:0:0:0:0:1]/": "https://[::1]/",
    "https://192.0.2.7/": "https://192.0.2.7/",
}

BAD = {
    "http://ra.example/": "url_not_https",
    "ftp://ra.example/": "url_not_https",
    "javascript:alert(1)": "url_not_https",
    "file:///etc/passwd": "url_not_https",
    "//ra.example/": "url_not_https",
    "": "url_not_https",
    "https://ra.example.evil.example/": "url_host_not_allowed",
    "https://evil.example/ra.example": "url_host_not_allowed",
    "https://sub.ra.example/": "url_host_not_allowed",
    "https://ra-example/": "url_host_not_allowed",
    "https://r\u0430.example/": "url_host_not_allowed",  # a Cyrillic letter
    "https://xn--r-8sb.example/": "url_host_not_allowed",
    "https://ra.example:8443/": "url_host_not_allowed",
    "https://ra2.example/": "url_host_not_allowed",
    "https://3221225991/": "url_host_not_allowed",  # 192.0.2.7 as one number
    "https://192.0.519/": "url_host_not_allowed",
    "https://0300.0.2.7/": "url_host_not_allowed",
    "https://[::ffff:192.0.2.7]/": "url_host_not_allowed",
    "https://ra.example@evil.example/": "url_invalid",
    "https://user:password@ra.example/": "url_invalid",
    "https://@ra.example/": "url_invalid",
    "https://ra.example\\@evil.example/": "url_invalid",
    "https://ra.example\t/": "url_invalid",
    "https://ra.example/\r\nHost: evil.example": "url_invalid",
    "https://ra.example/a b": "url_invalid",
    "https://ra.example/\0": "url_invalid",
    "https://ra.example:99999/": "url_invalid",
    "https://ra.example:x/": "url_invalid",
    "https://ra.example:0/": "url_invalid",
    "https://ra%2eexample/": "url_invalid",
    "https://ra.example./": "url_invalid",
    "https://ra。example。/": "url_invalid",
    "https:///a": "url_invalid",
    "https:ra.example": "url_invalid",
    "https://[::1/": "url_invalid",
    "https://[fe80::1%25eth0]/": "url_host_not_allowed",
    "https://*.example/": "url_invalid",
    "https://" + "a" * 64 + ".example/": "url_invalid",
    "https://ra.example/" + "a" * 5000: "url_invalid",
}


@pytest.mark.parametrize(("url", "normal"), GOOD.items())
def test_a_url_of_a_listed_host_is_returned_in_normal_form(url: str, normal: str) -> None:
    assert checked_url(url, HOSTS) == normal
    assert checked_url(normal, HOSTS) == normal


@pytest.mark.parametrize(("url", "code"), BAD.items())
def test_any_other_url_is_refused(url: str, code: str) -> None:
    refusal = error_of(lambda: checked_url(url, HOSTS))
    assert refusal.code == code
    assert "password" not in str(refusal.problem.to_map())


@pytest.mark.parametrize(
    ("url", "host", "hosts"),
    [("https://ra.example/secret-token", "ra.example", []), ("https://r\u0430.example/", "xn--r-8sb.example", HOSTS)],
    ids=["no host is allowed by default", "a look-alike is shown in its IDNA form"],
)
def test_a_refused_host_is_named(url: str, host: str, hosts: list[str]) -> None:
    refusal = error_of(lambda: checked_url(url, hosts))
    assert refusal.problem == Problem("url_host_not_allowed", {"host": host})


@pytest.mark.parametrize(
    "entry", ["*.example", "https://ra.example", "ra.example/a", "u@ra.example", "", "a b", "ra.example:x", "?"]
)
def test_an_entry_that_is_no_host_is_named(entry: str) -> None:
    assert error_of(lambda: checked_url("https://ra.example/", ["ra.example", entry])).problem == Problem(
        "bad_arguments.not_a_host", {"entry": entry}, "allowed_hosts"
    )


def test_a_message_has_the_host_alone() -> None:
    assert [host_of(url) for url in ("https://ra.example/a?b", "https://ra.example:1/", "https://u@x/", "x y")] == [
        "ra.example",
        "ra.example:1",
        "?",
        "?",
    ]


def test_a_hash_knows_a_link_again() -> None:
    assert url_hash("https://ra.example/a") == url_hash("https://ra.example/a") != url_hash("https://ra.example/b")


@pytest.mark.words  # what is told first is what protects
@pytest.mark.parametrize("url", ["https://evil.example/", "http://ra.example/"])
def test_next_step_is_to_ask_the_issuer_before_a_host_is_allowed(url: str) -> None:
    next_step = Words().next_step(error_of(lambda: checked_url(url, ["ra.example"])).problem)
    before = next_step.partition("Ask the issuer")[0]
    assert "Nobody opens the link" in before
    assert "allowed_hosts" not in before
