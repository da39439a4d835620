# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of the site find values in texts from outside, and no text makes a search endless."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.patterns import (
    LONGEST_TEXT,
    all_found,
    compiled,
    fits,
    limited_time,
)
from unit.plugins.plugin_utils.problems import error_of


def test_each_value_is_found_once_without_spaces() -> None:
    pattern = compiled("code_pattern", r"code:([^\n]*)", groups=1)
    assert all_found(pattern, "code: a \ncode:b\ncode:a\ncode:  \n") == ("a", "b")
    assert all_found(pattern, "nothing") == ()


def test_a_group_that_took_no_part_is_no_value() -> None:
    assert all_found(compiled("url_pattern", "x(y)?", groups=1), "x x") == ()


@pytest.mark.parametrize(("text", "groups"), [("(", None), ("(a)(b)", 1), ("a", 1)])
def test_what_is_no_pattern_of_the_option_is_refused(text: str, groups: int | None) -> None:
    assert error_of(lambda: compiled("url_pattern", text, groups)).code == "bad_pattern"


def test_text_beyond_the_limit_is_not_searched() -> None:
    pattern = compiled("subject_pattern", "(end)")
    assert fits(pattern, "x" * (LONGEST_TEXT - 3) + "end")
    assert not fits(pattern, "x" * LONGEST_TEXT + "end")
    assert all_found(pattern, "x" * LONGEST_TEXT + "end") == ()


def test_an_endless_search_is_ended() -> None:
    slow = compiled("url_pattern", "(a+)+!", groups=1)
    started = time.process_time()
    with pytest.raises(Pkcs12Error) as refusal, limited_time(0.2):
        all_found(slow, "a" * 60)
    assert refusal.value.code == "pattern_too_slow"
    assert time.process_time() - started < 10


def test_the_limit_ends_with_its_mail() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with limited_time(0.05):
        pass
    spent = time.process_time() + 0.1
    while time.process_time() < spent:
        pass
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_another_thread_searches_without_a_limit() -> None:
    found: list[tuple[str, ...]] = []

    def search() -> None:
        with limited_time(0.01):
            found.append(all_found(compiled("x", "(b)"), "abc"))

    thread = threading.Thread(target=search)
    thread.start()
    thread.join()
    assert found == [("b",)]
