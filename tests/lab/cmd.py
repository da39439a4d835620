# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cmd.exe does with a command line before a program starts: limits its length, refuses what it does not know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lab.workstation_interface import Output

if TYPE_CHECKING:
    from collections.abc import Collection

LIMIT = 8191  # characters, with what WinRS puts around a command line (learn.microsoft.com, KB 830473)
AROUND = 'cmd.exe /c ""'
TOO_LONG = "The command line is too long.\r\n"
UNKNOWN = "'{}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
# Before a quote, two backslashes stand for one, and an odd one makes the quote a character. Elsewhere they stay.
_TOKEN = re.compile(r'(\\*)"|(\\+)|([ \t]+)|([^\\" \t]+)')


class Ended:
    """A command that has ended before anybody asked: its output, once, and its exit code."""

    def __init__(self, exit_code: int, stdout: str = "", stderr: str = "") -> None:
        """Takes text; a console writes UTF-8 (WINRS_CODEPAGE 65001)."""
        self._exit_code, self._stdout, self._stderr = exit_code, stdout.encode(), stderr.encode()

    def send(self, data: bytes, end: bool) -> None:
        """Nobody reads any more."""
        raise BrokenPipeError("the command has ended")

    def receive(self, timeout: float, limit: int) -> Output:
        """See ``lab.workstation_interface.Process``."""
        stdout, self._stdout = self._stdout[:limit], self._stdout[limit:]
        limit -= len(stdout)
        stderr, self._stderr = self._stderr[:limit], self._stderr[limit:]
        return Output(stdout, stderr, None if self._stdout or self._stderr else self._exit_code)

    def kill(self) -> None:
        """It has ended."""


def refusal(command_line: str, programs: Collection[str]) -> Ended | None:
    """What cmd.exe answers instead of starting one of these programs (lower case, without .exe), or None."""
    if len(AROUND) + len(command_line) > LIMIT:
        return Ended(1, stderr=TOO_LONG)
    first = (split(command_line) or [""])[0]
    return None if first.lower().removesuffix(".exe") in programs else Ended(1, stderr=UNKNOWN.format(first))


def split(command_line: str) -> list[str]:
    """The arguments of a command line, by the rules of CommandLineToArgvW."""
    words: list[str] = []
    word: str | None = None
    quoted = False
    for token in _TOKEN.finditer(command_line):
        before_quote, slashes, space, text = token.groups()
        if before_quote is not None:
            word = (word or "") + before_quote[::2][: len(before_quote) // 2]
            if len(before_quote) % 2:
                word += '"'
            else:
                quoted = not quoted
        elif space and not quoted:
            words += [] if word is None else [word]
            word = None
        else:
            word = (word or "") + (slashes or space or text)
    return words if word is None else [*words, word]
