# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A Windows account as an inventory has it: with the backslashes that JSON doubles, and those that YAML reads as an escape. Pure."""

from __future__ import annotations

import re
import unicodedata

from .._errors import Pkcs12Error, Problem
from .names import normalized_text

ESCAPES = {
    "\0": "0",
    "\a": "a",
    "\b": "b",
    "\t": "t",
    "\n": "n",
    "\v": "v",
    "\f": "f",
    "\r": "r",
    "\x1b": "e",
    "\x85": "N",
    "\xa0": "_",
    "\u2028": "L",
    "\u2029": "P",
}
"""What YAML makes of a backslash and a letter in double quotes (YAML 1.1, 5.6)."""


def account_of(given: object, setting: str | None = None) -> str:
    """An account as Windows knows it. One that was copied from JSON has two backslashes, and no account has; so one of them counts.

    Raises ``Pkcs12Error`` (``bad_arguments``) for a character that nobody sees, for instance that of ``CHU\\elefevre`` in double quotes.
    """
    found, meant = str(given).strip(), _meant(given)
    if found.isprintable():
        return meant
    if meant.isprintable():
        sign = next(f"\\{ESCAPES[each]}" for each in found if each in ESCAPES)
        raise Pkcs12Error(Problem("bad_arguments.account_escape", {"account": meant, "sign": sign}, setting))
    raise Pkcs12Error(Problem("bad_arguments.account_invisible", {"account": found}, setting))


def account_key(account: object) -> str:
    """An account as a mapping is asked for it. Blanks inside count, unlike in a number: they may make it the account of somebody else."""
    return normalized_text(_meant(account or ""))


FULL_NAME = re.compile(r"[^\\@*?\[\]]+\\[^\\@*?\[\]]+|[^\\@*?\[\]]+@[^\\@*?\[\]]+|S(-\d+){3,}", re.IGNORECASE)
"""An account that is one and the same at every workstation: of a domain or a computer, a UPN, or a SID. Windows allows none of ``*?[]``."""


def full_names(given: object, setting: str) -> tuple[str, ...]:
    """The accounts in a setting that names them one by one; none where it is empty.

    Raises ``Pkcs12Error`` (``bad_arguments``) for what is no list of full names: a yes, a pattern, an account without its domain.
    """
    if given is None or given == "":
        return ()
    names = given if isinstance(given, (list, tuple)) else (given,)
    found = tuple(account_of(each, setting) for each in names)
    for each in found:
        if not FULL_NAME.fullmatch(each) or each.startswith(".\\"):
            raise Pkcs12Error(Problem("bad_arguments.no_full_accounts", {"given": f"{each:.60}"}, setting))
    if isinstance(given, str):
        raise Pkcs12Error(Problem("bad_arguments.name_without_brackets", {"given": found[0]}, setting))
    return found


def _meant(given: object) -> str:
    text = unicodedata.normalize("NFC", str(given)).strip()
    if "\\" in text or "@" in text:
        return re.sub(r"\\+", r"\\", text)
    return "".join(f"\\{ESCAPES[each]}" if each in ESCAPES else each for each in text)
