# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Withdraws a p12 from the registration authority's page, once. See ansible-doc hospital_it.pkcs12.bundle_pickup."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import SecretKind
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.leaving import KnowsRetired
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.task import withdrawal_task
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.withdraw import withdraw


class ActionModule(KnowsRetired, Pkcs12Action):
    """The argument spec and the call."""

    WRITES = True
    SECRETS_BY_KEY: ClassVar[Mapping[str, SecretKind]] = {"passphrases": PASSPHRASE}
    SPEC = ArgumentSpec(
        options={
            "url": {"type": "str", "required": True, "no_log": True},
            "code": {"type": "str", "required": True, "no_log": True},
            "passphrase": {"type": "raw", "no_log": True},
            "passphrases": {"type": "dict", "no_log": True, "default": {}, "site": True},
            "new_passphrase": {"type": "str", "no_log": True},
            "dest": {"type": "path", "required": True},
            "name": {"type": "str"},
            "authorisation": {"type": "str"},
            "authorisation_pattern": {"type": "str", "site": True},
            "former_name": {"type": "str"},
            "name_check": {"type": "str", "choices": ["strict", "words", "off"], "default": "words", "site": True},
            "allowed_hosts": {"type": "list", "elements": "str", "required": True, "site": True},
            "code_field": {"type": "str", "default": "Code de retrait", "site": True},
            "submit_label": {"type": "str", "site": True},
            "download_label": {"type": "str", "site": True},
            "used_pattern": {"type": "str", "site": True},
            "wrong_code_pattern": {"type": "str", "site": True},
            "maintenance_pattern": {"type": "str", "site": True},
            "ca_path": {"type": "path", "site": True},
            "use_proxy": {"type": "bool", "default": True, "site": True},
            "http_agent": {"type": "str", "default": "ansible-httpget"},
            "server_timeout": {"type": "int", "default": 30, "site": True},
            "max_bundle_bytes": {"type": "int", "default": 1_048_576},
            "original_folder": {"type": "path", "site": True},
            "keep_original": {"type": "bool", "default": True, "site": True},
            "allow_ephemeral": {"type": "bool", "default": False, "site": True},
            "evidence_path": {"type": "path", "site": True},
            "message_id": {"type": "str"},
            "retry": {"type": "list", "elements": "str", "default": [], "site": "run"},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        asked = withdrawal_task(task.options, task.host, task.job, now())
        return withdraw(asked, partial(self.notes, task.check_mode), task.check_mode)
