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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

PROGRAM = Path(sys.executable).with_name("ansible-playbook")
SERVER = Path(__file__).with_name("ansible_server.py")
TIMEOUT = 300
READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "OPENSSL_", "HOME", "TZ")
"""How the names of variables begin that Python and the libraries read when they are loaded."""
READ_LATER = ("PYTEST_CURRENT_TEST", "LAB_RESULTS")
"""Variables that differ from run to run. Nothing reads them when it is loaded."""
KEPT = 4
"""Servers with settings, each a process with Ansible in it."""


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


_Variables = frozenset[tuple[str, str]]
_WAYS: list[AnsiblePlaybook] = [started_anew]


def ansible_playbook(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """In the way that is chosen; nobody need choose."""
    return chosen_way()(arguments, environment, folder)


def chosen_way() -> AnsiblePlaybook:
    """The last one."""
    return _WAYS[-1]


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
        self._servers: dict[_Variables, _Server] = {}
        self._with_settings: dict[_Variables, _Server] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Forked:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in (*self._with_settings.values(), *self._servers.values()):
            server.close()

    def __call__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        """See ``AnsiblePlaybook``."""
        if not hasattr(os, "pidfd_open"):
            return started_anew(arguments, environment, folder)
        command = [str(PROGRAM), *arguments]
        with self._lock:
            server = self._server(environment)
            loaded = None if _has_file_of_settings(environment, folder) else self._loaded(server, environment)
        with suppress(_ServerHasEndedError):
            if loaded:
                return loaded.run(command, environment, folder)
        return server.run(command, environment, folder)

    def _server(self, environment: Mapping[str, str]) -> _Server:
        read = frozenset(pair for pair in environment.items() if pair[0].startswith(READ_AT_START))
        if read not in self._servers:
            self._servers[read] = _Server.started(environment)
        return self._servers[read]

    def _loaded(self, server: _Server, environment: Mapping[str, str]) -> _Server:
        """The server with these settings. When there are too many, the one that was used longest ago ends."""
        settings = frozenset(pair for pair in environment.items() if pair[0] not in READ_LATER)
        loaded = self._with_settings.pop(settings, None) or server.with_settings(environment)
        self._with_settings[settings] = loaded
        if len(self._with_settings) > KEPT:
            self._with_settings.pop(next(iter(self._with_settings))).close()
        return loaded


def _has_file_of_settings(environment: Mapping[str, str], folder: Path) -> bool:
    places = (folder, Path("/etc/ansible"))
    home = Path(environment.get("HOME", "/")) / ".ansible.cfg"
    return "ANSIBLE_CONFIG" in environment or home.exists() or any((each / "ansible.cfg").exists() for each in places)


class _ServerHasEndedError(RuntimeError):
    """Nothing was run."""


class _Server:
    """A running ``lab.ansible_server``, or one that it has forked."""

    def __init__(self, channel: socket.socket, ended: Callable[[], str]) -> None:
        self._channel, self._ended = channel, ended

    @classmethod
    def started(cls, environment: Mapping[str, str]) -> _Server:
        """Of its own."""
        channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", str(SERVER), str(theirs.fileno())],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,  # as those of a run, since Python asks at its start what they are
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
            )
        return cls(channel, lambda: str(process.communicate()[0], "utf-8"))

    def with_settings(self, environment: Mapping[str, str]) -> _Server:
        """Forked, with Ansible loaded in this environment."""
        channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        reading, status = os.pipe()
        told = os.fdopen(reading)
        with theirs:
            self._ask([theirs.fileno(), status], environment=dict(environment), command=[], folder="")
        os.close(status)

        def ended() -> str:
            if told.closed:
                return ""
            with told:
                return told.readline() + told.readline()  # its process id, and its exit code when it ends

        return _Server(channel, ended)

    def close(self) -> None:
        """Waits for its runs."""
        self._channel.close()
        self._ended()

    def run(self, command: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
        """Raises ``RuntimeError`` when the server dies, ``_ServerHasEndedError`` when it had before it could start."""
        pipes = [os.pipe() for _which in ("stdout", "stderr", "status")]
        try:
            self._ask(
                [theirs for _ours, theirs in pipes], environment=dict(environment), command=command, folder=str(folder)
            )
        finally:
            for _ours, theirs in pipes:
                os.close(theirs)
        stdout, stderr = (_Reader(ours) for ours, _theirs in pipes[:2])
        exit_code = _exit_code(pipes[2][0], command)
        if exit_code is None:
            raise _ServerHasEndedError(f"{SERVER} has ended: {self._ended()}")
        return subprocess.CompletedProcess(command, exit_code, stdout.text(), stderr.text())

    def _ask(self, descriptors: list[int], **request: Any) -> None:
        try:
            socket.send_fds(self._channel, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            raise _ServerHasEndedError(f"{SERVER} has ended") from error


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
    """Waits for the run; None when the server had died before it. Raises ``subprocess.TimeoutExpired`` when it takes too long."""
    with os.fdopen(status, "rb") as file:
        run = file.readline()
        if not run:
            return None
        if not select.select([file], [], [], TIMEOUT)[0]:
            with suppress(ProcessLookupError):
                os.kill(int(run), signal.SIGKILL)
            raise subprocess.TimeoutExpired(command, TIMEOUT)
        ended = file.readline()
    if not ended:
        raise RuntimeError(f"{SERVER} has ended while this ran: {command}")
    return int(ended)
