# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shells and their commands (MS-WSMV): what a client holds between two requests. A shell belongs to one account."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol
from xml.etree.ElementTree import Element

from lab.manifest import Manifest, ManifestError, parse
from lab.winrm.soap import NAMESPACES, SHELL, Fault, new_id
from lab.workstation_interface import Logon, Output, Process, Workstation

CMD = SHELL + "/cmd"
TIMED_OUT = 0x80338029  # ERROR_WSMAN_OPERATION_TIMEDOUT (WSManDisp.h)
NOT_FOUND = 0x8033805B  # ERROR_WSMAN_UNEXPECTED_SELECTORS
UNKNOWN_RESOURCE = 0x8033803B  # ERROR_WSMAN_INVALID_RESOURCE_URI
ACCESS_DENIED = 5  # ERROR_ACCESS_DENIED, for an account that the service's security descriptor (RootSDDL) leaves out
SCHEMA = 0x80338041  # ERROR_WSMAN_SCHEMA_VALIDATION_ERROR
NO_PIPE = 0x800700E8  # HRESULT of ERROR_NO_DATA: the pipe is being closed
GRACE = 2.0  # seconds a Receive with output waits for the end: the service answers both together where it can, however busy we are


class Command:
    """A running command line. Standard input is kept until it is complete, to read its manifest, then dropped."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._stdin = bytearray()

    def send(self, data: bytes, end: bool) -> Manifest | None:
        """Writes to standard input; gives the manifest when this completed one. Raises ``Fault``."""
        try:
            self._process.send(data, end)
        except BrokenPipeError as error:
            raise Fault(NO_PIPE, "w:InternalError", "The pipe is being closed.", sender=False) from error
        self._stdin += data
        if not end:
            return None
        stdin, self._stdin = bytes(self._stdin), bytearray()
        try:
            return parse(stdin)
        except ManifestError:
            return None

    def receive(self, timeout: float, limit: int) -> Output:
        """Waits for output or the end; at most ``limit`` bytes. Raises ``Fault`` (timed out): the client asks again."""
        first = self._process.receive(timeout, limit)
        if first is None:
            reason = "The operation was not completed within the time specified in OperationTimeout."
            raise Fault(TIMED_OUT, "w:TimedOut", reason, sender=False)
        stdout, stderr, exit_code = first.stdout, first.stderr, first.exit_code
        deadline = time.monotonic() + GRACE
        while exit_code is None and (left := limit - len(stdout) - len(stderr)) > 0:
            more = self._process.receive(max(deadline - time.monotonic(), 0), left)
            if more is None:
                break
            stdout, stderr, exit_code = stdout + more.stdout, stderr + more.stderr, more.exit_code
        return Output(stdout, stderr, exit_code)

    def kill(self) -> None:
        """Ends the process and its children."""
        self._process.kill()


class Shell:
    """A cmd shell (WinRS): any number of commands, each a process of its own."""

    def __init__(self, workstation: Workstation, logon: Logon) -> None:
        self.shell_id, self.logon = new_id(), logon
        self._workstation = workstation
        self._lock = threading.Lock()
        self._commands: dict[str, Command] = {}

    description = ""

    def open(self, asked: Element) -> None:
        """Needs nothing of it."""

    def begin(self, asked: Element, console: bool) -> str:
        """Starts a command line: the command, and its arguments as they are."""
        words = [asked.findtext("rsp:Command", "", NAMESPACES)]
        words += [argument.text or "" for argument in asked.findall("rsp:Arguments", NAMESPACES)]
        return self.start(" ".join(words), console)

    def send(self, command_id: str, data: bytes, end: bool) -> Manifest | None:
        """Writes to a command's standard input. Raises ``Fault``."""
        return self.command(command_id).send(data, end)

    def receive(self, command_id: str, timeout: float, limit: int) -> Output:
        """Waits for a command's output. Raises ``Fault``."""
        return self.command(command_id).receive(timeout, limit)

    def start(self, command_line: str, console: bool) -> str:
        """Starts a command line and gives the command's id."""
        command = Command(self._workstation.start(self.logon, command_line, console))
        command_id = new_id()
        with self._lock:
            self._commands[command_id] = command
        return command_id

    def command(self, command_id: str) -> Command:
        """The command with this id. Raises ``Fault``."""
        with self._lock:
            command = self._commands.get(command_id.upper())
        if command is None:
            raise Fault(NOT_FOUND, "w:InvalidSelectors", f"The command {command_id} was not found in its shell.")
        return command

    def end(self, command_id: str) -> None:
        """Ends a command; harmless when it is unknown, as a client may signal twice."""
        with self._lock:
            command = self._commands.pop(command_id.upper(), None)
        if command:
            command.kill()

    def close(self) -> None:
        """Ends all commands."""
        with self._lock:
            commands, self._commands = list(self._commands.values()), {}
        for command in commands:
            command.kill()


