# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kit runs on Windows PowerShell under Wine: its results agree with the recordings, name nobody, and nothing is left behind."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from contract import kit
from contract.captured_commands import Sent
from contract.case import Case, load
from contract.compare import Verdict, main
from contract.fixture_certificates import fixture_certificate
from contract.kit_case import runs_under_wine
from figures import LINES
from lab.wine import WineWorkstation, seen_by_wine
from lab.workstation_interface import AuthMethod, Logon
from windows.kit_on_wine import PATIENCE, end, personal, run, somebodys_certificate, start, state, unpack

pytestmark = pytest.mark.windows

SMOKE = "enrol_into_an_empty_store,inventory_of_an_empty_store,bundles_of_a_fresh_workstation,renewal_from_end_to_end"
SOMEBODYS_FILE, SOMEBODYS_KEY = "medical certificate of Odile.p12", "hospital_it.pkcs12, a key of Odile"
PROBES = {
    *("replace_dead_key", "key_file_acl", "named_container", "key_files", "record_order", "delete_open_file"),
    *("delete_file_open_elsewhere", "oplock", "appdata_owner", "link_to_legacy_key", "convertto_json", "locks"),
    *("linked_token", "profile_state", "transport_key", "script_block_logging"),
}
PLANT = """
$bytes = [Convert]::FromBase64String('{data}')
$store = [Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
$store.Open('ReadWrite')
$store.Add([Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes))
[IO.File]::WriteAllText("$env:USERPROFILE\\Downloads\\{file}", 'mine')
[Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, '{key}').Dispose()
[Microsoft.Win32.Registry]::SetValue('HKEY_CURRENT_USER\\Software\\Policies\\Mozilla\\Firefox', 'Preferences', 'mine')
"""

Json = dict[str, Any]


@pytest.fixture
def workstation() -> Iterator[WineWorkstation]:
    made = WineWorkstation.create("kit", {})
    yield made
    made.close()


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, sent: Mapping[tuple[str, bool], Sent]) -> Path:
    return unpack(tmp_path_factory.mktemp("kit"), sent)


def test_the_part_with_a_user_of_its_own_refuses_wine_by_name(
    workstation: WineWorkstation, unpacked: Path, tmp_path: Path
) -> None:
    before = state(workstation)
    script = seen_by_wine(unpacked / "Test-Pkcs12StandardUser.ps1")
    command = f'powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{script}" -Yes'
    ended = end(workstation.start(Logon("", AuthMethod.BASIC), command, console=False), tmp_path / "results.json")
    assert ended.exit_code == 2
    assert ended.stdout.startswith("Wine has no other users")
    assert state(workstation) == before


def test_it_agrees_with_the_recordings_names_nobody_and_leaves_nothing(
    workstation: WineWorkstation, unpacked: Path, tmp_path: Path
) -> None:
    plant(workstation)
    before = state(workstation)
    ended = run(workstation, unpacked, tmp_path, "-Administrator", f'-Case "{SMOKE}"')
    assert ended.exit_code == 0, ended.stdout
    assert state(workstation) == before
    ran = {row.name: row for row in ended.table().values() if row.verdict is not Verdict.NOT_RUN}
    assert {name: row for name, row in ran.items() if row.verdict is not Verdict.AGREED} == {}
    assert set(SMOKE.split(",")) <= set(ran)
    assert {probe["id"] for probe in ended.results.probes} == PROBES
    silent = [probe for probe in ended.results.probes if not probe["answer"]]
    assert [probe for probe in silent if not probe["reason"].startswith("test bed: ")] == []
    assert main([str(ended.file)]) == 0
    text = ended.file.read_text(encoding="ascii")
    assert personal(workstation, text) == []
    said = json.loads(text)
    assert said["left_out"] > 0
    assert said["clean_up"]["before"] == said["clean_up"]["after"] == {"elements": 1, "keys": 1, "authorities": 0}


