# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.auto_select import (
    AutoSelectEntry,
    Portal,
    covers,
    entries,
    parse_portal,
)

PORTAL = Portal("portal.example.org", 443)


@pytest.mark.parametrize(
    ("url", "host", "port", "shown"),
    [
        ("https://portal.example.org", "portal.example.org", 443, "https://portal.example.org"),
        ("https://Portal.Example.org/login?x=1#y", "portal.example.org", 443, "https://portal.example.org"),
        ("https://portal.example.org:8443/", "portal.example.org", 8443, "https://portal.example.org:8443"),
        ("https://10.0.0.1", "10.0.0.1", 443, "https://10.0.0.1"),
    ],
)
def test_portal_is_host_and_port(url: str, host: str, port: int, shown: str) -> None:
    portal = parse_portal(url)
    assert (portal.host, portal.port, portal.url) == (host, port, shown)


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example.org",
        "portal.example.org",
        "https://",
        "https://user@portal.example.org",
        "https://portal.example.org:99999",
        "https://portal.example.org:x",
        "https://[*.]example.org",
        "https://por tal",
        "https://pörtal.example",
        "https://portal.example.org/a b",
        " https://portal.example.org",
    ],
)
def test_what_is_no_address_of_a_portal_is_refused(url: str) -> None:
    with pytest.raises(Pkcs12Error) as refused:
        parse_portal(url)
    assert refused.value.problem == Problem("bad_portal_url", setting="portal_url")


COVERING = """
* https://portal.example.org https://portal.example.org/ HTTPS://PORTAL.example.ORG portal.example.org
*://portal.example.org https://portal.example.org:443 https://portal.example.org:* https://[*.]example.org [*.]org
https://[*.]portal.example.org
"""
OTHERS = """
http://portal.example.org https://example.org https://[*.]ample.org https://www.portal.example.org
https://portal.example.org:8443 https://portal.example.org/login https://*.example.org
https://portal.example.org.evil.example chrome-extension://portal.example.org https://
"""


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [*((each, True) for each in COVERING.split()), *((each, False) for each in OTHERS.split()), ("", False)],
)
def test_pattern_covers_the_portal_or_not(pattern: str, fits: bool) -> None:
    assert covers(pattern, PORTAL) is fits


def test_port_of_a_portal_counts() -> None:
    other = Portal("portal.example.org", 8443)
    assert covers("https://portal.example.org:8443", other)
    assert covers("https://portal.example.org", other)
    assert not covers("https://portal.example.org:443", other)


def test_values_that_a_browser_cannot_read_are_passed_over() -> None:
    right = {"pattern": "https://a.example", "filter": {"ISSUER": {"CN": "CA é"}}}
    without = {"pattern": "*", "filter": {}}
    wrong = ["", "no JSON", "[]", "1", "null", "[" * 100_000]
    wrong += ['{"pattern": 1, "filter": {}}', '{"pattern": "*"}', '{"filter": {}}']
    odd = [{"pattern": "b", "filter": {"ISSUER": "CA"}}, {"pattern": "c", "filter": {"ISSUER": {"CN": 1}}}]
    assert entries([json.dumps(right), *wrong, json.dumps(without), *map(json.dumps, odd)]) == (
        AutoSelectEntry("https://a.example", "CA é"),
        AutoSelectEntry("*", None),
        AutoSelectEntry("b", None),
        AutoSelectEntry("c", None),
    )
