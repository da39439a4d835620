# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the drivers ask of Windows, as Wine tells it: no key may ask anybody in a dialog, and an element is put back as it was.

No key of Wine asks for anything, and Wine puts an element back in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from contract.fixture_certificates import PASSPHRASE, bundle
from lab.playbook import ROOT
from lab.wine import WineWorkstation, seen_by_wine

pytestmark = pytest.mark.windows
BEGIN = "the drivers begin"
SCRIPT = """
$ErrorActionPreference = 'Stop'
$root = '{root}'
Add-Type -TypeDefinition ([IO.File]::ReadAllText("$root\\_KeyStore.cs"))
foreach ($name in '_Store', '_Element', '_PrivateKey', '_Exchange') {{
    $code = [scriptblock]::Create([IO.File]::ReadAllText("$root\\$name.psm1"))
    New-Module -Name $name -ScriptBlock $code | Import-Module -DisableNameChecking
}}
$keys = Get-KeyStore
$bundle = [IO.File]::ReadAllBytes('{bundle}')
$capi = [Security.Cryptography.CspParameters]::new(24, 'Microsoft Enhanced RSA and AES Cryptographic Provider', 'capi')
[Security.Cryptography.RSACryptoServiceProvider]::new(2048, $capi).Dispose()
$leaf = $keys::OpenBundle($bundle, '{passphrase}', 'PKCS12_ALWAYS_CNG_KSP, CRYPT_USER_KEYSET')
$my = Open-Store -Name 'My' -Access 'ReadWrite'
$my.Add($leaf)
$link = Get-KeyLink -Certificate $leaf
[Console]::Error.WriteLine('{begin}')
[void] (Get-Proof -Certificate $leaf -Nonce ([byte[]]::new(32)))
[void] $keys::GetContainers()
[void] $keys::GetLegacyContainers('Microsoft Enhanced RSA and AES Cryptographic Provider', 24)
$link.key_spec = 1
(& (Get-Module _PrivateKey) {{ Open-Key -Link $args[0] }} $link).Dispose()
$gone = $link.Clone()
$gone.container = 'gone'
try {{ (& (Get-Module _PrivateKey) {{ Open-Key -Link $args[0] }} $gone).Dispose() }} catch {{ $Error.Clear() }}
$old = @{{ container = 'capi'; provider = 'Microsoft Enhanced RSA and AES Cryptographic Provider'; type = 24; key_spec = 1 }}
foreach ($machine in 0, 0x20) {{
    $old.machine = $machine
    try {{ (& (Get-Module _PrivateKey) {{ Open-Key -Link $args[0] }} $old).Dispose() }} catch {{ continue }}
}}
$keys::Restore($my, $leaf.Export('SerializedCert'))
[void] (Remove-Key -Link $link)
[void] (Remove-Key -Link $old)
"""
CALL = re.compile(r"trace:\w+:(\w+) \((.*)\)")
SILENT, PKCS1, DELETE_KEYSET, MACHINE_KEYSET, VERIFY_CONTEXT = 0x40, 0x2, 0x10, 0x20, 0xF0000000
REPLACE_EXISTING = 3

Calls = Mapping[str, list[list[str]]]


@pytest.fixture(scope="module")
def station() -> Iterator[WineWorkstation]:
    workstation = WineWorkstation.create("calls", {})
    yield workstation
    workstation.close()


@pytest.fixture(scope="module")
def calls(station: WineWorkstation, tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """By function: what it was given, each time."""
    path: Path = tmp_path_factory.mktemp("calls") / "jeanne.p12"
    path.write_bytes(bundle("jeanne-2026"))
    words = {
        "root": seen_by_wine(ROOT / "plugins/module_utils"),
        "bundle": seen_by_wine(path),
        "passphrase": PASSPHRASE,
        "begin": BEGIN,
    }
    lines = station.trace_powershell(SCRIPT.format(**words), "+ncrypt,+crypt")
    begin = next(number for number, line in enumerate(lines) if BEGIN in line)
    found: dict[str, list[list[str]]] = {}
    for line in lines[begin:]:
        if call := CALL.search(line):
            found.setdefault(call[1], []).append(call[2].split(", "))
    return found


def flags(calls: Calls, function: str) -> list[int]:
    """Its last parameter, each time."""
    return [int(given[-1], 16) for given in calls[function]]


def test_no_key_of_cng_may_ask(calls: Calls) -> None:
    """Once opened by its name, once by name and key spec, and one that is not there by both."""
    opened = [(given[2], int(given[3], 16)) for given in calls["NCryptOpenKey"]]
    assert [key_spec for _name, key_spec in opened] == [0, 1, 1, 0, 1]
    assert [key_spec for name, key_spec in opened if "gone" in name] == [1, 0]
    assert set(flags(calls, "NCryptOpenKey")) == {SILENT}
    assert set(flags(calls, "NCryptEnumKeys")) == {SILENT}
    assert flags(calls, "NCryptDeleteKey") == [SILENT]
    assert flags(calls, "NCryptSignHash") == [SILENT | PKCS1]


def test_no_key_of_capi_may_ask(calls: Calls) -> None:
    """Neither the user's, nor the machine's, nor when it is deleted."""
    opened = [int(given[-1], 16) for given in calls["CryptAcquireContextW"] if "capi" in given[1]]
    assert opened == [SILENT, SILENT | MACHINE_KEYSET, SILENT | DELETE_KEYSET]
    assert SILENT | VERIFY_CONTEXT in flags(calls, "CryptAcquireContextW")


def test_an_element_is_put_back_in_place_of_the_other(calls: Calls) -> None:
    """Else Windows keeps the new name."""
    ((_store, _element, _size, disposition, *_more),) = calls["CertAddSerializedElementToStore"]
    assert int(disposition, 16) == REPLACE_EXISTING
