# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kit in which something goes wrong says so: drivers and probes that leave something behind, and a driver that says names.

Each leaves one thing of its own, and takes away what the one before it left, so that each kind is seen by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from contract.captured_commands import Sent
from contract.compare import Verdict, main
from lab.wine import WineWorkstation
from windows.kit_on_wine import Ended, personal, run, somebodys_certificate, state, unpack

pytestmark = pytest.mark.windows

LEAVE = """
param([string] $What)
$cng = [Security.Cryptography.CngKey]
$provider = [Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
$legacy = [Security.Cryptography.CspParameters]::new(1, 'Microsoft Enhanced Cryptographic Provider v1.0', 'left')
$legacy.Flags = 'NoPrompt'
$certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String('{data}'))
$kept, $gone = if ($What -eq 'container') {{ 'left', '{somebodys}' }} else {{ '{somebodys}', 'left' }}
if ($cng::Exists($gone, $provider)) {{ $cng::Open($gone, $provider, 'Silent').Delete() }}
if (-not $cng::Exists($kept, $provider)) {{ $cng::Create([Security.Cryptography.CngAlgorithm]::Rsa, $kept).Dispose() }}
$key = [Security.Cryptography.RSACryptoServiceProvider]::new(2048, $legacy)
$key.PersistKeyInCsp = $What -eq 'key'
$key.Clear()
foreach ($name in 'My', 'CA') {{
    $store = [Security.Cryptography.X509Certificates.X509Store]::new($name, 'CurrentUser')
    $store.Open('ReadWrite')
    if ($What -eq @{{ My = 'certificate'; CA = 'authority' }}[$name]) {{ $store.Add($certificate) }} else {{ $store.Remove($certificate) }}
    $store.Close()
}}
if ($What -eq 'names') {{ "not only JSON: $([Security.Principal.WindowsIdentity]::GetCurrent().Name) " }}
"""
DRIVER = """
$left = $complex_args.leaves
$complex_args.Remove('leaves')
. "$PSScriptRoot\\..\\Leave.ps1" -What $left
"""
SOMEBODYS_KEY = "a key of Odile"
KINDS = {"container": "keys", "key": "keys", "certificate": "elements", "authority": "authorities"}
"""What is left, and what the results call it. The container comes in place of somebody's: there are as many as before."""
CASES = {
    "guard_a_missing_request_key": "container",
    "guard_a_missing_step_key": "key",
    "guard_an_unknown_request_key": "certificate",
    "guard_an_unknown_step_key": "authority",
    "guard_another_protocol": "names",
}
"""In the order in which they run."""
PROBES = {"convertto_json": "container", "locks": "key", "linked_token": "certificate", "profile_state": "authority"}
OF_ADMINISTRATORS = "guard_a_policy_that_asks_in_a_dialog"
WITH_KEYS = "remove_takes_the_key_too"
NAMED = """
    $made = $Case.containers[$Order.alias]
    $Case.containers[$Order.alias] = "a container whose name is longer than $made"
    $keys = 'HKCU:\\Software\\Wine\\Crypto\\CNG'
    Copy-Item -LiteralPath "$keys\\$made" -Destination "$keys\\$($Case.containers[$Order.alias])"
    Remove-Item -LiteralPath "$keys\\$made"
"""
"""Wine gives each container a GUID for a name, Windows need not."""


def plant(unpacked: Path) -> None:
    """The mistakes."""
    (unpacked / "Leave.ps1").write_text(LEAVE.format(data=somebodys_certificate(), somebodys=SOMEBODYS_KEY))
    for name, kind in CASES.items():
        path = unpacked / "cases" / f"{name}.json"
        case = json.loads(path.read_text())
        case["request"]["leaves"] = kind
        path.write_text(json.dumps(case))
    driver = unpacked / "drivers" / "store_exchange.ps1"
    driver.write_text(DRIVER + driver.read_text(encoding="utf-8"), encoding="utf-8")
    for probe, kind in PROBES.items():
        insert(unpacked / "KitProbes.psm1", f"id = '{probe}'; ask = {{", f' & "$PSScriptRoot\\Leave.ps1" {kind};')
    insert(
        unpacked / "KitPrepare.psm1",
        "$Case.containers[$Order.alias] = (Get-KeyLink -Certificate $certificate).container",
        NAMED,
    )


