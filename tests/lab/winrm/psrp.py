# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PowerShell remoting (MS-PSRP) over WinRM: a runspace pool is a shell, a pipeline a command. psrpcore speaks the protocol.

A pipeline with a script becomes ``powershell -EncodedCommand`` on the workstation, with the pipeline's input as standard input, line by
line: Ansible sends its wrappers in this form over either connection plugin. So both kinds of workstation answer without knowing PSRP.
"""

from __future__ import annotations

import base64
import binascii
import threading
import time
import uuid
from collections import defaultdict
from typing import Any
from xml.etree.ElementTree import Element

import psrpcore
from psrpcore.types import HostMethodIdentifier, NETException

from lab.manifest import Manifest
from lab.winrm.shell import NOT_FOUND, SCHEMA, TIMED_OUT, Command
from lab.winrm.soap import NAMESPACES, Fault, new_id
from lab.workstation_interface import Logon, Output, Workstation

RESOURCE = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
CREATION = "{http://schemas.microsoft.com/powershell}creationXml"
FRAGMENT = 32768  # bytes of a message in one piece
PATIENCE = 60.0  # seconds between two looks at a process that says nothing
AT_ONCE = 1 << 20  # bytes of output taken at a time


class PsrpShell:
    """A runspace pool. All that it keeps is touched under one lock, as psrpcore's objects are not made for threads."""

    description = "<rsp:State>Connected</rsp:State>"

    def __init__(self, workstation: Workstation, logon: Logon) -> None:
        self.shell_id, self.logon = new_id(), logon
        self._workstation = workstation
        self._pool = psrpcore.ServerRunspacePool()
        self._changed = threading.Condition()
        self._ready: dict[str, bytearray] = defaultdict(bytearray)
        self._pipelines: dict[str, _Pipeline] = {}

    def open(self, asked: Element) -> None:
        """Takes the client's first messages. The shell then has the id that the client gave it."""
        creation = asked.find(CREATION)
        if creation is None:
            raise Fault(SCHEMA, "w:SchemaValidationError", "The body has no creationXml.")
        self.shell_id = (asked.get("ShellId") or self.shell_id).upper()
        self._take(_decoded(creation.text), "")

    def begin(self, asked: Element, console: bool) -> str:
        """Starts a pipeline, whose first fragments are the arguments."""
        command_id = (asked.get("CommandId") or new_id()).upper()
        with self._changed:
            pipeline = psrpcore.ServerPipeline(self._pool, uuid.UUID(command_id))
            self._pipelines[command_id] = _Pipeline(self, pipeline, command_id)
        first = "".join(argument.text or "" for argument in asked.findall("rsp:Arguments", NAMESPACES))
        self._take(_decoded(first), command_id)
        return command_id

    def send(self, command_id: str, data: bytes, end: bool) -> Manifest | None:
        """Takes fragments; gives the manifest when they ended the input of a module's run."""
        return self._take(data, command_id)

    def receive(self, command_id: str, timeout: float, limit: int) -> Output:
        """Fragments of the pool or of a pipeline. Raises ``Fault`` when there are none in time: the client asks again."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._ready[command_id] or self._is_done(command_id), timeout):
                reason = "The operation was not completed within the time specified in OperationTimeout."
                raise Fault(TIMED_OUT, "w:TimedOut", reason, sender=False)
            ready = self._ready[command_id]
            data = bytes(ready[:limit])
            del ready[:limit]
            return Output(data, b"", 0 if self._is_done(command_id) and not ready else None)

    def end(self, command_id: str) -> None:
        with self._changed:
            pipeline = self._pipelines.get(command_id)
        if pipeline:
            pipeline.kill()

    def close(self) -> None:
        for pipeline in list(self._pipelines.values()):
            pipeline.kill()

    def _is_done(self, command_id: str) -> bool:
        if not command_id:
            return False
        pipeline = self._pipelines.get(command_id)
        return pipeline is None or pipeline.done

    def _take(self, data: bytes, command_id: str) -> Manifest | None:
        manifest = None
        with self._changed:
            if command_id and command_id not in self._pipelines:
                raise Fault(NOT_FOUND, "w:InvalidSelectors", f"The command {command_id} was not found in its shell.")
            owner = uuid.UUID(command_id) if command_id else None
            self._pool.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, owner))
            while event := self._pool.next_event():
                manifest = self._on(event) or manifest
            self.flush()
        return manifest

    def _on(self, event: psrpcore.PSRPEvent[Any, Any]) -> Manifest | None:
        pipeline = self._pipelines.get(str(event.pipeline_id).upper()) if event.pipeline_id else None
        if pipeline is None:
            return None
        if isinstance(event, psrpcore.CreatePipelineEvent):
            pipeline.start(self._workstation, self.logon)
        elif isinstance(event, psrpcore.PipelineInputEvent):
            pipeline.write(str(event.data))
        elif isinstance(event, psrpcore.EndOfPipelineInputEvent):
            return pipeline.end_input()
        return None

    def flush(self) -> None:
        """Makes what the pool has to say ready to be received. Call it under ``locked``."""
        while payload := self._pool.data_to_send(FRAGMENT):
            key = str(payload.pipeline_id).upper() if payload.pipeline_id else ""
            self._ready[key] += payload.data
        self._changed.notify_all()

    @property
    def locked(self) -> threading.Condition:
        """The lock of the pool and its pipelines."""
        return self._changed


class _Pipeline:
    """A process on the workstation, and what it writes as the pipeline's output."""

    def __init__(self, shell: PsrpShell, pipeline: psrpcore.ServerPipeline, command_id: str) -> None:
        self._shell, self._pipeline, self.command_id = shell, pipeline, command_id
        self._command: Command | None = None
        self._console = True
        self.done = False

    def start(self, workstation: Workstation, logon: Logon) -> None:
        metadata: Any = self._pipeline.metadata
        script = "\n".join(command.command_text for command in metadata.commands)
        encoded = base64.b64encode(script.encode("utf-16-le")).decode()
        self._console = bool(metadata.no_input)
        self._pipeline.start()
        process = workstation.start(logon, f"powershell -NoProfile -EncodedCommand {encoded}", self._console)
        self._command = Command(process)
        threading.Thread(target=self._pass_on, args=(self._command,), daemon=True).start()

    def write(self, line: str) -> None:
        if self._command:
            self._command.send(line.encode() + b"\n", end=False)

    def end_input(self) -> Manifest | None:
        return self._command.send(b"", end=True) if self._command and not self._console else None

    def kill(self) -> None:
        if self._command:
            self._command.kill()

    def _pass_on(self, command: Command) -> None:
        said = Output(b"", b"", None)
        while said.exit_code is None:
            try:
                more = command.receive(PATIENCE, AT_ONCE)
            except Fault:
                time.sleep(0.05)
                continue
            said = Output(said.stdout + more.stdout, said.stderr + more.stderr, more.exit_code)
        with self._shell.locked:
            for line in said.stdout.decode("utf-8", "replace").splitlines():
                self._pipeline.write_output(line)
            if complaint := said.stderr.decode("utf-8", "replace").strip():
                self._pipeline.write_error(NETException(Message=complaint), category_info=None)
            if said.exit_code:
                self._pipeline.host_call(HostMethodIdentifier.SetShouldExit, [said.exit_code])
            self._pipeline.complete()
            self._pipeline.close()
            self.done = True
            self._shell.flush()


def _decoded(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except binascii.Error as error:
        raise Fault(SCHEMA, "w:SchemaValidationError", "The fragments are not base64.") from error
