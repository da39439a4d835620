# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver's own search for keys that runs have left, in PowerShell for Linux of the Windows test bed, with stand-ins for Windows' keys.

Wine lists all containers; a Windows that does not stands in here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pytest

from lab.playbook import ROOT
from windows.drivers_on_linux import powershell

pytestmark = pytest.mark.windows
SOURCE = ROOT / "plugins" / "module_utils" / "_KeyStore.cs"
MODULES = r"""
$ErrorActionPreference = 'Stop'
Import-Module "$root/module_utils/_Store.psm1", "$root/module_utils/_Exchange.psm1"
Add-Type -TypeDefinition @'
using System.Security.Cryptography;
public static class Keys
{
    public static string[] Names;
    public static string[] GetContainers()
    {
        if (Names == null) throw new CryptographicException(unchecked((int)0x80090029));
        return Names;
    }
}
'@
$module = Import-Module "$root/module_utils/_PrivateKey.psm1" -PassThru
& $module {
    function script:Get-KeyStore { [Keys] }
    function script:Get-LinkedCertificate {
        if ($global:case.closed) { throw [Security.Cryptography.CryptographicException]::new([int] 0x80070005) }
        $global:case.linked | ForEach-Object { @{ container = $_ } }
    }
    function script:Remove-Key {
        param([hashtable] $Link)
        if ($Link.container -in $global:case.stays) { throw [Security.Cryptography.CryptographicException]::new([int] 0x80090010) }
        [void] $global:gone.Add($Link.container)
        $true
    }
}
$now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
$said = foreach ($global:case in $input | ConvertFrom-Json -AsHashtable) {
    $global:gone = [Collections.ArrayList]::new()
    # A name as a case writes it has the age in seconds, between brackets.
    $second = { '{0:x8}' -f ($now - [long] $args[0].Groups[1].Value) }
    $named = { param($names) foreach ($name in $names) { [regex]::Replace($name, '\[(.*)\]', $second) } }
    foreach ($key in 'linked', 'stays', 'used') { $case[$key] = @(& $named $case[$key]) }
    [Keys]::Names = if ($case.unlisted) { $null } else { [string[]] @(& $named $case.names) }
    $back = @{ code = $null; hresult = $null; count = $null }
    try {
        $how = @{ Insist = $case.insist }
        $back.count = if ($case.of_a_key) { Remove-LostKey @how } else { Remove-Leftover -Used $case.used @how }
    } catch {
        $thrown = $_.TargetObject -as [hashtable]
        $back.code = $thrown.code
        $back.hresult = if ($thrown) { $thrown.hresult } else { Get-HResult -Exception $_.Exception }
    }
    $back.gone = @(foreach ($name in $case.names) { if ((& $named $name) -in $global:gone) { $name } })
    $back
}
ConvertTo-Json -Compress -Depth 4 -InputObject @($said)
"""
LISTING = """
$ErrorActionPreference = 'Stop'
Add-Type -TypeDefinition ([Console]::In.ReadToEnd())
$class = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore.KeyStore]
$said = foreach ($end in 0x8009002A, 0x80090029, 0x80090016) {
    [Keys]::Next, [Keys]::End = 0, $end
    try { $class::GetContainers() -join ' ' } catch { $_.Exception.GetBaseException().HResult -band 0xFFFFFFFFL }
}
ConvertTo-Json -Compress -InputObject @($said)
"""
KEYS = """
public static class Keys
{
    public static int Next, End;
    public static int Enum(out IntPtr item)
    {
        item = IntPtr.Zero;
        if (Next++ == 2) return End;
        item = Marshal.AllocHGlobal(64);
        Marshal.WriteIntPtr(item, Marshal.StringToHGlobalUni("key" + Next));
        return 0;
    }
}
"""
"""Two keys, then how Windows ends."""


