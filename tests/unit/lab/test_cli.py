# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command line of the lab says."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lab import cli

SLEEPER = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
"""It has its words once it has said something."""


@pytest.mark.parametrize("words", [["lab", "serve"], ["another", "program"]])
def test_status_tells_the_hospital_from_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    state = tmp_path / "state.json"
    monkeypatch.setattr(cli, "STATE", state)
    with subprocess.Popen([*SLEEPER, *words], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        running = {"pid": process.pid, "workstations": {"ws-cardio": "emulated"}, "inventory": "i", "passphrases": "p"}
        state.write_text(json.dumps(running), encoding="utf-8")
        code = cli.status()
        process.kill()
    said = capsys.readouterr().out
    assert (code, "ws-cardio  emulated\n" in said) == ((0, True) if "lab" in words else (1, False))


def test_what_it_says_to_run_can_be_run_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state.json"
    monkeypatch.setattr(cli, "STATE", state)
    monkeypatch.setattr(cli, "_pid", os.getpid)
    state.write_text(json.dumps({"workstations": {}, "inventory": "i", "passphrases": "p"}), encoding="utf-8")
    cli.status()
    setting, program, *_options = shlex.split(capsys.readouterr().out)
    name, _equals, folder = setting.partition("=")
    assert name == "ANSIBLE_COLLECTIONS_PATH"
    assert (Path(folder) / "ansible_collections" / "hospital_it" / "pkcs12" / "galaxy.yml").is_file()
    assert os.access(program, os.X_OK)
