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

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import parse_element
from integration.plays import run_play, tasks
from lab.authority import Authority, IssuedBundle
from lab.authority.authority import new_key
from lab.hospital import Hospital
from lab.people import LOUIS
from lab.playbook import play
from lab.wine import WineWorkstation

pytestmark = pytest.mark.windows

HOLDER = "{{ pkcs12_holders[0].user }}"
MESSAGE = b"signed by a program of the holder's"
SIGN = """
$certificate = Get-Item Cert:\\CurrentUser\\{store}\\{thumbprint}
$key = [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($certificate)
$message = [Convert]::FromBase64String('{message}')
[Convert]::ToBase64String($key.SignData($message, 'SHA256', [Security.Cryptography.RSASignaturePadding]::Pkcs1))
"""
MOVE = """
$source, $target = '{source}', '{target}' | ForEach-Object {{
    $store = [Security.Cryptography.X509Certificates.X509Store]::new($_, 'CurrentUser')
    $store.Open('ReadWrite')
    $store
}}
$certificate = $source.Certificates.Find('FindByThumbprint', '{thumbprint}', $false)[0]
$target.Add($certificate)
if ({remove}) {{ $source.Remove($certificate) }}
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


def assert_signs(powershell: WineWorkstation, bundle: IssuedBundle, store: str = "My") -> None:
    """Another process finds the certificate and signs with its key; the signature is the bundle's. Raises ``InvalidSignature``."""
    script = SIGN.format(store=store, thumbprint=bundle.thumbprint, message=base64.b64encode(MESSAGE).decode())
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
    holder = run.holders()[0].result["owner"]["account"]
    call = {"path": str(path), "passphrase": second.passphrase, "holder": holder, "superseded": "none"}
    again = run_play(windows, tasks=tasks({"certificate": call}))
    assert again.of("certificate")[0].result["changed"], again.stdout
    for bundle in (first, second):
        assert_signs(powershell, bundle)
    found = look(powershell)
    assert {first.thumbprint, second.thumbprint} <= found.links.keys()
    assert sorted(found.links.values()) == sorted(found.containers)


def installed(windows: Hospital, bundle: IssuedBundle) -> dict[str, Any]:
    """Installs a bundle for the workstation's one user and gives the result."""
    path = windows.folder / f"{bundle.thumbprint}.p12"
    path.write_bytes(bundle.data)
    call = {"path": str(path), "passphrase": bundle.passphrase, "holder": HOLDER}
    (row,) = run_play(windows, tasks=tasks({"certificate": call})).of("certificate")
    return dict(row.result)


def removed(windows: Hospital, bundle: IssuedBundle) -> dict[str, Any]:
    """Takes one certificate out and says what became of its key."""
    call = {"state": "absent", "holder": HOLDER, "thumbprints": [bundle.thumbprint]}
    (row,) = run_play(windows, tasks=tasks({"certificate": call})).of("certificate")
    (gone,) = row.result["removed"]
    causes = row.result["error"]["problem"]["causes"] if row.result["error"] else ()
    assert [each["code"] for each in causes] == (["key_left.other_store"] if gone["key"] == "kept" else [])
    return dict(gone)


def test_key_certified_again_goes_with_the_last_of_its_certificates(
    windows: Hospital, powershell: WineWorkstation, authority: Authority
) -> None:
    before = look(powershell)
    key, start = new_key("rsa2048"), datetime.now(UTC) - timedelta(days=10)
    first, second = (
        authority.issue(
            "Nadia Cherif",
            "T700001",
            passphrase="a code",
            key=key,
            not_before=start,
            not_after=start + timedelta(days=days),
        )
        for days in (100, 1000)
    )
    assert installed(windows, first)["changed"]
    (superseded,) = installed(windows, second)["superseded"]
    assert (superseded["key"], superseded["kept_because"]) == ("kept", "shared_public_key")
    assert_signs(powershell, second)
    assert removed(windows, second)["key"] == "deleted"
    assert look(powershell) == before


def test_key_of_a_certificate_in_a_second_store_stays_until_that_is_gone(
    windows: Hospital, powershell: WineWorkstation, authority: Authority
) -> None:
    before = look(powershell)
    bundle = authority.issue("Marc Olivier", "T700002", passphrase="a code")
    assert installed(windows, bundle)["changed"]
    powershell.run_powershell(
        MOVE.format(source="My", target="TrustedPeople", thumbprint=bundle.thumbprint, remove="$false")
    )
    gone = removed(windows, bundle)
    assert (gone["key"], gone["kept_because"]) == ("kept", "shared_container")
    assert_signs(powershell, bundle, "TrustedPeople")
    powershell.run_powershell(
        MOVE.format(source="TrustedPeople", target="My", thumbprint=bundle.thumbprint, remove="$true")
    )
    assert removed(windows, bundle)["key"] == "deleted"
    assert look(powershell) == before