def insert(path: Path, behind: str, text: str) -> None:
    """Into a file, behind a text that it has once."""
    source = path.read_text(encoding="utf-8")
    assert source.count(behind) == 1
    path.write_text(source.replace(behind, behind + text), encoding="utf-8")


@pytest.fixture(scope="module")
def workstation() -> Iterator[WineWorkstation]:
    made = WineWorkstation.create("kit", {})
    yield made
    made.close()


@pytest.fixture(scope="module")
def ended(
    workstation: WineWorkstation, tmp_path_factory: pytest.TempPathFactory, sent: Mapping[tuple[str, bool], Sent]
) -> Ended:
    """Started without -Administrator, although the user of Wine is one."""
    folder = tmp_path_factory.mktemp("kit")
    unpacked = unpack(folder, sent)
    plant(unpacked)
    create = "[Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, '{}').Dispose()"
    workstation.run_powershell(create.format(SOMEBODYS_KEY))
    return run(workstation, unpacked, folder, f'-Case "{",".join((*CASES, OF_ADMINISTRATORS, WITH_KEYS))}"')


def document_of(ended: Ended, name: str) -> dict[str, Any]:
    (found,) = [case.document for case in ended.results.cases if case.name == name]
    return found


@pytest.mark.parametrize("name", [name for name, kind in CASES.items() if kind in KINDS])
def test_what_a_case_leaves_behind_is_said_and_is_a_difference(name: str, ended: Ended) -> None:
    kind = KINDS[CASES[name]]
    assert document_of(ended, name)["left_behind"] == [kind]
    row = ended.table()[name]
    assert row.verdict is Verdict.DIFFERS
    assert f"left behind: {kind}" in row.details


@pytest.mark.parametrize("name", PROBES)
def test_what_a_probe_leaves_behind_is_said_and_is_a_difference(name: str, ended: Ended) -> None:
    (probe,) = [probe for probe in ended.results.probes if probe["id"] == name]
    assert probe["left_behind"] == [KINDS[PROBES[name]]]
    assert ended.table()[f"probe {name}"].verdict is Verdict.DIFFERS


def test_a_kit_that_leaves_something_ends_red(ended: Ended) -> None:
    assert ended.exit_code == 1
    assert "NOT CLEAN: different from before: authorities" in ended.stdout
    assert not ended.results.clean
    assert main([str(ended.file)]) == 1


def test_what_a_driver_says_instead_of_an_answer_names_nobody(ended: Ended, workstation: WineWorkstation) -> None:
    (name,) = [name for name, kind in CASES.items() if kind == "names"]
    assert document_of(ended, name)["said"].startswith("not only JSON: <account> ")
    assert personal(workstation, ended.file.read_text()) == []


def test_an_administrator_has_to_say_so(ended: Ended, workstation: WineWorkstation) -> None:
    assert not [line for line in state(workstation) if "ForceKeyProtection" in line]
    assert document_of(ended, OF_ADMINISTRATORS)["reason"].startswith("needs -Administrator: ")
    assert ended.results.machine["administrator"] is True


def test_a_container_may_have_a_name_of_any_length(ended: Ended) -> None:
    """The driver finds the key by the certificate's link, and deletes it."""
    document = document_of(ended, WITH_KEYS)
    (entry,) = document["answer"]["journal"]
    assert (entry["outcome"], entry["key"], document["afterwards"]) == ("done", "deleted", {"containers": 1})
    assert entry["container"].startswith("a container whose name is longer than {")
    assert document["left_behind"] == []
