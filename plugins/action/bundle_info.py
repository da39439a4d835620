# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is inside a p12, on the controller. See ansible-doc hospital_it.pkcs12.bundle_info."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import find_bundle, load_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.bundle_result import bundle_result
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "path": {"type": "path"},
            "content": {"type": "str", "no_log": True},
            "bundle_folder": {"type": "path"},
            "bundle_pattern": {"type": "str", "default": "*.p12"},
            "passphrase": {"type": "raw", "no_log": True},
            "renew_before_days": {"type": "int", "default": 40, "site": True},
            "time_zone": {"type": "str", "default": "UTC", "site": True},
        },
        mutually_exclusive=[["path", "content", "bundle_folder"]],
        required_one_of=[["path", "content", "bundle_folder"]],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = dict(task.options)
        if options["bundle_folder"] is not None:
            options["path"] = str(find_bundle(Path(options["bundle_folder"]), options["bundle_pattern"]))
        calendar = calendar_of(options["time_zone"], options["renew_before_days"])
        result = bundle_result(load_bundle(options), now(), calendar)
        return result | {"path": options["path"]}
