# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole drivers, and their C#, in PowerShell for Linux of the Windows test bed, with ``stand_ins.cs`` for what only Windows has.

Wine has one user, an administrator whom nothing is closed to, and makes no links; nobody logs on to it between two steps. Here each of
these is a word. What stays unseen in either way is in ``docs/developers/windows_review.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.session import Session
from lab.playbook import ROOT

UTILITIES = ROOT / "plugins" / "module_utils"
MODULES = ROOT / "plugins" / "modules"
STAND_INS = Path(__file__).parent / "stand_ins.cs"
ON_WINDOWS_ONLY = {
    "[Security.AccessControl.": "[StandIn.",
    "[X509Certificate] $": "[StandIn.X509Certificate] $",
    "Diagnostics.Process]": "StandIn.Process]",
    "Microsoft.Win32.": "StandIn.",
    "Security.Cryptography.ProtectedData": "StandIn.ProtectedData",
    "Security.Cryptography.X509Certificates.X509Store": "StandIn.X509Store",
    "Security.Principal.Windows": "StandIn.Windows",
    "Threading.Mutex]": "StandIn.Mutex]",
    "ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore.": "StandIn.",
}
CLASSES = "_FileRemoval.cs", "_ProfileFile.cs"
EXTERN = re.compile(r"\[DllImport\([^\]]*\)\]\s*static extern (\w+) (\w+)\(([^)]*)\);")
UTIL = re.compile(r"^#AnsibleRequires -PowerShell \.\.module_utils\.(\w+)", re.MULTILINE)

Json = dict[str, Any]
Change = tuple[str, str, str]
"""A file, a text in it, another text."""

CASES = """
$ErrorActionPreference = 'Stop'
Add-Type -IgnoreWarnings -WarningAction Ignore -TypeDefinition ([IO.File]::ReadAllText("{folder}/all.cs"))
Import-Module {modules} -DisableNameChecking
$windows, $registry, $store, $keys = [StandIn.Windows], [StandIn.Registry], [StandIn.X509Store], [StandIn.KeyStore]::Containers
$said = @{{}}
foreach ($case in [IO.File]::ReadAllText('{folder}/cases.json') | ConvertFrom-Json -AsHashtable) {{
    [Console]::Error.WriteLine("case $($case.name)")
    $windows::Begin()
    . ([scriptblock]::Create($case.before))
    $complex_args = $case.request
    if ($complex_args.observed -eq 'now') {{
        $path = 'Software\\Microsoft\\SystemCertificates\\My\\Certificates'
        $complex_args.observed = Get-StoreHash -Element @(Read-Hive -Root $registry::CurrentUser -Path $path)
    }}
    $answer = & '{folder}/{driver}.ps1' | ConvertFrom-Json -AsHashtable
    $said[$case.name] = @{{
        answer = $answer; events = @($windows::Events); my = @($store::Show('My')); containers = @($keys.Keys | Sort-Object)
    }}
}}
ConvertTo-Json -Compress -Depth 20 -InputObject $said
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What a driver is asked. ``before``: PowerShell that sets the Windows of ``stand_ins.cs``."""

    request: Mapping[str, Any]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """``my``: the own store afterwards, ``containers``: the keys, ``events``: what happened on Windows, in order."""

    answer: Json
    events: list[str]
    my: list[str]
    containers: list[str]

    @property
    def code(self) -> str | None:
        """Why it stopped."""
        return (self.answer["error"] or {}).get("code")

    @property
    def outcomes(self) -> list[str]:
        return [f"{entry['step']} {entry['outcome']}" for entry in self.answer["journal"]]


def compiled(name: str) -> str:
    """C# of the drivers that calls the stand-in's functions in place of those of Windows, and has less patience."""

    def call(found: re.Match[str]) -> str:
        kind, function, parameters = found.groups()
        words = [parameter.split() for parameter in parameters.split(",")]
        given = ", ".join(f"ref {each[-1]}" if each[0] == "ref" else each[-1] for each in words)
        return f"static {kind} {function}({parameters}) {{ return StandIn.Kernel.{function}({given}); }}"

    source = (UTILITIES / name).read_text(encoding="utf-8")
    return EXTERN.sub(call, source).replace("MILLISECONDS = 10000", "MILLISECONDS = 500")


def joined() -> str:
    """One file with ``stand_ins.cs``: a file has its directives first."""
    sources = [STAND_INS.read_text(encoding="utf-8"), *map(compiled, CLASSES)]
    using = re.compile(r"^using [\w.]+;\n", re.MULTILINE)
    directives = sorted({line for source in sources for line in using.findall(source)})
    return "".join(directives) + "".join(using.sub("", source) for source in sources)


def run_driver(
    shell: Session, driver: str, folder: Path, cases: Mapping[str, Case], changes: Sequence[Change] = ()
) -> dict[str, Said]:
    """What a driver says in each case, one after the other, in this folder. ``changes`` shorten waits."""
    home = folder / "driver"
    home.mkdir(exist_ok=True)
    source = (MODULES / f"{driver}.ps1").read_text(encoding="utf-8")
    utils = UTIL.findall(source)
    files = {MODULES / f"{driver}.ps1", *(UTILITIES / f"{name}.psm1" for name in utils)}
    assert {name for name, *_texts in changes} <= {path.name for path in files}
    for path in files:
        (home / path.name).write_text(_for_linux(path, changes), encoding="utf-8")
    (home / "all.cs").write_text(joined(), encoding="utf-8")
    asked = [{"name": name, "request": case.request, "before": case.before} for name, case in cases.items()]
    (home / "cases.json").write_text(json.dumps(asked), encoding="utf-8")
    modules = ", ".join(f"'{home}/{name}.psm1'" for name in utils)
    found = shell.run(CASES.format(folder=home, driver=driver, modules=modules), folder=folder)
    return {name: Said(**said) for name, said in found.items()}


def _for_linux(path: Path, changes: Sequence[Change]) -> str:
    text = path.read_text(encoding="utf-8")
    for name, old, new in changes:
        if name == path.name:
            assert text.count(old) == 1, (name, old)
            text = text.replace(old, new)
    for old, new in ON_WINDOWS_ONLY.items():
        text = text.replace(old, new)
    return text
