# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples are counted for what the code is for, forks among them, and what no sample has seen is not lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import profiled
from benchmarks.cpu_profile import IMPORTING, OTHER, OURS, UNSEEN, group_of, profile_of, read

OUR_CODE = "/x/ansible_collections/hospital_it/pkcs12/plugins/plugin_utils/_crypto/asn1.py:read"
BUSY = """
import os, time

def burn(seconds):
    while time.process_time() < seconds:
        pass

burn(0.4)
if os.fork() == 0:
    burn(0.8)
    os._exit(0)
os.wait()
"""


@pytest.mark.parametrize(
    ("functions", "group"),
    [
        ([OUR_CODE, "/x/ansible/plugins/strategy/linear.py:run"], OURS),
        (["/usr/lib/python3/json/decoder.py:decode", OUR_CODE], OURS),
        (["<frozen importlib._bootstrap>:_load", OUR_CODE], IMPORTING),
        (["/x/winrm/protocol.py:send_message", "/x/ansible/plugins/connection/winrm.py:_send"], "WinRM and HTTP"),
        (["/x/jinja2/environment.py:render", OUR_CODE], "templating"),
        (["/x/ansible/cli/playbook.py:run"], OTHER),
    ],
)
def test_the_innermost_place_decides(functions: list[str], group: str) -> None:
    assert group_of(functions) == group


def test_all_cpu_seconds_are_in_a_group() -> None:
    lines = [f"main\t{OUR_CODE}\n"] * 30 + [f"fork\t{OUR_CODE}\n"] * 20
    profile = profile_of(lines, cpu_seconds=0.75)
    assert profile.groups == {OURS: 0.5, UNSEEN: 0.25}
    assert profile.main == 0.3


def test_a_program_and_its_forks_are_sampled(tmp_path: Path) -> None:
    program, samples = tmp_path / "busy.py", tmp_path / "samples"
    program.write_text(BUSY, encoding="utf-8")
    subprocess.run([sys.executable, profiled.__file__, samples, program], check=True)
    profile = read(samples, cpu_seconds=1.2)
    forked = sum(profile.groups.values()) - profile.groups[UNSEEN] - profile.main
    # Wide bounds: on a busy machine a sample can stand for more than its share.
    assert 0.2 < profile.main < 1.2
    assert 0.2 < forked < 2.4
