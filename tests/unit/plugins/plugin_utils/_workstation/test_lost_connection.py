# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a connection names the port that it uses, and never its password."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import (
    ConnectionLost,
    Outside,
    Problem,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.lost_connection import (
    Origin,
    logon_unanswered,
    lost_connection,
)

REFUSED = "psrp: [Errno 111] Connection refused"


def option(**values: Any) -> Callable[[str], Any]:
    """Raises ``KeyError`` for an option that the plugin does not have."""
    return {"remote_addr": "ws-1.chu.example", **values}.__getitem__


def lost(text: str, **values: Any) -> ConnectionLost:
    found = lost_connection(Exception(text), text, Origin.PLUGIN, "ws-1", option(**values))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("values", "port"),
    [
        ({"port": 5999}, "5999"),
        ({"port": None, "protocol": "http"}, "5985"),
        ({"port": None, "protocol": "https"}, "5986"),
        ({"port": None, "protocol": None}, "5986"),
    ],
)
def test_port_is_that_of_the_connection_or_of_its_protocol(values: dict[str, Any], port: str) -> None:
    found = lost(REFUSED, **values)
    assert found.problem == Problem("connection_refused", {"address": "ws-1.chu.example", "port": port})


CUT = "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))"
RESET = "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))"
OF_PSRP = {"message_encryption": "auto", "cert_validation": "validate", "ca_cert": None}
OVER_TLS, OVER_HTTP = {"scheme": "https", "port": 5986}, {"scheme": "http", "port": 5986}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({**OVER_TLS, "transport": ["certificate"]}, "certificate_over_tls13"),
        ({"scheme": None, "port": 5986, "transport": ["certificate"]}, "certificate_over_tls13"),
        ({"protocol": "https", "port": 5986, "auth": "certificate"}, "certificate_over_tls13"),
        ({**OVER_HTTP, "transport": ["certificate"], "_extras": {}}, "not_http"),
        ({"protocol": "http", "port": 5986, "auth": "certificate", **OF_PSRP}, "not_http"),
        ({**OVER_TLS, "transport": ["ntlm"]}, "not_http"),
        ({**OVER_TLS, "transport": ["certificate", "ntlm"]}, "not_http"),
        ({**OVER_TLS, "transport": None, "remote_user": "a"}, "not_http"),
        ({"protocol": "https", "port": 5986, "auth": "ntlm"}, "not_http"),
        ({}, "not_http"),
    ],
)
@pytest.mark.parametrize("text", [CUT, RESET])
def test_a_connection_that_ends_before_an_answer_is_the_certificates_where_it_is_the_logon_over_tls(
    text: str, values: dict[str, Any], code: str
) -> None:
    assert lost(text, **values).code == code


def test_another_problem_of_a_certificate_logon_is_not_said_to_be_tls_1_3() -> None:
    assert lost("certificate verify failed", **OVER_TLS, transport=["certificate"]).code == "certificate_untrusted"


REJECTED = "failed to authenticate with the server: Failed to authenticate the user svc with ntlm"


@pytest.mark.parametrize(
    ("auth", "complete", "code"),
    [("ntlm", False, "ntlm_refused"), ("ntlm", True, "logon_refused"), ("negotiate", False, "logon_refused")],
)
def test_ntlm_without_a_challenge_is_no_wrong_password(auth: str, complete: bool, code: str) -> None:
    session = SimpleNamespace(auth=SimpleNamespace(contexts={"ws-1": SimpleNamespace(complete=complete)}))
    wsman = SimpleNamespace(transport=SimpleNamespace(session=session))
    unanswered = logon_unanswered(SimpleNamespace(runspace=SimpleNamespace(connection=wsman)))
    found = lost_connection(
        Exception(REJECTED), REJECTED, Origin.PLUGIN, "ws-1", option(auth=auth), unanswered=unanswered
    )
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("session", [None, SimpleNamespace(auth=None), SimpleNamespace(auth=SimpleNamespace())])
def test_a_connection_without_such_a_logon_is_not_unanswered(session: object) -> None:
    wsman = SimpleNamespace(transport=SimpleNamespace(session=session))
    for connection in (SimpleNamespace(), SimpleNamespace(runspace=SimpleNamespace(connection=wsman))):
        assert logon_unanswered(connection) is False


@pytest.mark.parametrize("password", ["a long one: #5", "short"])
def test_password_of_the_connection_is_in_no_text(password: str) -> None:
    found = lost(f"{password} was no good", remote_password=password)
    assert password not in f"{found!r}{found.problem}{found.detail}"
    assert found.problem.code == ("connection_failed.hidden" if password == "short" else "connection_failed")


def test_plain_error_of_ansible_without_a_known_cause_is_left_to_ansible() -> None:
    text = "something else"
    assert lost_connection(Exception(text), text, Origin.ANSIBLE, "ws-1", option()) is None
    known = "The installed version of WinRM does not support transport(s) ['nltm']"
    found = lost_connection(Exception(known), known, Origin.ANSIBLE, "ws-1", option())
    assert found is not None
    assert found.problem == Problem("connection_option", {"host": "ws-1", "reason": Outside(known)})
