# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose computing time and memory it is: a process counts for the part that has started it, and for no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import benchmarks
from benchmarks.process_tree import cpu_seconds, part_of
from lab.usage import Measured

WORK = """
import os, sys, time
kept = bytearray(int(sys.argv[2]) << 20)
kept[::4096] = b"x" * len(kept[::4096])
if os.fork() == 0:
    while time.process_time() < float(sys.argv[1]):
        pass
    os._exit(0)
os.wait()
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def working(seconds: float, mib: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has a child that computes, and then waits with memory of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, str(seconds), str(mib)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin and process.stdout
    try:
        process.stdout.readline()
        yield process
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


def test_a_process_belongs_to_its_nearest_ancestor_that_is_a_part() -> None:
    started_by = {2: 1, 3: 2, 4: 3, 5: 2, 6: 1}
    parts = {2: "controller", 3: "emulation"}
    assert [part_of(pid, parts, started_by) for pid in (2, 3, 4, 5, 6)] == [
        "controller",
        "emulation",
        "emulation",
        "controller",
        None,
    ]


def test_computing_time_of_a_process_has_that_of_its_children_and_no_other() -> None:
    with working(0.5, 1) as busy, working(0.0, 1) as idle:
        assert cpu_seconds(busy.pid) >= 0.45
        assert cpu_seconds(idle.pid) < cpu_seconds(busy.pid) - 0.3


def test_what_a_process_has_used_is_known_after_its_end() -> None:
    with working(0.5, 64) as busy, working(0.0, 1) as idle:
        assert busy.stdin and idle.stdin
        started = [Measured(busy), Measured(idle)]
        for process in (busy, idle):
            process.stdin.close()
        used, other = (each.ended() for each in started)
    assert (used.exit_code, other.exit_code) == (0, 0)
    assert used.cpu_seconds >= 0.45
    assert other.cpu_seconds < used.cpu_seconds - 0.1
    assert used.largest_kib > 64 << 10


def measured(work: str) -> Any:
    """What `work` has stored in `found`, in a process of its own: this one may have workers and workstations of other tests."""
    path = os.pathsep.join(str(entry) for entry in (Path(benchmarks.__path__[0]).parent, *sys.path))
    imports = (
        "import json\nfrom benchmarks.process_tree import PeakMemory\nfrom unit.benchmarks.test_process_tree import *"
    )
    code = f"{imports}\nfound = {{}}\n{work}\nprint(json.dumps(found))"
    run = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def test_memory_is_counted_for_its_part() -> None:
    found = measured("""
with working(0.0, 96) as large, working(0.0, 8) as small:
    peak = PeakMemory("rest", {large.pid: "large"})
    peak.look()
    found["first"], found["worker"] = dict(peak.mib), peak.worker_mib
    peak.parts[small.pid] = "small"
    peak.mib.clear()
    peak.look()
    found["second"] = peak.mib
""")
    assert found["first"]["large"] >= 96
    assert 8 <= found["first"]["rest"] < 96  # without `large`, and without the process that looks
    assert found["worker"] == 0  # nothing has started a process in `rest`
    assert set(found["second"]) == {"large", "small"}
    assert 8 <= found["second"]["small"] < 96


def test_private_memory_of_a_worker_is_that_of_a_process_below_what_was_started() -> None:
    found = measured("""
shell = ["bash", "-c", f'"{sys.executable}" -c "$0" 0.0 64; :', WORK]
process = subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
process.stdout.readline()
peak = PeakMemory("rest")
peak.look()
process.communicate()
found["worker"] = peak.worker_mib
""")
    assert 64 <= found["worker"] < 96


def test_a_run_of_a_second_is_looked_at() -> None:
    found = measured("""
with PeakMemory("rest") as peak, working(1.0, 8):
    pass
found["mib"] = peak.mib
""")
    assert found["mib"]["rest"] >= 8
