# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Signals that wait until the one download of a link is on the disk."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DEFERRED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
"""What a person, a job server and a closed terminal send to end a run, and the alarm of a task's ``timeout``."""


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Lets these signals wait for the end of the block. Who sends SIGKILL does not wait.

    Handlers and no mask, because a mask is of one thread, and the system may give the signal to another one. Only the main thread may set
    handlers; Ansible runs a task there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {each: signal.signal(each, lambda number, _frame: came.append(number)) for each in DEFERRED}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)
        for number in came:
            signal.raise_signal(number)
