# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Signals that wait until the one download of a link is on the disk."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

DEFERRED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
"""What a person, a job server and a closed terminal send to end a run, and the alarm of a task's ``timeout``."""


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Lets these signals wait for the end of the block. Who sends SIGKILL does not wait."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, DEFERRED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
