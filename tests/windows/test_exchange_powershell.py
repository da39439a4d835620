# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of store_exchange by themselves, in PowerShell for Linux of the Windows test bed: what reaches the disk before an older key
goes, and what a proof says of a key about which Windows says nothing.

Windows' classes are not there, so keys and steps are stand-ins. A backslash is a letter here, so the files are entries of one folder.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from lab.playbook import ROOT
from windows.drivers_on_linux import powershell

pytestmark = [
    pytest.mark.windows,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace shows what reaches the disk"),
]
TRANSACTION = r"""
Import-Module "$root/module_utils/_Store.psm1", "$root/module_utils/_Exchange.psm1"
Add-Type -TypeDefinition @'
public static class Hive
{
    public static Hive_ CurrentUser = new Hive_();
    public class Hive_ { public void Flush() { System.IO.File.Delete("hive"); } }
}
public class Key
{
    public string UniqueName = "4f_e8";
    public void Dispose() { }
    public static Key OpenKey(string container, string provider, int keySpec, int flags)
    {
        if (container != "C") throw new System.Exception();
        return new Key();
    }
}
'@
$source = [Management.Automation.Language.Parser]::ParseFile("$root/modules/store_exchange.ps1", [ref] $null, [ref] $null)
foreach ($name in 'Save-Import', 'Invoke-Transaction') {
    $text = $source.Find({ $args[0].Name -eq $name }, $true).Extent.Text
    . ([scriptblock]::Create($text.Replace('[Microsoft.Win32.Registry]', '[Hive]')))
}
function Get-KeyStore { [Key] }
function Invoke-Step {
    param([int] $Index, [Object] $Store, [hashtable] $Memo, [hashtable] $Entry)
    $step = $complex_args.steps[$Index]
    [IO.File]::Delete("step $($step.id)")
    if ($step.container) { @{ container = $step.container; provider = 'software' } } else { @{} }
}
$certificates = 'Microsoft\SystemCertificates\My\Certificates'
$complex_args = @{ steps = @($steps | ConvertFrom-Json) }
$answer = @{ journal = @() }
Invoke-Transaction -Store $null -Answer $answer
ConvertTo-Json -InputObject $answer.error
"""
PROOF = r"""
Import-Module "$root/module_utils/_Store.psm1"
$source = [Management.Automation.Language.Parser]::ParseFile("$root/module_utils/_PrivateKey.psm1", [ref] $null, [ref] $null)
. ([scriptblock]::Create($source.Find({ $args[0].Name -eq 'Get-Proof' }, $true).Extent.Text))
Add-Type -TypeDefinition @'
using System;
public class Info { public bool? Policy; public bool Exportable { get { return Policy.Value; } } }
public class Key
{
    public int? Policy;
    public int ExportPolicy { get { return Policy.Value; } }
    public Info CspKeyContainerInfo = new Info();
    public byte[] SignHash(byte[] digest, string kind) { return digest; }
    public static byte[] Sign(Key key, byte[] digest, bool rsa) { return digest; }
    public void Dispose() { }
}
'@
function Get-NeededLink { @{ type = $case.type } }
function Get-KeyStore { [Key] }
function Test-PublicKey { $true }
function Open-Key {
    $key = [Key]::new()
    $key.Policy, $key.CspKeyContainerInfo.Policy = $case.cng, $case.capi
    $key
}
$rsa = [Security.Cryptography.RSA]::Create(2048)
$made = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=x', $rsa, 'SHA256', 'Pkcs1')
$certificate = $made.CreateSelfSigned([DateTimeOffset]::UtcNow, [DateTimeOffset]::UtcNow.AddDays(1))
$said = foreach ($case in $cases | ConvertFrom-Json) {
    $proof = Get-Proof -Certificate $certificate -Nonce ([byte[]]::new(32))
    if ($proof.signature.Length -ne 44) { throw 'no signature' }
    @{ said = $proof.exportable }
}
ConvertTo-Json -Compress -InputObject @($said.said)
"""
ELEMENT = r"config\Microsoft\SystemCertificates\My\Certificates\T"
KEY = r"config\Microsoft\Crypto\Keys\4f_e8"
IMPORT = {"id": "import", "step": "import", "thumbprint": "T", "container": "C"}
NAME, RETIRE, REMOVE = ({"id": step, "step": step, "thumbprint": "T"} for step in ("name", "retire", "remove"))
CALL = re.compile(r'(?:fsync|fdatasync)\(\d+<.*/(.+?)>\)|unlink\("(?:.*/)?(.+?)"\)')


def calls(folder: Path, steps: list[dict[str, str]]) -> list[str]:
    """What a transaction has done to files, in order: those written to the disk by name, each step, and the hive."""
    (folder / "config").mkdir()
    marks = [f"step {step['id']}" for step in steps]
    for name in (KEY, ELEMENT, "hive", *marks):
        (folder / name).write_bytes(b"x")
    trace = folder / "trace"
    strace = ("strace", "-f", "-y", "-s", "200", "-e", "trace=fsync,fdatasync,unlink", "-o", str(trace))
    script = f"$root, $steps = '{ROOT}/plugins', '{json.dumps(steps)}'\n{TRANSACTION}"
    assert powershell(script, cwd=folder, before=strace, XDG_CONFIG_HOME=str(folder / "config")) is None
    seen = [written or deleted for written, deleted in CALL.findall(trace.read_text(encoding="utf-8"))]
    return [name for name in (each.replace(r"\\", "\\") for each in seen) if name in (KEY, ELEMENT, "hive", *marks)]


def test_what_was_imported_is_on_the_disk_before_the_first_older_one_goes(tmp_path: Path) -> None:
    steps = [IMPORT, NAME, RETIRE, REMOVE]
    assert calls(tmp_path, steps) == ["step import", "step name", KEY, ELEMENT, "hive", "step retire", "step remove"]


def test_without_an_import_nothing_is_written_to_the_disk(tmp_path: Path) -> None:
    assert calls(tmp_path, [NAME, RETIRE]) == ["step name", "step retire"]


def test_a_key_that_is_nowhere_stops_nothing(tmp_path: Path) -> None:
    assert calls(tmp_path, [{**IMPORT, "container": "elsewhere"}, RETIRE]) == ["step import", "step retire"]


def test_a_proof_says_no_only_where_windows_has_said_it(tmp_path: Path) -> None:
    cng = {7: True, 4: False, 2: True, 1: True, 0: False, None: None}
    capi = {True: True, False: False, None: None}
    cases = [{"type": 0, "cng": policy} for policy in cng] + [{"type": 24, "capi": policy} for policy in capi]
    script = f"$root, $cases = '{ROOT}/plugins', '{json.dumps(cases)}'\n{PROOF}"
    assert powershell(script, cwd=tmp_path) == [*cng.values(), *capi.values()]
