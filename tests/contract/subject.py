# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation under test, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from contract.normal import Place
from contract.situation import Order
from lab.workstation import Kind, Logon, Process


@dataclass(frozen=True, slots=True)
class Stored:
    """What the owner has: serialized elements, and how many key containers."""

    elements: tuple[bytes, ...]
    containers: int


class Subject(Protocol):
    """A fresh workstation with one user, who is the owner of the store and the connection's user."""

    @property
    def kind(self) -> Kind:
        """What it really is."""

    @property
    def place(self) -> Place:
        """What is its own."""

    def prepare(self, orders: Iterable[Order]) -> Stored:
        """Carries out the orders."""

    def look(self) -> Stored:
        """What there is now, seen past the drivers."""

    def start(self, logon: Logon, command_line: str) -> Process:
        """Starts a command line with standard input."""

    def close(self) -> None:
        """Ends it."""
