# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections carry what anybody on the way can read. The plays over real ones are in tests/integration."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.encryption import (
    ClearConnection,
    in_the_clear,
)

SEALING = ("kerberos", "ntlm", "credssp")


def winrm(**options: Any) -> ClearConnection | None:
    """What is said of a connection by winrm. ``encryption``, ``chosen``, ``sealed``: see ``in_the_clear``."""
    extras = {"ansible_winrm_message_encryption": options.pop("encryption")} if "encryption" in options else {}
    more = {"transports": options.pop("chosen", ()), "sealed": options.pop("sealed", True)}
    usual = {"scheme": None, "port": 5986, "transport": None, "remote_user": "CHU\\svc", "_extras": extras}
    return in_the_clear((usual | options).__getitem__, **more)


def psrp(**options: Any) -> ClearConnection | None:
    """What is said of a connection by psrp."""
    usual = {"protocol": None, "port": None, "auth": "negotiate", "message_encryption": "auto"}
    return in_the_clear((usual | options).__getitem__)


@pytest.mark.parametrize("encryption", ["auto", "always", "never"])
@pytest.mark.parametrize("transport", [None, ["basic"], ["plaintext"], ["ssl"], ["certificate"], ["ntlm", "basic"]])
@pytest.mark.parametrize(
    "where", [{"scheme": "https", "port": 5985}, {"port": 5986}, {"port": 443}, {"scheme": "HTTPS"}]
)
def test_tls_encrypts_whatever_the_logon_is(where: dict[str, Any], transport: Any, encryption: str) -> None:
    assert winrm(**where, transport=transport, encryption=encryption, sealed=False) is None


@pytest.mark.parametrize("port", [5985, "5985"])
def test_without_a_scheme_the_port_decides(port: object) -> None:
    assert winrm(port=port) == ClearConnection("http", ("plaintext",), "auto")
    assert psrp(port=port, auth="basic") == ClearConnection("http", ("basic",), "auto")
    assert psrp(port=5986, auth="basic") is None
    assert psrp(auth="basic") is None


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
@pytest.mark.parametrize("transport", ["basic", "plaintext", "ssl", "certificate"])
def test_over_http_these_logons_do_not_encrypt(transport: str, scheme: str) -> None:
    for encryption in ("auto", "never"):
        assert winrm(scheme=scheme, transport=[transport], encryption=encryption) == (
            ClearConnection(scheme, (transport,), encryption)
        )


@pytest.mark.parametrize("transport", SEALING)
def test_over_http_these_logons_encrypt_unless_they_are_told_not_to(transport: str) -> None:
    for encryption in ("auto", "always"):
        assert winrm(scheme="http", transport=[transport], encryption=encryption) is None
        assert psrp(protocol="http", auth=transport, message_encryption=encryption) is None
    assert winrm(scheme="http", transport=[transport]) is None
    assert winrm(scheme="http", transport=[transport], encryption="never") is not None
    assert psrp(protocol="http", auth=transport, message_encryption="never") is not None


def test_of_several_logons_each_counts() -> None:
    assert winrm(scheme="http", transport=["kerberos", "ntlm"]) is None
    for transports in (["ntlm", "basic"], ["basic", "ntlm"], ["kerberos", "ntlm", "plaintext"]):
        said = ClearConnection("http", tuple(transports), "auto")
        assert winrm(scheme="http", transport=transports) == said


@pytest.mark.parametrize("transport", [None, [], [None]])
def test_without_a_transport_it_is_what_the_plugin_takes(transport: Any) -> None:
    """Up to ansible-core 2.18, winrm takes Basic after Kerberos."""
    assert winrm(scheme="http", transport=transport) == ClearConnection("http", ("plaintext",), "auto")
    assert winrm(scheme="http", transport=transport, remote_user="svc@CHU.EXAMPLE") is None
    both = ("kerberos", "plaintext")
    said = ClearConnection("http", both, "auto")
    assert winrm(scheme="http", transport=transport, remote_user="svc@CHU.EXAMPLE", chosen=both) == said
    assert winrm(scheme="http", transport=transport, remote_user=None) is not None


def test_a_library_that_was_seen_not_to_encrypt_is_believed() -> None:
    assert winrm(scheme="http", transport=["ntlm"], sealed=False) == ClearConnection("http", ("ntlm",), "auto")


def test_psrp_over_http_with_basic_or_a_certificate_is_in_the_clear() -> None:
    for auth in ("basic", "certificate"):
        assert psrp(protocol="http", auth=auth, message_encryption="never") is not None
        assert psrp(protocol="https", auth=auth, message_encryption="never") is None


def test_another_plugin_encrypts_in_a_way_of_its_own() -> None:
    """ssh has neither these options nor a scheme."""
    assert in_the_clear({"host": "ws-1", "port": 22}.__getitem__) is None
    assert in_the_clear({"protocol": "serial", "port": 1}.__getitem__) is None
