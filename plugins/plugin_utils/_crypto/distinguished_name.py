# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Reads the attributes of a name in its string form (RFC 4514). Facts keep the subject of a certificate in this form. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_ATTRIBUTE = re.compile(r"(?:^|[,+])([^=,+\\]+)=((?:\\.|[^\\,+])*)", re.DOTALL)
_ESCAPES = re.compile(r"(?:\\[0-9A-Fa-f]{2})+|\\(.)", re.DOTALL)


def attribute_values(name: str, attribute: str) -> tuple[str, ...]:
    """The values of all attributes with this short name, in the order of the text. Escapes of RFC 4514, section 2.4 are resolved."""
    return tuple(value for short, value in _attributes(name) if short == attribute) if attribute in name else ()


@lru_cache(maxsize=4096)
def _attributes(name: str) -> tuple[tuple[str, str], ...]:
    return tuple((short, _ESCAPES.sub(_plain, value)) for short, value in _ATTRIBUTE.findall(name))


def _plain(escape: re.Match[str]) -> str:
    """The text for one escaped character, or for a run of hexadecimal pairs, which are bytes of UTF-8."""
    if escape[1] is not None:
        return escape[1]
    return bytes.fromhex(escape[0].replace("\\", "")).decode("utf-8", errors="replace")
