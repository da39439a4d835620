# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd.exe's part of a command line."""

from __future__ import annotations

import pytest

from lab import cmd
from lab.workstation_interface import Output


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a b\tc", ["a", "b", "c"]),
        ('a "b c" ""', ["a", "b c", ""]),
        (r'"a\\" b', ["a\\", "b"]),
        (r'a\"b "c\\\"d"', ['a"b', 'c\\"d']),
        (r"C:\a \\b\c d\\", [r"C:\a", r"\\b\c", "d\\\\"]),
        ("  a  ", ["a"]),
        ("", []),
    ],
)
def test_arguments_are_split_as_windows_does(line: str, words: list[str]) -> None:
    assert cmd.split(line) == words


def test_a_known_program_is_not_refused() -> None:
    for line in ("powershell -File x", "PowerShell.exe", '"powershell" x'):
        assert cmd.refusal(line, {"powershell"}) is None


def test_an_unknown_program_is_refused_in_cmds_words() -> None:
    ended = cmd.refusal("hostname /x", {"powershell"})
    assert ended is not None
    output = ended.receive(0, 1000)
    assert (output.stdout, output.exit_code) == (b"", 1)
    assert output.stderr.startswith(b"'hostname' is not recognized as an internal or external command,\r\n")


def test_the_limit_counts_what_winrs_puts_around_the_line() -> None:
    longest = "powershell " + "x" * (cmd.LIMIT - len('cmd.exe /c ""') - len("powershell "))
    assert cmd.refusal(longest, {"powershell"}) is None
    ended = cmd.refusal(longest + "x", {"powershell"})
    assert ended is not None
    assert ended.receive(0, 1000) == Output(b"", b"The command line is too long.\r\n", 1)


def test_output_beyond_the_limit_waits_for_the_next_time() -> None:
    ended = cmd.Ended(7, "abc", "de")
    assert ended.receive(0, 2) == Output(b"ab", b"", None)
    assert ended.receive(0, 2) == Output(b"c", b"d", None)
    assert ended.receive(0, 2) == Output(b"", b"e", 7)
