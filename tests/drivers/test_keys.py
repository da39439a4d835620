# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the drivers make of keys of which Windows says little or nothing, with stand-ins for Windows' keys.

Which of them runs have left: Wine lists all containers, a Windows that does not stands in here. What a proof says of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pytest

from drivers.session import Session
from lab.playbook import ROOT

pytestmark = pytest.mark.powershell
SOURCE = ROOT / "plugins" / "module_utils" / "_KeyStore.cs"
MODULES = r"""
$root, $cases = $given
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
    public static bool HidesLegacy;
    public static string[] GetLegacyContainers(string provider, int type)
    {
        if (HidesLegacy) throw new CryptographicException(unchecked((int)0x80090014));
        return new string[0];
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
$said = foreach ($global:case in $cases) {
    $global:gone = [Collections.ArrayList]::new()
    # A name as a case writes it has the age in seconds, between brackets.
    $second = { '{0:x8}' -f ($now - [long] $args[0].Groups[1].Value) }
    $named = { param($names) foreach ($name in $names) { [regex]::Replace($name, '\[(.*)\]', $second) } }
    foreach ($key in 'linked', 'stays', 'used') { $case[$key] = @(& $named $case[$key]) }
    [Keys]::HidesLegacy = $case.legacy_unlisted
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
Add-Type -TypeDefinition $given
$class = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore.KeyStore]
$said = foreach ($end in 0x8009002A, 0x80090029, 0x80090016) {
    [Listed]::Next, [Listed]::End = 0, $end
    try { $class::GetContainers() -join ' ' } catch { $_.Exception.GetBaseException().HResult -band 0xFFFFFFFFL }
}
ConvertTo-Json -Compress -InputObject @($said)
"""
KEYS = """
public static class Listed
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
LEGACY_LISTING = """
$ErrorActionPreference = 'Stop'
Add-Type -TypeDefinition $given
$class = [ansible_collections.hospital_it.pkcs12.plugins.module_utils.Legacy.KeyStore]
$said = foreach ($case in @(2, 259), @(2, 5), @(0, 259)) {
    [ListedLegacy]::Most, [ListedLegacy]::End = $case
    try { $class::GetLegacyContainers('any', 24) -join ' ' } catch { $_.Exception.GetBaseException().HResult -band 0xFFFFFFFFL }
}
ConvertTo-Json -Compress -InputObject @($said)
"""
LEGACY_KEYS = """
public static class ListedLegacy
{
    static int next;
    public static int Most, End;
    public static bool Tell(StringBuilder name, int which)
    {
        if (which == 1) next = 0;
        else if (which != 2) throw new ArgumentException();
        if (next++ == Most) return false;
        name.Clear().Append("key" + next);
        return true;
    }
}
"""
"""So many containers, then the error with which Windows ends: ERROR_NO_MORE_ITEMS is 259."""
PROOF = r"""
$root, $cases = $given
Import-Module "$root/module_utils/_Store.psm1"
$source = [Management.Automation.Language.Parser]::ParseFile("$root/module_utils/_PrivateKey.psm1", [ref] $null, [ref] $null)
. ([scriptblock]::Create($source.Find({ $args[0].Name -eq 'Get-Proof' }, $true).Extent.Text))
Add-Type -TypeDefinition @'
using System;
public class Info { public bool? Policy; public bool Exportable { get { return Policy.Value; } } }
public class Held
{
    public int? Policy;
    public int ExportPolicy { get { return Policy.Value; } }
    public Info CspKeyContainerInfo = new Info();
    public byte[] SignHash(byte[] digest, string kind) { return digest; }
    public static byte[] Sign(Held key, byte[] digest, bool rsa) { return digest; }
    public void Dispose() { }
}
'@
function Get-NeededLink { @{ type = $case.type } }
function Get-KeyStore { [Held] }
function Test-PublicKey { $true }
function Open-Key {
    $key = [Held]::new()
    $key.Policy, $key.CspKeyContainerInfo.Policy = $case.cng, $case.capi
    $key
}
$rsa = [Security.Cryptography.RSA]::Create(2048)
$padding = [Security.Cryptography.RSASignaturePadding]::Pkcs1
$made = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=x', $rsa, 'SHA256', $padding)
$certificate = $made.CreateSelfSigned([DateTimeOffset]::UtcNow, [DateTimeOffset]::UtcNow.AddDays(1))
$said = foreach ($case in $cases) {
    $proof = Get-Proof -Certificate $certificate -Nonce ([byte[]]::new(32))
    if ($proof.signature.Length -ne 44) { throw 'no signature' }
    @{ said = $proof.exportable }
}
ConvertTo-Json -Compress -InputObject @($said.said)
"""


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
    legacy_unlisted: bool = False
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
    "an import where keys of CAPI are not listed": Case(OLD, legacy_unlisted=True, of_a_key=True),
    "a removal where keys of CAPI are not listed": Case(
        OLD, legacy_unlisted=True, of_a_key=True, insist=True, hresult=0x80090014
    ),
    "an import where a store is closed": Case(OLD, closed=True, of_a_key=True),
    "a removal where a store is closed": Case(OLD, closed=True, of_a_key=True, insist=True, hresult=0x80070005),
}


def test_the_driver_takes_what_is_old_and_ours_and_linked_to_by_nobody(shell: Session) -> None:
    said = shell.run(MODULES, given=[f"{ROOT}/plugins", [asdict(case) for case in CASES.values()]])
    assert dict(zip(CASES, said, strict=True)) == {
        name: {
            "code": case.code,
            "hresult": case.hresult,
            "count": None if case.hresult else len(case.goes),
            "gone": list(case.goes),
        }
        for name, case in CASES.items()
    }


def test_a_list_that_does_not_come_to_its_end_is_none(shell: Session) -> None:
    source = SOURCE.read_text(encoding="utf-8")
    for call, stand_in in {
        "Check(NCryptOpenStorageProvider(out provider, null, 0));": "provider = null;",
        "NCryptEnumKeys(provider, null, out item, ref position, NCRYPT_SILENT_FLAG)": "Listed.Enum(out item)",
        "NCryptFreeBuffer(item);": "",
    }.items():
        assert call in source
        source = source.replace(call, stand_in)
    assert shell.run(LISTING, given=source + KEYS) == ["key1 key2", 0x80090029, 0x80090016]


def test_a_list_of_capi_that_does_not_come_to_its_end_is_none(shell: Session) -> None:
    source = SOURCE.read_text(encoding="utf-8")
    for call, stand_in in {
        "Check(CryptAcquireContext(out context, null, provider, type, CRYPT_VERIFYCONTEXT | CRYPT_SILENT));": "context = IntPtr.Zero;",
        "CryptGetProvParam(context, PP_ENUMCONTAINERS, name, ref size, which)": "ListedLegacy.Tell(name, which)",
        "Marshal.GetLastWin32Error()": "ListedLegacy.End",
        "Marshal.GetHRForLastWin32Error()": "unchecked((int)0x80070000) | ListedLegacy.End",
        "CryptReleaseContext(context, 0);": "",
    }.items():
        assert call in source
        source = source.replace(call, stand_in)
    source = source.replace("module_utils._KeyStore", "module_utils.Legacy")  # PowerShell takes a name once
    assert shell.run(LEGACY_LISTING, given=source + LEGACY_KEYS) == ["key1 key2", 0x80070005, ""]


def test_a_proof_says_no_only_where_windows_has_said_it(shell: Session) -> None:
    cng = {7: True, 4: False, 2: True, 1: True, 0: False, None: None}
    capi = {True: True, False: False, None: None}
    cases = [{"type": 0, "cng": policy} for policy in cng] + [{"type": 24, "capi": policy} for policy in capi]
    assert shell.run(PROOF, given=[f"{ROOT}/plugins", cases]) == [*cng.values(), *capi.values()]
