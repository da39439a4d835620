# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kit's part with a user of its own, in PowerShell for Linux with stand-ins for what only Windows has: accounts, sessions, tokens.

It shows that everything is taken back, newest first, and that whatever goes wrong is said and ends red. What Windows answers is not shown.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract import kit
from contract.captured_commands import Sent
from drivers.session import Session

pytestmark = pytest.mark.powershell
SCRIPT = "Test-Pkcs12StandardUser.ps1"
REPLACED = {
    "[ansible_collections.hospital_it.pkcs12.kit.Native]::GetWineVersion()": "$null",
    "[Security.Principal.WindowsIdentity]::GetCurrent()": "$null",
    "([Security.Principal.WindowsPrincipal] $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)": "$true",
    '"$PSScriptRoot\\Kit.cs", "$PSScriptRoot\\KitUser.cs", ': "",
    "'KitStore', ": "",
    "'KitUser') {": "'KitUser', 'StandIns') {",
    "[Microsoft.Win32.Registry]::LocalMachine": "$registry",
    "[Environment]::GetFolderPath('CommonApplicationData')": "$env:KIT_PLACE",
    "Start-Sleep -Seconds 3": "",
    "\\": "/",
}
"""In the script: what Linux does not have."""
USER, SID = "pkcs12-kit-12345678", "S-1-5-21-1-2-3-1009"
RUN = """
$said = & '{script}' -Yes -Picks 5 -Results '{results}'
ConvertTo-Json -Depth 3 @{{ said = @($said) -join "`n"; exit_code = [int] $LASTEXITCODE; taken = $global:taken }}
"""
STAND_INS = r"""
$global:taken = [Collections.ArrayList]::new()
$global:registry = [pscustomobject] @{} | Add-Member -PassThru ScriptMethod OpenSubKey {
    [pscustomobject] @{} | Add-Member -PassThru ScriptMethod GetValue { "$env:KIT_PLACE/profile" }
}
$state = @{ commands = 0; machine = 0 }
$done = [pscustomobject] @{ exit_code = 0; stdout = '{"journal": [], "error": null}'; stderr = '' }
function New-KitUser {
    Add-KitEntry -Entry @{ do = 'user'; name = 'USER' }
    Add-KitEntry -Entry @{ do = 'profile'; sid = 'SID'; name = 'USER' }
    @{ name = 'USER'; sid = 'SID' }
}
function Stop-KitUser { $true }
function Remove-KitUser { [void] $global:taken.Add('user') }
function Remove-KitProfile { [void] $global:taken.Add('profile') }
function Add-KitRoot { Add-KitEntry -Entry @{ do = 'root'; thumbprint = 'T' } }
function Start-KitTask {
    param([hashtable] $User)
    if (-not $User.batch) { Add-KitEntry -Entry @{ do = 'member'; name = 'USER' }; $User.batch = $true }
    Add-KitEntry -Entry @{ do = 'task'; name = 'T' }
    'T'
}
function Invoke-KitTask {
    param([hashtable] $User, [string] $Stdin)
    if ($env:KIT_NO_TASKS) { return @{ refused = 'task 0x80070569' } }
    [void] (Start-KitTask -User $User)
    Invoke-Session -Order @{ kind = 's4u'; stdin = $Stdin }
}
function Revoke-BatchRight { [void] $global:taken.Add('member') }
function Remove-KitTask { [void] $global:taken.Add('task') }
function New-ClosedMutex { [IO.MemoryStream]::new() }
function Remove-KitRoot { [void] $global:taken.Add('root') }
function Get-KitWord { param([Object[]] $Pair) foreach ($one in $Pair) { @{ pattern = [regex]::Escape($one[0]); stands = $one[1] } } }
function Get-MachineState { $state.machine++; @{ accounts = @($env:KIT_LEAVES * $state.machine) } }
function Stop-KitDriver { }
function Protect-Passphrase { 'c2VhbGVk' }
function Open-AsUser {
    $process = [pscustomobject] @{ ExitCode = 0 }
    foreach ($name in 'StandardOutput', 'StandardInput') {
        $pipe = [pscustomobject] @{} | Add-Member -PassThru ScriptMethod ReadLine { $null } | Add-Member -PassThru ScriptMethod Dispose { }
        $process | Add-Member NoteProperty $name $pipe
    }
    $process | Add-Member ScriptMethod WaitForExit { }
    $process | Add-Member ScriptMethod Dispose { }
    $process
}
function Invoke-Session {
    param([Object] $Session, [hashtable] $Order)
    if ($env:KIT_REFUSES) { return [pscustomobject] @{ refused = "Win32Exception 5 of USER" } }
    if ($Order.do -eq 'leave') {
        $ended = $env:KIT_ENDED -or $Order.kind -eq 'app_container'
        return [pscustomobject] @{ id = $(if ($ended) { [int]::MaxValue } else { $PID }) }
    }
    if ($Order.kind -eq 'app_container') { return [pscustomobject] @{ refused = 'Win32Exception 5' } }
    $sent = [IO.File]::ReadAllText($Order.stdin)
    if ($sent -match '\$\{(owner_sid|observed|portal)\}') { throw "not filled in: $($Matches[1])" }
    if (-not $sent) { return [pscustomobject] @{ exit_code = 0; stdout = 'deleted'; stderr = '' } }
    if ($sent.Contains('plugins.modules.store_inventory')) {
        $said = '{"profiles": [{"owner_sid": "SID", "unread": []}, {"owner_sid": "S-1-5-21-7", "unread": [{"code": "access_denied"}]}]}'
        return [pscustomobject] @{ exit_code = 0; stdout = $said; stderr = '' }
    }
    $kind = @{ low = 'integrity'; untrusted = 'integrity'; restricted = 'restricted'; s4u = 'batch' }[$Order.kind]
    $unfit = '{"journal": [], "error": {"code": "unfit_token", "token": "KIND"}}'
    if ($kind) { return [pscustomobject] @{ exit_code = 1; stdout = $unfit.Replace('KIND', $kind); stderr = '' } }
    $done
}
function Invoke-AsAnsible {
    param([string] $CommandLine, [string] $Stdin)
    $state.commands++
    if ($Stdin -match '\$\{(owner_sid|observed|become_user)\}') { throw "not filled in: $($Matches[1])" }
    $made = '{"journal": [{"container": "C", "public_key": "AAAA"}], "error": null}'
    if ($state.commands -eq 1) { return @{ exit_code = 0; stdout = $made; stderr = '' } }
    if ($state.commands -eq 2) {
        if (-not $Stdin.Contains('c2VhbGVk')) { throw 'nothing sealed' }
        foreach ($file in 'My/AB', 'Keys/a') { [IO.File]::WriteAllText("$env:KIT_PLACE/profile/$file", 'x') }
    }
    if ($state.commands -eq 4) { return @{ exit_code = 1; stdout = ''; stderr = 'C:\Users\USER is SID' } }
    $done
}
function Invoke-KitDriver {
    Remove-Item "$env:KIT_PLACE/profile/My/AB", "$env:KIT_PLACE/profile/Keys/a"
    @{ answer = (ConvertFrom-Json $done.stdout); exit_code = 0 }
}
"""
PROFILE = {
    "/AppData/Roaming/Microsoft/SystemCertificates/My/Certificates": "/My",
    "/AppData/Roaming/Microsoft/Crypto/Keys": "/Keys",
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """What the script said, its exit code, what it took back, and its results."""

    said: str
    exit_code: int
    taken: list[str]
    results: Json

    def finding(self, name: str) -> Json:
        (found,) = [each for each in self.results["user"] if each["id"] == name]
        return dict(found)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, sent: Mapping[tuple[str, bool], Sent]) -> Path:
    """The kit, with the stand-ins."""
    place = tmp_path_factory.mktemp("kit")
    with zipfile.ZipFile(kit.build(place, sent)) as archive:
        archive.extractall(place)
    folder = place / kit.NAME
    text = (folder / SCRIPT).read_text(encoding="utf-8")
    for old, new in REPLACED.items():
        assert old in text, old
        text = text.replace(old, new)
    for old, new in PROFILE.items():
        text = text.replace(old, new)
    (folder / SCRIPT).write_text(text, encoding="utf-8")
    stand_ins = STAND_INS.replace("USER", USER).replace("SID", SID)
    (folder / "StandIns.psm1").write_text(stand_ins, encoding="utf-8")
    return folder


