# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a connection names the port that it uses, and never its password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import ConnectionLost
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.lost_connection import (
    Origin,
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
    assert (found.code, f"port {port}" in str(found)) == ("connection_refused", True)


@pytest.mark.parametrize("password", ["a long one: #5", "short"])
def test_password_of_the_connection_is_in_no_text(password: str) -> None:
    found = lost(f"{password} was no good", remote_password=password)
    assert password not in f"{found}{found.detail}"


def test_plain_error_of_ansible_without_a_known_cause_is_left_to_ansible() -> None:
    text = "something else"
    assert lost_connection(Exception(text), text, Origin.ANSIBLE, "ws-1", option()) is None
    known = "The installed version of WinRM does not support transport(s) ['nltm']"
    found = lost_connection(Exception(known), known, Origin.ANSIBLE, "ws-1", option())
    assert found is not None
    assert (found.code, "nltm" in str(found)) == ("connection_option", True)
