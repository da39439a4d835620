# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The holders of a workstation who have not left. See ansible-doc -t filter hospital_it.pkcs12.without_leavers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import without_leavers


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"without_leavers": without_leavers}