def plant(workstation: WineWorkstation) -> None:
    """Somebody's certificate, file, key and setting, which all stay."""
    workstation.run_powershell(PLANT.format(data=somebodys_certificate(), file=SOMEBODYS_FILE, key=SOMEBODYS_KEY))
    planted = "\n".join(state(workstation))
    for mark in (fixture_certificate("computer").thumbprint, SOMEBODYS_FILE, SOMEBODYS_KEY, "Preferences"):
        assert mark in planted


def test_every_case_that_it_can_run_agrees(workstation: WineWorkstation, unpacked: Path, tmp_path: Path) -> None:
    before = state(workstation)
    ended = run(workstation, unpacked, tmp_path, "-Administrator")
    assert ended.exit_code == 0, ended.stdout
    assert state(workstation) == before
    # What does not run is there with its reason.
    assert {case.name for case in ended.results.cases} == {case.name for case in load()}
    table = ended.table()
    counted = Counter(row.verdict.value for row in table.values())
    seconds = json.loads(ended.file.read_text())["seconds"]
    LINES.append(f"the kit under Wine, in {seconds} s: {dict(counted)}")
    assert [row for row in table.values() if row.verdict is Verdict.DIFFERS] == []
    agreed = {row.name for row in table.values() if row.verdict is Verdict.AGREED}
    # Elsewhere nothing runs these on every change.
    assert {case.name for case in load() if runs_under_wine(case)} - agreed == set()


INTERRUPTED = {
    "name": "interrupted",
    "driver": "store_exchange",
    "workstation": (
        {"certificate": {"of": "jeanne-2024", "legacy": True}},
        {"certificate": {"of": "jeanne-2026"}},
        {"certificate": {"of": "computer", "store": "computer", "key": "lost"}},
        {"unparsable": "IAAAAAEAAAD/AAAAMIIC"},
        {"logging": {"kind": "script_block", "edition": "Windows PowerShell", "of": "computer"}},
        {"registry": {"of": "own", "key": "Policies\\Mozilla\\Firefox", "values": {"Preferences": "the kit's"}}},
        {"person": {"sid": "S-1-5-21-9-9-9-1105", "name": "mdurand", "certificates": ["jeanne-2024"], "twin": True}},
        {"file": {"path": "<profile>\\Documents\\new\\a.p12", "text": "one"}},
        {"exchange_running": True},
    ),
    "request": {"protocol": 1, "owner_sid": "${owner_sid}", "observed": "", "steps": []},
    "answer": {},
    "not_on": {},
}
"""It leaves one thing of each kind while the driver waits ten seconds for the mutex."""
IMPORT = """
$name = 'hospital_it.pkcs12.key.6a1b2c3d9f0e1d2c3b4a59687786958a'
[Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, $name).Dispose()
"""
"""A real run gives somebody a key meanwhile."""


def test_the_next_start_takes_back_what_a_killed_one_left(
    workstation: WineWorkstation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sent: Mapping[tuple[str, bool], Sent],
) -> None:
    monkeypatch.setattr(kit, "load", lambda: [*load(), Case(**INTERRUPTED)])  # type: ignore[arg-type]
    unpacked = unpack(tmp_path, sent)
    plant(workstation)
    before = state(workstation)
    process = start(workstation, unpacked, "-Administrator", "-Case interrupted")
    process.send(b"", end=True)
    users = workstation.prefix / "drive_c" / "users"
    deadline = time.monotonic() + PATIENCE
    while not list(users.rglob("new/a.p12")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    workstation.stop()
    left = state(workstation) - before
    for kind in (
        r"Crypto\CNG",
        r"Crypto\RSA",
        r"My\Certificates",
        "ProfileList",
        "ScriptBlockLogging",
        "the kit's",
        "a.p12",
        "journal",
    ):
        assert any(kind in line for line in left), kind
    workstation.run_powershell(IMPORT)
    imported = state(workstation) - before - left
    assert imported
    ended = run(workstation, unpacked, tmp_path, "-Administrator", "-Case none")
    assert ended.exit_code == 0, ended.stdout
    assert state(workstation) == before | imported
    assert json.loads(ended.file.read_text())["clean_up"]["swept_at_start"] is True
