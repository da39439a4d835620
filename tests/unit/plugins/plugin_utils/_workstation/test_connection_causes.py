# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What libraries say of a failed logon leads to the code of its cause, and each pattern is needed for one of their texts."""

from __future__ import annotations

import re
import socket

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import (
    OF_A_WORKSTATION_THAT_IS_OFF,
    PATTERNS,
    known_cause,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.lost_connection import may_be_off

SAID = {
    "no_ticket": (
        "No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0)",
        "Major (458752): No credentials were supplied, or the credentials were unavailable or inaccessible",
        "Credentials cache file '/tmp/krb5cc_1000' not found",
        "Major (851968): Unspecified GSS failure, Minor (39756043): Credential cache is empty",
        "Ticket expired",
        "Major (720896): The referenced credential has expired",
        "SpnegoError (11): The referenced credentials have expired",
    ),
    "clock_skew": ("kinit: Clock skew too great while getting initial credentials", "KRB_AP_ERR_SKEW"),
    "service_unknown": (
        "Server not found in Kerberos database",
        "Server HTTP/ws-1@CHU.EXAMPLE not found in Kerberos database",
    ),
    "logon_refused": (
        "ntlm: the specified credentials were rejected by the server",
        "kinit: Password incorrect while getting initial credentials",
        "kinit: Preauthentication failed while getting initial credentials",
        "kinit: Client 'nobody@CHU.EXAMPLE' not found in Kerberos database while getting initial credentials",
        "kinit: Client's credentials have been revoked while getting initial credentials",
        "kinit: Password has expired while getting initial credentials",
        "kinit: Client's entry in database has expired while getting initial credentials",
        "kinit: Clients account is locked out",
        "Decrypt integrity check failed",
    ),
    "domain_unreachable": (
        "kinit: Cannot contact any KDC for realm 'CHU.EXAMPLE' while getting initial credentials",
        'kinit: Cannot find KDC for realm "ELSEWHERE.EXAMPLE" while getting initial credentials',
        "kinit: Cannot resolve servers for KDC in realm 'CHU.EXAMPLE' while getting initial credentials",
        "Unknown realm in reply",
    ),
    "workstation_unproven": (
        "Unable to complete mutual_auth",
        "kerberos: Unable to authenticate <Response [200]>",
    ),
    "logon_method": (
        "The server did not response with one of the following authentication methods Negotiate, Kerberos, NTLM",
        "credssp: The server did not response CredSSP being an available authentication method - actual: 'Negotiate'",
        "the specified auth protocol 'ntlm' is incompatible with the server",
    ),
    "connection_option": (
        "The installed version of WinRM does not support transport(s) ['nltm']",
        "unsupported auth method: nltm",
        "ntlm: invalid message_encryption arg: alway. Should be 'auto', 'always', or 'never'",
        "ntlm: invalid server_cert_validation mode: validat",
    ),
    "client_certificate_missing": (
        "certificate: cert_pem file not found (/etc/pki/chu/not-there.pem)",
        "certificate: cert_key_pem file not found (/etc/pki/chu/not-there.pem)",
        "certificate: both cert_pem and cert_key_pem must be specified for cert auth",
        "Could not find the TLS certificate file, invalid path: /etc/pki/chu/not-there.pem",
        "Could not find the TLS key file, invalid path: /etc/pki/chu/not-there.pem",
        "For certificate auth, the path to the certificate key pem file must be specified with certificate_key_pem",
        "For certificate auth, the path to the certificate pem file must be specified with certificate_pem",
    ),
    "spnego_too_old": (
        "ntlm: SingleHost bytes must have a length of 48",
        "Failed to authenticate the user svc-ansible with ntlm: SingleHost bytes must have a length of 48",
    ),
    "kerberos_no_aes": (
        "kinit: KDC has no support for encryption type while getting initial credentials",
        "kerberos: authGSSClientStep() failed: (('No supported encryption types (config file error?)', -1765328135))",
    ),
    "ntlm_refused": ("ntlm: Access denied: Server did not respond with NTLM challenge token",),
    "credssp_missing": ("The installed version of WinRM does not support transport(s) ['credssp']",),
    "kerberos_missing": ("The installed version of WinRM does not support transport(s) ['kerberos']",),
}
EACH_PATTERN_IS_NEEDED = sorted(SAID.keys() - {"credssp_missing", "kerberos_missing"})
"""The others have patterns for versions of libraries that are not installed together."""


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in SAID.items() for text in texts])
def test_text_has_its_cause(code: str, text: str) -> None:
    assert known_cause(Exception(text), text) == code


def test_only_what_a_workstation_that_is_off_can_have_may_wait() -> None:
    """All others stay until somebody mends them: a task that waited for them would wait for ever, and be green."""
    off = {"name_not_resolved", "no_route", "connection_timeout", "connection_refused"}
    assert off == OF_A_WORKSTATION_THAT_IS_OFF
    assert may_be_off({"connection_error": {"code": "no_route"}})
    assert not may_be_off({"connection_error": {"code": "logon_refused"}})
    assert not may_be_off({"msg": "no route to host"})


@pytest.mark.parametrize("inner", [socket.gaierror("try later"), OSError("Failed to resolve")], ids=["type", "text"])
@pytest.mark.parametrize("how", ["cause", "context", "argument", "reason"])
def test_the_cause_may_be_in_an_error_that_led_to_this_one(how: str, inner: OSError) -> None:
    outer = RuntimeError("it failed")
    if how == "cause":
        outer.__cause__ = inner
    elif how == "context":
        outer.__context__ = inner
    elif how == "argument":
        outer.args = ("it failed", inner)
    else:
        outer.reason = inner  # type: ignore[attr-defined]  # as URLError of urllib3 has it
    assert known_cause(outer, "it failed") == "name_not_resolved"
    assert known_cause(RuntimeError("it failed"), "it failed") is None


def test_each_cause_is_in_the_catalogue() -> None:
    assert {code for code, _known in PATTERNS} <= CODES.keys()


def alternatives(pattern: str) -> list[str]:
    """What the outermost bars of a pattern separate."""
    found, depth = [""], 0
    for part in re.findall(r"\\.|\[[^\]]*\]|.", pattern):
        depth += (part == "(") - (part == ")")
        found = [*found, ""] if part == "|" and not depth else [*found[:-1], found[-1] + part]
    return found


@pytest.mark.parametrize("code", EACH_PATTERN_IS_NEEDED)
def test_each_pattern_is_needed_for_a_text(code: str) -> None:
    """Without this a pattern could be lost unnoticed, because another one takes its place in the tests of whole plays."""
    first = next(pattern for known, pattern in PATTERNS if known == code)
    each = alternatives(first.text.pattern)
    for one in each:
        others = [other for other in each if other is not one]
        assert any(
            re.search(one, text, re.IGNORECASE) and not any(re.search(other, text, re.IGNORECASE) for other in others)
            for text in SAID[code]
        ), one