def run(shell: Session, unpacked: Path, place: Path, **environment: str) -> Ended:
    """Starts its second part."""
    for name in ("profile/My", "profile/Keys", "home/.local/share"):
        (place / name).mkdir(parents=True, exist_ok=True)
    ordinary = {"cases": [{"ran": True}], "probes": [], "clean_up": {"equal": True}}
    (place / "profile" / "results.json").write_text(json.dumps(ordinary))
    results = place / "user-results.json"
    variables = {
        "HOME": str(place / "home"),
        "XDG_DATA_HOME": "",
        "KIT_PLACE": str(place),
        "KIT_LEAVES": "",
        **environment,
    }
    ended = shell.run(RUN.format(script=unpacked / SCRIPT, results=results), **variables)
    return Ended(**ended, results=json.loads(results.read_text(encoding="ascii")))


@pytest.fixture(scope="module")
def usual(shell: Session, unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    place = tmp_path_factory.mktemp("usual")
    ended = run(shell, unpacked, place)
    assert not list(place.glob("pkcs12-kit-*"))
    return ended


TAKEN_BACK = [*["task"] * 3, "member", "root", "profile", "user"]
"""Two commands of a scheduled task, and one that goes on."""


def test_each_question_is_answered_and_everything_is_taken_back(usual: Ended) -> None:
    ended = usual
    assert ended.exit_code == 0, ended.said
    assert (ended.results["stopped"], ended.results["clean_up"]["equal"]) == (None, True)
    assert ended.taken == TAKEN_BACK
    found = {each["id"]: each["as_expected"] for each in ended.results["user"]}
    expected = (
        "ordinary",
        "sealed",
        "token_fit",
        "token_low",
        "token_untrusted",
        "token_restricted",
        "token_s4u",
        "logoff",
        "offline",
    )
    assert {name: found[name] for name in expected} == dict.fromkeys(expected, True)
    assert ended.finding("token_app_container")["reason"].endswith("Win32Exception 5")
    assert len(ended.finding("picks")["picks"]) == 5
    assert (
        ended.finding("picks")["answer"] == "beside 12: done: 4, text: 1; after an unfit pick the same: 0, another: 1"
    )
    assert ended.finding("picks")["as_expected"] is True


def test_a_kind_of_token_that_is_not_had_is_no_answer(shell: Session, unpacked: Path, tmp_path: Path) -> None:
    """As where a policy keeps the right to run scheduled tasks from the account, or processes with lesser tokens end at once."""
    ended = run(shell, unpacked, tmp_path, KIT_NO_TASKS="1", KIT_ENDED="1")
    assert ended.finding("picks")["answer"].startswith("beside 0: ")
    assert ended.finding("picks")["as_expected"] is False
    assert ended.exit_code == 0, ended.said
    assert ended.finding("token_s4u")["reason"].endswith("task 0x80070569")
    assert ended.taken == TAKEN_BACK[-3:]


def test_nothing_of_the_user_is_in_the_results(usual: Ended) -> None:
    text = json.dumps(usual.results)
    assert r"C:\\Users\\<user> is <owner_sid>" in text
    assert USER not in text and SID not in text
    assert '"answer": {' not in text


def test_what_is_left_ends_red(shell: Session, unpacked: Path, tmp_path: Path) -> None:
    ended = run(shell, unpacked, tmp_path, KIT_LEAVES="x")
    assert ended.exit_code == 1
    assert "NOT CLEAN: different from before: accounts" in ended.said
    assert ended.results["clean_up"] == {"equal": False, "different": ["accounts"], "swept_at_start": False}


def test_a_part_that_stops_early_says_why_ends_red_and_takes_everything_back(
    shell: Session, unpacked: Path, tmp_path: Path
) -> None:
    ended = run(shell, unpacked, tmp_path, KIT_REFUSES="1")
    assert ended.exit_code == 1
    assert ended.results["stopped"] == "the session of the user starts nothing: Win32Exception 5 of <user>"
    assert ended.taken == TAKEN_BACK[-2:]  # the root was not trusted yet
    assert ended.results["clean_up"]["equal"] is True
