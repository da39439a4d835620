# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals that wait for the end of a download."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.download import interrupts_deferred

COME = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM]


@pytest.fixture
def came() -> Iterator[list[int]]:
    """The signals that were handled."""
    found: list[int] = []
    former = {each: signal.signal(each, lambda number, _frame: found.append(number)) for each in COME}
    yield found
    for each, handler in former.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", COME)
def test_a_signal_waits_for_the_end_of_the_block(came: list[int], number: signal.Signals) -> None:
    """SIGALRM is that of a task's time limit."""
    with interrupts_deferred():
        os.kill(os.getpid(), number)
        assert came == []
    assert came == [number]


def test_another_thread_takes_no_signal_for_itself(came: list[int]) -> None:
    """The system may give the signal to any thread of the process."""
    idle = threading.Event()
    threads = [threading.Thread(target=idle.wait) for _each in range(4)]
    for thread in threads:
        thread.start()
    with interrupts_deferred():
        for _again in range(20):
            os.kill(os.getpid(), signal.SIGTERM)
        assert came == []
    assert set(came) == {signal.SIGTERM}
    idle.set()


def test_only_the_main_thread_may_set_handlers() -> None:
    found: list[bool] = []

    def elsewhere() -> None:
        with interrupts_deferred():
            found.append(True)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [True]


def test_signals_come_as_before_after_an_error(came: list[int]) -> None:
    with pytest.raises(KeyError), interrupts_deferred():
        raise KeyError
    os.kill(os.getpid(), signal.SIGTERM)
    assert came == [signal.SIGTERM]
