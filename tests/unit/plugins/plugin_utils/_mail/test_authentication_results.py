# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of Authentication-Results as RFC 8601 allows them: comments, quotes, spaces, several methods."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.authentication_results import parse_results


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("mx.example; none", []),
        ("mx.example 1; none", []),
        ("mx.example", []),
        ("mx.example; spf=pass smtp.mailfrom=a.example", [("spf", "pass", {"smtp.mailfrom": "a.example"})]),
        ("MX.example; DKIM=Pass header.D=A.example", [("dkim", "pass", {"header.d": "a.example"})]),
        ("mx.example; dkim/1 = pass (ok) header.d = a.example", [("dkim/1"[:4], "pass", {"header.d": "a.example"})]),
        (
            'mx.example; dkim=fail reason="a;b=\\"c" header.d=x',
            [("dkim", "fail", {"reason": 'a;b="c', "header.d": "x"})],
        ),
        ("(x) mx.example (y (z\\) ;) ) ;dmarc=pass(p=none)header.from=a", [("dmarc", "pass", {"header.from": "a"})]),
        ('mx.example; a=pass x.y="(z"; c=fail', [("a", "pass", {"x.y": "(z"}), ("c", "fail", {})]),
        ("mx.example; a=pass (;b=pass); c=fail", [("a", "pass", {}), ("c", "fail", {})]),
        ("mx.example; dkim=pass header.d=a header.d=b", [("dkim", "pass", {})]),
        ("mx.example; dkim=; =pass; dkim", []),
        ("mx.example; a=b (never closed; dmarc=pass header.from=x", [("a", "b", {})]),
    ],
)
def test_a_field_is_read(value: str, found: list[object]) -> None:
    parsed = parse_results(value)
    assert parsed is not None
    assert parsed.authserv_id == "mx.example"
    assert [(each.method, each.result, dict(each.properties)) for each in parsed.results] == found


@pytest.mark.parametrize("value", ["", ";", "dkim=pass header.d=a", "; dkim=pass", "(mx.example); dkim=pass"])
def test_a_field_without_a_server_is_nobodys(value: str) -> None:
    assert parse_results(value) is None
