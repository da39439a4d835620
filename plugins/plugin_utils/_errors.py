# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A named refusal: what is wrong, and what to do about it."""

from __future__ import annotations


class PkcsError(Exception):
    """A refusal for the person on call. Holds no secret, ever.

    ``code`` is stable and for machines; ``cause`` and ``next_step`` are one sentence each, for people.
    """

    def __init__(self, *, code: str, cause: str, next_step: str) -> None:
        super().__init__(f"{cause} {next_step}")
        self.code = code
        self.cause = cause
        self.next_step = next_step