class AnyShell(Protocol):
    """What the listener knows of a shell, of either kind."""

    shell_id: str
    logon: Logon

    @property
    def description(self) -> str:
        """XML that the answer to Create has beside what it says of every shell."""

    def open(self, asked: Element) -> None:
        """Takes the ``rsp:Shell`` that the client asked for. Raises ``Fault``."""

    def begin(self, asked: Element, console: bool) -> str:
        """Starts what a ``rsp:CommandLine`` asks for, and gives the command's id. Raises ``Fault``."""

    def send(self, command_id: str, data: bytes, end: bool) -> Manifest | None:
        """Writes to a command; gives the manifest that this completed. Raises ``Fault``."""

    def receive(self, command_id: str, timeout: float, limit: int) -> Output:
        """Waits for output. Raises ``Fault``."""

    def end(self, command_id: str) -> None:
        """Ends a command; harmless when it is unknown, as a client may signal twice."""

    def close(self) -> None:
        """Ends all commands."""


Factory = Callable[[Workstation, Logon], AnyShell]


class Shells:
    """The shells of one listener. ``factories``: what makes a shell of a resource URI. ``refused``: accounts that get none."""

    def __init__(self, workstation: Workstation, factories: Mapping[str, Factory], refused: Iterable[str] = ()) -> None:
        self.workstation, self._factories = workstation, factories
        self._refused = {account.lower() for account in refused}
        self._lock = threading.Lock()
        self._shells: dict[str, AnyShell] = {}

    def create(self, resource_uri: str, logon: Logon, asked: Element | None) -> AnyShell:
        """Makes a shell of the kind that the resource URI names, as the ``rsp:Shell`` asks for it. Raises ``Fault``."""
        if logon.account.lower() in self._refused:
            raise Fault(ACCESS_DENIED, "w:AccessDenied", "Accès refusé. ")  # Windows translates it
        factory = self._factories.get(resource_uri)
        if factory is None:
            raise Fault(UNKNOWN_RESOURCE, "w:DestinationUnreachable", f"There is no resource {resource_uri} here.")
        if asked is None:
            raise Fault(SCHEMA, "w:SchemaValidationError", "The body has no rsp:Shell.")
        shell = factory(self.workstation, logon)
        shell.open(asked)
        with self._lock:
            self._shells[shell.shell_id] = shell
        return shell

    def find(self, shell_id: str | None, logon: Logon) -> AnyShell:
        """The caller's shell with this id. Raises ``Fault``, also for a shell of another account."""
        with self._lock:
            shell = self._shells.get((shell_id or "").upper())
        if shell is None or shell.logon.account.lower() != logon.account.lower():
            raise Fault(NOT_FOUND, "w:InvalidSelectors", f"The shell {shell_id} was not found on this computer.")
        return shell

    def delete(self, shell: AnyShell) -> None:
        """Ends a shell and its commands."""
        with self._lock:
            self._shells.pop(shell.shell_id, None)
        shell.close()

    def close(self) -> None:
        """Ends all shells."""
        with self._lock:
            shells, self._shells = list(self._shells.values()), {}
        for shell in shells:
            shell.close()
