# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make kit-remote` runs the targets on a workstation of an inventory, and takes back what they did there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from contract import kit_remote
from contract.kit_remote import TARGETS, plays, run, windows_targets
from lab.hospital import Hospital
from lab.wine import WineWorkstation

LEFT = """
foreach ($place in @('My', 'CurrentUser'), @('CA', 'LocalMachine'), @('CA', 'CurrentUser')) {
    $store = [Security.Cryptography.X509Certificates.X509Store]::new($place[0], $place[1])
    $store.Open('ReadOnly')
    $store.Certificates | ForEach-Object { "$($place[0]) $($_.Thumbprint)" }
}
foreach ($kind in 'CNG', 'RSA') {
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey("Software\\Wine\\Crypto\\$kind")
    if ($key) { $key.GetSubKeyNames() }
}
"""


def left(workstation: WineWorkstation) -> list[str]:
    """Certificates, authorities and keys."""
    return sorted(workstation.run_powershell(LEFT).split("\n"))


@pytest.mark.windows
def test_every_target_runs_and_nothing_stays(windows: Hospital, powershell: WineWorkstation) -> None:
    (host,) = windows.workstations
    before = left(powershell)
    code, said = run(str(windows.inventory), host, "", dict(os.environ))
    assert code == 0, said
    for target in windows_targets():
        assert f"PLAY [Target {target}]" in said
    assert left(powershell) == before


@pytest.mark.windows
def test_what_a_failed_target_did_is_taken_back(
    windows: Hospital, powershell: WineWorkstation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target installs a certificate, and then it fails."""
    for name in ("setup_target", "certificate_facts"):
        shutil.copytree(TARGETS / name, tmp_path / name)
    tests = tmp_path / "certificate_facts" / "tasks" / "tests.yml"
    install = tests.read_text(encoding="utf-8").split("\n- name: Get the facts")[0]
    tests.write_text(f"{install}\n- ansible.builtin.fail: {{msg: on purpose}}\n", encoding="utf-8")
    monkeypatch.setattr(kit_remote, "TARGETS", tmp_path)
    before = left(powershell)
    (host,) = windows.workstations
    code, said = run(str(windows.inventory), host, "", dict(os.environ))
    assert code != 0
    assert "on purpose" in said
    assert left(powershell) == before


def test_a_play_for_each_target_names_the_host_and_the_holder() -> None:
    made = plays("pc-017", "CHU\\kit")
    assert [play["roles"] for play in made] == [[name] for name in windows_targets()]
    assert "certificate" in windows_targets()
    assert "bundle_info" not in windows_targets()
    assert {play["hosts"] for play in made} == {"pc-017"}
    assert {play["vars"]["target_holder"] for play in made} == {"CHU\\kit"}
    assert [play["vars"] for play in plays("pc-017", "") if play["vars"]] == []
    defaults = (TARGETS / "setup_target" / "defaults" / "main.yml").read_text(encoding="utf-8")
    assert 'target_holder: "{{ hostvars[inventory_hostname].pkcs12_holders[0].user }}"' in defaults


def test_a_host_or_an_inventory_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Ansible itself ends green when no host matches."""
    inventory = tmp_path / "inventory.yml"
    inventory.write_text("all: {hosts: {pc-017: {}}}\n", encoding="utf-8")
    assert kit_remote.unknown(str(inventory), "pc-017") is None
    assert kit_remote.unknown(str(inventory), "pc-170") == f"The inventory {inventory} has no host pc-170."
    assert (
        kit_remote.unknown(str(tmp_path / "none.yml"), "pc-017")
        == f"The inventory {tmp_path / 'none.yml'} does not exist."
    )
