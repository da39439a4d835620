# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seam for faults: a callable that sees each request before and after it is carried out, and may cut it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Cut(Exception):
    """Raised by an intercept: the connection is closed without an answer."""


class Moment(Enum):
    """When an intercept is called: nothing was done yet, or all was done and only the answer is missing."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Request:
    """What an intercept sees. ``number`` counts the requests of the listener from 1; ``action`` is as in the ledger.

    ``ended``: the answer to this Receive says that the command has ended. A slow command is received more than once."""

    workstation: str
    connection: int
    number: int
    action: str
    moment: Moment
    ended: bool = False


Intercept = Callable[[Request], None]
