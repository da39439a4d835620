# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real ansible-playbook: started anew, or forked from a process that has its libraries loaded."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol

PROGRAM = Path(sys.executable).with_name("ansible-playbook")
SERVER = Path(__file__).with_name("ansible_server.py")
TIMEOUT = 300
READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "OPENSSL_", "HOME")
"""How the names of variables begin that Python and the libraries read when they are loaded."""


class AnsiblePlaybook(Protocol):
    """Runs it with these arguments, in this folder, with this environment and no other variable."""

    def __call__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        """Raises ``subprocess.TimeoutExpired`` after 300 s."""


def started_anew(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """As a user starts it."""
    return _ended([str(PROGRAM), *arguments], environment, folder)


def held_to_file_modes(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Root reads every file, whatever its mode is: started by root, it gives that up."""
    give_up = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    return _ended([*give_up, str(PROGRAM), *arguments], environment, folder)


def _ended(command: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=environment,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=TIMEOUT,
        check=False,
    )


_WAYS: list[AnsiblePlaybook] = [started_anew]


def ansible_playbook(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """In the way that is chosen; nobody need choose."""
    return _WAYS[-1](arguments, environment, folder)


@contextmanager
def chosen(way: AnsiblePlaybook) -> Iterator[None]:
    """``ansible_playbook`` is run in this way meanwhile."""
    _WAYS.append(way)
    try:
        yield
    finally:
        _WAYS.pop()


class Forked:
    """Forks each run from a server; ``with`` ends the servers. Where Linux cannot tell their end, each run is started anew."""

    def __init__(self) -> None:
        self._servers: dict[frozenset[tuple[str, str]], _Server] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Forked:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.close()

    def __call__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        """See ``AnsiblePlaybook``."""
        if not hasattr(os, "pidfd_open"):
            return started_anew(arguments, environment, folder)
        read = frozenset(pair for pair in environment.items() if pair[0].startswith(READ_AT_START))
        with self._lock:
            if read not in self._servers:
                self._servers[read] = _Server(environment)
            server = self._servers[read]
        return server.run([str(PROGRAM), *arguments], environment, folder)


class _Server:
    """A running ``lab.ansible_server``."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(SERVER), str(theirs.fileno())],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,  # as those of a run, since Python asks at its start what they are
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
            )

    def close(self) -> None:
        """Runs that have not ended go on."""
        self._channel.close()
        self._process.communicate()

    def run(self, command: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
        """Raises ``RuntimeError`` when the server has died."""
        request = json.dumps([command, dict(environment), str(folder)])
        pipes = [os.pipe() for _which in ("stdout", "stderr", "status")]
        try:
            socket.send_fds(self._channel, [request.encode()], [theirs for _ours, theirs in pipes])
        finally:
            for _ours, theirs in pipes:
                os.close(theirs)
        stdout, stderr = (_Reader(ours) for ours, _theirs in pipes[:2])
        exit_code = _exit_code(pipes[2][0], command)
        if exit_code is None:
            raise RuntimeError(f"{SERVER} has ended: {self._process.communicate()[0].decode()}")
        return subprocess.CompletedProcess(command, exit_code, stdout.text(), stderr.text())


class _Reader(threading.Thread):
    """Reads a pipe to its end."""

    def __init__(self, pipe: int) -> None:
        super().__init__(daemon=True)
        self._pipe, self._data = pipe, b""
        self.start()

    def run(self) -> None:
        with os.fdopen(self._pipe, "rb") as file:
            self._data = file.read()

    def text(self) -> str:
        """Waits for the end."""
        self.join(TIMEOUT)
        return self._data.decode()


def _exit_code(status: int, command: list[str]) -> int | None:
    """Waits for the run; None when the server has died. Raises ``subprocess.TimeoutExpired`` when it takes too long."""
    with os.fdopen(status, "rb") as file:
        run = file.readline()
        if not run:
            return None
        if not select.select([file], [], [], TIMEOUT)[0]:
            with suppress(ProcessLookupError):
                os.kill(int(run), signal.SIGKILL)
            raise subprocess.TimeoutExpired(command, TIMEOUT)
        ended = file.readline()
        return int(ended) if ended else None