@dataclass(frozen=True, slots=True)
class Case:
    """Containers with their ages in brackets, and what Windows says of them. ``goes``: those of ``names`` that do."""

    names: tuple[str, ...]
    goes: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    closed: bool = False
    unlisted: bool = False
    insist: bool = False
    of_a_key: bool = False
    code: str | None = None
    hresult: int | None = None


def transport(age: int, last: int = 0) -> str:
    return f"hospital_it.pkcs12.transport.[{age}]{last:024x}"


def imported(age: int, last: int = 0) -> str:
    return f"hospital_it.pkcs12.key.[{age}]{last:024x}"


HOUR, DAY, MINUTE = 3600, 86400, 60
OLD = (transport(HOUR + MINUTE), imported(DAY + MINUTE))
SOMEBODYS = (
    "{11111111-0000-0000-0000-000000000001}",
    "hospital_it.pkcs12.key",
    f"{imported(DAY * 2)}0",
    f"my {imported(DAY * 2)}",
)
CAPITALS = "HOSPITAL_IT.PKCS12.KEY." + "1" * 32
CASES: Mapping[str, Case] = {
    "young": Case((transport(HOUR - MINUTE), imported(DAY - MINUTE), transport(0), imported(0))),
    "old": Case(OLD, OLD),
    "from the future": Case(
        (transport(MINUTE - HOUR), imported(MINUTE - DAY), transport(-HOUR - MINUTE)), (transport(-HOUR - MINUTE),)
    ),
    "somebody else's": Case((*SOMEBODYS, CAPITALS)),
    "linked": Case((*OLD, imported(DAY * 2)), OLD, linked=(SOMEBODYS[0], imported(DAY * 2))),
    "the only one that is linked": Case((imported(DAY * 2),), linked=(imported(DAY * 2),)),
    "linked in capitals": Case((imported(DAY * 2),), linked=("HOSPITAL_IT.PKCS12.KEY." + imported(DAY * 2)[23:],)),
    "in use": Case((*OLD, transport(DAY, 1)), OLD, used=("", transport(DAY, 1))),
    "a store is closed": Case(OLD, OLD[:1], closed=True),
    "not deleted": Case((transport(DAY), *OLD), OLD, stays=(transport(DAY),)),
    "not deleted, which is insisted on": Case(
        (transport(DAY), *OLD), stays=(transport(DAY),), insist=True, code="transport_key_left", hresult=0x80090010
    ),
    "an import is not deleted": Case((imported(DAY * 2), *OLD), OLD, stays=(imported(DAY * 2),), insist=True),
    "not listed": Case(OLD, unlisted=True, hresult=0x80090029),
    "an import where keys are not listed": Case(OLD, unlisted=True, of_a_key=True),
    "a removal where keys are not listed": Case(OLD, unlisted=True, of_a_key=True, insist=True, hresult=0x80090029),
    "an import where a store is closed": Case(OLD, closed=True, of_a_key=True),
    "a removal where a store is closed": Case(OLD, closed=True, of_a_key=True, insist=True, hresult=0x80070005),
}


def test_the_driver_takes_what_is_old_and_ours_and_linked_to_by_nobody() -> None:
    given = json.dumps([asdict(case) for case in CASES.values()])
    said = powershell(f"$root = '{ROOT}/plugins'\n{MODULES}", given=given)
    assert dict(zip(CASES, said, strict=True)) == {
        name: {
            "code": case.code,
            "hresult": case.hresult,
            "count": None if case.hresult else len(case.goes),
            "gone": list(case.goes),
        }
        for name, case in CASES.items()
    }


def test_a_list_that_does_not_come_to_its_end_is_none() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    for call, stand_in in {
        "Check(NCryptOpenStorageProvider(out provider, null, 0));": "provider = null;",
        "NCryptEnumKeys(provider, null, out item, ref position, NCRYPT_SILENT_FLAG)": "Keys.Enum(out item)",
        "NCryptFreeBuffer(item);": "",
    }.items():
        assert call in source
        source = source.replace(call, stand_in)
    assert powershell(LISTING, given=source + KEYS) == ["key1 key2", 0x80090029, 0x80090016]
