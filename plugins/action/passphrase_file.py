# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds a passphrase to a file of Ansible Vault. See ansible-doc hospital_it.pkcs12.passphrase_file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.vault_file import VaultFile


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    WRITES = True
    SPEC = ArgumentSpec(
        options={
            "vault_file": {"type": "path", "required": True, "site": True},
            "vault_password": {"type": "str", "required": True, "no_log": True, "site": True},
            "authorisation": {"type": "str"},
            "passphrase": {"type": "str", "no_log": True},
        },
        required_together=[["authorisation", "passphrase"]],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        file, number = VaultFile(Path(options["vault_file"]), options["vault_password"]), options["authorisation"]
        path = {"path": str(file.path)}
        if number is None:
            file.check()
            return {"changed": False, "msg": Problem("done.passphrases_can_be_added", path)}
        if task.check_mode:
            changed, did = file.lacks(number, options["passphrase"]), "would.add_passphrase"
        else:
            changed, did = file.add(number, options["passphrase"]), "done.passphrase_added"
        code = did if changed else "done.passphrase_there"
        return {"changed": changed, "msg": Problem(code, path | {"number": number})}
