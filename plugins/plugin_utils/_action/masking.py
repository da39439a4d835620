# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Values without the secrets of a task, where their text comes from outside. Pure.

What ansible-core has for this would also hide short secrets and every value of a vault, and so parts of facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

WHOLE = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
PART = "********"


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """The value with ``PART`` for each secret in its texts; a text that is one, or another scalar that has one, is ``WHOLE``.

    An error may have a secret as Python or JSON writes it in quotes.
    """
    forms = {form for secret in secrets for form in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1])}
    longest_first = sorted(filter(None, forms), key=len, reverse=True)
    return _masked(value, longest_first)


def _masked(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _masked(each, secrets) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(each, secrets) for each in value]
    if not isinstance(value, str):
        return WHOLE if any(secret in str(value) for secret in secrets) else value
    if value in secrets:
        return WHOLE
    for secret in secrets:
        value = value.replace(secret, PART)
    return value
