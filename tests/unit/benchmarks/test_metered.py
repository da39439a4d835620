# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A metered run ends and says what any run does, and its figures include those of the processes it started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import metered
from benchmarks.metered import Metered
from benchmarks.times import Clock
from lab.winrm import Moment, Request

CHILD = "held = bytearray(120 << 20); held[::4096] = b'x' * len(held[::4096])"
PROGRAM = f"""#!{Path(sys.executable).resolve()}
import os, subprocess, sys
subprocess.run([sys.executable, "-c", {CHILD!r}], check=True)
print(os.environ["GREETING"], sys.argv[1:], os.getcwd())
print("wrong", file=sys.stderr)
sys.exit(4)
"""


def test_a_run_is_as_any_other_and_its_largest_process_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ansible-playbook"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(metered, "PROGRAM", program)
    run = Metered()
    done = run(["site.yml"], {"GREETING": "hello"}, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (4, f"hello ['site.yml'] {tmp_path}\n", "wrong\n")
    assert run.last.peak_kib > 120 << 10
    assert run.last.cpu > 0


def test_a_lap_is_from_the_first_request_to_the_last_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, now = Clock(), iter((10.0, 11.0, 12.0, 15.0, 40.0, 42.0))
    monkeypatch.setattr("benchmarks.times.time.monotonic", lambda: next(now))
    request = Request("ws", 1, 1, "Create", Moment.BEFORE)
    for laps, seconds in ((4, 5.0), (0, 0.0), (2, 2.0)):
        for _request in range(laps):
            clock(request)
        assert clock.lap() == seconds
