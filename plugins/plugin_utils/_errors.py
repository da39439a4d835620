# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The one error that a user of the collection sees: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


class CollectionError(Exception):
    """A refusal with a name.

    ``code`` is stable and made for machines. ``cause`` (what is wrong) and ``next_step`` (what to do) are sentences for the person on
    call. ``journal`` is what the workstation had done by then, ``changed`` whether that stayed. No text
    of it holds a secret: what a driver, a library or a connection wrote comes in masked.
    """

    def __init__(self, *, code: str, cause: str, next_step: str, journal: Rows = (), changed: bool = False) -> None:
        super().__init__(f"{cause} {next_step}")
        self.code = code
        self.cause = cause
        self.next_step = next_step
        self.journal = tuple(journal)
        self.changed = changed


class ConnectionLost(Exception):
    """The connection to the workstation could not be made or ended on the way; the text says why."""


class Deferred(Exception):
    """The work has to wait for the holder; the text is the reason, one sentence."""
