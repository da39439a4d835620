# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback for Ansible: each result and each task as JSON, as job servers keep them, to the file EVERY_EVENT names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: every_event
type: notification
short_description: events as JSON lines
description: Writes what tasks were given and what they returned, loop items by themselves and together.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Takes everything a callback is told."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "every_event"

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Before a task."""
        self._write("task_start", {"args": dict(task.args), "vars": dict(task.vars)})

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task ended well."""
        self._write("ok", result._result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self._write("failed", result._result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A workstation did not answer."""
        self._write("unreachable", result._result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """An item of a loop ended well."""
        self._write("item_ok", result._result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """An item of a loop failed."""
        self._write("item_failed", result._result)

    def v2_on_file_diff(self, result: Any) -> None:
        """A task has a diff."""
        self._write("diff", result._result.get("diff"))

    @staticmethod
    def _write(event: str, content: Any) -> None:
        with Path(os.environ["EVERY_EVENT"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, "content": content}, default=str) + "\n")
