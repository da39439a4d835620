# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._become import Deferred, become_refusal
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import Context, RunAs
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError

WITHOUT, WITH = (RunAs(Context.BECOME, "CHU\\jdupont", password) for password in (None, "his own"))
WRAPPER = 'failure during exec_wrapper: Exception calling "CreateProcessAsUser" with "9" argument(s): "{}"'


def failed_logon(number: int) -> str:
    """As Windows says it in French: only the number counts."""
    return WRAPPER.format(f"Failed to logon jdupont (Nom d'utilisateur ou mot de passe, Win32ErrorCode {number} - 0x0)")


@pytest.mark.parametrize("number", [1326, 1327, 1330, 1331, 1907, 1909])
def test_refused_password_is_an_error(number: int) -> None:
    refused = become_refusal(WITH, failed_logon(number))
    assert isinstance(refused, PkcsError)
    assert refused.code == "holder_logon"
    assert "his own" not in str(refused)


@pytest.mark.parametrize("number", [1326, 5, 1314])
def test_token_that_cannot_be_had_is_waited_for(number: int) -> None:
    waiting = become_refusal(WITHOUT, failed_logon(number))
    assert isinstance(waiting, Deferred)
    assert f"Windows error {number}" in str(waiting)


def test_become_without_a_number_is_waited_for() -> None:
    waiting = become_refusal(
        WITHOUT, WRAPPER.format("Failed to get token for NT AUTHORITY\\SYSTEM required for become")
    )
    assert isinstance(waiting, Deferred)


def test_account_without_a_sid_is_unknown() -> None:
    refused = become_refusal(WITHOUT, failed_logon(1332))
    assert isinstance(refused, PkcsError)
    assert refused.code == "unknown_holder"


@pytest.mark.parametrize("text", ["", "The term 'x' is not recognized"])
def test_anything_else_is_no_matter_of_waiting(text: str) -> None:
    refused = become_refusal(WITHOUT, text)
    assert isinstance(refused, PkcsError)
    assert refused.code == "driver_answer"
