# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of this machine behind the workstation's interface."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lab.subprocesses import Subprocess
from lab.workstation_interface import Output

LIMIT = 1 << 20


def start(script: str, *, console: bool = False) -> Subprocess:
    return Subprocess(["sh", "-c", script], os.environ, console=console)


def drain(process: Subprocess, limit: int = LIMIT) -> Output:
    stdout, stderr = b"", b""
    while output := process.receive(10, limit):
        stdout, stderr = stdout + output.stdout, stderr + output.stderr
        if output.exit_code is not None:
            return Output(stdout, stderr, output.exit_code)
    raise TimeoutError


def test_input_goes_in_and_all_output_comes_out() -> None:
    process = start("cat; echo oops >&2; exit 9")
    data = b"x" * 300_000
    process.send(data[:100_000], end=False)
    process.send(data[100_000:], end=True)
    assert drain(process, limit=7_000) == Output(data, b"oops\n", 9)


def test_nothing_comes_while_it_is_silent() -> None:
    process = start("sleep 60")
    assert process.receive(0.1, LIMIT) is None
    process.kill()
    assert drain(process).exit_code == -9


def test_a_console_ends_at_once_and_takes_no_input() -> None:
    process = start("cat", console=True)
    with pytest.raises(BrokenPipeError):
        process.send(b"x", end=False)
    assert drain(process) == Output(b"", b"", 0)


def test_input_to_an_ended_process_is_a_broken_pipe() -> None:
    process = start("exit 0")
    assert drain(process).exit_code == 0
    with pytest.raises(BrokenPipeError):
        process.send(b"x", end=True)


def test_kill_ends_the_children_too() -> None:
    process = start("sleep 60 & echo $!; wait")
    output = process.receive(10, LIMIT)
    assert output is not None
    child = int(output.stdout)
    process.kill()
    process.kill()
    deadline = time.monotonic() + 5
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(child)


def test_what_it_leaves_behind_does_not_keep_it_from_ending() -> None:
    begin = time.monotonic()
    process = start("setsid sleep 30 & echo $!")
    output = drain(process)
    os.kill(int(output.stdout), 9)
    assert output.exit_code == 0
    assert time.monotonic() - begin < 10


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
