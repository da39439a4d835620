# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles that lie in people's folders. See ansible-doc hospital_it.pkcs12.stray_bundles."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.stray_bundles import (
    evidence_of,
    handle_stray_bundles,
    names_of,
    stray_result,
    stray_task,
)


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    WRITES = True
    SPEC = ArgumentSpec(
        options={
            "remove_sha256": {"type": "list", "elements": "str", "default": []},
            "computer": {"type": "str", "site": True},
            "evidence_path": {"type": "path", "site": True},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        wanted = stray_task(task.options, evidence_of(task.options, task.job, task.host), task.check_mode)
        if not self.drivers.is_windows and not self.variable("pkcs12_holders"):
            return self.no_workstation()
        return stray_result(wanted, handle_stray_bundles(wanted, self.drivers, now), names_of(task.facts))
