# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What enrol leaves on Windows PowerShell, seen by processes that know nothing of this collection."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._properties import parse_element
from integration.plays import run_play, tasks
from lab.authority import Authority, IssuedBundle
from lab.hospital import Hospital
from lab.people import LOUIS
from lab.playbook import play
from lab.wine import WineWorkstation

pytestmark = pytest.mark.windows

MESSAGE = b"signed by a program of the holder's"
SIGN = """
$certificate = Get-Item Cert:\\CurrentUser\\My\\{thumbprint}
$key = [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($certificate)
$message = [Convert]::FromBase64String('{message}')
[Convert]::ToBase64String($key.SignData($message, 'SHA256', [Security.Cryptography.RSASignaturePadding]::Pkcs1))
"""
LOOK = """
$containers = 'CNG', 'RSA' | ForEach-Object { Get-ChildItem "HKCU:\\Software\\Wine\\Crypto\\$_" -ErrorAction Ignore }
ConvertTo-Json -Compress -InputObject @{
    elements = @(Get-ChildItem Cert:\\CurrentUser\\My | ForEach-Object { [Convert]::ToBase64String($_.Export('SerializedCert')) })
    containers = @($containers | ForEach-Object { $_.PSChildName })
}
"""


@dataclass(frozen=True, slots=True)
class Found:
    """The certificates by thumbprint with the containers they link to, and all containers."""

    links: dict[str, str]
    containers: list[str]


def look(powershell: WineWorkstation) -> Found:
    found: dict[str, Any] = json.loads(powershell.run_powershell(LOOK))
    elements = [parse_element(base64.b64decode(element)) for element in found["elements"]]
    return Found({one.thumbprint: one.key.container if one.key else "" for one in elements}, found["containers"])


def assert_signs(powershell: WineWorkstation, bundle: IssuedBundle) -> None:
    """Another process finds the certificate and signs with its key; the signature is the bundle's. Raises ``InvalidSignature``."""
    script = SIGN.format(thumbprint=bundle.thumbprint, message=base64.b64encode(MESSAGE).decode())
    signature = base64.b64decode(powershell.run_powershell(script))
    public = bundle.certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


def test_each_enrolled_key_works_and_none_is_left_over(
    windows: Hospital, powershell: WineWorkstation, authority: Authority
) -> None:
    first = windows.bundles[LOUIS.authorisation]
    run = play(windows, "hospital_it.pkcs12.enrol")
    assert run.exit_code == 0, run.stdout
    later = datetime.now(UTC) + timedelta(days=1500)
    second = authority.issue(LOUIS.name, LOUIS.authorisation, passphrase="the next letter's code", not_after=later)
    path = windows.folder / "second.p12"
    path.write_bytes(second.data)
    holder = run.of("certificate")[0].result["owner"]["account"]
    call = {"path": str(path), "passphrase": second.passphrase, "holder": holder, "retire": "none"}
    again = run_play(windows, tasks=tasks({"certificate": call}))
    assert again.of("certificate")[0].result["changed"], again.stdout
    for bundle in (first, second):
        assert_signs(powershell, bundle)
    found = look(powershell)
    assert {first.thumbprint, second.thumbprint} <= found.links.keys()
    assert sorted(found.links.values()) == sorted(found.containers)
