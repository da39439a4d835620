# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which a portal takes or refuses a certificate, seen by the controller over real TLS."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from OpenSSL import SSL

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import Bundle, open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal import portal as portal_module
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.address import Proxy, parse_portal_url
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.portal import PortalTarget, visit_portal
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.visit import Visit
from lab.authority import Authority, IssuedBundle
from lab.portal import Demand, Portal, Terms
from lab.tls import LOOPBACK, trust
from lab.web_proxy import WebProxy
from unit.plugins.plugin_utils.http_server import headers_drip, serving
from unit.plugins.plugin_utils.problems import error_of

PASSPHRASE = "of the portal tests"
AUTHORITY, OTHER = Authority.create(), Authority.create("AC Autres Personnes")
ISSUER = "CN=AC Personnes,O=Registre d'Essai des Expositions,C=FR"
NOW = datetime.now(timezone.utc)


def issued(authority: Authority = AUTHORITY, **details: Any) -> IssuedBundle:
    return authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, **details)


JEANNE, FOREIGN, CURVED = issued(), issued(OTHER), issued(key="ec-p256")
EXPIRED = issued(not_before=NOW - timedelta(days=9), not_after=NOW - timedelta(days=1))


def opened(bundle: IssuedBundle) -> Bundle:
    return open_bundle(bundle.data, PASSPHRASE)


@pytest.fixture(scope="module")
def ca_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(trust(AUTHORITY, tmp_path_factory.mktemp("trust")))


def visit(portal: Portal, ca_path: str | None, bundle: IssuedBundle = JEANNE, path: str = "", **target: Any) -> Visit:
    address = parse_portal_url(portal.url + path)
    return visit_portal(PortalTarget(address, ca_path=ca_path, **{"timeout": 10, **target}), opened(bundle))


WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
opened_for_writing: list[str] | None = None


def note(event: str, given: tuple[Any, ...]) -> None:
    """An audit hook of Python, which stays for the life of the process."""
    if opened_for_writing is not None and event == "open" and (given[2] or 0) & WRITES:
        opened_for_writing.append(str(given[0]))


sys.addaudithook(note)


@pytest.mark.parametrize("accepted", [True, False])
def test_the_key_is_never_in_a_file(ca_path: str, accepted: bool) -> None:
    global opened_for_writing  # noqa: PLW0603  the hook cannot be removed
    with Portal(AUTHORITY) as portal:
        opened_for_writing = []
        try:
            seen = visit(portal, ca_path, JEANNE if accepted else FOREIGN)
            found = opened_for_writing
        finally:
            opened_for_writing = None
    assert (seen.accepted, found) == (accepted, [])


VERSIONS: Mapping[str, Mapping[str, bool]] = {"TLSv1.2": {"tls_1_2_only": True}, "TLSv1.3": {"tls_1_3_only": True}}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("demand", [Demand.REQUIRED, Demand.OPTIONAL])
@pytest.mark.parametrize("bundle", [JEANNE, CURVED], ids=["RSA", "EC"])
def test_an_accepted_certificate(version: str, demand: Demand, bundle: IssuedBundle, ca_path: str) -> None:
    with Portal(AUTHORITY, terms=Terms(demand, **VERSIONS[version])) as portal:
        found = visit(portal, ca_path, bundle)
    assert found.server
    assert (found.server.subject_cn, found.server.issuer_cn) == (LOOPBACK, "AC Personnes")
    assert replace(found, server=None) == Visit(version, True, True, (ISSUER,), 200)
    assert [each.thumbprint for each in portal.visitors] == [bundle.thumbprint]


def test_asked_after_the_request_by_renegotiation(ca_path: str) -> None:
    with Portal(AUTHORITY, terms=Terms(Demand.AFTER_THE_REQUEST)) as portal:
        found = visit(portal, ca_path)
    assert replace(found, server=None) == Visit("TLSv1.2", True, True, (ISSUER,), 200)
    assert [each.thumbprint for each in portal.visitors] == [JEANNE.thumbprint]


