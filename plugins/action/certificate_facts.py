# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expiry facts of a workstation, for all its users. See ansible-doc hospital_it.pkcs12.certificate_facts."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import PkcsAction, Spec, Task, now
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts import Selection, workstation_facts


class ActionModule(PkcsAction):
    """The spec and one story."""

    SPEC = Spec(
        options={
            "holders": {"type": "list", "elements": "str", "default": []},
            "issuer": {"type": "str"},
            "include_unrelated": {"type": "bool", "default": False},
            "include_archived": {"type": "bool", "default": False},
            "renew_before_days": {"type": "int", "default": 40},
        },
    )

    def story(self, task: Task) -> dict[str, Any]:
        options = dict(task.options)
        holders = options.pop("holders")
        selection = Selection(**options)
        inventory = self.inventory(holders)
        return {"ansible_facts": {"pkcs12": workstation_facts(inventory, {}, selection, now())}}
