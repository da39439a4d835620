# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab up|down|status|demo``: the hospital from the command line."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from lab.demo import demo
from lab.hospital import Hospital
from lab.playbook import ROOT

FOLDER = ROOT / ".build" / "lab"
STATE = FOLDER / "state.json"
START_TIMEOUT = 60.0


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the exit code is 0 when it did what it says."""
    parser = argparse.ArgumentParser(prog="lab", description="A small hospital on the loopback interface.")
    commands = {"up": up, "down": down, "status": status, "demo": demo, "serve": serve}
    parser.add_argument("command", choices=commands, help="serve is up in the foreground")
    return commands[parser.parse_args(arguments).command]()


def up() -> int:
    """Starts the hospital in the background and says how to reach it."""
    if _pid():
        return status()
    FOLDER.mkdir(parents=True, exist_ok=True)
    STATE.unlink(missing_ok=True)
    with (FOLDER / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lab", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_TIMEOUT
    while not STATE.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    return status()


def down() -> int:
    """Ends the hospital that ``up`` started."""
    pid = _pid()
    if pid is None:
        return status()
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + START_TIMEOUT
    while _pid() is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    return int(_pid() is not None)


def status() -> int:
    """Says whether the hospital runs; 0 when it does."""
    if _pid() is None:
        _say(f"The lab is down. `up` starts it; {FOLDER.relative_to(ROOT)}/log says why, if it did not.")
        return 1
    state = json.loads(STATE.read_text(encoding="utf-8"))
    for name, kind in state["workstations"].items():
        _say(f"{name}  {kind}")
    _say(
        f"ANSIBLE_COLLECTIONS_PATH={ROOT / '.build' / 'collections'} {Path(sys.executable).parent / 'ansible-playbook'}"
        f" -i {state['inventory']} -e @{state['passphrases']} hospital_it.pkcs12.enrol"
    )
    return 0


def serve() -> int:
    """Runs the hospital until SIGTERM or SIGINT."""
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    with Hospital(FOLDER) as hospital, suppress(KeyboardInterrupt):
        state = {
            "pid": os.getpid(),
            "workstations": {name: each.kind.value for name, each in hospital.workstations.items()},
            "inventory": str(hospital.inventory),
            "passphrases": str(hospital.passphrases),
        }
        prepared = STATE.with_suffix(".new")
        prepared.write_text(json.dumps(state), encoding="utf-8")
        prepared.rename(STATE)  # whoever waits for the file finds it whole
        signal.pause()
    return 0


def _pid() -> int | None:
    """The process of the running hospital; None when there is none, or when its number belongs to another program now."""
    try:
        pid = int(json.loads(STATE.read_text(encoding="utf-8"))["pid"])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if b"lab" in words and b"serve" in words else None


def _say(text: str) -> None:
    print(text, flush=True)
