# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that add to one vault file wait for each other, and one that waits in vain says for whom."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io import vault_file
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.file_lock import this_process
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.vault_file import VaultFile
from unit.plugins.plugin_utils.problems import error_of

ELSEWHERE = replace(
    this_process("33", datetime(2026, 11, 25, 12, tzinfo=timezone.utc)), host="awx-node-2", boot="another"
)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / ".passphrases.yml.lock"
    path.write_text(json.dumps(asdict(ELSEWHERE)), encoding="utf-8")
    return path


def test_a_job_that_waits_in_vain_says_for_whom(tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_file, "LONGEST_WAIT", 0.1)
    path = tmp_path / "passphrases.yml"
    held = Problem("locked.elsewhere", {"path": str(lock)}, causes=(ELSEWHERE.told,))
    assert error_of(lambda: VaultFile(path, "password").add("T123456", "of Jeanne")).problem == Problem(
        "vault_file.locked", {"path": str(path)}, causes=(held,)
    )
    assert not path.exists()


def test_a_job_goes_on_when_the_other_one_has_ended_and_leaves_no_lock(tmp_path: Path, lock: Path) -> None:
    path = tmp_path / "passphrases.yml"
    threading.Timer(0.2, lock.unlink).start()
    assert VaultFile(path, "password").add("T123456", "of Jeanne")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
