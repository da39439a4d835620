# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A URL from outside is opened only if it is https and its host is one that the site names."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.urls import checked_url
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import CollectionError

ALLOWED = ["Retrait.issuer.example", "other.example:8443", "bücher.example"]


@pytest.mark.parametrize(
    "url",
    [
        "https://retrait.issuer.example/w?id=1#x",
        "https://RETRAIT.ISSUER.EXAMPLE",
        "HTTPS://retrait.issuer.example:443/",
        "https://other.example:8443/",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
    ],
)
def test_an_allowed_url_is_given_back_as_it_is(url: str) -> None:
    assert checked_url(url, ALLOWED) == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://retrait.issuer.example/", "url_not_https"),
        ("ftp://retrait.issuer.example/", "url_not_https"),
        ("//retrait.issuer.example/", "url_not_https"),
        ("javascript:alert(1)", "url_not_https"),
        ("https://evil.example/retrait.issuer.example", "url_host_not_allowed"),
        ("https://retrait.issuer.example.evil.example/", "url_host_not_allowed"),
        ("https://x.retrait.issuer.example/", "url_host_not_allowed"),
        ("https://issuer.example/", "url_host_not_allowed"),
        ("https://retrait.issuer.example:8443/", "url_host_not_allowed"),
        ("https://other.example/", "url_host_not_allowed"),
        ("https://bucher.example/", "url_host_not_allowed"),
        ("https://r\u0435trait.issuer.example/", "url_host_not_allowed"),
        ("https://2130706433/", "url_host_not_allowed"),
        ("https://[::1]/", "url_host_not_allowed"),
        ("https://retrait.issuer.example@evil.example/", "url_invalid"),
        ("https://a:b@retrait.issuer.example/", "url_invalid"),
        ("https://evil.example\\@retrait.issuer.example/", "url_invalid"),
        ("https://retrait.issuer.example\n.evil.example/", "url_invalid"),
        ("https://retrait.issuer.example/a b", "url_invalid"),
        ("https://retrait.issuer.example/\u202egpj", "url_invalid"),
        ("https:///w", "url_invalid"),
        ("https://retrait.issuer.example:99999/", "url_invalid"),
        ("https://retrait.issuer.example:x/", "url_invalid"),
        ("https://[retrait/", "url_invalid"),
        ("https://retrait%2eissuer.example/", "url_invalid"),
        ("https://" + "a" * 70 + ".example/", "url_invalid"),
        ("https://retrait.issuer.example/" + "a" * 2048, "url_invalid"),
        ("", "url_invalid"),
    ],
)
def test_any_other_url_is_refused(url: str, code: str) -> None:
    with pytest.raises(CollectionError) as refusal:
        checked_url(url, ALLOWED)
    assert refusal.value.code == code


def test_without_allowed_hosts_nothing_is_allowed() -> None:
    with pytest.raises(CollectionError):
        checked_url("https://retrait.issuer.example/", [])
