# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions of a Windows remote shell (MS-WSMV): one function for each, from a message to an answer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape as text

from lab.manifest import Manifest
from lab.winrm.shell import SCHEMA, Shells
from lab.winrm.soap import NAMESPACES, SHELL, TRANSFER, Fault, Message
from lab.workstation_interface import Logon, Output

ACTION_NOT_SUPPORTED = 0x80338013  # ERROR_WSMAN_ACTION_NOT_SUPPORTED (WSManDisp.h)
ENVELOPE_OVERHEAD = 4096  # bytes of a Receive answer that are not output


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, and what the ledger and the intercept want to know. ``ended``: it says that its command has ended."""

    action: str
    body: str
    shell_id: str | None
    command_id: str | None = None
    stdin_bytes: int = 0
    manifest: Manifest | None = None
    ended: bool = False


def create(shells: Shells, logon: Logon, message: Message) -> Answer:
    """Makes a shell."""
    shell = shells.create(message.resource_uri, logon, message.body.find("rsp:Shell", NAMESPACES))
    name, uri = text(shells.workstation.name), text(message.resource_uri)
    asked = _child(message, "rsp:Shell")
    streams = {
        tag: text(asked.findtext(f"rsp:{tag}", default, NAMESPACES))
        for tag, default in (("InputStreams", "stdin"), ("OutputStreams", "stdout stderr"))
    }
    body = (
        f"<x:ResourceCreated><a:Address>http://{name}:5985/wsman</a:Address><a:ReferenceParameters>"
        f'<w:ResourceURI>{uri}</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">{shell.shell_id}</w:Selector>'
        f"</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell.shell_id}</rsp:ShellId>"
        f"<rsp:ResourceUri>{uri}</rsp:ResourceUri><rsp:Owner>{text(logon.account)}</rsp:Owner>"
        f"<rsp:ClientIP>127.0.0.1</rsp:ClientIP><rsp:IdleTimeOut>PT7200.000S</rsp:IdleTimeOut><rsp:InputStreams>{streams['InputStreams']}</rsp:InputStreams>"
        f"<rsp:OutputStreams>{streams['OutputStreams']}</rsp:OutputStreams>{shell.description}<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime>"
        "<rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>"
    )
    return Answer(f"{TRANSFER}/CreateResponse", body, shell.shell_id)


def command(shells: Shells, logon: Logon, message: Message) -> Answer:
    """Starts a command: a command line, or a pipeline."""
    shell = shells.find(message.shell_id, logon)
    console = message.options.get("WINRS_CONSOLEMODE_STDIN", "TRUE").upper() == "TRUE"
    command_id = shell.begin(_child(message, "rsp:CommandLine"), console)
    body = f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"
    return Answer(f"{SHELL}/CommandResponse", body, shell.shell_id, command_id)


def send(shells: Shells, logon: Logon, message: Message) -> Answer:
    """Writes to a command's standard input."""
    shell = shells.find(message.shell_id, logon)
    stream = _child(message, "rsp:Send/rsp:Stream")
    command_id = stream.get("CommandId", "").upper()
    try:
        data = base64.b64decode("".join((stream.text or "").split()), validate=True)
    except binascii.Error as error:
        raise Fault(SCHEMA, "w:SchemaValidationError", "The stream is not base64.") from error
    manifest = shell.send(command_id, data, stream.get("End", "").lower() == "true")
    return Answer(f"{SHELL}/SendResponse", "<rsp:SendResponse/>", shell.shell_id, command_id, len(data), manifest)


def receive(shells: Shells, logon: Logon, message: Message) -> Answer:
    """Waits for a command's output, as much as the client's envelope holds in base64."""
    shell = shells.find(message.shell_id, logon)
    command_id = _child(message, "rsp:Receive/rsp:DesiredStream").get("CommandId", "").upper()
    limit = max(message.max_envelope - ENVELOPE_OVERHEAD, 4) * 3 // 4
    output = shell.receive(command_id, message.timeout, limit)
    body = f"<rsp:ReceiveResponse>{_streams(command_id, output)}{_state(command_id, output)}</rsp:ReceiveResponse>"
    return Answer(f"{SHELL}/ReceiveResponse", body, shell.shell_id, command_id, ended=output.exit_code is not None)


def signal(shells: Shells, logon: Logon, message: Message) -> Answer:
    """Ends a command. Windows knows several signals; all that clients send (terminate, ctrl_c) end it."""
    shell = shells.find(message.shell_id, logon)
    command_id = _child(message, "rsp:Signal").get("CommandId", "").upper()
    shell.end(command_id)
    return Answer(f"{SHELL}/SignalResponse", "<rsp:SignalResponse/>", shell.shell_id, command_id)


def delete(shells: Shells, logon: Logon, message: Message) -> Answer:
    """Ends a shell with all that runs in it."""
    shell = shells.find(message.shell_id, logon)
    shells.delete(shell)
    return Answer(f"{TRANSFER}/DeleteResponse", "", shell.shell_id)


ACTIONS: Mapping[str, Callable[[Shells, Logon, Message], Answer]] = {
    f"{TRANSFER}/Create": create,
    f"{SHELL}/Command": command,
    f"{SHELL}/Send": send,
    f"{SHELL}/Receive": receive,
    f"{SHELL}/Signal": signal,
    f"{TRANSFER}/Delete": delete,
}


def carry_out(shells: Shells, logon: Logon, message: Message) -> Answer:
    """Does what a message asks for. Raises ``Fault``."""
    action = ACTIONS.get(message.action)
    if action is None:
        raise Fault(ACTION_NOT_SUPPORTED, "a:ActionNotSupported", f"The action {message.action} is not supported.")
    return action(shells, logon, message)


def _child(message: Message, path: str) -> Element:
    found = message.body.find(path, NAMESPACES)
    if found is None:
        raise Fault(SCHEMA, "w:SchemaValidationError", f"The body has no {path}.")
    return found


def _streams(command_id: str, output: Output) -> str:
    parts = []
    whose = f' CommandId="{command_id}"' if command_id else ""  # none: the output of a runspace pool
    for name, data in (("stdout", output.stdout), ("stderr", output.stderr)):
        if data:
            parts.append(f'<rsp:Stream Name="{name}"{whose}>{base64.b64encode(data).decode()}</rsp:Stream>')
    if output.exit_code is not None:
        ended = f'CommandId="{command_id}" End="true"></rsp:Stream>'
        parts += [f'<rsp:Stream Name="stdout" {ended}', f'<rsp:Stream Name="stderr" {ended}']
    return "".join(parts)


def _state(command_id: str, output: Output) -> str:
    if not command_id:
        return ""
    if output.exit_code is None:
        return f'<rsp:CommandState CommandId="{command_id}" State="{SHELL}/CommandState/Running"></rsp:CommandState>'
    code = output.exit_code & 0xFFFFFFFF
    return (
        f'<rsp:CommandState CommandId="{command_id}" State="{SHELL}/CommandState/Done">'
        f"<rsp:ExitCode>{code}</rsp:ExitCode></rsp:CommandState>"
    )
