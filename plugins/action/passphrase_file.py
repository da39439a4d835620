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
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.vault_file import VaultFile


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

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
        if number is None:
            file.check()
            return {"changed": False, "msg": f"Passphrases can be added to {file.path}."}
        if task.check_mode:
            changed = file.lacks(number, options["passphrase"])
            did = "missing in" if changed else "in"
        else:
            changed = file.add(number, options["passphrase"])
            did = "added to" if changed else "in"
        return {"changed": changed, "msg": f"The passphrase of {number} is {did} {file.path}."}
