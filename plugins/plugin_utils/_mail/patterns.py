# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Searches texts from outside with the site's regular expressions, within limits: a text must not make a search endless."""

from __future__ import annotations

import contextlib
import re
import signal
from collections.abc import Iterator
from types import FrameType

from .._errors import Pkcs12Error, Problem
from .._policy.subject import check_pattern

LONGEST_TEXT = 50_000
"""Characters that are searched. What comes after them is not looked at; a delivery mail is much shorter."""

CPU_SECONDS = 3.0
"""Time of the processor for one mail. To take an ordinary one apart and search it takes some thousandths."""

Pattern = re.Pattern[str]


def compiled(option: str, text: str, groups: int | None = None) -> Pattern:
    """The pattern of an option. Raises ``Pkcs12Error`` (``bad_pattern``) if it is none, or has another number of groups."""
    check_pattern(option, text, groups)
    return re.compile(text)


def fits(pattern: Pattern, text: str) -> bool:
    """Whether a text has the pattern."""
    return pattern.search(text[:LONGEST_TEXT]) is not None


def all_found(pattern: Pattern, text: str) -> tuple[str, ...]:
    """The different values of the pattern's one group, without spaces around them, in the order of the text."""
    found = (match.group(1) for match in pattern.finditer(text[:LONGEST_TEXT]))
    return tuple(dict.fromkeys(value.strip() for value in found if value and value.strip()))


@contextlib.contextmanager
def limited_time(seconds: float = CPU_SECONDS) -> Iterator[None]:
    """Ends searches that take longer, with ``Pkcs12Error`` (``pattern_too_slow``).

    The limit counts processor time, so it does not disturb the limit of a task, which Ansible counts in real time. Python ends a search
    only in the main thread, where Ansible runs actions; in another thread there is no limit.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Pkcs12Error(Problem("pattern_too_slow", {"seconds": f"{seconds:g}"}))

    try:
        before = signal.signal(signal.SIGVTALRM, stop)
    except ValueError:  # not the main thread
        yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
