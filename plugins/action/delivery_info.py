# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates the issuer's mails deliver. See ansible-doc hospital_it.pkcs12.delivery_info."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.delivery_options import (
    delivery_rules,
    mail_source,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.delivery_result import delivery_result
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.delivery_run import read_deliveries


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "source": {"type": "str", "required": True, "choices": ["eml", "mbox", "maildir", "imap"]},
            "path": {"type": "path"},
            "host": {"type": "str"},
            "port": {"type": "int", "default": 0},
            "security": {"type": "str", "default": "tls", "choices": ["tls", "starttls"]},
            "ca_path": {"type": "path"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "folder": {"type": "str", "default": "INBOX"},
            "timeout": {"type": "int", "default": 30},
            "since": {"type": "int"},
            "max_bytes": {"type": "int", "default": 2_000_000},
            "max_mails": {"type": "int", "default": 1000},
            "sender": {"type": "list", "elements": "str", "required": True},
            "subject_pattern": {"type": "str", "required": True},
            "access_subject_pattern": {"type": "str"},
            "url_pattern": {"type": "str", "default": r"""(?i)(https?://[^\s<>"']+)"""},
            "code_pattern": {"type": "str", "default": r"(?i)code de retrait(?:\s*\d+)?\s*:\s*(\S+)"},
            "name_pattern": {"type": "str", "default": r"(?m)^(?:Madame|Monsieur|Mme|M\.)\s+([^\n,;:]+?)\s*,?\s*$"},
            "authorisation_pattern": {
                "type": "str",
                "default": r"(?i)autorisation\s*(?:n\s*[°o]\.?)?\s*:?\s*([A-Z]{0,5}-?\d[A-Z0-9-]{3,20})",
            },
            "allowed_hosts": {"type": "list", "elements": "str", "required": True},
            "authenticate": {"type": "str", "required": True, "choices": ["none", "authentication_results"]},
            "authserv_id": {"type": "str"},
            "forwarders": {"type": "list", "elements": "str", "default": []},
            "inline_forwards": {"type": "bool", "default": False},
            "include_codes": {"type": "bool", "default": True},
            "authorisations": {"type": "list", "elements": "str"},
            "move_to": {"type": "str"},
            "move_message_ids": {"type": "list", "elements": "str"},
        },
        required_if=[
            ["source", "eml", ["path"]],
            ["source", "mbox", ["path"]],
            ["source", "maildir", ["path"]],
            ["source", "imap", ["host", "username", "password"]],
            ["authenticate", "authentication_results", ["authserv_id"]],
        ],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        started = now()
        rules = delivery_rules(task.options, started, no_log=task.no_log)
        moves = rules.move_to is not None and not task.check_mode
        source = mail_source(task.options, rules, moves=moves)
        reading = read_deliveries(source, rules, started, check_mode=task.check_mode)
        return delivery_result(reading, rules)
