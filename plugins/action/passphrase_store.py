# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds a passphrase to HashiCorp Vault or to a credential of AWX. See ansible-doc hospital_it.pkcs12.passphrase_store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import is_refusal, merged
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.http_client import HttpOptions
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.passphrase_stores import (
    AwxCredential,
    HashicorpVault,
    StoreServer,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.names import number_key
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE

HTTPS = re.compile(r"https://[^/\s]", re.IGNORECASE)


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    WRITES = True
    SPEC = ArgumentSpec(
        options={
            "store": {"type": "str", "choices": ["hashicorp_vault", "awx_credential"], "required": True},
            "hashicorp_vault_url": {"type": "str", "site": True},
            "hashicorp_vault_token": {"type": "str", "no_log": True, "site": True},
            "hashicorp_vault_mount": {"type": "str", "default": "secret", "site": True},
            "hashicorp_vault_path": {"type": "str", "default": "pkcs12", "site": True},
            "awx_url": {"type": "str", "site": True},
            "awx_token": {"type": "str", "no_log": True, "site": True},
            "awx_credential": {"type": "int", "site": True},
            "store_field": {"type": "str", "default": "passphrases", "site": True},
            "ca_path": {"type": "path", "site": True},
            "known_passphrases": {"type": "dict", "no_log": True, "default": {}},
            "written_passphrases": {"type": "dict", "no_log": True, "default": {}},
            "authorisation": {"type": "str"},
            "passphrase": {"type": "str", "no_log": True},
        },
        required_if=[
            ["store", "hashicorp_vault", ["hashicorp_vault_url", "hashicorp_vault_token"]],
            ["store", "awx_credential", ["awx_url", "awx_token", "awx_credential"]],
        ],
        required_together=[["authorisation", "passphrase"]],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options, number = task.options, task.options["authorisation"]
        address = "awx_url" if options["store"] == "awx_credential" else "hashicorp_vault_url"
        if not HTTPS.match(options[address]):  # the token and all passphrases would be sent in clear text
            raise Pkcs12Error(Problem("bad_arguments.store_url", setting=address))
        known = _known(options)
        store = _store(options, known)
        if number is None or task.check_mode:
            store.check()
            return {"changed": False, "msg": Problem("done.store_takes_passphrases")}
        spelling = {number_key(each): each for each in known}
        changed = store.add(spelling.get(number_key(number), number), options["passphrase"])
        code = "done.passphrase_stored" if changed else "done.passphrase_in_store"
        return {"changed": changed, "msg": Problem(code, {"number": number})}


def _known(options: Mapping[str, Any]) -> dict[str, Any]:
    """All passphrases for AWX, the newest first. Raises ``Pkcs12Error`` for one that YAML changed: the credential would lose it."""
    if options["store"] != "awx_credential":
        return {}
    given = {name: options[name] for name in ("written_passphrases", "known_passphrases")}
    found, _doubts = merged(given, PASSPHRASE)
    for value in found.values():
        if is_refusal(value):
            raise Pkcs12Error(value)
    return found


def _store(options: Mapping[str, Any], known: Mapping[str, Any]) -> HashicorpVault | AwxCredential:
    http, field = HttpOptions(options["ca_path"]), options["store_field"]
    # A secret out of a file or a block of YAML ends with a line break, which no header takes.
    if options["store"] == "awx_credential":
        headers = {"Authorization": f"Bearer {options['awx_token'].strip()}"}
        return AwxCredential(StoreServer(options["awx_url"], headers, http), options["awx_credential"], field, known)
    server = StoreServer(
        options["hashicorp_vault_url"], {"X-Vault-Token": options["hashicorp_vault_token"].strip()}, http
    )
    secret = f"{options['hashicorp_vault_mount']}/data/{options['hashicorp_vault_path']}"
    return HashicorpVault(server, secret, field)
