# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs a personal certificate in its holder's store. See ansible-doc hospital_it.pkcs12.certificate."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import PkcsAction, Spec, Task, now
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._bundle_source import bundle_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._renewal import Present, present
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._result import present_result, store_diff


class ActionModule(PkcsAction):
    """The spec and one story."""

    SPEC = Spec(
        options={
            "state": {"type": "str", "choices": ["present"], "default": "present"},
            "path": {"type": "path"},
            "content": {"type": "str", "no_log": True},
            "passphrase": {"type": "str", "no_log": True},
            "holder": {"type": "str", "required": True},
            "holder_password": {"type": "str", "no_log": True},
            "friendly_name": {"type": "str"},
            "exportable": {"type": "bool", "default": False},
            "prove": {"type": "str", "choices": ["on_change", "always"], "default": "on_change"},
            "renew_before_days": {"type": "int", "default": 40},
            "allow_logged_secrets": {"type": "bool", "default": False},
        },
        mutually_exclusive=[["path", "content"]],
        required_one_of=[["path", "content"]],
    )

    def story(self, task: Task) -> dict[str, Any]:
        options = task.options
        wanted = Present(
            bundle=bundle_of(options),
            holder=options["holder"],
            friendly_name=options["friendly_name"],
            exportable=options["exportable"],
            prove=Prove(options["prove"]),
            holder_password=options["holder_password"],
            allow_logged_secrets=options["allow_logged_secrets"],
            check_mode=task.check_mode,
        )
        outcome = present(wanted, self, now)
        selection = Selection(renew_before_days=options["renew_before_days"])
        result = present_result(wanted, outcome, selection, now())
        return result | {"diff": store_diff(wanted, outcome)} if task.diff else result
