# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback for Ansible: each result of this collection's plugins as a line of JSON, to the file LAB_RESULTS names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: lab_results
type: notification
short_description: results as JSON lines
description: Writes what each task of hospital_it.pkcs12 returned, loop items one by one.
"""


class CallbackModule(CallbackBase):
    """Takes results as they are, masked by then."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "lab_results"

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task ended well."""
        self._write(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self._write(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A workstation did not answer."""
        self._write(result)

    @staticmethod
    def _write(result: Any) -> None:
        action = str(result._task.action)
        if not action.startswith("hospital_it.pkcs12."):
            return
        answers = result._result.get("results") or [result._result]
        with Path(os.environ["LAB_RESULTS"]).open("a", encoding="utf-8") as file:
            for answer in answers:
                row = {"host": result._host.get_name(), "action": action.rpartition(".")[2], "result": answer}
                file.write(json.dumps(row, default=str) + "\n")
