# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver's own guard, in PowerShell for Linux of the Windows test bed: what it says of a token and a logon, and in which order.

Windows' classes are not there, so the token, DPAPI and the lists of Windows are stand-ins. Wine has one logon only, whose token is fit.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from lab.playbook import ROOT
from lab.wine import bed

pytestmark = pytest.mark.windows
SCRIPT = r"""
Import-Module "$root/module_utils/_Store.psm1", "$root/module_utils/_Exchange.psm1"
$source = [Management.Automation.Language.Parser]::ParseFile("$root/modules/store_exchange.ps1", [ref] $null, [ref] $null)
$guard = $source.Find({ $args[0].Name -eq 'Assert-Owner' }, $true).Extent.Text
$dpapi = '[Security.Cryptography.ProtectedData]'
if (-not $guard.Contains($dpapi)) { throw "the guard has no $dpapi" }
Add-Type -TypeDefinition @'
using System;
using System.Security.Cryptography;
public static class KeyStore
{
    public static string Fault;
    public static string GetFault(IntPtr token) { return Fault; }
}
public static class Dpapi
{
    public static bool Works;
    public static byte[] Protect(byte[] data, byte[] more, string scope) { return data; }
    public static byte[] Unprotect(byte[] data, byte[] more, string scope)
    {
        if (!Works) throw new CryptographicException(unchecked((int)0x80090345));
        return data;
    }
}
'@
. ([scriptblock]::Create($guard.Replace($dpapi, '[Dpapi]')))
function Add-Type { }
function Get-KeyStore { [KeyStore] }
function Get-ProfileList { @{ owner_sid = 'S-1'; temporary = $case.temporary } }
function Get-ForceKeyProtection { $case.policy }
$said = foreach ($case in $input | ConvertFrom-Json) {
    [KeyStore]::Fault, [Dpapi]::Works = $case.fault, $case.dpapi
    $identity = @{ Token = [IntPtr]::Zero; Groups = @{ Value = @('S-1-1-0', $case.group) } }
    try {
        Assert-Owner -Sid $case.sid -OwnerSid 'S-1'
        @{ code = $null }
    } catch { $_.TargetObject }
}
ConvertTo-Json -Compress -InputObject @($said)
"""
NETWORK, INTERACTIVE, BATCH = "S-1-5-2", "S-1-5-4", "S-1-5-3"
NO_DPAPI = 0x80090345


@dataclass(frozen=True, slots=True)
class Logon:
    """A process: whose, what ``GetFault`` says of its token, what else is wrong."""

    sid: str = "S-1"
    fault: str | None = None
    temporary: bool = False
    policy: int = 0
    dpapi: bool = True
    group: str = INTERACTIVE


EVERYTHING = {"temporary": True, "policy": 2, "dpapi": False}
CASES: Mapping[str, tuple[Logon, Mapping[str, Any]]] = {
    "fit": (Logon(), {"code": None}),
    "somebody else": (Logon("S-2", "restricted", **EVERYTHING), {"code": "wrong_owner"}),
    **{
        fault: (Logon(fault=fault, **EVERYTHING), {"code": "unfit_token", "token": fault})
        for fault in ("app_container", "integrity", "restricted", "service")
    },
    "a batch logon of a temporary profile": (Logon(fault="batch", **EVERYTHING), {"code": "temporary_profile"}),
    "a batch logon under a policy": (Logon(fault="batch", policy=2, dpapi=False), {"code": "force_key_protection"}),
    "S4U": (
        Logon(fault="batch", dpapi=False, group=BATCH),
        {"code": "unfit_token", "hresult": NO_DPAPI, "token": "batch"},
    ),
    "a task with a stored password": (Logon(fault="batch", group=BATCH), {"code": None}),
    "over the network": (Logon(dpapi=False, group=NETWORK), {"code": "no_dpapi", "hresult": NO_DPAPI}),
    "at the desk": (Logon(dpapi=False), {"code": "dpapi_broken", "hresult": NO_DPAPI}),
}


def test_the_guard_says_why_a_logon_cannot_keep_a_key() -> None:
    where = bed()
    assert where is not None
    given = json.dumps([asdict(logon) for logon, _expected in CASES.values()])
    script = f"$root = '{ROOT}/plugins'\n{SCRIPT}"
    command = [str(where / "bin" / "pwsh"), "-NoProfile", "-NonInteractive", "-Command", script]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True, timeout=120)
    assert dict(zip(CASES, json.loads(done.stdout), strict=True)) == {
        name: said for name, (_logon, said) in CASES.items()
    }
