# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The order of names in the report. Pure."""

from __future__ import annotations

from unicodedata import combining, normalize


def name_sort_key(name: str) -> tuple[str, str]:
    """The key to sort names by. Accents count only between names that are otherwise equal."""
    if name.isascii():
        return name.casefold(), name
    letters = "".join(each for each in normalize("NFKD", name) if not combining(each))
    return letters.casefold(), name
