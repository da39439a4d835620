# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Passphrases by person: a folder of text files, each with a number in its name and a passphrase in each line.

A file that cannot be used stops the person whose number its name has, and nobody else. Files of other people are not opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import is_encrypted

from .._crypto.passphrases import merged, texts_in
from .._errors import Pkcs12Error, Problem, file_reason
from .._policy.names import has_number, number_key
from .._policy.secret_kinds import PASSPHRASE
from .base import Pkcs12Action

BUNDLES = (".p12", ".pfx")
LINE_END = re.compile(r"\r\n|\n|\r")
Decrypt = Callable[[bytes], bytes]


class WithPassphraseFiles(Pkcs12Action):
    """An action with the options ``passphrases`` and ``passphrase_folder``."""

    def all_passphrases(self, options: Mapping[str, Any], numbers: Iterable[str | None]) -> dict[str, Any]:
        """By number: those of the option first, then those in the files of these numbers. Raises ``Pkcs12Error``: ``passphrase_folder``."""
        given: dict[str, Any] = options["passphrases"]
        wanted = sorted({number_key(number) for number in numbers} - {""})
        if not options["passphrase_folder"] or not wanted:
            return given
        found = passphrases_in_files(Path(options["passphrase_folder"]), wanted, self._loader._vault.decrypt)
        self.keep_secret(texts_in(found))
        both, doubts = merged({self.called("passphrases"): given, self.called("passphrase_folder"): found}, PASSPHRASE)
        self._doubts = (*self._doubts, *doubts)
        return both


def passphrases_in_files(folder: Path, numbers: Iterable[str], decrypt: Decrypt) -> dict[str, list[str] | Problem]:
    """The passphrases of each number that a file has in its name, in the order of the lines; or why a file cannot be used.

    Hidden files, folders and bundles do not count. Raises ``Pkcs12Error``: ``passphrase_folder``.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as problem:
        wrong = {"folder": str(folder), "reason": file_reason(problem)}
        raise Pkcs12Error(Problem("passphrase_folder.not_listed", wrong, "passphrase_folder")) from None
    found: dict[str, list[str] | Problem] = {}
    for number in numbers:
        own = [path for path in files if has_number(path.name, number) and path.suffix.lower() not in BUNDLES]
        read = [_lines(path, decrypt) for path in own]
        refusal = next((each for each in read if isinstance(each, Problem)), None)
        if read:
            found[number] = refusal or [line for lines in read if not isinstance(lines, Problem) for line in lines]
    return found


def _lines(path: Path, decrypt: Decrypt) -> list[str] | Problem:
    """The passphrases in a file, or why it cannot be used. Blanks in a line belong to it, empty lines do not count."""
    named = {"path": str(path)}
    try:
        data = path.read_bytes()
        text = (decrypt(data) if is_encrypted(data) else data).decode("utf-8-sig")
    except OSError as problem:
        return Problem("passphrase_file.unreadable", {**named, "reason": file_reason(problem)})
    except AnsibleError:  # what it says may have a part of the file
        return Problem("passphrase_file.closed_vault", named)
    except UnicodeDecodeError:
        return Problem("passphrase_file.encoding", named)
    if "\0" in text:  # UTF-16 of a text without accents
        return Problem("passphrase_file.encoding", named)
    return [line for line in LINE_END.split(text) if line.strip()] or Problem("passphrase_file.empty", named)
