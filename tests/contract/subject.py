# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation under test, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from contract.normal import Place
from contract.orders import Order
from lab.workstation_interface import Kind, Logon, Process


class Subject(Protocol):
    """A fresh workstation with one user, who is the owner of the store and the connection's user."""

    @property
    def kind(self) -> Kind:
        """What it really is."""

    @property
    def place(self) -> Place:
        """What is its own."""

    def prepare(self, orders: Iterable[Order]) -> tuple[bytes, ...]:
        """Carries out the orders and gives the owner's serialized elements, seen past the drivers."""

    @property
    def transport_keys(self) -> Mapping[str, str]:
        """The public keys of the transport keys that were prepared, by the names of their containers: BCRYPT_RSAKEY_BLOB, base64."""

    def count(self, what: str) -> int:
        """How many of these there are now, seen past the drivers: ``containers``, those ``exportable``, ``authorities``."""

    def start(self, logon: Logon, command_line: str) -> Process:
        """Starts a command line with standard input."""

    def close(self) -> None:
        """Ends it."""
