# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action whose work, drivers and connection are given by the test."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
)

SPEC = ArgumentSpec(
    options={
        "holder": {"type": "str", "required": True},
        "passphrase": {"type": "str", "no_log": True},
        "days": {"type": "int", "default": 40},
    }
)


class FakeConnection:
    """Keeps the become plugin, as every connection does."""

    transport = "winrm"

    def __init__(self, become: object, family: str = "powershell") -> None:
        self.become = become
        self._shell = SimpleNamespace(SHELL_FAMILY=family)

    def get_option(self, name: str) -> str:
        return {"remote_addr": "ws-1", "remote_password": "a password of the connection", "port": "5986"}[name]

    def set_become_plugin(self, plugin: object) -> None:
        self.become = plugin


class Action(Pkcs12Action):
    """An action whose work and whose drivers are given by the test."""

    SPEC = SPEC

    keep = False
    task: TaskContext

    def __init__(self, args: Mapping[str, Any], told: Any = None, answer: Any = None, **task: Any) -> None:
        usual: dict[str, Any] = {
            "args": dict(args),
            "action": "hospital_it.pkcs12.x",
            "check_mode": False,
            "diff": False,
            "no_log": False,
        }
        usual |= {"async_val": 0, "environment": None}
        self._task = SimpleNamespace(**(usual | task))
        self._connection = FakeConnection("the task's own")
        self._told, self._answer = told, answer
        self.seen: list[tuple[str, object]] = []
        self._task_vars: dict[str, Any] = {}

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        self.task = task
        if isinstance(self._told, Exception):
            raise self._told
        return dict(self._told or {})

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        return not self.keep

    def _execute_module(self, module_name: str, module_args: object, task_vars: object) -> Mapping[str, Any]:
        self.seen.append((module_name.removeprefix("hospital_it.pkcs12."), self._connection.become))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer or {}
