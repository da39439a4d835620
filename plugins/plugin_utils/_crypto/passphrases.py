# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""An option that takes one passphrase or a list of them, as pkcs12_passphrases has them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import CollectionError


class NumberAsText(str):
    """A passphrase that came as a number: without quotes YAML reads 0471234 as octal. A number from JSON may be right."""

    __slots__ = ()


def passphrases_in(given: Any) -> list[str | None]:
    """The passphrases in the order in which they are tried. Numbers become text. None stands for no passphrase; the list is never empty.

    Raises ``CollectionError``: ``bad_arguments``.
    """
    listed = list(given) if isinstance(given, (list, tuple)) else [given]
    if any(isinstance(each, (list, tuple, Mapping, bool)) for each in listed):
        raise CollectionError(
            code="bad_arguments",
            cause="The passphrase of one person is neither a text nor a list of texts.",
            next_step="Give one text or a list of texts. In pkcs12_passphrases they stand beside the authorisation number, and a task"
            " takes those of one person: pkcs12_passphrases['T123456'].",
        )
    return [_as_text(each) for each in listed] or [None]


def _as_text(given: Any) -> str | None:
    if given is None or isinstance(given, NumberAsText):
        return given
    return NumberAsText(given) if isinstance(given, (int, float)) else str(given)
