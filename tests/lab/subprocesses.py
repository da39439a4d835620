# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation's process that is a process of this machine, as WinRS sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO

from lab.workstation_interface import Output

CHUNK = 1 << 16
LINGER = 0.5  # seconds an ended program's output may go on: what it left behind may hold its pipes open for ever


class Subprocess:
    """Runs a program in a process group of its own, and keeps its output until it is fetched.

    A console is given as an empty standard input: nobody ever types there.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], *, console: bool) -> None:
        self._changed = threading.Condition()
        self._buffers = {"stdout": bytearray(), "stderr": bytearray()}
        self._process = subprocess.Popen(
            list(arguments),
            env=dict(environment),
            stdin=subprocess.DEVNULL if console else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._exit_code: int | None = None
        threading.Thread(target=self._wait, daemon=True).start()

    def send(self, data: bytes, end: bool) -> None:
        """See ``lab.workstation_interface.Process``."""
        stdin = self._process.stdin
        if stdin is None or stdin.closed:
            raise BrokenPipeError("standard input is closed")
        try:
            stdin.write(data)
            stdin.flush()
        except BrokenPipeError:
            with suppress(BrokenPipeError):  # What is left in the buffer has nowhere to go.
                stdin.close()
            raise
        if end:
            stdin.close()

    def receive(self, timeout: float, limit: int) -> Output | None:
        """See ``lab.workstation_interface.Process``."""
        with self._changed:
            if not self._changed.wait_for(lambda: any(self._buffers.values()) or self._exit_code is not None, timeout):
                return None
            stdout = self._take("stdout", limit)
            stderr = self._take("stderr", limit - len(stdout))
            return Output(stdout, stderr, None if any(self._buffers.values()) else self._exit_code)

    def kill(self) -> None:
        """See ``lab.workstation_interface.Process``."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _take(self, name: str, limit: int) -> bytes:
        taken = bytes(self._buffers[name][:limit])
        del self._buffers[name][: len(taken)]
        return taken

    def _wait(self) -> None:
        pipes = {"stdout": self._process.stdout, "stderr": self._process.stderr}
        pumps = [threading.Thread(target=self._pump, args=pair, daemon=True) for pair in pipes.items()]
        for pump in pumps:
            pump.start()
        exit_code = self._process.wait()
        for pump in pumps:
            pump.join(LINGER)
        with self._changed:
            self._exit_code = exit_code
            self._changed.notify_all()

    def _pump(self, name: str, pipe: BinaryIO) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), CHUNK):
                with self._changed:
                    self._buffers[name] += data
                    self._changed.notify_all()
