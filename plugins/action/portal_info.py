# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a portal accepts a certificate. See ansible-doc hospital_it.pkcs12.portal_info."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import load_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.site_issuers import (
    ISSUER_OPTIONS,
    issuers_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.portal_check import (
    check_from_controller,
    portal_result,
    workstation_check,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.accounts import account_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "from": {"type": "str", "choices": ["controller", "workstation"], "required": True},
            "url": {"type": "str", "required": True},
            "path": {"type": "path"},
            "content": {"type": "str", "no_log": True},
            "passphrase": {"type": "raw", "no_log": True},
            "ca_path": {"type": "path", "site": True},
            "holder": {"type": "str"},
            "holder_password": {"type": "str", "no_log": True},
            "authorisation": {"type": "str"},
            "authorisation_pattern": {"type": "str", "site": True},
            "thumbprint": {"type": "str"},
            **ISSUER_OPTIONS,
            "computer": {"type": "str", "site": True},
            "proxy": {"type": "str"},
            "use_proxy": {"type": "bool", "default": True, "site": True},
            "server_timeout": {"type": "int", "default": 30, "site": True},
            "expected_status": {"type": "list", "elements": "int", "default": []},
            "fail_when_refused": {"type": "bool", "default": True},
        },
        mutually_exclusive=[["path", "content"]],
        required_if=[
            ["from", "controller", ["path", "content"], True],
            ["from", "workstation", ["holder"]],
            ["from", "workstation", ["authorisation", "thumbprint"], True],
        ],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        if options["from"] == "controller":
            check = check_from_controller(options, load_bundle(options), task.check_mode)
        else:
            person = ExpectedSubject(None, options["authorisation"], options["authorisation_pattern"])
            entry = HolderEntry(account_of(options["holder"], "holder"), person)
            wanted = workstation_check(options, entry, issuers_of(options), task.check_mode)
            check = wanted.run(self.drivers, now())
        return portal_result(check, options["fail_when_refused"])
