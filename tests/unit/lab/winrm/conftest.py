# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One listener before one fake workstation, whose commands are: digest, many N, wait."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from lab.cmd import Ended
from lab.winrm import Ledger, Listener
from unit.lab.winrm.fake_workstation import FakeWorkstation


def behave(command_line: str, stdin: bytes) -> Ended | None:
    program, _rest, argument = command_line.partition(" ")
    match program:
        case "digest":
            return Ended(3, hashlib.sha256(stdin).hexdigest(), "to stderr")
        case "many":
            return Ended(0, "0123456789" * (int(argument) // 10))
        case _:
            return None


@pytest.fixture
def workstation() -> FakeWorkstation:
    return FakeWorkstation(behave)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def listener(workstation: FakeWorkstation, ledger: Ledger) -> Iterator[Listener]:
    with Listener(workstation, ledger) as listening:
        yield listening
