# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Text as a spreadsheet has to find it in a CSV file to show it as it is, and to run nothing. Pure.

Excel looks at what a cell says, not at its quotes: a quoted ``0012`` becomes 12, a thumbprint of digits and one E a number with 15
of its digits, ``mars-2`` a day in March. Of the known remedies

- quotes change nothing, and an apostrophe in front is shown and sticks to the number that somebody searches for,
- a tab or a space in front is not seen, sticks too, and is dropped by other programs,
- ``="0012"``, a formula whose value is this very text, is shown, sorted, searched and copied as 0012.

So what a spreadsheet would change is written as such a formula, and everything else stays plain. Such a text has neither quotes
nor semicolons in it, so nothing can follow the constant. A text that would be run as a formula gets an apostrophe in front: it is a
name that was meant as an attack or a typing error, and may look odd. Programs read the JSON.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST_CONSTANT = 255
"""Characters of a text in an Excel formula."""

_NOBODY = "-"
"""A dash alone. A spreadsheet takes it for a text, because a formula needs more."""

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

_RUNS = re.compile("(^|[;,])([\\s\"']*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""What starts a formula: at the start of the cell, and where a spreadsheet of another country would cut it. Full-width signs count, too."""

_MONTH = "jan|f[eé]v|feb|mar|a[pv]r|mai|may|jui|jun|jul|ao[uû]|aug|sep|oct|nov|d[eé]c"
_CONVERTED = re.compile(
    rf"""
      (?=.*\d) [\s\d.,:/%()+\-'eE€$£]+                                      # numbers, dates, times, money
    | (?=.*\d) (\d{{1,4}}[\s/.,-]*)? ({_MONTH})[a-zéû]* (\.?[\s/.,-]*\d{{1,4}}){{0,2}}  # 2 mai, MARS1, Sept-2026
    | \d{{1,2}} ([:.]\d\d)* \s* [ap]m?                                      # 10 p, 9:30 AM
    | true | false | vrai | faux
    | \#[a-z0-9/?!]+                                                        # N/A and the like
    """,
    re.VERBOSE | re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def text_cell(text: str) -> str:
    """A text for a cell: on one line, shown as it is, and never run."""
    line = CONTROLS.sub(" ", text).strip()
    if line == _NOBODY:
        return line
    if _CONVERTED.fullmatch(line) and len(line) <= _LONGEST_CONSTANT:
        return f'="{line}"'
    return _RUNS.sub(r"\1\2'", line)
