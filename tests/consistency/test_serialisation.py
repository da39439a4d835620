# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a driver answers has the same form on Windows PowerShell 5.1 as on PowerShell 7, which the lab has. The text has to show it."""

from __future__ import annotations

import pytest

from consistency.serialisation import shapeless
from consistency.tree import ROOT, SOURCES

SENT = [
    path.read_text(encoding="utf-8")
    for path in SOURCES
    if path.suffix in (".ps1", ".psm1") and path.is_relative_to(ROOT / "plugins")
]
FUNCTION = "function Get-It {\n\tparam([int] $Number)\n\t%s\n}\nfunction Get-Answer {\n\t%s\n}\n"

TRAPS = {
    "a function that may give nothing": ("if ($Number) { 'one' }", "@{ reason = Get-It -Number 0 }"),
    "a function that gives a list": ("@($Number)", "@{ all = Get-It -Number 0 }"),
    "a loop": ("'one'", "@{ all = foreach ($one in 1, 2) { $one } }"),
    "a pipeline": ("'one'", "@{ all = 1, 2 | Where-Object { $_ } }"),
    "an if without else": ("'one'", "@{ reason = if ($true) { 'one' } }"),
    "a try that may give nothing": ("'one'", "@{ reason = try { 'one' } catch { } }"),
    "under a name": ("if ($Number) { 'one' }", "$reason = Get-It -Number 0\n\t@{ kept_because = $reason }"),
    "in a member": ("if ($Number) { 'one' }", "$fact = @{}\n\t$fact.code = Get-It -Number 0\n\t$fact"),
    "through another function": ("Get-Item -Path C:\\", "@{ reason = Get-It -Number 0 }"),
}


def test_every_value_of_an_answer_keeps_its_form() -> None:
    assert shapeless(SENT) == []


@pytest.mark.parametrize(("function", "use"), TRAPS.values(), ids=TRAPS)
def test_a_trap_is_seen(function: str, use: str) -> None:
    assert shapeless([FUNCTION % (function, use)]) != []


MENDED = {
    "why a key was kept": (
        "$Entry.kept_because = @(Get-ReasonToKeep -Certificate $Certificate -Link $link)[0]",
        "@(",
        ")[0]",
    ),
    "why a portal refused": ("$Fact.code = @(Get-Refusal -Fact $Fact -Status $Status)[0]", "@(", ")[0]"),
    "the status of a portal": ("@(Read-Status -Stream $tls -Head $head)[0]", "@(", ")[0]"),
    "a program that is not registered": (
        "{ ConvertTo-Text -Value $key.GetValue('') } else { $null }",
        " else { $null }",
        "",
    ),
    "a policy that says nothing": ("{ $Value -ne 0 } else { $null }", " else { $null }", ""),
    "no file of policies": ("if (-not [IO.File]::Exists($path)) { return $null }", " $null", ""),
    "a certificate without a key": ("if (-not $info) { return $null }", " $null", ""),
}


@pytest.mark.parametrize(("line", "first", "last"), MENDED.values(), ids=MENDED)
def test_the_drivers_without_one_of_their_guards_are_complained_about(line: str, first: str, last: str) -> None:
    assert sum(source.count(line) for source in SENT) == 1
    bare = line.replace(first, "", 1) if not last else line.replace(first, "", 1).replace(last, "")
    assert shapeless([source.replace(line, bare) for source in SENT]) != []
