# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A holder's certificate is there, or certificates are gone. See ansible-doc hospital_it.pkcs12.certificate."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import UnopenedFile, load_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.absent import absent
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.diff import store_diff
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.options import (
    execution_options,
    renewal_of,
    scope_of,
    wanted_absent,
    wanted_present,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import present, renew
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import (
    PresentTask,
    absent_result,
    present_result,
)


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "holder": {"type": "str", "required": True},
            "holder_password": {"type": "str", "no_log": True},
            "path": {"type": "path"},
            "content": {"type": "str", "no_log": True},
            "folder": {"type": "path"},
            "pattern": {"type": "str", "default": "*.p12"},
            "passphrase": {"type": "str", "no_log": True},
            "name": {"type": "str"},
            "authorisation": {"type": "str"},
            "authorisation_pattern": {"type": "str"},
            "friendly_name": {"type": "str"},
            "exportable": {"type": "bool", "default": False},
            "chain": {"type": "bool", "default": True},
            "prove": {"type": "str", "choices": ["on_change", "always"], "default": "on_change"},
            "retire": {"type": "str", "choices": ["archive", "delete", "none"], "default": "delete"},
            "retire_encryption_keys": {"type": "bool", "default": False},
            "max_retired": {"type": "int", "default": 3},
            "allow_downgrade": {"type": "bool", "default": False},
            "thumbprints": {"type": "list", "elements": "str"},
            "issuer": {"type": "str"},
            "expired_for_days": {"type": "int"},
            "renew": {"type": "str", "choices": ["always", "due"], "default": "always"},
            "renew_before_days": {"type": "int", "default": 40},
            "time_zone": {"type": "str", "default": "UTC"},
            "allow_logged_secrets": {"type": "bool", "default": False},
            "evidence_path": {"type": "path"},
        },
        mutually_exclusive=[["path", "content", "folder"]],
        required_if=[
            ["state", "present", ["path", "content", "folder"], True],
            ["state", "absent", ["thumbprints", "issuer"], True],
        ],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        terms = execution_options(options, task.check_mode, task.host, task.job)
        scope = scope_of(options, task.facts)
        if options["state"] == "absent":
            outcome = absent(wanted_absent(options, terms), self, now)
            result = absent_result(task.check_mode, outcome, scope)
        else:
            wanted = wanted_present(options, terms, scope.dead)
            unopened: tuple[UnopenedFile, ...] = ()
            if options["folder"] is not None:
                renewal = renewal_of(options)
                outcome, unopened = renew(wanted, renewal, self, now), renewal.shelf.unopened
            else:
                outcome = present(wanted, load_bundle(options), self, now)
            result = present_result(PresentTask(wanted.person, task.check_mode, unopened), outcome, scope, now())
        return result | {"diff": store_diff(outcome)} if task.diff else result