REFUSALS: Mapping[str, tuple[Terms, IssuedBundle]] = {
    "unknown_authority": (Terms(), FOREIGN),
    "revoked": (Terms(revoked=[JEANNE.certificate]), JEANNE),
    "expired": (Terms(), EXPIRED),
    "not_asked": (Terms(Demand.NOTHING), JEANNE),
    "name_mismatch": (Terms(signs_for="127.0.0.2"), JEANNE),
    "untrusted_server": (Terms(served_by=OTHER), JEANNE),
    # The same name and another key: the signature of the certificate is wrong, as after a change of the authority's key.
    "key_refused": (Terms(accepts=Authority.create()), JEANNE),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_has_its_name(code: str, version: str, ca_path: str) -> None:
    terms, bundle = REFUSALS[code]
    with Portal(AUTHORITY, terms=replace(terms, **VERSIONS[version])) as portal:
        found = visit(portal, ca_path, bundle)
    assert found.cause == code, found
    assert not found.accepted
    is_stranger = code in ("name_mismatch", "untrusted_server")
    assert found.asked == (code != "not_asked" and not is_stranger) or version == "TLSv1.2" or not found.sent
    if is_stranger:  # it is shown no certificate
        assert (found.sent, portal.visitors) == (False, [])


def test_no_request_follows_a_refusal_of_tls_1_3(ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal comes after the handshake. A server that closes on a request resets the connection, and its reason may be lost."""
    monkeypatch.setattr(portal_module, "ALERT_WAIT", 10)
    monkeypatch.delattr(portal_module, "_get")
    with Portal(AUTHORITY, terms=Terms(revoked=[JEANNE.certificate], tls_1_3_only=True)) as portal:
        assert visit(portal, ca_path).cause == "revoked"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("demand", [Demand.REQUIRED, Demand.OPTIONAL])
def test_an_empty_certificate_is_none(
    version: str, demand: Demand, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL sends an empty one when the key fits no algorithm that the server takes."""
    with Portal(AUTHORITY, terms=Terms(demand, **VERSIONS[version])) as portal:
        for method in ("use_privatekey", "use_certificate"):
            monkeypatch.setattr(SSL.Context, method, lambda *_given: None)
        found = visit(portal, ca_path)
    assert (found.cause, found.asked, found.sent) == ("none_sent", True, False)


@pytest.mark.parametrize(
    ("terms", "bundle", "named"),
    [
        (Terms(takes_expired=True), EXPIRED, 1),
        (Terms(announces=[OTHER.issuing]), JEANNE, 1),
        (Terms(announces=[]), JEANNE, 0),
    ],
    ids=["expired", "another", "none"],
)
def test_an_expired_one_may_be_taken_and_the_authorities_that_it_names_bind_nobody(
    terms: Terms, bundle: IssuedBundle, named: int, ca_path: str
) -> None:
    with Portal(AUTHORITY, terms=terms) as portal:
        found = visit(portal, ca_path, bundle)
    assert (found.cause, len(found.issuers)) == (None, named)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, "<h2>HTTP Error 403.13 - Forbidden</h2>", "revoked"),
        (404, "x" * 200_000, "http_refused"),
        (302, "", None),
        (204, "", None),
    ],
)
def test_what_the_page_says(status: int, body: str, code: str | None, ca_path: str) -> None:
    with Portal(AUTHORITY, status=status, body=body) as portal:
        found = visit(portal, ca_path)
        assert (found.cause, found.http_status, found.sent) == (code, status, True)
        assert len(portal.visitors) == 1, "no redirection is followed"
        assert visit(portal, ca_path, expected=(status,)).accepted
        assert visit(portal, ca_path, expected=(418,)).accepted is False


def test_path_and_query_are_asked_for_and_a_name_is_checked_too(ca_path: str) -> None:
    with Portal(AUTHORITY, terms=Terms(address="localhost"), status=200) as portal:
        assert visit(portal, ca_path, path="login?next=%2Fhome#top").accepted
    assert [each.path for each in portal.visitors] == ["/login?next=%2Fhome"]


def test_the_authorities_of_the_system_and_of_an_empty_folder_do_not_know_the_lab(tmp_path: Path) -> None:
    with Portal(AUTHORITY) as portal:
        for place in (None, str(tmp_path)):
            assert visit(portal, place).cause == "untrusted_server"


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_file_without_authorities(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with Portal(AUTHORITY) as portal:
        assert error_of(lambda: visit(portal, str(path))).code == "ca_file"


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/", "https://portal.invalid/", f"https://{'x' * 70}.example/"])
def test_nobody_answers(url: str, ca_path: str) -> None:
    target = PortalTarget(parse_portal_url(url), ca_path=ca_path, timeout=3)
    found = visit_portal(target, opened(JEANNE))
    assert (found.cause, len(found.details)) == ("unreachable", 1)


def test_through_a_proxy_and_with_the_password_of_the_environments(ca_path: str) -> None:
    with Portal(AUTHORITY) as portal, WebProxy() as proxy:
        assert visit(portal, ca_path, proxy=Proxy(LOOPBACK, proxy.port)).accepted
    assert (proxy.tunnels, proxy.authorisations) == ([f"{LOOPBACK}:{portal.port}"], [None])
    with Portal(AUTHORITY) as portal, WebProxy(account="who:what") as proxy:
        assert visit(portal, ca_path, proxy=Proxy(LOOPBACK, proxy.port, "who:what")).accepted
        refused = visit(portal, ca_path, proxy=Proxy(LOOPBACK, proxy.port))
    assert (refused.cause, refused.details) == ("proxy", (Problem("network.proxy_status", {"status": 407}),))


def test_the_answer_of_a_proxy_that_drips_ends_at_the_deadline(ca_path: str) -> None:
    with Portal(AUTHORITY) as portal, serving(headers_drip, None) as host:
        found = visit(portal, ca_path, proxy=Proxy(LOOPBACK, int(host.rpartition(":")[2])), timeout=2)
    assert found.cause == "proxy"
    assert found.details[0].code in ("network.took_too_long", "network.timed_out")


def test_a_proxy_that_is_not_there_or_is_none(ca_path: str) -> None:
    with Portal(AUTHORITY) as portal:
        assert visit(portal, ca_path, proxy=Proxy(LOOPBACK, 1)).cause == "proxy"
        assert visit(portal, ca_path, proxy=Proxy(LOOPBACK, portal.port), timeout=3).cause == "proxy"
    assert "who" not in repr(Proxy(LOOPBACK, 1, "who:what"))
