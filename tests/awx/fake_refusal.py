# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the small AWX refuses a request."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer that is an error. ``status``: of HTTP."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__(status)
        self.status, self.answer = status, answer
