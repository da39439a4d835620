# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real clients for the tests: pywinrm, and plain HTTP where no real client says what is to be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from winrm.protocol import Protocol

USER, PASSWORD = "CHU\\jdupont", "Secret-1"


def connect(port: int, transport: str = "basic", **options: object) -> Protocol:
    """A pywinrm client; over NTLM it insists on sealed messages unless told otherwise."""
    settings: dict[str, Any] = {
        "transport": transport,
        "username": USER,
        "password": PASSWORD,
        "ca_trust_path": None,
        "message_encryption": "always" if transport == "ntlm" else "never",
        **options,
    }
    return Protocol(f"http://127.0.0.1:{port}/wsman", **settings)


def begin(protocol: Protocol, command: str, stdin: Sequence[bytes] | None = None) -> tuple[str, str]:
    """Makes a shell, starts a command in it, and writes its standard input; gives both ids."""
    shell = protocol.open_shell()
    command_id = protocol.run_command(shell, command, console_mode_stdin=stdin is None)
    for position, part in enumerate(stdin or (), 1):
        protocol.send_command_input(shell, command_id, part, end=position == len(stdin or ()))
    return shell, command_id


def run(protocol: Protocol, command: str, stdin: Sequence[bytes] | None = None) -> tuple[bytes, bytes, int]:
    """Runs a command from its shell's creation to the shell's end; gives stdout, stderr, exit code."""
    shell, command_id = begin(protocol, command, stdin)
    output = protocol.get_command_output(shell, command_id)
    protocol.cleanup_command(shell, command_id)
    protocol.close_shell(shell)
    return output
