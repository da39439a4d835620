# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of the collection. See ansible-doc -t filter hospital_it.pkcs12.misspelt_variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import misspelt_variables


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"misspelt_variables": misspelt_variables}
