# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is hidden of a value, and what is left as it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.masking import PART, WHOLE, masked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("it says secret-1 and secret-1", f"it says {PART} and {PART}"),
        ("secret-1", WHOLE),
        ("secret-12", f"{PART}2"),
        ("x a longer secret-1 indeed", f"x {PART}"),
        (123456, WHOLE),
        (71234567, WHOLE),
        (1234.5, 1234.5),
        (True, True),
        (date(2029, 1, 1), date(2029, 1, 1)),
        ({"secret-1": ["secret-1", {"a": ("x secret-1", 1)}]}, {"secret-1": [WHOLE, {"a": [f"x {PART}", 1]}]}),
    ],
)
def test_secrets_of_the_task_are_hidden_and_nothing_else(value: Any, shown: Any) -> None:
    assert masked(value, ["secret-1", "a longer secret-1 indeed", "123456", ""]) == shown
