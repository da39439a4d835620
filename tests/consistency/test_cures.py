# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No cure leads to a connection that anybody on the way can read, and no example of a guide does."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.receiver import (
    Proof,
    connection_of,
)
from lab.transports import transports

LOGONS_OVER_HTTP = "Kerberos, NTLM or CredSSP"
PORTS = {
    "en": f"5986 is for https, 5985 for http, which is for {LOGONS_OVER_HTTP} alone",
    "fr": "5986 est pour https, 5985 pour http, réservé à Kerberos, NTLM ou CredSSP",
}
"""What a cure says of the ports."""

TO_THE_CLEAR = re.compile(
    r"\bbasic\b(?! (?:over|par) https)|\bplaintext\b|\bhttp\b(?!://)|\b5985\b|unencrypted|encryption\b[^.]*\bnever\b|validation\b[^.]*\bignore",
    re.IGNORECASE,
)
"""What a cure may not have beside ``PORTS``: a logon that does not encrypt by itself, http, and whatever turns a protection off."""


def cures() -> set[str]:
    """Every cure of the collection in both languages, without what all may say of the ports."""
    entries = (
        entry for language in LANGUAGES for code, entry in sentences(language).items() if not code.startswith("word.")
    )
    found = (entry.get("next_step") for entry in entries)
    texts = [text for each in found if each for text in (each.values() if isinstance(each, Mapping) else [each])]
    return {text.replace(PORTS["en"], "").replace(PORTS["fr"], "") for text in texts}


def test_no_cure_leads_to_a_connection_that_does_not_encrypt() -> None:
    found = cures()
    assert len(found) > 100
    assert [cure for cure in found if TO_THE_CLEAR.search(cure)] == []


@pytest.mark.parametrize("logon", re.split(", | or ", LOGONS_OVER_HTTP))
def test_what_cures_name_for_http_encrypts_by_itself(logon: str) -> None:
    winrm = {"scheme": "http", "port": 5985, "transport": [logon.lower()], "_extras": {}}
    psrp = {"protocol": "http", "port": 5985, "auth": logon.lower(), "message_encryption": "auto"} | CHECKED
    for options in (winrm, psrp):
        assert connection_of(options.__getitem__).proof in {Proof.PROVEN, Proof.MEMBER}


CHECKED = {"cert_validation": "validate", "ca_cert": None}
"""What psrp has for options that nobody gives."""


def test_every_example_of_the_guide_proves_the_workstation() -> None:
    for example in transports():
        own = {re.sub("^ansible_(winrm|psrp)_", "", name): value for name, value in example.variables.items()}
        named = own | {"port": own["ansible_port"]}
        if example.plugin == "winrm":
            named |= {"transport": [named["transport"]], "_extras": {}}
        else:
            named = {"message_encryption": "auto"} | CHECKED | named
        assert connection_of(named.__getitem__).proof is Proof.PROVEN, example.name
