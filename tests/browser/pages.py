# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages that the tests look at."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report, ReportParameters
from browser.sample import sample

HOSTILE = (
    "<script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit = 1">',
    "</style></script></title><svg onload='window.hit = 1'>",
    'O\'Neill "Loulou" & <b>fils</b> &amp; {{ 7 * 7 }} {% raw %}',
    "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
    "\u202eright to left\u202c",
    "\U0001f469\u200d\u2695\ufe0f \U0001f3e5",
    "W" * 90,
)
"""What a name may be that somebody means badly, or well."""

Value = TypeVar("Value")


@cache
def sample_page(language: str) -> str:
    """The small hospital."""
    return page(sample(language))


@cache
def hostile_page(language: str) -> str:
    """The small hospital, with a hostile text in the place of every other."""
    return page(hostile(sample(language)))


def hostile(report: Report) -> Report:
    """The same report with ``HOSTILE`` texts one after the other, wherever the model has a text of its own."""
    count = 0

    def with_hostile_texts(value: Any) -> Any:
        nonlocal count
        if isinstance(value, ReportParameters):
            return replace(value, title=HOSTILE[0], query=HOSTILE[1])
        if isinstance(value, str) and not isinstance(value, Enum):
            count += 1
            return f"{HOSTILE[count % len(HOSTILE)]} {value}"
        if isinstance(value, tuple):
            return tuple(with_hostile_texts(each) for each in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{field.name: with_hostile_texts(getattr(value, field.name)) for field in fields(value)}
            )
        return value

    made: Report = with_hostile_texts(report)
    return made
