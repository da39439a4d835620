# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated workstation behind ``lab.workstation_interface.Workstation``: it takes Ansible's manifest and plays the two drivers."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import LOCK_QUESTION
from lab import cmd
from lab.emulated.browsers import browser_info
from lab.emulated.bundle_files import bundle_files, bundle_removal
from lab.emulated.computer import Computer
from lab.emulated.drivers import UnknownDriverError, driver_of
from lab.emulated.errors import BecomeError, ConstrainedLanguageError, NoDriverError, ProcessKilled
from lab.emulated.exchange import exchange
from lab.emulated.handle import Operation
from lab.emulated.inventory import inventory
from lab.emulated.logon import Session, become, connect
from lab.emulated.process import EmulatedProcess
from lab.emulated.profile_exchange import profile_exchange
from lab.emulated.wrapper import become_failure, no_driver
from lab.manifest import Manifest, ManifestError, parse
from lab.workstation_interface import Kind, Logon, Process

Json = dict[str, Any]
Streams = tuple[bytes, bytes, int]
READING: Mapping[str, Callable[[Computer, Session, Mapping[str, Any]], Json]] = {
    "store_inventory": inventory,
    "browser_info": browser_info,
    "bundle_files": bundle_files,
}
"""The drivers that only read."""
CONSTRAINED = (
    b"#< CLIXML\r\n"
    b'<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    b'<S S="Error">Impossible d\'appeler la m_x00E9_thode._x000D__x000A_</S>'
    b'<S S="Error">    + FullyQualifiedErrorId : MethodInvocationNotSupportedInConstrained_x000D__x000A_</S>'
    b'<S S="Error">   Language_x000D__x000A_</S></Objs>'
)
"""What Windows PowerShell of a French Windows writes to standard error with -EncodedCommand: CLIXML, broken at the console's width."""


class EmulatedWorkstation(Computer):
    """A stand-in, never the product: it knows the protocol, not Windows."""

    @property
    def name(self) -> str:
        """The computer's name."""
        return self.computer_name

    @property
    def kind(self) -> Kind:
        """Emulated."""
        return Kind.EMULATED

    @property
    def passwords(self) -> Mapping[str, str]:
        """Every accepted spelling of every account with its password."""
        return self.accounts.passwords

    def start(self, logon: Logon, command_line: str, console: bool) -> Process:
        """Starts PowerShell on a manifest; any other command is unknown here. Raises ``KeyError`` for an unknown account."""
        refused = cmd.refusal(command_line, {"powershell"})
        if refused:
            return refused
        connection = connect(self, logon)
        if _asks_for_locks(command_line):
            return cmd.Ended(0, "".join(f"{lock}\r\n" for lock in self.locks))
        return EmulatedProcess(lambda stdin, killed: self._powershell(connection, stdin, killed), console)

    def close(self) -> None:
        """Holds nothing that outlives it."""

    def _powershell(self, connection: Session, stdin: bytes, killed: threading.Event) -> Streams:
        try:
            manifest = parse(stdin)
            if manifest is None:
                raise UnknownDriverError("this is no module")
            # A driver's own "exit 1" stays inside of Ansible's wrapper; what it answers says that it failed.
            try:
                return _streams(self.run_module(connection, manifest, killed), 0)
            except NoDriverError as error:
                return _streams(no_driver(error, manifest), 1)
        except (UnknownDriverError, ManifestError) as error:
            return _streams({"failed": True, "msg": str(error)}, 1)
        except BecomeError as error:
            return _streams(become_failure(error), 1)
        except ConstrainedLanguageError:
            return b"", CONSTRAINED, 1
        except ProcessKilled:
            return b"", b"", 1

    def run_module(self, connection: Session, manifest: Manifest, killed: threading.Event) -> Json:
        """What the module answers. Raises ``UnknownDriverError`` unless it is one of the collection's drivers."""
        driver = driver_of(manifest)
        with self.process_of(connection.user):
            if manifest.become is None:
                if connection.user.sid in self.constrained:
                    raise ConstrainedLanguageError
                return self._drive(driver, connection, manifest, killed)
            session = become(self, connection, manifest.become)
            if session.user.sid in self.constrained:
                raise ConstrainedLanguageError
            with self.process_of(session.user):
                return self._drive(driver, session, manifest, killed)

    def _drive(self, driver: str, session: Session, manifest: Manifest, killed: threading.Event) -> Json:
        reading = READING.get(driver)
        if reading:
            return reading(self, session, manifest.arguments)
        if driver == "bundle_removal":
            return bundle_removal(self, session, manifest.arguments, manifest.check_mode)

        def observe(operation: Operation) -> None:
            if killed.is_set():
                raise ProcessKilled
            self.observe(operation)

        run = profile_exchange if driver == "profile_exchange" else exchange
        return run(self, session, manifest.arguments, manifest.check_mode, observe)


def _asks_for_locks(command_line: str) -> bool:
    """Whether it is the very command of the collection that asks which lock there is."""
    words = cmd.split(command_line)
    encoded = words[-1] if "-EncodedCommand" in words else ""
    try:
        return LOCK_QUESTION.strip() in base64.b64decode(encoded).decode("utf-16-le").replace("\r\n", "\n")
    except ValueError:
        return False


def _streams(answer: Json, exit_code: int) -> Streams:
    return json.dumps(answer).encode() + b"\r\n", b"", exit_code
