# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No cure leads to a connection that anybody on the way can read, and no example of a guide does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import CAUSES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.encryption import (
    LOGONS_OVER_HTTP,
    PORTS,
    in_the_clear,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import (
    DRIVER_ERRORS,
    FINDINGS,
    OFFLINE_ERRORS,
)
from consistency.error_texts import PLUGIN_UTILS, all_constants, by_area, constants_in, parsed, said
from consistency.local_texts import local_texts
from lab.transports import transports

TO_THE_CLEAR = re.compile(
    r"\bbasic\b(?! over https)|\bplaintext\b|\bhttp\b(?!://)|\b5985\b|unencrypted|encryption\b[^.]*\bnever\b|validation\b[^.]*\bignore",
    re.IGNORECASE,
)
"""What a cure may not have beside ``PORTS``: a logon that does not encrypt by itself, http, and whatever turns a protection off."""


def findings_cures() -> Iterator[str]:
    """The fourth argument of each ``Finding`` of a workstation."""
    for path in [*PLUGIN_UTILS.glob("_workstation/*.py"), *PLUGIN_UTILS.glob("_facts/*.py")]:
        tree = parsed(path)
        constants = all_constants() | constants_in(tree)
        scopes = local_texts(tree, constants)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "Finding":
                given = [*call.args[3:4], *(keyword.value for keyword in call.keywords if keyword.arg == "cure")]
                yield from (said(cure, constants | scopes.get(call, {})) for cure in given)


def cures() -> set[str]:
    """Every cure of the collection, those of the tables as a run says them."""
    tables = (CAUSES, FINDINGS, DRIVER_ERRORS, OFFLINE_ERRORS)
    told = {explanation.next_step for table in tables for explanation in table.values()}
    return told | {error.next_step for errors in by_area().values() for error in errors} | set(findings_cures())


def test_no_cure_leads_to_a_connection_that_does_not_encrypt() -> None:
    found = cures()
    assert len(found) > 200
    assert [cure for cure in found if TO_THE_CLEAR.search(cure.replace(PORTS, ""))] == []


@pytest.mark.parametrize(
    "advice",
    [
        "Use https, or Basic over http.",
        "Use https, or Basic, Kerberos, NTLM or CredSSP.",
        "Use basic, or Kerberos over https.",
        "Set ansible_winrm_scheme to http.",
        "Take port 5985.",
        "Set AllowUnencrypted.",
        "Set ansible_winrm_message_encryption to never.",
        "Set ansible_winrm_server_cert_validation: ignore.",
        f"Correct it: {PORTS}. Or use plaintext.",
    ],
)
def test_such_advice_is_seen(advice: str) -> None:
    assert TO_THE_CLEAR.search(advice.replace(PORTS, ""))


@pytest.mark.parametrize("logon", re.split(", | or ", LOGONS_OVER_HTTP))
def test_what_cures_name_for_http_encrypts_by_itself(logon: str) -> None:
    """``PORTS`` has these logons from the same constant."""
    winrm = {"scheme": "http", "port": 5985, "transport": [logon.lower()], "_extras": {}}
    psrp = {"protocol": "http", "port": 5985, "auth": logon.lower(), "message_encryption": "auto"}
    assert (in_the_clear(winrm.__getitem__), in_the_clear(psrp.__getitem__)) == (None, None)
    assert re.fullmatch(rf"5986 is for https, 5985 for http, which is for {LOGONS_OVER_HTTP} alone", PORTS)


def test_every_example_of_the_guide_encrypts() -> None:
    for example in transports():
        own = {re.sub("^ansible_(winrm|psrp)_", "", name): value for name, value in example.variables.items()}
        named = own | {"port": own["ansible_port"]}
        if example.plugin == "winrm":
            named |= {"transport": [named["transport"]], "_extras": {}}
        else:
            named.setdefault("message_encryption", "auto")
        assert in_the_clear(named.__getitem__) is None, example.name
