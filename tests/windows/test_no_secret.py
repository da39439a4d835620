# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is left by Windows PowerShell, on its disk either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration import canary_run
from integration.canary import Scanner
from integration.canary_run import CanaryRun
from integration.conftest import DOSIMETRY
from integration.written_files import wine_prefix
from lab.authority import Authority
from lab.hospital import Hospital
from lab.people import LOUIS
from lab.wine import WineWorkstation
from promises.test_03_no_secret import BAD_USE, assert_all_was_tried

pytestmark = pytest.mark.windows


@pytest.fixture
def windows_run(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[CanaryRun]:
    """On a workstation of its own: it is stopped, so that its registry can be read."""
    with Hospital(tmp_path, [DOSIMETRY]) as hospital:
        yield canary_run.prepare(hospital, authority, monkeypatch)


def test_no_secret_is_left_by_windows_powershell(windows_run: CanaryRun, authority: Authority) -> None:
    """The key that is installed is found where Wine keeps keys, in its container, and nowhere else; of the old one nothing is left."""
    # Of the odd bundle, with and without a Windows password: a list for one is refused before anything is sent.
    assert_all_was_tried(windows_run, authority, 2 + 2, BAD_USE)
    kept = canary_run.misuse_with_kept_files(windows_run)
    assert {row.result["error"]["code"] for row in kept.rows} == {"kept_files"}
    workstation = windows_run.hospital.workstations[DOSIMETRY.name]
    assert isinstance(workstation, WineWorkstation)
    workstation.stop()
    scanner = Scanner(windows_run.secrets)
    assert scanner.search(windows_run.pieces()) == []
    stored = scanner.search(wine_prefix(workstation.prefix))
    installed = f"the key in {LOUIS.name} - {LOUIS.authorisation} new.p12"
    assert {(hit.secret, hit.place.split("\\\\{")[0]) for hit in stored} == {
        (f"{part} of {installed}", r"user.reg Software\\Wine\\Crypto\\CNG") for part in "dpq"
    }
