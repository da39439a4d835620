# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Can this connection do the work here? See ansible-doc hospital_it.pkcs12.workstation_info."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import PkcsAction, Spec, Task, now
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import (
    locked_down,
    preflight,
    preflight_result,
)


class ActionModule(PkcsAction):
    """The spec and one call."""

    SPEC = Spec(
        options={
            "holders": {"type": "list", "elements": "str", "default": []},
            "allow_logged_secrets": {"type": "bool", "default": False},
        },
    )

    def story(self, task: Task) -> dict[str, Any]:
        try:
            inventory = self.inventory(task.options["holders"])
        except PkcsError as refusal:
            return preflight_result(task.host, locked_down(refusal))
        findings = preflight(inventory, task.options["allow_logged_secrets"], now())
        return preflight_result(inventory.computer, findings)
